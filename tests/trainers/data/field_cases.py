"""Files and folders as people bring them, each with its expected reading.

`python -m tests.trainers.data.field_cases FOLDER` writes them all, to be tried by hand.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np

from tests.trainers.data.field import (
    Case,
    coco,
    coloured,
    deep,
    deflate64,
    folder,
    fractions,
    heic,
    images,
    lines,
    method,
    named,
    nfd,
    picture,
    ramp,
    raw,
    zipped,
)  # fmt: skip

CATS = ("cats", "dogs", "fish")
FLAT = images("", count=12, name="IMG_{:04}.png")
TEXTS = [f"a {colour} {thing}" for colour in ("red", "green", "blue") for thing in ("cat", "dog", "cup", "car")]
ROWS = [f"IMG_{i:04}.png,{text}" for i, text in enumerate(TEXTS)]
CAPTIONS = {"IMG_0000.png": "a red cat", "IMG_0011.png": "a blue car"}
CLASSED = [(f"IMG_{i:04}.png", "cat" if i % 2 else "dog") for i in range(12)]
JUNK = {
    "__MACOSX/cats/._0.png": b"\0\5\x16\7", "cats/.DS_Store": b"\0", "cats/Thumbs.db": b"\0", "desktop.ini": b"[x]",
    "dogs/._0.png": b"\0\5\x16\7", ".git/config": b"x", "@eaDir/0.png": b"x",
}  # fmt: skip
README = {"README.md": b"# cats", "LICENSE": b"MIT", "license.txt": b"MIT"}


def encoded(encoding: str, title: str, *names: str, file: str = "{}.png") -> Case:
    words = named(*names, file=file)
    said = (f"Names read as {title}.",)
    return Case(f"names in {title}: {', '.join(names)}", zipped(words, encoding), tuple(sorted(names)), len(words), notes=said)


NAMES = [
    encoded("utf-8", "UTF-8", "苹果", "西瓜", "蓝莓"),
    encoded("gb18030", "GBK", "苹果", "西瓜", "蓝莓", file="照片{:02}.png"),
    encoded("gb18030", "GBK", "猫", "狗", "鸟"),
    encoded("big5", "Big5", "貓", "狗", "鳥"),
    encoded("big5", "Big5", "圖片一", "功課", "許願"),  # letters whose second byte is a backslash
    encoded("cp932", "Shift-JIS", "りんご", "バナナ", "ぶどう"),
    encoded("cp932", "Shift-JIS", "ソフト", "表示", "能力"),  # so are these
    encoded("cp949", "EUC-KR", "고양이", "강아지", "물고기"),
    encoded("koi8-r", "KOI8-R", "кошки", "собаки", "птицы"),
    encoded("cp1251", "CP1251", "Кошки", "Собаки", "Птицы"),
    encoded("cp866", "CP866", "кошки", "собаки", "птицы"),
    encoded("cp437", "CP437", "Äpfel", "Crème", "Müsli"),
    encoded("cp850", "CP850", "maçã", "pêra", "limão"),
    encoded("cp1252", "CP1252", "Äpfel", "Crème", "Müsli"),
    encoded("cp1253", "CP1253", "γάτα", "σκύλος"),
    encoded("cp874", "CP874", "แมว", "สุนัข"),
    Case(
        "names in GBK and in UTF-8",
        zipped(named("苹果", "西瓜", "蓝莓"), "gb18030", {f"蓝莓/{i}.png": "utf-8" for i in range(4)}),
        ("苹果", "蓝莓", "西瓜"),
        notes=("Names read as GBK.",),
    ),
    Case(
        "names in GBK beside those of which the zip says so",
        zipped(named("苹果", "西瓜", "蓝莓"), "gb18030", {f"蓝莓/{i}.png": "" for i in range(4)}),
        ("苹果", "蓝莓", "西瓜"),
        notes=("Names read as GBK.",),
    ),
    Case(
        "names in Info-ZIP's field",
        zipped(named("苹果", "ñandú"), "gb18030", {f"ñandú/{i}.png": "cp850" for i in range(4)}, utf8_field=True),
        ("ñandú", "苹果"),
        8,
    ),
    Case(
        "names in GBK in a folder",
        folder(
            {
                f"{n}/{i}.png".encode("gbk").decode(errors="surrogateescape"): picture(i)
                for n in ("苹果", "西瓜")
                for i in range(4)
            }
        ),
        ("苹果", "西瓜"),
        8,
        notes=("Names read as GBK.",),
    ),
    Case(
        "one name composed in two ways",
        zipped(images("Äpfel", "Crème") | images(nfd("Äpfel"), nfd("Crème"), first=4)),
        ("Crème", "Äpfel"),
        16,
    ),
    Case(
        "the same in a folder",
        folder(images("Äpfel", "Crème") | images(nfd("Äpfel"), nfd("Crème"), first=4)),
        ("Crème", "Äpfel"),
        16,
    ),
    Case("backslashes", zipped({name.replace("/", "\\"): content for name, content in images(*CATS).items()}), CATS),
]

WRAPPED = "repo-main/data/"
SPLIT = images("train/cats", "train/dogs", "val/cats", "val/dogs", count=3)


def under(wrapper: str, members: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{wrapper}{name}": content for name, content in members.items()}


LAYOUTS = [
    Case("plain", zipped(images(*CATS)), CATS),
    Case("the same as a folder", folder(images(*CATS)), CATS),
    Case("two wrappers", zipped(under(WRAPPED, images(*CATS))), CATS),
    Case("five wrappers in a folder", folder(under("a/b/c/d/e/", images(*CATS))), CATS),
    Case(
        "a wrapper with neighbours",
        zipped(under("animals/", images(*CATS) | README | {"list.csv": b"a,b\n1,2"})),
        CATS,
        skipped=1,
    ),
    Case("neighbours at any level", folder(README | under("x/", README | under("data/", README | images(*CATS)))), CATS),
    Case(
        "a picture of the docs",
        zipped({"repo/docs/figure.png": picture(1)} | under("repo/data/", images(*CATS))),
        CATS,
        skipped=1,
    ),
    Case("a picture beside the wrapper", zipped({"logo.png": picture(1)} | under("animals/", images(*CATS))), CATS, skipped=1),
    Case("junk", zipped(images(*CATS) | JUNK), CATS),
    Case("junk in a folder", folder(images(*CATS) | JUNK), CATS),
    Case("a split", zipped(SPLIT), ("cats", "dogs"), 12, (6, 6), notes=("Split train / val as given",)),
    Case("a split in two wrappers", zipped(under("archive/animals/", SPLIT)), ("cats", "dogs"), 12, (6, 6)),
    Case(
        "a split in capitals",
        folder(images("TRAIN/cats", "TRAIN/dogs", "Test/cats", "Test/dogs")),
        ("cats", "dogs"),
        16,
        (8, 8),
        notes=("Split TRAIN / Test as given",),
    ),
    Case("training and testing", zipped(images("Training/a", "Training/b", "Testing/a", "Testing/b")), ("a", "b"), 16, (8, 8)),
    Case("train and validation", zipped(images("train/a", "train/b", "validation/a", "validation/b")), ("a", "b"), 16, (8, 8)),
    Case(
        "three parts",
        zipped(images("train/a", "train/b", "valid/a", "valid/b", "test/a", "test/b")),
        ("a", "b"),
        24,
        (8, 16),
        notes=("Split train / valid / test as given",),
    ),
    Case("a split within classes", zipped(images("a/train", "b/train", "a/test", "b/test")), ("a", "b"), 16, (8, 8)),
    Case(
        "a split within classes and a wrapper",
        folder(under("x/", images("a/Train", "b/Train", "a/val", "b/val"))),
        ("a", "b"),
        16,
        (8, 8),
    ),
    Case(
        "wrappers within parts",
        zipped(
            images("training_set/training_set/a", "training_set/training_set/b", "test_set/test_set/a", "test_set/test_set/b")
        ),
        ("a", "b"),
        16,
        (8, 8),
    ),
    Case("a split without classes", zipped(images("train", "test", count=6)), None, 12, (6, 6)),
    Case("a split in Chinese", zipped(images("训练集/猫", "训练集/狗", "测试集/猫", "测试集/狗")), ("狗", "猫"), 16, (8, 8)),
    Case(
        "classes spelt in two ways",
        zipped(images("train/Cat", "train/Dog", "test/cat", "test/dog")),
        ("Cat", "Dog"),
        16,
        (8, 8),
    ),
    Case(
        "an unlabelled test part",
        zipped(images("train/cat", "train/dog", count=5) | images("test", count=30)),
        ("cat", "dog"),
        10,
        notes=("30 images without a label are left out",),
    ),
    Case(
        "an unlabelled test part in a folder of its own",
        folder(images("train/cat", "train/dog", "test/unknown", count=5)),
        ("cat", "dog"),
        10,
        notes=("5 images without a label are left out",),
    ),
    Case(
        "an unlabelled test part beside train and val",
        zipped(SPLIT | images("test", count=9)),
        ("cats", "dogs"),
        12,
        (6, 6),
        notes=("9 images without a label are left out", "Split train / val as given"),
    ),
    Case(
        "an unlabelled test part beside classes",
        zipped(images("cat", "dog", "test", count=5)),
        ("cat", "dog"),
        10,
        notes=("5 images without a label are left out",),
    ),
    Case(
        "unlabelled images beside classes",
        zipped(images("cat", "dog", count=5) | images("", count=30)),
        ("cat", "dog"),
        10,
        notes=("30 images without a label are left out",),
    ),
    Case(
        "a folder of unlabelled images",
        zipped(images("cat", "dog", "unlabeled", count=5)),
        ("cat", "dog"),
        10,
        notes=("5 images without a label are left out",),
    ),
    Case("shares of a set", zipped(images("fold1/cats", "fold1/dogs", "fold2/cats", "fold2/dogs", count=3)), ("cats", "dogs")),
    Case("a set twice", folder(images("raw/cats", "raw/dogs", "resized/cats", "resized/dogs", count=3)), ("cats", "dogs")),
    Case(
        "folders within classes",
        zipped(images("animals/cats", "animals/dogs", "cars/red", "cars/blue")),
        ("animals", "cars"),
        16,
    ),
    Case(
        "a space behind a class",
        zipped(images("train/cats ", "train/dogs", "test/cats", "test/dogs ", count=3)),
        ("cats", "dogs"),
    ),
    Case("a class called valid", zipped(images("expired", "invalid", "valid")), ("expired", "invalid", "valid")),
    Case("one folder", folder(images("cats", count=9)), None, 9, notes=("No classes",)),
    Case("one folder in a zip", zipped(images("cats", count=9)), None, 9, notes=("No classes",)),
    Case(
        "classes in the names of files",
        zipped(images("", count=6, name="cat.{}.png") | images("", count=6, name="dog.{}.png")),
        ("cat", "dog"),
        notes=("read from the names of the files",),
    ),
    Case(
        "classes in names, in parts",
        zipped(
            images("train", count=5, name="cat_{:03}.png")
            | images("train", count=5, name="dog_{:03}.png")
            | images("test", count=5, name="{}.png")
        ),
        None,
        15,
        (10, 5),
    ),
    Case("names of cameras", zipped(FLAT), None),
    Case(
        "names of two cameras", zipped(images("", count=6, name="IMG_{}.png") | images("", count=6, name="DSC{:05}.png")), None
    ),
]

WORDS = [
    Case(
        "texts beside",
        zipped(FLAT | {f"IMG_{i:04}.txt": text.encode() for i, text in enumerate(TEXTS)}),
        captions=CAPTIONS,
        notes=("Captions read from 12 text files",),
    ),
    Case(
        "texts with a mark, in another folder",
        zipped(
            under("images/", FLAT)
            | {f"captions/IMG_{i:04}.txt": b"\xef\xbb\xbf" + text.encode() + b"\r\n" for i, text in enumerate(TEXTS)}
        ),
        captions=CAPTIONS,
    ),
    Case("boxes are no captions", zipped(FLAT | {f"IMG_{i:04}.txt": b"0 0.5 0.5 0.1 0.2\n" for i in range(12)}), skipped=12),
    Case(
        "captions.csv",
        zipped(FLAT | {"captions.csv": lines(["file_name,caption", *ROWS])}),
        captions=CAPTIONS,
        notes=("Captions read from captions.csv.",),
    ),
    Case(
        "metadata.csv with a mark and CRLF",
        folder(FLAT | {"metadata.csv": b"\xef\xbb\xbf" + lines(["file_name,text", *ROWS], "\r\n")}),
        captions=CAPTIONS,
    ),
    Case(
        "semicolons",
        zipped(FLAT | {"metadata.csv": lines(["file_name;text", *(row.replace(",", ";") for row in ROWS)])}),
        captions=CAPTIONS,
    ),
    Case(
        "tabs",
        zipped(FLAT | {"captions.tsv": lines(["image\tcaption", *(row.replace(",", "\t") for row in ROWS)])}),
        captions=CAPTIONS,
    ),
    Case(
        "quotes",
        zipped(
            FLAT
            | {
                "captions.csv": lines(
                    ['"file_name","text"', *(f'"IMG_{i:04}.png","{text}, ""so"""' for i, text in enumerate(TEXTS))]
                )
            }
        ),
        captions={"IMG_0000.png": 'a red cat, "so"'},
    ),
    Case("no head", zipped(FLAT | {"captions.csv": lines(ROWS)}), captions=CAPTIONS),
    Case(
        "other columns first",
        zipped(
            FLAT
            | {
                "captions.csv": lines(
                    ["n,caption,width,image", *(f"{i},{text},8,IMG_{i:04}.png" for i, text in enumerate(TEXTS))]
                )
            }
        ),
        captions=CAPTIONS,
    ),
    Case("UTF-16", zipped(FLAT | {"captions.csv": "\n".join(["file_name,text", *ROWS]).encode("utf-16")}), captions=CAPTIONS),
    Case(
        "files in sub-folders",
        zipped(
            {f"data/images/{n}": c for n, c in FLAT.items()}
            | {"data/metadata.csv": lines(["file_name,text", *(f"images/{row}" for row in ROWS)])}
        ),
        captions=CAPTIONS,
    ),
    Case(
        "paths of another machine",
        zipped(FLAT | {"captions.csv": lines(["path,caption", *(f"C:\\me\\{row}" for row in ROWS)])}),
        captions=CAPTIONS,
    ),
    Case(
        "names without their endings",
        zipped(FLAT | {"captions.csv": lines(["id,caption", *(r.replace(".png", "") for r in ROWS)])}),
        captions=CAPTIONS,
    ),
    Case(
        "missing rows",
        zipped(FLAT | {"metadata.csv": lines(["file_name,text", *ROWS[:9]])}),
        None,
        9,
        notes=("3 images without a caption are left out",),
    ),
    Case(
        "missing rows beside classes",
        zipped(
            images("cat", "dog", count=6)
            | {
                "metadata.csv": lines(
                    [
                        "file_name,text",
                        *(f"cat/{i}.png,cat {i} here" for i in range(6)),
                        *(f"dog/{i}.png,dog {i} here" for i in range(3)),
                    ]
                )
            }
        ),
        ("cat", "dog"),
        captions={"cat/0.png": "cat 0 here", "dog/5.png": "dog"},
        notes=("3 images have no caption: the name of their class",),
    ),
    Case(
        "rows without images",
        zipped(FLAT | {"metadata.csv": lines(["file_name,text", *ROWS, "gone.png,a cat", "lost.png,x"])}),
        captions=CAPTIONS,
        notes=("that name no image here: 2.",),
    ),
    Case(
        "several captions",
        zipped(FLAT | {"captions.txt": lines(["image,caption", *ROWS, *(f"{row} again" for row in ROWS)])}),
        captions=CAPTIONS,
        notes=("several captions for an image",),
    ),
    Case(
        "few captions",
        zipped(FLAT | {"captions.csv": lines(["file_name,text", *ROWS[:3]])}),
        captions={},
        notes=("Only 3 of 12 images have a caption",),
    ),
    Case(
        "metadata.jsonl",
        zipped(
            FLAT
            | {
                "metadata.jsonl": lines(
                    [f'{{"file_name": "IMG_{i:04}.png", "text": "{text}"}}' for i, text in enumerate(TEXTS)]
                )
            }
        ),
        captions=CAPTIONS,
        notes=("Captions read from metadata.jsonl.",),
    ),
    Case(
        "jsonl with captions and a line cut off",
        zipped(
            FLAT
            | {
                "metadata.jsonl": lines(
                    [
                        *(f'{{"file_name": "IMG_{i:04}.png", "caption": "{text}"}}' for i, text in enumerate(TEXTS)),
                        '{"file_name": "IM',
                    ]
                )
            }
        ),
        captions=CAPTIONS,
    ),
    Case(
        "metadata of each part",
        zipped(
            {
                f"{part}/{name}": content
                for part, keep in (("train", range(8)), ("test", range(8, 12)))
                for i, (name, content) in enumerate(FLAT.items())
                if i in keep
            }
            | {
                "train/metadata.csv": lines(["file_name,text", *ROWS[:8]]),
                "test/metadata.csv": lines(["file_name,text", *ROWS[8:]]),
            }
        ),
        None,
        12,
        (8, 4),
        CAPTIONS,
    ),
    Case(
        "captions in GBK",
        zipped(
            FLAT
            | {
                "captions.csv": "\n".join(["file_name,text", *(f"IMG_{i:04}.png,第{i}只红色的猫" for i in range(12))]).encode(
                    "gbk"
                )
            }
        ),
        captions={"IMG_0003.png": "第3只红色的猫"},
    ),
    Case(
        "classes in a table",
        zipped(FLAT | {"labels.csv": lines(["id,label", *(f"IMG_{i:04},{'cat' if i % 2 else 'dog'}" for i in range(12))])}),
        ("cat", "dog"),
    ),
    Case(
        "a table with a mark, semicolons and CRLF",
        zipped(FLAT | {"labels.csv": b"\xef\xbb\xbf" + lines(["filename;label", *(f"{n};{c}" for n, c in CLASSED)], "\r\n")}),
        ("cat", "dog"),
    ),
    Case("a list in a text table", folder(FLAT | {"train.txt": lines([f"{n} {c}" for n, c in CLASSED])}), ("cat", "dog")),
    Case(
        "COCO's captions",
        zipped(FLAT | {"annotations/captions_val.json": coco(TEXTS)}),
        captions=CAPTIONS,
        notes=("Captions read from annotations/captions_val.json.",),
    ),
    Case(
        "Flickr's captions",
        zipped(
            FLAT
            | {
                "captions.txt": lines(
                    [f"IMG_{i:04}.png#{j}\t{text}{' again' * j}" for i, text in enumerate(TEXTS) for j in (0, 1)]
                )
            }
        ),
        captions=CAPTIONS,
        notes=("several captions for an image",),
    ),
    Case(
        "a JSON for each image",
        zipped(FLAT | {f"IMG_{i:04}.json": f'{{"caption": "{text}", "width": 8}}'.encode() for i, text in enumerate(TEXTS)}),
        captions=CAPTIONS,
    ),
    Case(
        "shards of images, texts and JSON",
        zipped(
            FLAT
            | {
                f"IMG_{i:04}.{end}": said
                for i, text in enumerate(TEXTS)
                for end, said in (("txt", text.encode()), ("json", b'{"status": "success"}'))
            }
        ),
        captions=CAPTIONS,
    ),
    Case(
        "a split in a table",
        zipped(
            FLAT
            | {
                "metadata.csv": lines(
                    ["file_name,label,split", *(f"{n},{c},{'train' if i < 8 else 'test'}" for i, (n, c) in enumerate(CLASSED))]
                )
            }
        ),
        ("cat", "dog"),
        12,
        (8, 4),
        notes=("Split train / test as given",),
    ),
    Case(
        "a table of each part beside one folder of images",
        zipped(
            {f"images/{n}": c for n, c in FLAT.items()}
            | {
                f"{part}.csv": lines(["image,label", *(f"{n},{c}" for n, c in CLASSED[some])])
                for part, some in (("train", slice(8)), ("val", slice(8, 12)))
            }
        ),
        ("cat", "dog"),
        12,
        (8, 4),
        notes=("Split train / val as given",),
    ),
    Case(
        "answers that a competition wants replaced, of a table",
        zipped(
            images("test", count=6, name="u{}.png")
            | {f"train/{n}": c for n, c in FLAT.items()}
            | {
                "train.csv": lines(["id,label", *(f"{n[:-4]},{c}" for n, c in CLASSED)]),
                "sample_submission.csv": lines(["id,label", *(f"u{i},cat" for i in range(6))]),
            }
        ),
        ("cat", "dog"),
        skipped=1,
        notes=("6 images without a label are left out: no table names a class of them.",),
    ),
    Case("a workbook", zipped(FLAT | {"captions.xlsx": b"PK\3\4x", "metadata.parquet": b"PAR1"}), skipped=2),
    Case("a table of other things", zipped(FLAT | {"captions.csv": b"x,y\n1,2\n"}), skipped=1),
]


FORMATS = [
    Case(
        "HEIC",
        zipped({f"a/{i}.HEIC": heic(225 + i) for i in range(4)} | {f"b/{i}.heif": heic(230) for i in range(4)}),
        ("a", "b"),
        8,
    ),
    Case("AVIF", folder({f"{f}/{i}.avif": picture(i, "AVIF") for f in "ab" for i in range(4)}), ("a", "b"), 8),
    Case("a colour mode each", zipped({f"{i}.png": picture(i, mode=mode) for i, mode in enumerate(["RGB", "L"] * 4)}), None, 8),
    Case(
        "12 bits in TIFF",
        folder({f"{f}/{i}.tif": deep(100 + 9 * i, 3000 + i, form="TIFF") for f in "ab" for i in range(4)}),
        ("a", "b"),
        8,
        notes=("12 of 16 bits used",),
    ),
    Case(
        "9 bits in TIFF",
        zipped({f"{f}/{i}.tif": deep(98 + i, 390, form="TIFF") for f in "ab" for i in range(4)}),
        ("a", "b"),
        8,
        notes=("9 of 16 bits used",),
    ),
    Case("10 bits in PNG", zipped({f"{i}.png": deep(0, 1023 - i) for i in range(8)}), None, 8, notes=("10 of 16 bits used",)),
    Case(
        "14 bits in TIFF by its own word",
        zipped({f"{i}.tiff": deep(5, 9000, 14, "TIFF") for i in range(8)}),
        None,
        8,
        notes=("14 of 16 bits used",),
    ),
    Case(
        "12 bits in PNG by its own word",
        zipped({f"{i}.png": deep(10, 900, 12) for i in range(8)}),
        None,
        8,
        notes=("12 of 16 bits used",),
    ),
    Case(
        "12 bits a colour in PNG",
        zipped({f"{i}.png": coloured(ramp(4095 - 99 * i, 3)) for i in range(8)}),
        None,
        8,
        notes=("12 of 16 bits used: values 0 to 4095",),
    ),
    Case(
        "12 bits a colour beside transparency",
        folder({f"{i}.png": coloured(ramp(4095, 4, True)) for i in range(8)}),
        None,
        8,
        notes=("12 of 16 bits used",),
    ),
    Case(
        "10 bits of grey beside transparency",
        zipped({f"{i}.png": coloured(ramp(1023, 2, True)) for i in range(8)}),
        None,
        8,
        notes=("10 of 16 bits used",),
    ),
    Case(
        "12 bits a colour by its own word",
        zipped({f"{i}.png": coloured(ramp(900, 3), 12) for i in range(8)}),
        None,
        8,
        notes=("12 of 16 bits used: values 0 to 900",),
    ),
    Case(
        "14 bits a colour in TIFF",
        zipped({f"{i}.tif": coloured(ramp(9000, 3), form="TIFF") for i in range(8)}),
        None,
        8,
        notes=("14 of 16 bits used: values 0 to 9000",),
    ),
    Case("16 bits a colour", zipped({f"{i}.png": coloured(ramp(65535, 3)) for i in range(8)}), None, 8),
    Case(
        "fractions in TIFF",
        zipped({f"{i}.tif": fractions(ramp(0.5 + i / 14, 1, kind=np.float32)[..., 0]) for i in range(8)}),
        None,
        8,
        notes=("Values 0 to 1 are stretched",),
    ),
    Case("a TIFF of another kind", zipped(FLAT | {"odd.tif": fractions(ramp(1, 3, kind=np.float64))}), None, 12, skipped=1),
    Case("deflate64", deflate64(images(*CATS)), CATS),
    Case("LZMA", zipped(images(*CATS), method=zipfile.ZIP_LZMA), CATS),
    Case("bzip2", zipped(images(*CATS), method=zipfile.ZIP_BZIP2), CATS),
    Case("Zstandard", method(93), fails="packed by Zstandard, which is not read"),
    Case("PPMd", method(98), fails="packed by PPMd, which is not read"),
    Case("a password", method(0, flags=1), fails="is encrypted"),
    Case("AES", method(99, flags=1), fails="is encrypted"),
    Case("a 7z", raw("own.zip", b"7z\xbc\xaf\x27\x1c" + bytes(60)), fails="is a 7z archive"),
    Case("a RAR", raw("own.zip", b"Rar!\x1a\7\1\0" + bytes(60)), fails="is a RAR archive"),
    Case("a tar", raw("own.zip", bytes(257) + b"ustar\x0000" + bytes(250)), fails="is a tar archive"),
    Case("a 7z within", zipped(FLAT | {"more.7z": b"7z\xbc\xaf\x27\x1c" + bytes(60)}), None, 12, skipped=1),
    Case("a zip cut off", raw("own.zip", b"PK\3\4" + bytes(60)), fails="is cut off or damaged"),
    Case("texts alone", zipped({"a.txt": b"cat", "README.md": b"x"}), fails="No image in"),
]

CASES = [*NAMES, *LAYOUTS, *WORDS, *FORMATS]

if __name__ == "__main__":
    for case in CASES:
        into = Path(sys.argv[1], case.name.replace("/", " "))
        into.mkdir(parents=True, exist_ok=True)
        case.make(into)
