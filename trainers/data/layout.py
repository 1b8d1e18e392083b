"""What folders mean: which are wrapped around everything, which are a given split, which are classes. From paths alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from trainers.data.names import words_in
from trainers.errors import DataError, Note

LEARN, TEST = "train", "test"
SPLITS = {name: LEARN for name in "train training 训练 學習 訓練 学習".split()} | {
    name: TEST
    for name in "test testing val valid validation validate eval evaluation dev holdout 测试 验证 測試 驗證 テスト 検証".split()
}
TEST_ALONE = {"test", "testing", "测试", "測試", "テスト"}  # beside classes; "valid" may be one itself
FILLING = re.compile(
    r"[\W\d_]+|set|images?|imgs?|data|split|folder|集|数据|資料|データ"
)  # of what split folders are called besides
# names of folders that hold shares of a set
SHARES = {"", *"abcd", *"fold part batch shard raw original processed resized augmented".split()}
UNTOLD = "{count} images without a label are left out: no table names a class of them."
UNPLACED = "{count} images without a label are left out: they lie in no folder of a class."
UNLABELLED = {"unlabelled", "unlabeled", "unlabel", "unsup", "unsupervised", "nolabel", "未标注", "无标签"}
NEIGHBOURS = {
    "doc",
    "docs",
    "documentation",
    "assets",
    "screenshot",
    "screenshots",
    "figures",
    "figs",
    "examples",
    "static",
    "media",
}
LEAST, SHARE = 8, 0.1  # images that have a class, and their share of all: below that classes are no matter
# what cameras, phones and programs call pictures: no words of what is in them
NO_WORDS = set(
    "img imgp dsc dscn dscf dsci pict pic pics picture pictures image images photo photos pxl mvimg vid gopr dji cimg sam kimg"
    " sdc wp screenshot screen shot capture scan frame file untitled unnamed download whatsapp wa signal fb at am pm jpg jpeg"
    " png thumb copy resized edited crop burst hdr pano no sample item test train val"
    " 照片 图片 图像 截图 屏幕截图 圖片 写真 画像".split()
)
Path = PurePosixPath


@dataclass
class Layout:
    """What was understood of the paths of images.

    labels: of each image its class, None where it has none. test: the images of a given split's test part, None where no
    split is given. left_out: images that are not to be used. skipped, notes: what to say.
    """

    classes: tuple[str, ...]
    labels: list[int | None]
    test: set[int] | None = None
    left_out: set[int] = field(default_factory=set)
    skipped: list[DataError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def names(self, images: Sequence[int]) -> list[str]:
        """The classes of some images by name; empty where there are none."""
        return [self.classes[label] for i in images if (label := self.labels[i]) is not None]


@dataclass
class _Part:
    """Images of one folder of a split, or all: their numbers, and the folders that each lies in from there on."""

    name: str
    kind: str
    dirs: dict[int, tuple[str, ...]]


def arrange(paths: Sequence[Path], named: Mapping[Path, str] | None = None, splits: Mapping[Path, str] | None = None) -> Layout:
    """Classes and split of images by where they lie.

    Folders around everything are looked through. Folders train and test (or val …), above or below those of the classes,
    are the split where most images lie in them. A folder at the next level is a class, where there are two or more of them
    with two images each on average, and at least a tenth of the images lies in them: the others are left out, and it is said.
    Where no folder names a class, a table may (named: an image's path -> its class), or the files' own names: "cat_01.png";
    where none names a split, a table's column or its own name may (splits).
    """
    found = Layout((), [None] * len(paths))
    parts = _parts({i: path.parts[:-1] for i, path in enumerate(paths)}, found, paths)
    if len(parts) == 1 and splits:
        parts = _split(parts[0], {i: splits[paths[i]] for i in parts[0].dirs if paths[i] in splits})
    labels = _of_folders(parts, found, paths)
    if not labels and named:
        labels = {i: named[path] for i, path in enumerate(paths) if path in named and i not in found.left_out}
        if not _sensible(labels.values(), len(paths) - len(found.left_out)):
            labels = {}
        elif len(labels) < len(paths) - len(found.left_out):
            _leave_out([i for part in parts for i in part.dirs if i not in labels], found, UNTOLD)
    if not labels:
        labels = _of_names(parts, paths)
        if labels:
            found.notes.append(Note("No folders name classes: they are read from the names of the files."))
    parts = [part for part in parts if set(part.dirs) - found.left_out]
    if {part.kind for part in parts} == {LEARN, TEST}:
        found.test = {i for part in parts if part.kind == TEST for i in part.dirs}
    found.classes = tuple(sorted(set(labels.values())))
    index = {name: i for i, name in enumerate(found.classes)}
    found.labels = [index[labels[i]] if i in labels else None for i in range(len(paths))]
    _say(found, parts, len(paths))
    return found


def _say(found: Layout, parts: Sequence[_Part], count: int) -> None:
    first: list[Note] = []
    if found.classes:
        some = ", ".join(found.classes[:6]) + (", …" if len(found.classes) > 6 else "")
        first.append(Note("{count} classes: {names}.", count=len(found.classes), names=some))
    elif count:
        first.append(Note("No classes: no two folders of images lie side by side."))
    if found.test is not None:
        names = " / ".join(dict.fromkeys(part.name for part in sorted(parts, key=_turn)))
        test = len(found.test - found.left_out)
        first.append(Note("Split {folders} as given: {train} images to learn from, {test} to test on.", folders=names,
                          train=count - len(found.left_out) - test, test=test))  # fmt: skip
    found.notes[:0] = first


def _turn(part: _Part) -> int:
    """Learning first, and what is called a test last."""
    return 0 if part.kind == LEARN else 1 + part.name.casefold().startswith("test")


def kind_of(folder: str) -> str | None:
    """Whether a folder's name is one of a split: "train", "test" (also for val, dev …), or None."""
    return SPLITS.get(FILLING.sub("", folder.casefold()) or folder.casefold())


def _parts(dirs: dict[int, tuple[str, ...]], found: Layout, paths: Sequence[Path]) -> list[_Part]:
    """The parts of a given split, else one of all images: below the folders that lie around them."""
    dirs = _unwrapped(dirs, found, paths)
    for level in (0, 1):
        at = {i: kind for i, d in dirs.items() if len(d) > level and (kind := kind_of(d[level]))}
        if set(at.values()) == {LEARN, TEST} and 2 * len(at) >= len(dirs):
            _beside([i for i in dirs if i not in at], found, paths)
            by_name: dict[str, dict[int, tuple[str, ...]]] = {}
            for i in at:
                by_name.setdefault(dirs[i][level], {})[i] = dirs[i][:level] + dirs[i][level + 1 :]
            return _inner([_Part(name, kind_of(name) or LEARN, own) for name, own in by_name.items()])
    if dirs and all(len(d) > 1 and FILLING.sub("", d[0].casefold()) in SHARES for d in dirs.values()):
        inside: dict[str, set[str]] = {}
        for d in dirs.values():
            inside.setdefault(d[0], set()).add(d[1])
        if len(inside) > 1 and len(set(map(frozenset, inside.values()))) == 1:  # fold1/cat fold1/dog fold2/cat fold2/dog
            return [_Part("", LEARN, {i: d[1:] for i, d in dirs.items()})]
    tests = {i: d for i, d in dirs.items() if d and FILLING.sub("", d[0].casefold()) in TEST_ALONE}
    others = {i: d for i, d in dirs.items() if i not in tests}
    if tests and len({d[0] for d in others.values() if d}) >= 2 and len({d[0] for d in tests.values()}) == 1:
        (name,) = {d[0] for d in tests.values()}
        return [_Part("…", LEARN, others), _Part(name, TEST, {i: d[1:] for i, d in tests.items()})]
    return [_Part("", LEARN, dirs)]


def _split(whole: _Part, told: Mapping[int, str]) -> list[_Part]:
    """Parts by what a table says of images; the whole where it says nothing of half of them, or names one kind alone."""
    kinds = {i: kind for i, name in told.items() if (kind := kind_of(name))}
    if set(kinds.values()) != {LEARN, TEST} or 2 * len(kinds) < len(whole.dirs):
        return [whole]
    parts: dict[str, _Part] = {}
    for i, dirs in whole.dirs.items():
        name = told[i] if i in kinds else "…"
        parts.setdefault(name, _Part(name, kinds.get(i, LEARN), {})).dirs[i] = dirs
    return list(parts.values())


def _unwrapped(dirs: dict[int, tuple[str, ...]], found: Layout, paths: Sequence[Path]) -> dict[int, tuple[str, ...]]:
    """Without folders around all images; the few that lie beside such a folder are left out."""
    while True:
        tops = Counter(d[0] for d in dirs.values() if d)
        most, count = tops.most_common(1)[0] if tops else ("", 0)
        inner = [d[1:] for d in dirs.values() if d and d[0] == most]
        alone = count == len(dirs) > 0
        beside = {name.casefold() for name in tops if name != most}
        few = beside <= NEIGHBOURS and count >= 0.8 * len(dirs) if beside else 2 * count >= len(dirs)
        if not (alone or (any(inner) and few)):
            return dirs
        _beside([i for i, d in dirs.items() if not d or d[0] != most], found, paths)
        dirs = {i: d[1:] for i, d in dirs.items() if d and d[0] == most}


def _inner(parts: list[_Part]) -> list[_Part]:
    """Parts without folders around all images of all of them, or of one where the others have none of that name."""
    while True:
        tops = [{d[0] if d else "" for d in part.dirs.values()} for part in parts]
        every = set.union(*tops)
        if len(every) == 1 and "" not in every:
            inside = parts
        else:
            inside = [
                part for n, part in enumerate(parts)
                if len(tops[n]) == 1 and all(len(d) > 1 for d in part.dirs.values())
                and not any(tops[n] & other for m, other in enumerate(tops) if m != n)
            ]  # fmt: skip
        if not inside:
            return parts
        for part in inside:
            part.dirs = {i: d[1:] for i, d in part.dirs.items()}


def _of_folders(parts: Sequence[_Part], found: Layout, paths: Sequence[Path]) -> dict[int, str]:
    """The class of each image by its folder; empty where folders are no classes."""
    inside = {i: d[0].strip() for part in parts for i, d in part.dirs.items() if d and _plain(d[0]) not in UNLABELLED}
    known = {d[0].strip() for part in parts if part.kind == LEARN for d in part.dirs.values() if d}
    spelt = {name.casefold(): name for name in sorted(known)} if len({n.casefold() for n in known}) == len(known) else {}
    bare = list[int]()
    for part in parts:
        of_part = {i: spelt.get(inside[i].casefold(), inside[i]) for i in part.dirs if i in inside}
        if part.kind == TEST and not any(name in known for name in of_part.values()):
            of_part = {}  # test/0.png or test/unknown/0.png: nobody says what these are
        bare += [i for i in part.dirs if i not in of_part]
        for i in part.dirs:
            inside.pop(i, None)
        inside |= of_part
    total = sum(len(part.dirs) for part in parts)
    if not _sensible(inside.values(), total):
        return {}
    whole = {i for part in parts if not set(part.dirs) & set(inside) for i in part.dirs}
    folders = {i for i in bare if i in whole or any(i in part.dirs and part.dirs[i] for part in parts)}
    _leave_out([i for i in bare if i in folders or 2 * len(inside) < total], found)
    _beside([i for i in bare if i not in found.left_out], found, paths)
    return inside


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _sensible(labels: Sequence[str] | object, total: int) -> bool:
    """Whether these are labels to learn from: of two or more classes, two of each on average, not of a few images alone."""
    counts = Counter(labels)  # pyright: ignore[reportCallIssue, reportArgumentType]
    count = sum(counts.values())
    return len(counts) >= 2 and count >= 2 * len(counts) and count >= max(min(LEAST, total), SHARE * total)


def _leave_out(images: Sequence[int], found: Layout, sentence: str = UNPLACED) -> None:
    if images:
        found.left_out |= set(images)
        found.notes.append(Note(sentence, count=len(images)))


def _beside(images: Sequence[int], found: Layout, paths: Sequence[Path]) -> None:
    found.left_out |= set(images)
    found.skipped += [
        DataError("{file} lies beside the folders that name the classes: put it into one of them.", file=paths[i])
        for i in images
    ]


def _of_names(parts: Sequence[_Part], paths: Sequence[Path]) -> dict[int, str]:
    """The class of each image by its file's name, where every name is a word and a number: "cat.0.jpg", "dog (12).png"."""
    found: dict[int, str] = {}
    for i in (i for part in parts for i in part.dirs):
        match = re.fullmatch(r"(.*?[^\W\d_])[\s._-]*\(?\d+\)?", paths[i].stem)
        if match is None or not spoken(match[1]):
            return {}
        found[i] = match[1]
    counts = Counter(found.values())
    alone = all(len(set(part.dirs.values())) == 1 for part in parts)
    return found if alone and len(counts) >= 2 and min(counts.values()) >= 4 else {}


def spoken(name: str) -> str:
    """The words of a file's name, "red_cat-01" -> "red cat"; "" where cameras and programs call all pictures so."""
    words = words_in(name.casefold())
    said = [word for word in words if not (len(word) == 1 and word.isascii())]
    return " ".join(words) if any(word not in NO_WORDS for word in said) else ""
