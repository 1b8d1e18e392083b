"""The built-in data sets and the files that they are made of."""

from __future__ import annotations

import gzip
import struct
from collections import Counter
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch

from scripts import build_emoji, build_fashion_mnist
from trainers.data import BUILT_IN, Dataset, cifar10, digits, emoji, fashion_mnist, images_io, load, moved_garments
from trainers.errors import DataError

SHIPPED = ["fashion-mnist", "moved-garments", "emoji", "emoji-held-out", "digits"]
ASSETS = images_io.ASSETS


def check(data: Dataset) -> None:
    """What holds of every data set: one shape, uint8, labels that point at classes, a name for each image."""
    assert data.train.images.shape[1:] == data.test.images.shape[1:]
    for part in (data.train, data.test):
        assert part.images.dtype == torch.uint8 and part.images.is_contiguous()
        assert part.labels is not None and part.labels.dtype == torch.int64
        assert set(part.labels.tolist()) == set(range(len(data.classes)))
        assert len(part.labels) == len(part.images) == len(part.names) == len(set(part.names))
        assert all(len(captions) == len(part) for captions in part.captions.values())
    assert data.skipped == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_source_gives_the_same_object(name: str) -> None:
    data = load(name)
    check(data)
    assert data.name == name
    assert load(name).test.images.equal(data.test.images)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("size", [16, 64])
def test_sizes(name: str, size: int) -> None:
    data = load(name, size)
    assert data.train.images.shape[2:] == data.test.images.shape[2:] == (size, size)


@pytest.mark.parametrize("name", SHIPPED)
def test_size_out_of_range(name: str) -> None:
    for size in (0, 7, 129):
        with pytest.raises(DataError, match=r"^The image size must be from 8 to 128 pixels\.$"):
            load(name, size)


def test_unknown_name() -> None:
    with pytest.raises(DataError):
        load("imagenet")
    assert set(SHIPPED) < set(BUILT_IN)


# Fashion-MNIST


def test_fashion_mnist_subset() -> None:
    data = fashion_mnist.subset()
    assert data.train.images.shape == (10_000, 1, 28, 28) and data.test.images.shape == (2_000, 1, 28, 28)
    assert data.train.labels is not None and data.test.labels is not None
    assert data.train.labels.bincount().tolist() == [1000] * 10 and data.test.labels.bincount().tolist() == [200] * 10
    assert data.classes[:2] == ("T-shirt/top", "Trouser") and len(data.classes) == 10
    area = data.train.images.flatten(1).float().mean(1)
    by_class = torch.stack([area[data.train.labels == label].mean() for label in range(10)])
    assert by_class.argmin() == data.classes.index("Sandal")  # as in the whole data set: the labels fit the pictures


def write_idx(folder: Path, split: str, labels: np.ndarray) -> None:
    images = np.repeat(labels, 28 * 28).reshape(-1, 28, 28)
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}i", *array.shape)
        (folder / f"{split}-{kind}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))


def test_full_fashion_mnist_reads_the_official_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path, "train", np.arange(30, dtype=np.uint8) % 10)
    write_idx(tmp_path, "t10k", np.arange(10, dtype=np.uint8))
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path)
    data = fashion_mnist.full()
    check(data)
    assert data.train.images.shape == (30, 1, 28, 28) and data.train.images[13].unique().tolist() == [3]


def test_damaged_official_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    for content in (None, b"", b"hello", gzip.compress(b"hello"), gzip.compress(b"\0\0\x08\3" + bytes(8))):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataError) as caught:
            fashion_mnist.full()
        assert str(caught.value) == f"The Fashion-MNIST file {path} is missing or damaged: fetch it again."


@pytest.mark.skipif(not fashion_mnist.DEBIAN_FOLDER.is_dir(), reason="needs Debian's package dataset-fashion-mnist")
def test_shipped_fashion_mnist_is_what_the_script_draws() -> None:
    rng = np.random.default_rng(build_fashion_mnist.SEED)
    data = fashion_mnist.subset()
    for split, part in (("train", data.train), ("t10k", data.test)):
        drawn = build_fashion_mnist.draw(*fashion_mnist.read_split(fashion_mnist.DEBIAN_FOLDER, split), len(part), rng)
        assert torch.from_numpy(drawn).unsqueeze(1).equal(part.images)


def test_draw_takes_classes_in_turn() -> None:
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(10, dtype=np.uint8), 5))
    images = np.broadcast_to(labels[:, None, None], (50, 28, 28))
    drawn = build_fashion_mnist.draw(images, labels, 30, np.random.default_rng(0))
    assert drawn[:, 0, 0].tolist() == list(range(10)) * 3


# Moved garments


def test_moved_garments_are_those_of_fashion_mnist_and_each_says_how_it_was_made() -> None:
    data, source = moved_garments.load(), fashion_mnist.subset()
    assert data.train.images.shape == (10_000, 1, 40, 40) and data.test.images.shape == (2_000, 1, 40, 40)
    for part, own in ((data.train, source.train), (data.test, source.test)):
        assert part.labels is not None and own.labels is not None and part.labels.equal(own.labels)
        assert set(part.factors) == {"across", "down", "size", "turn", "brightness", "mirror"}
        assert all(len(values) == len(part) for values in part.factors.values())
        # what is seen agrees with what is said: the light, and where its middle is
        light = part.images[:, 0].float()
        said = own.images.float().mean((1, 2, 3)) * part.factors["brightness"] * (part.factors["size"] * 28 / 40) ** 2
        assert (light.mean((1, 2)) / said - 1).abs().median() < 0.02
        at = (2 * torch.arange(40) + 1) / 40 - 1
        for name, dim in (("across", 1), ("down", 2)):
            middle = (light.sum(dim) * at).sum(1) / light.sum((1, 2))
            assert torch.corrcoef(torch.stack([middle, part.factors[name]]))[0, 1] > 0.9
    assert not data.train.factors["across"][:2000].equal(data.test.factors["across"])


@pytest.mark.parametrize(
    ("factors", "row", "column"),  # a spot at the right of the middle of the garment, 8 pixels from its middle
    [({}, 19.5, 27.5), ({"mirror": 1}, 19.5, 11.5), ({"across": 0.25, "down": -0.5}, 9.5, 32.5), ({"size": 0.5}, 19.5, 23.5),
     ({"turn": 90}, 27.5, 19.5), ({"turn": 90, "mirror": 1}, 11.5, 19.5)],
)  # fmt: skip
def test_a_garment_is_placed_as_its_factors_say(factors: dict[str, float], row: float, column: float) -> None:
    spot = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    spot[..., 12:16, 20:24] = 200
    usual = {"across": 0.0, "down": 0.0, "size": 1.0, "turn": 0.0, "brightness": 0.5, "mirror": 0}
    made = {key: torch.tensor([value]) for key, value in (usual | factors).items()}
    placed = moved_garments.place(spot, made | {"mirror": made["mirror"].bool()})[0, 0].double()
    assert placed.shape == (40, 40) and placed.max() == 100
    found = [float((placed.sum(dim) * torch.arange(40)).sum() / placed.sum()) for dim in (1, 0)]
    assert found == pytest.approx([row, column], abs=0.05)


def test_no_moved_garment_is_cut_off() -> None:
    factors = moved_garments.draw(5_000, torch.Generator().manual_seed(3))
    for name in ("across", "down"):
        assert float((factors[name].abs() + factors["size"] * 28 / 40).max()) <= 1
    assert factors["mirror"].float().mean() == pytest.approx(0.5, abs=0.03)


# Emoji


def test_emoji_table() -> None:
    table = emoji.table()
    assert 1800 <= len(table) == len({one.code for one in table})
    assert len({one.group for one in table}) == 9
    grinning = table[0]
    assert (grinning.code, grinning.character, grinning.en, grinning.zh) == ("1F600", "😀", "grinning face", "嘿嘿")
    assert "smile" in grinning.tags_en and "笑脸" in grinning.tags_zh
    for one in table:
        assert one.en and one.zh and {"google", "twitter"} <= set(one.vendors) <= set(emoji.VENDORS)
        assert not {"1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"} & set(one.code.split("-"))  # skin tones


def test_a_tile_is_white_exactly_where_the_table_has_no_picture() -> None:
    for vendor in emoji.VENDORS:
        tiles = images_io.read_sprite(emoji.sprite_path(vendor), len(emoji.table()), emoji.NATIVE_SIZE)
        drawn = (tiles.flatten(1) != 255).any(1)
        assert drawn.tolist() == [vendor in one.vendors for one in emoji.table()]


def test_vendors_are_aligned() -> None:
    """The same row of each sprite is the same emoji: its own picture by another vendor is among the closest."""
    both = [row for row, one in enumerate(emoji.table()) if "fluent" in one.vendors and one.group != "People & body"]
    tiles = [
        images_io.resize(images_io.read_sprite(emoji.sprite_path(vendor), len(emoji.table()), 64), 8)[both]
        for vendor in emoji.VENDORS
    ]
    google, twitter, fluent = (tile.flatten(1).float() for tile in tiles)
    for other in (twitter, fluent):
        distance = torch.cdist(google, other)
        rank = (distance < distance.diagonal()[:, None]).sum(1)
        assert rank.median() <= 15  # of more than 1,100; by chance half of that


def rows_of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, vendor) for code, vendor in (name.split(" ") for name in names)]


def test_emoji_by_vendor() -> None:
    data = emoji.by_vendor()
    table = {one.code: one for one in emoji.table()}
    train, test = rows_of(data.train.names), rows_of(data.test.names)
    assert Counter(vendor for _, vendor in test) == {"twitter": len(table)}
    assert Counter(vendor for _, vendor in train)["google"] == len(table)
    assert set(train) == {(code, v) for code, one in table.items() for v in one.vendors if v != "twitter"}
    for part, rows in ((data.train, train), (data.test, test)):
        assert part.labels is not None
        assert [data.classes[label] for label in part.labels] == [table[code].group for code, _ in rows]
        assert part.captions["en"] == tuple(table[code].en for code, _ in rows)
        assert part.captions["zh"] == tuple(table[code].zh for code, _ in rows)


def test_held_out_emoji_are_in_one_part_only() -> None:
    data = emoji.held_out()
    train, test = rows_of(data.train.names), rows_of(data.test.names)
    assert not {code for code, _ in train} & {code for code, _ in test}
    assert len(set(train + test)) == sum(len(one.vendors) for one in emoji.table())
    assert 0.09 < len({code for code, _ in test}) / len(emoji.table()) < 0.11
    assert {vendor for _, vendor in test} == {vendor for _, vendor in train} == set(emoji.VENDORS)


def test_images_belong_to_their_names() -> None:
    data = emoji.by_vendor(64)
    sprite = images_io.read_sprite(emoji.sprite_path("twitter"), len(emoji.table()), 64)
    assert data.test.images.equal(sprite)
    assert data.test.names == tuple(f"{one.code} twitter" for one in emoji.table())


def test_names_of_fluent_files(tmp_path: Path) -> None:
    for stem in ("pinata", "waving-hand-default", "person-genie", "woman-blonde-hair-default", "blackbird"):
        (tmp_path / f"{stem}.svg").touch()
    names = ["piñata", "waving hand", "genie", "woman: blond hair", "black bird"]
    assert all(build_emoji.fluent_path(tmp_path, name) for name in names)
    assert build_emoji.fluent_path(tmp_path, "flag: France") is None
    assert build_emoji.bare("263a-fe0f") == "263A"


# Digits and CIFAR-10


def test_digits() -> None:
    data = digits.load()
    assert data.train.images.shape == (1437, 1, 28, 28) and data.test.images.shape == (360, 1, 28, 28)
    assert data.train.images.max() == 255 and data.train.images.min() == 0
    assert data.test.labels is not None and min(data.test.labels.bincount()) >= 34
    assert set(digits.load(8).train.images.unique().tolist()) == {round(value * 255 / 16) for value in range(17)}


def test_cifar10(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Fake:
        def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
            count = 50 if train else 10
            self.data = np.zeros((count, 32, 32, 3), np.uint8)
            self.data[..., 1] = 7
            self.targets = [i % 10 for i in range(count)]

    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    monkeypatch.setattr("torchvision.datasets.CIFAR10", Fake)
    data = cifar10.load()
    check(data)
    assert data.train.images.shape == (50, 3, 32, 32) and data.train.images[0, :, 0, 0].tolist() == [0, 7, 0]


@pytest.mark.parametrize(
    "error", [URLError("no network"), RuntimeError("no network:\nTried https://x"), TimeoutError("no network")]
)
def test_what_cannot_be_downloaded(error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def offline(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "none")
    for title, kind, get in (
        ("Fashion-MNIST", "FashionMNIST", fashion_mnist.full),
        ("CIFAR-10", "CIFAR10", cifar10.load),
    ):
        monkeypatch.setattr(f"torchvision.datasets.{kind}", offline)
        with pytest.raises(DataError) as caught:
            get()
        assert str(caught.value) == (
            f"{title} cannot be downloaded (no network): connect to the internet, or choose other data."
        )


# Sprites and shipped files


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_sprites_are_lossless(tmp_path: Path, name: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (130, 8, 8, 3), np.uint8)
    images_io.write_sprite(tmp_path / name, images)
    assert images_io.read_sprite(tmp_path / name, 130, 8).equal(torch.from_numpy(images).permute(0, 3, 1, 2))


def test_missing_and_damaged_sprites(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for content in (None, b"hello"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataError, match=r"^The shipped file a.png is missing or damaged: get the assets folder"):
            images_io.read_sprite(path, 1, 8)


def test_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    assert images_io.cache_folder() == tmp_path
    monkeypatch.delenv("PLAYGROUND_DATA")
    assert images_io.cache_folder() == Path.home() / ".cache" / "representation-playground"


def test_shipped_files_are_small() -> None:
    sizes = [path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()]
    assert max(sizes) < 10_000_000 and sum(sizes) <= 25_000_000


def test_sprites_have_fewer_than_12_million_pixels() -> None:
    from PIL import Image

    for path in [fashion_mnist.SPRITE, *map(emoji.sprite_path, emoji.VENDORS)]:
        with Image.open(path) as picture:
            assert picture.width * picture.height < 12_000_000


def test_licences_lie_beside_the_data() -> None:
    expected = {
        "LICENSE-fashion_mnist.txt": "Zalando SE",
        "emoji/LICENSE-google.txt": "Apache License",
        "emoji/LICENSE-twitter.txt": "Creative Commons Attribution 4.0 International",
        "emoji/LICENSE-fluent.txt": "Microsoft Corporation",
        "emoji/LICENSE-emojibase.txt": "Miles Johnson",
        "emoji/LICENSE-unicode.txt": "UNICODE LICENSE V3",
    }
    readme = (ASSETS.parent / "README.md").read_text("utf-8")
    for name, words in expected.items():
        assert words in (ASSETS / name).read_text("utf-8")
        assert name.split("/")[-1] in readme
