"""Names of files and texts that came as bytes in letters that nobody tells, or that were composed in two ways."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

# what systems write names in, by which alphabets they are; those of Western Europe are told apart by `_western`
ENCODINGS = (
    "gb18030", "big5", "cp932", "cp949", "cp1251", "cp866", "koi8-r", "cp1253", "cp737", "cp1255", "cp862", "cp1256",
    "cp874", "cp1250", "cp852", "cp1254", "cp1252",
)  # fmt: skip
WESTERN = ("cp437", "cp850", "cp1252")  # DOS first, as the format of zips says
CODECS = {"big5hkscs": "big5", "gbk": "gb18030", "gb2312": "gb18030", "shift_jis_2004": "cp932", "euc_kr": "cp949"}
COMMON = {"gb18030": (0xB0A1, 0xD7F9), "big5": (0xA440, 0xC67E), "cp932": (0x889F, 0x9872), "cp949": (0xB0A1, 0xC8FE)}
JOINERS = "\u200c\u200d"  # between letters of Persian and Hindi
SIGNS = "«»“”‘’„–—…°№·ー々"
PIECE, MARKS = 256, 30  # letters that are composed at once; more of them, so that marks stay with their letter
SAMPLE = 1 << 16  # bytes that an encoding is guessed from
SCRIPTS = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}
TITLES = {
    "gb18030": "GBK", "big5": "Big5", "cp932": "Shift-JIS", "cp949": "EUC-KR", "utf-8": "UTF-8", "koi8-r": "KOI8-R",
}  # fmt: skip


def title(encoding: str) -> str:
    """What people call an encoding."""
    return TITLES.get(encoding, encoding.upper())


def composed(text: str) -> str:
    """A text in composed letters (NFC), as most systems write them; a Mac writes "ü" as "u" and two dots.

    In pieces: of many marks on one letter Python puts each before the others, which of 30,000 holds up everybody for seconds.
    """
    if text.isascii():
        return text
    found, at = list[str](), 0
    while at < len(text):
        end = at + PIECE
        while end < min(len(text), at + PIECE + MARKS) and _joins(text[end]):
            end += 1
        found.append(unicodedata.normalize("NFC", text[at:end]))
        at = end
    return "".join(found)


def _joins(letter: str) -> bool:
    """Whether a letter may become one with that before it: a mark, or a later part of a Korean one."""
    return unicodedata.category(letter)[0] == "M" or "\u1160" <= letter <= "\u11ff"


def words_in(text: str) -> list[str]:
    """The words of a text, composed: letters with the marks on them, as Hindi and Arabic have them for vowels."""
    groups = groupby(composed(text), lambda letter: letter in JOINERS or unicodedata.category(letter)[0] in "LM")
    return ["".join(letters) for is_word, letters in groups if is_word]


def encoding_of(texts: Iterable[bytes]) -> str:
    """The encoding in which texts were most likely written, all in one: a codec of Python that can decode all of them.

    UTF-8 where that is possible. Otherwise the Western European ones where what comes out are their words, else what
    chardet finds likeliest among those in which the texts are words at all; the longer they are together, the surer. Of
    long texts a part is looked at: a megabyte takes chardet four seconds.
    """
    whole = b"\n".join(dict.fromkeys(texts))
    if decodes(whole, "utf-8"):
        return "utf-8"
    some = _odd_lines(whole) if len(whole) > SAMPLE else whole
    readable = {one: some.decode(one, "ignore") for one in (*WESTERN, *ENCODINGS) if decodes(whole, one)}
    likely = {one: text for one, text in readable.items() if _words(text)} or readable
    guess = _guess(some, [*likely])
    if western := [one for one in WESTERN if one in likely and _mostly_plain(likely[one])]:
        latin = max(likely, key=lambda one: guess.get(one, 0.0) if _mostly_plain(likely[one]) else -1.0)
        sure = guess.get(latin, 0.0) > 2 * max(guess.get(one, 0.0) for one in western)
        return latin if sure and latin in ENCODINGS else western[0]
    return max(likely, key=lambda one: _usual(likely[one], one) ** 2 * (guess.get(one, 0.0) + 0.01), default="cp437")


def _odd_lines(text: bytes) -> bytes:
    """The first SAMPLE bytes of the lines that are no ASCII, of a long line from where it is none."""
    found = bytearray()
    for line in io.BytesIO(text):
        if len(found) >= SAMPLE:
            break
        if not line.isascii():
            start = len(line) > SAMPLE and (odd := re.search(rb"[\x80-\xff]", line)) and odd.start()
            found += line[start or 0 :][:SAMPLE]
    return bytes(found[:SAMPLE])


def _guess(text: bytes, encodings: Sequence[str]) -> dict[str, float]:
    """How sure chardet is of each encoding, where it thinks of it at all."""
    import chardet

    with warnings.catch_warnings():  # which say that its usual answer is not among these
        warnings.simplefilter("ignore")
        found = chardet.detect_all(text, include_encodings=encodings, compat_names=False, ignore_threshold=True)
    return {CODECS.get(name, name): one["confidence"] for one in found if (name := str(one["encoding"]).lower())}


def _usual(text: str, encoding: str) -> float:
    """How usual the letters of a text that are no ASCII are on average in what is written in an encoding, from 0 to 1.

    The tables of East Asia have the usual characters in their first half, and what is read in a wrong one falls anywhere.
    """
    odd = [letter for letter in text if not letter.isascii()]
    if encoding in COMMON:
        first, last = COMMON[encoding]
        return sum(_common(letter, encoding, first, last) for letter in odd) / len(odd)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    long = sum(len(word) for word in words if len(word) > 2)  # who writes with letters needs three for most words
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in odd)
    return (0.3 * len(odd) + 0.6 * min(long, len(odd)) - 0.2 * latin) / len(odd)


def _common(letter: str, encoding: str, first: int, last: int) -> float:
    code = letter.encode(encoding)
    if encoding == "cp932" and "\u3041" <= letter <= "\u30fe":
        return 1.0
    return (
        1.0
        if len(code) == 2
        and first <= int.from_bytes(code) <= last
        and (encoding == "big5" or code[1] > 0xA0 or encoding == "cp932")
        else 0.3
    )


def decode_all(texts: Sequence[bytes]) -> tuple[list[str], str | None]:
    """Texts, and in which encoding those were that are no ASCII; None where all are. What is UTF-8 is so among others too."""
    odd = [one for one in texts if not one.isascii()]
    foreign = [one for one in odd if not decodes(one, "utf-8")]
    if not foreign:
        return [one.decode() for one in texts], "utf-8" if odd else None
    encoding = encoding_of(foreign)
    # two bytes of Chinese may be a letter of UTF-8 by chance, three hardly
    return [one.decode("utf-8" if _utf8(one, encoding) else encoding) for one in texts], encoding


def decode_text(content: bytes) -> str:
    """What a text file says, whatever it was written in; its mark of UTF-8 or UTF-16 is not part of it."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    return content.decode(encoding_of([content]), errors="replace")


def decodes(text: bytes, encoding: str) -> bool:
    """Whether bytes can be read in an encoding."""
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8(text: bytes, encoding: str) -> bool:
    if not decodes(text, "utf-8"):
        return not decodes(text, encoding)
    return not decodes(text, encoding) or any(ord(letter) > 0x7FF for letter in text.decode())


def _words(text: str) -> bool:
    """Whether a text is of words: letters alone beside what is plain, each word in one script, no capital after a small one."""
    odd = {letter for letter in text if ord(letter) > 127}
    if not all(letter in SIGNS or unicodedata.category(letter)[0] in "LMN" or "\u3000" <= letter <= "\u303f" for letter in odd):
        return False
    return all(_is_word(word) for word in re.findall(r"[^\W\d_]+", text) if not word.isascii())


def _is_word(word: str) -> bool:
    scripts = {SCRIPTS.get(name := unicodedata.name(letter, "?").split()[0], name) for letter in word}
    capital_inside = any(a.islower() and b.isupper() for a, b in pairwise(word))
    return len(scripts - {"COMBINING", "MODIFIER"}) <= 1 and not capital_inside


def _mostly_plain(text: str) -> bool:
    """Whether words with letters that are not plain Latin have as many that are."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    plain = sum(letter.isascii() for word in words for letter in word)
    return 2 * plain >= sum(map(len, words)) and all(unicodedata.name(c, "").startswith("LATIN") for w in words for c in w)
