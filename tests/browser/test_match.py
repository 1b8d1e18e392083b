"""The Match tab as people use it: emoji and photos, labels in two languages, models from folders, search, tests, the lesson."""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import open_clip
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from numpy.testing import assert_allclose
from PIL import Image, ImageOps
from playwright.sync_api import Locator, Page, expect
from skimage.data import astronaut, chelsea

from playground.match.models import ASSETS, SHIPPED
from playground.match.place import GRID, hidden
from playground.match.sets import painted
from playground.match.sources import CONFIG
from tests.browser.conftest import App, curve_drawn
from tests.playground.match.test_models import WEIGHTS, few_emoji, small_clip
from tests.playground.match.test_towers import save_tiny
from trainers import data, record
from trainers.checkpoint import load_model
from trainers.clip_towers import export
from trainers.data import emoji

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
ACTIVITIES = {"words": "match", "close": "place", "find": "find", "test": "test", "lesson": ""}  # and the kind of their answers
# what the small model knows well of Twitter's drawings, which it never saw
KNOWN = ("red heart", "eye", "cactus", "guitar", "grinning face", "airplane")


@cache
def row(name: str) -> emoji.Emoji:
    return next(one for one in emoji.table() if one.en == name)


@cache
def drawn(name: str, side: int = 64) -> bytes:
    """An emoji as Twitter draws it, as the file that a person would have."""
    twitter = data.load("emoji", 64).test
    image = Image.fromarray(twitter.images[twitter.captions["en"].index(name)].permute(1, 2, 0).numpy())
    return saved(image.resize((side, side), Image.Resampling.LANCZOS))


def saved(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, **{"format": "PNG"} | options)
    return out.getvalue()


@cache
def photos() -> dict[str, bytes]:
    """Real photographs (Chelsea the cat, CC0; Eileen Collins, NASA, public domain; with scikit-image), one on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    turned = Image.fromarray(astronaut()).transpose(Image.Transpose.ROTATE_90)
    return {"cat.png": saved(Image.fromarray(chelsea())), "astronaut.jpg": saved(turned, format="JPEG", quality=95, exif=exif)}


def plain(folder: Path, files: Sequence[bytes], texts: Sequence[str]) -> tuple[np.ndarray, float]:
    """Cosines (n,m) of pictures and texts, and the logit scale, by open_clip's own calls alone."""
    name = f"local-dir:{folder}"
    model, _, prepare = open_clip.create_model_and_transforms(name)
    images = [ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB") for file in files]
    with torch.inference_mode():
        x = model.eval().encode_image(torch.stack([prepare(image) for image in images]), normalize=True)
        y = model.encode_text(open_clip.get_tokenizer(name)(list(texts)), normalize=True)
        return (x @ y.T).numpy(), float(model.logit_scale.exp())


def softmax(logits: np.ndarray, axis: int) -> np.ndarray:
    return torch.from_numpy(logits).softmax(axis).numpy()


@pytest.fixture(scope="module")
def runs(app: App) -> dict[str, Path]:
    """Two runs of CLIP that have hardly begun: with the symmetric loss, and with one half of it."""
    made = {"both": {}, "half": {"symmetric": False}}
    return {name: small_clip(app.runs / f"match-{name}", steps=40, **knobs) for name, knobs in made.items()}


@pytest.fixture(scope="module")
def exported(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "exported"
    export(load_model(runs["both"]), folder)
    return folder


@pytest.fixture
def match(open_page: Open) -> Callable[..., Page]:
    """Opens the tab as a link does, and waits for its first answer. Without quiet=False an error in the console fails."""

    def open(do: str = "words", query: str = "", quiet: bool = True, **options: object) -> Page:
        page = open_page(f"?tab=match&match={do}{query}", quiet=quiet, **options)
        ready(page, ACTIVITIES[do])
        return page

    return open


def ready(page: Page, kind: str = "match") -> None:
    """Wait until the model is there, and the answer to what is asked now."""
    page.wait_for_selector(".match-model[data-ready='1']")
    if kind:
        page.wait_for_selector(f".match-part[data-kind={kind}] .match-answer[data-ready='1']")


def drop(page: Page, files: dict[str, bytes]) -> None:
    """Let files fall onto the tab, as from a folder."""
    packed = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
    transfer = page.evaluate_handle(
        """files => { const d = new DataTransfer(); for (const [name, text] of files)
        d.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name)); return d }""",
        packed,
    )
    page.dispatch_event(".match", "drop", {"dataTransfer": transfer})
    expect(page.locator(".match-pictures img[src*='/own-']")).to_have_count(len(files))
    ready(page)


def choose(page: Page, where: str, files: dict[str, bytes]) -> None:
    """Choose files in a dialog."""
    page.set_input_files(
        where, [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files.items()]
    )


def label(page: Page, *labels: str) -> None:
    page.fill("#match-labels", "\n".join(labels))
    ready(page)


def load(page: Page, model: str) -> None:
    """Type a model, and wait until it is there or is refused."""
    page.fill("#match-other", model)
    page.press("#match-other", "Enter")
    page.wait_for_selector(".match-model[data-ready='1']")


def tops(page: Page) -> list[str]:
    """The label that each picture gets."""
    ready(page)
    return page.locator(".picture-first").evaluate_all("all => all.map(one => one.dataset.label)")


def table(page: Page, heat: str = "") -> np.ndarray:
    """The numbers of the heat map: to_text, to_image, cosines, or as it is now."""
    if heat:
        page.click(f".match-answer .map-kinds button[data-kind={heat}]")
        page.wait_for_selector(f".heat[data-heat={heat}]")
    cells = page.locator(".match-answer .heat td[data-value]").evaluate_all(
        "all => all.map(one => [one.dataset.row, one.dataset.column, one.dataset.value].map(Number))"
    )
    found = np.full((1 + int(max(c[0] for c in cells)), 1 + int(max(c[1] for c in cells))), np.nan)
    for i, j, value in cells:
        found[int(i), int(j)] = value
    return found


def pressed(page: Page) -> list[str]:
    return page.locator(".match [aria-pressed=true]").evaluate_all("all => all.map(one => one.dataset.kind)")


def hits(page: Page) -> list[dict[str, str]]:
    ready(page, "find")
    return page.locator(".match-hit").evaluate_all("all => all.map(one => ({...one.dataset}))")


# -- words and pictures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_dropped_emoji_get_their_own_names_in_both_languages(match: Callable[..., Page], locale: str) -> None:
    page = match(locale=locale)
    drop(page, {f"{i}.png": drawn(name, 64 if i % 2 else 160) for i, name in enumerate(KNOWN)})
    own = page.locator(".picture-card").evaluate_all("all => all.map(one => one.dataset.key)")
    assert len(set(own)) == len(KNOWN) and all(key.startswith("own-") for key in own)
    expect(page.locator("#match-model")).to_have_value(SHIPPED)
    english, chinese = [row(name).en for name in KNOWN], [row(name).zh for name in KNOWN]
    label(page, *english)
    assert tops(page) == english
    label(page, *reversed(chinese))
    assert tops(page) == chinese
    label(page, "红心", "eye", "仙人掌", "guitar", "嘿嘿", "airplane")  # and mixed
    assert tops(page) == ["红心", "eye", "仙人掌", "guitar", "嘿嘿", "airplane"]
    expect(page.locator(".match-unknown")).to_have_text("")


def test_real_photos_are_read_as_open_clip_itself_reads_them_and_stay_in_their_tab(
    match: Callable[..., Page], app: App
) -> None:
    page = match(quiet=False)  # a picture that is gone is a line in the console
    expect(page.locator(".match-gamble")).to_have_text("")
    labels = ["full moon", "grinning face", "吉他", "airplane", "red heart"]
    twice = {"heart.png": drawn("red heart", 128), "again.png": drawn("red heart", 128)}
    page.route("**/match/deal*", lambda route: None)  # held until it is unrouted: it comes too late
    page.get_by_role("button", name="Other pictures").click()
    choose(page, "#match-own", photos() | twice | {"broken.png": b"\x89PNG no"})
    expect(page.locator(".match-left .match-error")).to_contain_text("broken.png")
    expect(page.locator(".match-left .match-error")).to_contain_text("Duplicate")
    expect(page.locator(".match-chosen")).to_have_count(3)
    expect(page.locator(".match-gamble")).to_contain_text("drawings of emoji")
    with page.expect_response("**/match/deal*"):
        page.unroute("**/match/deal*")
    label(page, *labels)
    cosines, scale = plain(ASSETS / SHIPPED, [*photos().values(), drawn("red heart", 128)], labels)
    shares = softmax(scale * cosines, 1)
    assert tops(page) == [labels[i] for i in shares.argmax(1)] and tops(page)[-1] == "red heart"
    said = page.locator(".picture-first").evaluate_all("all => all.map(one => Number(one.dataset.share))")
    assert_allclose(said, shares.max(1), atol=2e-3)
    assert_allclose(table(page, "cosines"), cosines, atol=2e-3)
    page.wait_for_function("[...document.querySelectorAll('.picture-card img')].every(one => one.naturalWidth)")
    sizes = page.locator(".picture-card img").evaluate_all("all => all.map(one => [one.naturalWidth, one.naturalHeight])")
    assert sizes == [[451, 300], [512, 512], [128, 128]]
    # in another language they are there still, and no link shows them to others
    keys = page.locator(".picture-card").evaluate_all("all => all.map(one => one.dataset.key)")
    assert "own-" not in page.url
    page.click("#language")
    expect(page.locator(".match-gamble")).to_contain_text("不可信")
    ready(page)
    assert page.locator(".picture-card").evaluate_all("all => all.map(one => one.dataset.key)") == keys
    assert page.locator(".match-chosen img").evaluate_all("all => all.map(one => one.alt)") == [*photos(), "heart.png"]
    # what the app has not kept is said, and the rest is compared
    (app.runs / "own" / f"{keys[1]}.png").unlink()
    page.reload()
    expect(page.locator(".match-left")).to_contain_text("已不再保存：astronaut.jpg。")
    ready(page)
    assert page.locator(".picture-card").evaluate_all("all => all.map(one => one.dataset.key)") == [keys[0], keys[2]]


def test_both_softmaxes_add_up_and_follow_from_cosines_and_temperature(match: Callable[..., Page]) -> None:
    page = match(query="&labels=red heart%0Adog%0A猫脸%0Aguitar&scale=1e9")  # which no model can have: its own is taken
    assert "scale=" not in page.url
    to_text, to_image, cosines = (table(page, heat) for heat in ("to_text", "to_image", "cosines"))
    assert to_text.shape == (6, 4) and (to_text >= 0).all() and (to_image >= 0).all()
    assert_allclose(to_text.sum(1), 1, atol=4e-4)
    assert_allclose(to_image.sum(0), 1, atol=4e-4)
    scale = float(re.findall(r"s = ([\d.]+)", page.inner_text(".match-softened"))[0])
    assert_allclose(to_text, softmax(scale * cosines, 1), atol=5e-3)
    assert_allclose(to_image, softmax(scale * cosines, 0), atol=5e-3)
    best = page.locator(".match-best-one").evaluate_all("all => all.map(one => [one.dataset.label, Number(one.dataset.index)])")
    assert best == [[name, int(to_image[:, j].argmax())] for j, name in enumerate(["red heart", "dog", "猫脸", "guitar"])]
    # a cell under the mouse, or reached by keys, is told in a sentence
    page.hover(".heat td[data-row='1'][data-column='2']")
    expect(page.locator(".heat-line")).to_contain_text("“猫脸”: cosine " + f"{cosines[1, 2]:.3f}"[:-1])
    page.focus(".heat-frame")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".heat-line")).to_contain_text("“dog”")
    # hot: shares flatten; cold: one takes all; cosines stay; and back
    page.focus("#match-temperature")
    page.keyboard.press("End")
    ready(page)
    assert_allclose(table(page, "to_text"), softmax(cosines, 1), atol=5e-3)
    page.focus("#match-temperature")
    page.keyboard.press("Home")
    ready(page)
    cold = table(page, "to_text")
    assert (cold.argmax(1) == to_text.argmax(1)).all() and cold.max(1).mean() > to_text.max(1).mean()
    assert_allclose(table(page, "cosines"), cosines, atol=1e-4)
    assert "scale=316" in page.url
    page.get_by_role("button", name="The model's own").click()
    ready(page)
    assert_allclose(table(page, "to_text"), to_text, atol=1e-4)
    assert "scale=" not in page.url


def test_none_of_these_an_unknown_word_and_templates(match: Callable[..., Page]) -> None:
    page = match()
    drop(page, {f"{name}.png": drawn(name) for name in KNOWN})
    label(page, "guitar")
    assert set(tops(page)) == {"guitar"}  # softmax always picks something
    expect(page.locator(".match-answer .reconstruct-truth")).to_contain_text("always picks something")
    page.check("#match-none")
    cosines, scale = plain(ASSETS / SHIPPED, [drawn(name) for name in KNOWN], ["guitar", "a picture"])
    expected = ["guitar" if one > none else "" for one, none in cosines]
    assert tops(page) == expected and expected[KNOWN.index("guitar")] == "guitar" and "" in expected
    shares = page.locator(".picture-first").evaluate_all("all => all.map(one => Number(one.dataset.share))")
    assert_allclose(shares, softmax(scale * cosines, 1).max(1), atol=2e-3)
    expect(page.locator(".match-answer .reconstruct-truth")).to_contain_text("“a picture”")
    assert "none=1" in page.url
    page.uncheck("#match-none")
    label(page, "red heart", "RED HEART", "  red   heart", "guitar")
    assert page.locator(".heat thead th").all_inner_texts() == ["red heart", "guitar"]
    label(page, *(f"label {i}" for i in range(41)))
    expect(page.locator(".match-left .match-many")).to_have_text(re.compile("^At most 40 texts"))
    assert page.locator(".heat thead th").count() == 40
    label(page, "red heart", "щука", "qwxzj", "红心")
    expect(page.locator(".match-left .match-many")).to_have_text("")
    expect(page.locator(".match-unknown")).to_have_attribute("data-count", "2")
    expect(page.locator(".match-unknown")).to_contain_text("“щука” or “qwxzj”")
    heads = page.locator(".heat thead th").all_inner_texts()
    assert [head for head in heads if "⚠" in head] == ["щука ⚠", "qwxzj ⚠"]
    read = page.locator(".match-read")
    expect(read).to_contain_text("“red heart” is read as “red heart”")
    before = table(page, "cosines")
    page.click(".match-left .map-kinds button[data-kind=ensemble]")
    ready(page)
    expect(read).to_contain_text("“a photo of red heart”")
    assert np.abs(table(page, "cosines") - before)[:, [0, 3]].max() > 1e-3


def test_markup_in_labels_and_names_stays_text(match: Callable[..., Page]) -> None:
    page = match()
    label(page, "<img src=x onerror=alert(1)>", "${1+1}{{value}}", "red heart")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    drop(page, {"<b onclick=alert(2)>x.png": drawn("eye")})
    expect(page.locator(".heat thead th").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".match b[onclick], .match img[onerror]").count() == 0


PASTE = """([where, picture, text]) => {
    const data = new DataTransfer(), bytes = Uint8Array.from(atob(picture), c => c.charCodeAt(0));
    data.items.add(new File([bytes], 'pasted.png', {type: 'image/png'}));
    if (text) data.setData('text/plain', text);
    const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
    return document.querySelector(where).dispatchEvent(event) }"""  # whether the browser is left to do as it always does


def test_spreadsheet_cells_in_a_field_are_text_and_a_picture_elsewhere_is_one(match: Callable[..., Page]) -> None:
    page, picture = match(), base64.b64encode(drawn("eye")).decode()
    for field in ("#match-labels", "#match-other"):
        assert page.evaluate(PASTE, [field, picture, "red heart\teye"])
    assert not page.evaluate(PASTE, [".match-cards", picture, ""])
    own = page.locator(".match-pictures img[src*='/own-']")
    expect(own).to_have_count(1)
    assert not page.evaluate(PASTE, ["#match-labels", picture, ""])  # which a field cannot take
    ready(page)
    expect(own).to_have_count(1)


# -- looking closely, and a word on a picture ----------------------------------------------------------------------------


def test_a_words_place_in_a_picture_by_two_models_side_by_side(match: Callable[..., Page], tmp_path: Path) -> None:
    tiny, large = save_tiny("clip", tmp_path), ASSETS / SHIPPED
    picture = Image.new("RGB", (128, 128), "white")
    picture.paste(Image.open(io.BytesIO(drawn("red heart"))), (0, 0))  # in the upper left quarter
    page = match(query="&labels=red heart%0Aguitar%0Aeye")
    drop(page, {"corner.png": saved(picture)})
    load(page, str(tiny))
    page.click(".match-doing button[data-kind=close]")
    page.select_option("#match-second", SHIPPED)
    for side, folder in enumerate((tiny, large)):
        pane = page.locator(f".match-pane[data-side='{side}']")
        for kind in ("match", "place"):
            pane.locator(f".match-part[data-kind={kind}] .match-answer[data-ready='1']").wait_for()
        cosines, scale = plain(
            folder, [saved(picture), *(saved(Image.fromarray(one)) for one in hidden(np.asarray(picture)))],
            ["red heart", "guitar", "eye"],
        )  # fmt: skip
        found = pane.locator(".match-place").first.locator("i").evaluate_all("all => all.map(one => Number(one.dataset.value))")
        assert_allclose(found, cosines[0, 0] - cosines[1:, 0], atol=2e-3)
        told = re.findall(r"−?\d\.\d+", pane.locator(".match-place-told").inner_text())[0]
        assert float(told.replace("−", "-")) == pytest.approx(cosines[0, 0], abs=0.008)
        best = ["red heart", "guitar", "eye"][int(cosines[0].argmax())]
        assert best in pane.locator(".portion-bar").first.inner_text()
        patches = pane.locator(".match-place").nth(1).locator("i")
        assert patches.count() == (0 if side else 16)  # the shipped tower has none that a text can be compared with
        assert pane.locator(".match-no-patches").count() == side
    # each cell lies where the window was that it is about
    box = pane.locator(".match-place .picture-shown").first.bounding_box()
    cells = pane.locator(".match-place").first.locator("i")
    for at, share in ((0, 1 / 8), (GRID**2 - 1, 7 / 8)):
        cell = cells.nth(at).bounding_box()
        assert box and cell and abs(cell["x"] + cell["width"] / 2 - box["x"] - share * box["width"]) < 1.5
        assert abs(cell["y"] + cell["height"] / 2 - box["y"] - share * box["height"]) < 1.5
    # another word, and one model alone; the picture is nobody else's
    page.get_by_role("button", name="guitar").click()
    page.wait_for_selector(".match-pane[data-side='1'] .match-part[data-kind=place] .match-answer[data-ready='1']")
    assert cells.evaluate_all("all => all.map(one => Number(one.dataset.value))") != found
    assert "word=guitar" in page.url and f"model2={SHIPPED}" in page.url and "own-" not in page.url
    page.select_option("#match-second", "")
    expect(page.locator(".match-pane")).to_have_count(1)


def test_a_word_is_painted_on_a_picture_and_the_page_says_what_happened(match: Callable[..., Page]) -> None:
    page = match(query="&labels=red apple%0Adog")
    page.fill("#match-word", "car")
    page.get_by_role("button", name="Paint it on").click()
    ready(page)
    labels = ["car", "red apple", "dog"]
    emoji = data.load("emoji", 64).test
    apple = emoji.images[emoji.captions["en"].index("red apple")].permute(1, 2, 0).numpy()
    files = [saved(Image.fromarray(one)) for one in (apple, painted(apple, "car"))]
    cosines, scale = plain(ASSETS / SHIPPED, files, labels)
    shares = softmax(scale * cosines, 1)
    assert page.input_value("#match-labels").splitlines() == labels
    assert_allclose(table(page, "to_text")[:2], shares, atol=5e-3)
    assert tops(page)[:2] == ["red apple", "car"]  # as the word says: this one it knows, whatever is read
    note = page.locator(".match-painted p").first
    before, after = (int(one) for one in re.findall(r"(\d+)%", re.sub(r"(\d)\.\d+%", r"\1%", note.inner_text())))
    assert "“car”" in note.inner_text() and abs(after - 100 * shares[1, 0]) < 1.5 and before <= 100 * shares[0, 0] + 1
    pair = page.locator(".picture-card img").evaluate_all("all => all.slice(0, 2).map(one => one.src)")
    for src, content in zip(pair, files, strict=True):
        assert (np.asarray(Image.open(io.BytesIO(httpx.get(src).content))) == np.asarray(Image.open(io.BytesIO(content)))).all()
    page.reload()  # the address has it
    ready(page)
    assert tops(page)[:2] == ["red apple", "car"]


# -- models --------------------------------------------------------------------------------------------------------------


def test_a_model_from_a_folder_answers_as_open_clip_does(match: Callable[..., Page], exported: Path, tmp_path: Path) -> None:
    page = match(query="&labels=red heart%0Aeye%0A红心")
    drop(page, {f"{name}.png": drawn(name) for name in KNOWN[:3]})
    ready(page)
    before = table(page, "cosines")
    load(page, str(exported))
    ready(page)
    expect(page.locator(".match")).to_have_attribute("data-model", str(exported))
    expect(page.locator(".match-about")).to_contain_text("128 dimensions")
    cosines, _ = plain(exported, [drawn(name) for name in KNOWN[:3]], ["red heart", "eye", "红心"])
    assert_allclose(table(page), cosines, atol=2e-3)
    assert np.abs(table(page) - before).max() > 0.05
    shutil.copytree(ASSETS / SHIPPED, tmp_path / "copy")
    load(page, str(tmp_path / "copy" / WEIGHTS))  # or the file in it
    ready(page)
    assert_allclose(table(page), before, atol=1e-4)
    # a run of this app, from the list; its export is the same model
    page.select_option("#match-model", "run:match-both")
    expect(page.locator(".match")).to_have_attribute("data-model", "run:match-both")
    ready(page)
    assert_allclose(table(page), cosines, atol=0.06)  # which fits pictures to its 32 pixels in its own way


class Evil:
    """What a file of weights must never do."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize(("locale", "speed", "said"), [
    ("en-US", "fast", ("connect to the internet", "cannot be loaded", "which is never run", "There is no model", "holds no")),
    ("zh-CN", "快", ("请连接互联网", "无法加载", "绝不运行", "没有模型", "里没有")),
])  # fmt: skip
def test_what_cannot_be_loaded_has_a_sentence_and_the_present_model_stays(
    match: Callable[..., Page], exported: Path, tmp_path: Path, locale: str, speed: str, said: tuple[str, ...]
) -> None:
    page = match(locale=locale, quiet=False)  # a refused question is a line in the console
    drop(page, {"heart.png": drawn("red heart"), "guitar.png": drawn("guitar")})
    label(page, "guitar", "红心")
    assert tops(page) == ["红心", "guitar"]
    for name in ("corrupt", "code", "empty"):
        (tmp_path / name).mkdir()
        if name != "empty":
            shutil.copy(exported / CONFIG, tmp_path / name)
    whole = (exported / WEIGHTS).read_bytes()
    (tmp_path / "corrupt" / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    (tmp_path / "code" / "open_clip_pytorch_model.bin").write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    bad = (
        "ViT-B-32/laion2b_s34b_b79k",
        str(tmp_path / "corrupt"),
        str(tmp_path / "code"),
        "nosuch-model",
        str(tmp_path / "empty"),
    )
    # what it will take is read in the list, and below it while it loads
    facts = f"605 MB · MIT · {speed}"
    expect(page.locator(f"#match-model option[value='name:{bad[0]}']")).to_have_text(f"{bad[0]} · {facts}")
    page.route("**/match/load*", lambda route: None)  # held until it is unrouted
    page.select_option("#match-model", f"name:{bad[0]}")
    expect(page.locator(".match-about")).to_contain_text(facts)
    page.unroute("**/match/load*")
    page.wait_for_selector(".match-model[data-ready='1']")
    expect(page.locator(".match-about")).not_to_contain_text(facts)
    for model, words in zip(bad, said, strict=True):
        load(page, model)
        expect(page.locator(".match-model .match-error")).to_contain_text(words)
        expect(page.locator(".match-model .match-error")).not_to_contain_text(str(tmp_path))
        expect(page.locator(".match")).to_have_attribute("data-model", SHIPPED)
        expect(page.locator("#match-model")).to_have_value(SHIPPED)
    assert not (tmp_path / "ran").exists()
    label(page, "eye", "guitar", "红心")  # and it still answers
    assert tops(page) == ["红心", "guitar"]
    load(page, str(exported))  # the next good one takes the sentence away
    expect(page.locator(".match-model .match-error")).to_have_text("")
    expect(page.locator(".match")).to_have_attribute("data-model", str(exported))


# -- find and test -------------------------------------------------------------------------------------------------------


def test_pictures_are_found_by_words_and_by_a_picture_and_texts_by_a_picture(match: Callable[..., Page]) -> None:
    page = match("find", "&set=emoji")
    expect(page.locator("#match-query")).to_have_value("red heart")
    for words in ("airplane", "eye", "红心", "眼睛"):
        page.fill("#match-query", words)
        name = next(one.en for one in emoji.table() if words in (one.en, one.zh))
        assert name in [hit["caption"] for hit in hits(page)], words
    assert len(hits(page)) == 36
    expect(page.locator(".match-part[data-kind=find] .hint[role=status]")).to_contain_text("5,407")
    # one that is in the set finds itself first, and then its like, without itself
    choose(page, "#match-like", {"mine.png": drawn("airplane")})
    ready(page, "texts")
    first = hits(page)[0]
    assert first["caption"] == "airplane" and first["name"].endswith("twitter")
    assert page.locator(".match-hit small").first.inner_text() == "1.00"
    page.locator(".match-hit").first.click()
    expect(page.locator(".match-like")).to_contain_text("airplane")
    found = hits(page)
    assert first["index"] not in [hit["index"] for hit in found]
    assert "airplane" in [hit["caption"] for hit in found]  # by another vendor
    assert f"like=emoji%3A{first['index']}" in page.url or f"like=emoji:{first['index']}" in page.url
    texts = page.locator(".match-part[data-kind=texts]")
    ready(page, "texts")
    assert "airplane" in texts.locator("[data-text]").evaluate_all("all => all.map(one => one.dataset.text)")
    page.locator(".match-right .map-kinds button[data-kind=typed]").click()
    page.fill("#match-texts", "cactus\n飞机\nairplane\neye")
    ready(page, "texts")
    typed = texts.locator("[data-text]").evaluate_all("all => all.map(one => one.dataset.text)")
    assert sorted(typed) == sorted(["cactus", "飞机", "airplane", "eye"]) and set(typed[:2]) == {"airplane", "飞机"}


@cache
def zipped(groups: tuple[int, ...] = (2, 4, 6), flat: bool = False) -> bytes:
    """Emoji in the folders of three groups, as a person's own zip."""
    part, classes = few_emoji().train, few_emoji().classes
    assert part.labels is not None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i, group in enumerate(part.labels.tolist()):
            if group in groups:
                image = Image.fromarray(part.images[i].permute(1, 2, 0).numpy())
                archive.writestr(f"{'' if flat else classes[group] + '/'}{i}.png", saved(image))
        archive.writestr("notes.txt" if flat else f"{classes[2]}/broken.png", b"no image")
    return out.getvalue()


def members() -> list[str]:
    with zipfile.ZipFile(io.BytesIO(zipped())) as archive:
        return [name for name in archive.namelist() if "broken" not in name]


def test_an_own_zip_is_searched_and_tested(match: Callable[..., Page], app: App) -> None:
    page = match("find", quiet=False)
    choose(page, "#match-own-set", {"mine.zip": zipped()})
    expect(page.locator("#match-set")).to_have_value(re.compile("^set-"))
    expect(page.locator(".match-left .match-error")).to_contain_text("broken.png")
    found = hits(page)
    count = len(members())
    assert len(found) == min(36, count) and len({hit["index"] for hit in found}) == len(found)
    expect(page.locator(".match-part[data-kind=find] .hint").first).to_contain_text(f"of {count}")
    # the same pictures are there to be tested: folders are classes
    page.locator(".match-doing button[data-kind=test]").click()
    ready(page, "test")
    expect(page.locator("#match-test-set")).to_have_value(re.compile("^set-"))
    expect(page.locator("[data-score=zero]")).to_be_visible()
    assert {name.split("/")[0] for name in members()} == set(
        page.locator(".match-classes [data-class]").evaluate_all("all => all.map(one => one.dataset.class)")
    )
    # pictures in one heap are no test
    choose(page, "#match-test-own", {"heap.zip": zipped(flat=True)})
    expect(page.locator(".match .activity > .match-error")).to_contain_text("no classes")
    # what is no zip has a sentence, and the sets stay
    page.locator(".match-doing button[data-kind=find]").click()
    chosen = page.input_value("#match-set")
    choose(page, "#match-own-set", {"no.zip": b"PK\3\4 no zip"})
    expect(page.locator(".match-left .match-error")).to_contain_text("no.zip")
    expect(page.locator("#match-set")).to_have_value(chosen)
    # over a reload it is there still, with the picture that was clicked
    choose(page, "#match-own-set", {"mine.zip": zipped()})
    expect(page.locator("#match-set")).not_to_have_value(chosen)
    chosen = page.input_value("#match-set")
    hits(page)
    page.locator(".match-hit").nth(3).click()
    found = hits(page)
    assert "like=" not in page.url
    page.reload()
    assert hits(page) == found and page.input_value("#match-set") == chosen
    assert page.locator("#match-set option[value^=set-]").count() == 2
    shutil.rmtree(app.runs / "own" / chosen)
    page.fill("#match-query", "something else")
    expect(page.locator(".match-part[data-kind=find] .match-error")).to_contain_text("not kept any more")


def test_a_zero_shot_test_with_its_confusion_and_mistakes(match: Callable[..., Page], app: App) -> None:
    page = match("test", "&set=emoji")
    scores = dict(
        page.locator("[data-score]").evaluate_all("all => all.map(one => [one.dataset.score, one.lastChild.innerText])")
    )
    share = {name: float(text.rstrip("%")) / 100 for name, text in scores.items()}
    assert set(share) == {"zero", "probe", "knn", "chance"}
    assert 1.5 * share["chance"] < share["zero"] < 1 and share["knn"] > share["chance"] and share["probe"] > share["chance"]
    api = Client(app.url, verbose=False).predict("emoji", api_name="/zero_shot")
    for name, key in (("zero", "accuracy"), ("probe", "probe"), ("knn", "knn"), ("chance", "chance")):
        assert share[name] == pytest.approx(api[key], abs=6e-4), name
    counts = np.array(api["confusion"])
    assert counts.sum() == api["of"] and np.trace(counts) / counts.sum() == pytest.approx(api["accuracy"])
    confusion = table(page)
    assert_allclose(confusion, counts / counts.sum(1, keepdims=True), atol=1e-4)
    page.hover(".heat td[data-row='0'][data-column='1']")
    expect(page.locator(".heat-line")).to_contain_text(f"{counts[0, 1]} of {counts[0].sum()}")
    bars = page.locator(".match-classes [data-class]").evaluate_all("all => all.map(one => one.dataset.class)")
    assert sorted(bars) == sorted(one["name"] for one in api["classes"])
    wrong = page.locator(".match-mistake").evaluate_all("all => all.map(one => ({...one.dataset}))")
    assert [int(one["index"]) for one in wrong] == [one["index"] for one in api["mistakes"]] and len(wrong) == 24
    assert all(one["true"] != one["said"] for one in wrong)
    page.wait_for_function("[...document.querySelectorAll('.match-mistake img')].every(image => image.naturalWidth === 64)")
    # a mistake is looked at more closely with other words
    page.locator(".match-mistake").first.click()
    ready(page)
    expect(page.locator(".match")).to_have_attribute("data-activity", "words")
    expect(page.locator("#match-labels")).to_have_value(f"{wrong[0]['true']}\n{wrong[0]['said']}")
    expect(page.locator(".picture-card").first).to_have_attribute("data-key", f"emoji:{wrong[0]['index']}")


# -- the lesson, and Explore ---------------------------------------------------------------------------------------------


WARM = """canvas => { const n = 8, cell = canvas.width / (n + 1), g = canvas.getContext('2d'); let own = 0, rest = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
        const [red, , blue, much] = g.getImageData((j + 1.5) * cell, (i + 1.5) * cell, 1, 1).data;
        const warm = red > blue ? much : -much;
        i === j ? own += warm / n : rest += warm / (n * n - n);
    }
    return [own, rest] }"""  # how warm the diagonal is, and how warm all else


def tile(pane: Locator, name: str) -> float:
    return float(pane.locator(f".tile[data-tile={name}] b").inner_text().rstrip("%").replace("−", "-"))


def test_the_lesson_shows_what_two_runs_have_learned(match: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = match("lesson", "&pair=match-both,match-half")
    for at, (name, symmetric) in enumerate((("both", "true"), ("half", "false"))):
        pane = page.locator(f".match-pane[data-at='{at}']")
        expect(pane).to_have_attribute("data-ready", "1")
        for key, value in {"run": f"match-{name}", "state": "finished", "symmetric": symmetric}.items():
            expect(pane).to_have_attribute(f"data-{key}", value)
        events = [json.loads(line) for line in (runs[name] / "events.jsonl").read_text().splitlines()]
        drawn = [event for event in events if event["event"] == "Pictures"][-1]["tables"]["image_text"]
        cosines = np.array(drawn["values"])
        own = np.eye(len(cosines), dtype=bool)
        assert tile(pane, "diagonal") == pytest.approx(cosines[own].mean(), abs=0.006)
        assert tile(pane, "rest") == pytest.approx(cosines[~own].mean(), abs=0.006)
        curve_drawn(page, ".match-pane:not([hidden]) .js-line")
        # a cell is told by the mouse
        box = pane.locator("canvas").bounding_box()
        assert box
        cell = box["width"] / (len(cosines) + 1)
        pane.locator("canvas").hover(position={"x": 2.5 * cell, "y": 1.5 * cell})  # first picture, second caption
        expect(pane.locator(".heat-line")).to_contain_text(drawn["columns"][1])
        expect(pane.locator(".heat-line")).to_contain_text(f"{cosines[0, 1]:.2f}")


@pytest.mark.slow
def test_two_runs_learn_live_side_by_side_and_the_diagonal_brightens(match: Callable[..., Page]) -> None:
    page = match("lesson")
    page.click("#match-train-both")
    panes = page.locator(".match-pane[data-at='0']"), page.locator(".match-pane[data-at='1']")
    expect(panes[0]).to_have_attribute("data-state", "running")
    expect(panes[0]).to_have_attribute("data-ready", "1")
    expect(panes[1]).to_have_attribute("data-state", re.compile("queued|starting|running"))
    expect(panes[1]).to_have_attribute("data-symmetric", "false")
    begun = tile(panes[0], "diagonal") - tile(panes[0], "rest")
    steps, step = set(), "() => document.querySelector('.match-pane[data-at=\"0\"]').dataset.step"
    while panes[0].get_attribute("data-state") == "running":
        steps.add(int(page.evaluate(step)))
        page.wait_for_timeout(200)
    assert len(steps) >= 4, steps
    first, second = (pane.get_attribute("data-run") or "" for pane in panes)
    assert first != second and f"pair={first}%2C{second}" in page.url
    for pane in panes:
        expect(pane).to_have_attribute("data-state", "finished")
        assert tile(pane, "diagonal") - tile(pane, "rest") > max(begun, 0.02)  # a slow machine makes few steps in its time
        assert tile(pane, "scale") > 1
        for name in ("match_1", "match_5"):
            expect(pane.locator(f".tile[data-tile={name}] b")).to_have_text(re.compile(r"^\d+%$"))
        curve_drawn(page, ".match-pane:not([hidden]) .js-line")
        # and brighter on the page: warm colour on the diagonal against that elsewhere
        warm = pane.locator("canvas").evaluate(WARM)
        assert warm[0] > warm[1] + 3
    expect(panes[0]).to_have_attribute("data-symmetric", "true")
    # what was trained can be matched with at once
    page.locator(".match-doing button[data-kind=words]").click()
    page.select_option("#match-model", f"run:{first}")
    expect(page.locator(".match")).to_have_attribute("data-model", f"run:{first}")
    ready(page)


def test_explore_shows_the_gap_and_removes_it_for_viewing(open_page: Open, runs: dict[str, Path]) -> None:
    page = open_page("?tab=explore&run=match-both&map=pca-2", quiet=True)
    page.wait_for_function("window.playground?.explorer?.loaded && window.playground.explorer.main().busy.hidden")
    asked: list[dict[str, Any]] = []
    page.on("request", lambda r: asked.append(r.post_data_json) if r.url.split("?")[0].endswith("/words") else None)
    page.fill("#explore-search", "red heart")
    page.press("#explore-search", "Enter")
    page.wait_for_selector(".own-row[data-name='red heart']")
    gap = float(page.get_attribute(".gap", "data-gap") or 0)
    placed = "window.playground.explorer.main().map.placed[0].at"
    before = page.evaluate(placed)
    # the number is that of the run's own embeddings
    model, part = load_model(runs["both"]).eval(), few_emoji().test
    features = torch.from_numpy(record.read_snapshot(runs["both"], 40).astype(np.float32))
    with torch.inference_mode():
        images = torch.nn.functional.normalize(model.embed(features), dim=1)
        words = model.texts.read([part.captions["en"][i] for i in range(len(part))])
    assert 0 < gap < 2 and gap == pytest.approx(float((images.mean(0) - words.mean(0)).norm()), abs=0.02)
    expect(page.locator(".gap h4")).to_contain_text(f"{gap:.2f}")
    page.check(".gap input")
    page.wait_for_selector(".gap canvas[aria-label*='moved onto']")
    assert [one["closed"] for one in asked] == [False, True]
    assert float(page.get_attribute(".gap", "data-gap") or 0) == gap  # it is there still: only the view is another one
    assert page.evaluate(placed) != before
    page.uncheck(".gap input")
    page.wait_for_selector(".gap canvas:not([aria-label*='moved onto'])")
    page.wait_for_function(f"JSON.stringify({placed}) === '{json.dumps(before, separators=(',', ':'))}'")
    page.fill("#explore-search", "щ")  # which no caption has
    page.press("#explore-search", "Enter")
    expect(page.locator(".own-row[data-name='щ'] .own-unknown")).to_contain_text("knows no word of “щ”")
    expect(page.locator(".own-unknown")).to_have_count(1)


# -- the page ------------------------------------------------------------------------------------------------------------


def test_a_link_is_the_same_state_in_another_browser(
    match: Callable[..., Page], open_page: Open, runs: dict[str, Path]
) -> None:
    def again(page: Page, kind: str) -> Page:
        other = open_page("?" + page.url.partition("?")[2], quiet=True)
        ready(other, kind)
        return other

    page = match()
    page.select_option("#match-model", "run:match-both")
    expect(page.locator(".match")).to_have_attribute("data-model", "run:match-both")
    page.select_option("#match-deal-set", "digits")
    ready(page)
    page.get_by_role("button", name="Other pictures").click()
    ready(page)
    page.click(".match-left .map-kinds button[data-kind=one]")
    page.fill("#match-labels", "眼睛\nred heart & co\n100% #1")
    page.check("#match-none")
    page.focus("#match-temperature")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    ready(page)
    page.click(".match-answer .map-kinds button[data-kind=cosines]")
    page.wait_for_timeout(600)  # the address follows what is typed
    state = """JSON.stringify([document.querySelector('.match').dataset.model, document.querySelector('#match-labels').value,
        document.querySelector('#match-none').checked, document.querySelector('#match-temperature').value,
        [...document.querySelectorAll('.picture-card')].map(c => c.dataset.key),
        [...document.querySelectorAll('.picture-first')].map(one => one.dataset.share)])"""
    ready(page)
    other = again(page, "match")
    assert json.loads(other.evaluate(state)) == json.loads(page.evaluate(state))
    assert pressed(other) == pressed(page) and {"one", "cosines"} <= {*pressed(page)}

    page.locator(".match-doing button[data-kind=find]").click()
    page.select_option("#match-set", "emoji-held-out")
    page.fill("#match-query", "仙人掌")
    found = hits(page)
    other = again(page, "find")
    assert other.input_value("#match-query") == "仙人掌" and other.input_value("#match-set") == "emoji-held-out"
    assert hits(other) == found
    page.locator(".match-hit").nth(2).click()
    found = hits(page)
    other = again(page, "find")
    assert hits(other) == found and other.locator(".match-like .match-chosen").count() == 1

    page.locator(".match-doing button[data-kind=lesson]").click()
    page.select_option("#match-lesson-0", "match-half")
    page.select_option("#match-lesson-1", "match-both")
    other = again(page, "")
    expect(other.locator(".match-pane[data-at='0']")).to_have_attribute("data-run", "match-half")
    expect(other.locator(".match-pane[data-at='1']")).to_have_attribute("data-run", "match-both")


ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,’']+[A-Za-z]{2,}){3,}")  # four words one after another are a sentence
DATA = re.compile(r"\b(?:" + "|".join(re.escape(one.en) for one in sorted(emoji.table(), key=lambda e: -len(e.en))) + r")\b")


def test_in_chinese_nothing_is_english(match: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = match(locale="zh-CN", query="&labels=红心%0A吉他")
    for do, kind in ACTIVITIES.items():
        page.locator(f".match-doing button[data-kind={do}]").click()
        ready(page, kind)
        texts = page.evaluate("""() => { const root = document.querySelector('.match'), said = [root.innerText];
            for (const node of root.querySelectorAll('*')) for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
                if (node.hasAttribute(name)) said.push(node.getAttribute(name)); return said }""")
        for text in texts:
            assert not ENGLISH.search(DATA.sub("", text)), (do, text)
        assert re.search("[\u4e00-\u9fff]", texts[0])


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_nothing_is_wider_than_a_phone(match: Callable[..., Page], runs: dict[str, Path], locale: str) -> None:
    page = match(
        locale=locale, width=390, height=844, has_touch=True, query="&labels=" + "%0A".join(KNOWN * 2) + "%0A" + "long" * 40
    )
    for do, kind in ACTIVITIES.items():
        page.locator(f".match-doing button[data-kind={do}]").tap()
        ready(page, kind)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, do


def test_where_there_is_no_room_the_tab_is_found_in_the_menu(open_page: Open) -> None:
    page = open_page(width=280, height=653, has_touch=True, quiet=True)
    page.locator("#tabs .overflow-menu > button").tap()
    page.locator("#tabs .overflow-dropdown").get_by_role("button", name="Match").tap()
    ready(page)
    expect(page.locator("#controls")).to_be_hidden()
    assert "tab=match" in page.url


READ = ", ".join(f".match {part}" for part in (
    "h3", "h4", ".hint", "button", "label > span", "small", ".picture-first", ".portion-bar span", ".portion-bar b", "select",
    "textarea", ".reconstruct-truth",
))  # fmt: skip
CONTRAST = """selector => {
    const parse = text => text.match(/[\\d.]+/g).map(Number), whole = v => v / 255;
    const curve = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = rgb => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => sum + part * curve(whole(rgb[i])), 0);
    return [...document.querySelectorAll(selector)].filter(node => node.offsetParent && node.innerText?.trim()).map(node => {
        let behind = node;
        while (behind !== document.body && (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) < 0.5)
            behind = behind.parentElement;
        const [a, b] = [light(parse(getComputedStyle(node).color)), light(parse(getComputedStyle(behind).backgroundColor))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.innerText.slice(0, 40), node.className];
    })
}"""  # of every text with what is behind it, by WCAG


def test_dark_is_readable(match: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = match(query="&__theme=dark", color_scheme="dark")
    assert page.evaluate("document.body.classList.contains('dark')")
    for do, kind in ACTIVITIES.items():
        page.locator(f".match-doing button[data-kind={do}]").click()
        ready(page, kind)
        found = page.evaluate(CONTRAST, READ)
        assert len(found) > 10
        assert not [one for one in found if one[0] < 4.4], do


# -- without the page ----------------------------------------------------------------------------------------------------


def test_the_api_does_the_same_without_the_page(match: Callable[..., Page], app: App, exported: Path, tmp_path: Path) -> None:
    client = Client(app.url, verbose=False)
    (tmp_path / "heart.png").write_bytes(drawn("red heart"))
    encoded = base64.b64encode(drawn("guitar", 128)).decode()
    eye = data.load("emoji", 64).test.captions["en"].index("eye")
    labels = ["red heart", "吉他", "eye"]
    pictures = [
        handle_file(str(tmp_path / "heart.png")),
        encoded,
        "data:image/png;base64," + encoded,
        {"set": "emoji", "index": eye},
    ]
    found = client.predict(pictures, labels, api_name="/match")
    best = np.argmax(found["to_text"], 1)
    assert [labels[i] for i in best] == ["red heart", "吉他", "吉他", "eye"]
    assert_allclose(np.sum(found["to_text"], 1), 1, atol=1e-5)
    assert_allclose(np.sum(found["to_image"], 0), 1, atol=1e-5)
    page = match()
    drop(page, {"1.png": drawn("red heart"), "2.png": drawn("guitar", 128)})
    label(page, *labels)
    assert_allclose(table(page, "cosines"), np.array(found["cosines"])[:2], atol=1e-4)
    # a folder of this machine, the neutral text, a temperature and templates
    more = client.predict(pictures, labels, str(exported), "ensemble", 5.0, True, api_name="/match")
    assert more["scale"] == 5 and len(more["read"][0]) > 3 and more["neutral"]["text"] == "一张图片"
    hits_ = client.predict(words="red heart", dataset="emoji", count=40, api_name="/find")
    assert hits_["of"] == 5407 and "red heart" in [hit["caption"] for hit in hits_["hits"]]
    like = client.predict(picture=handle_file(str(tmp_path / "heart.png")), dataset="emoji", api_name="/find")
    assert like["hits"][0]["caption"] == "red heart" and like["hits"][0]["cosine"] == pytest.approx(1, abs=1e-3)
    # one picture, labels in lines; texts, a set of one's own, a model by itself
    alone = client.predict(handle_file(str(tmp_path / "heart.png")), "red heart\n吉他\neye\nEYE", api_name="/match")
    assert alone["texts"] == labels and alone["cosines"][0] == pytest.approx(found["cosines"][0], abs=1e-5)
    told = client.predict(handle_file(str(tmp_path / "heart.png")), labels, api_name="/texts")
    assert told["of"] == 3 and told["hits"][0]["text"] == "red heart"
    (tmp_path / "mine.zip").write_bytes(zipped())
    own = client.predict([handle_file(str(tmp_path / "mine.zip"))], api_name="/own_set")
    assert own["count"] == len(members()) and "broken.png" in own["skipped"][0]
    assert client.predict(words="red heart", dataset=own["id"], api_name="/find")["of"] == own["count"]
    assert len(client.predict(own["id"], api_name="/zero_shot")["classes"]) == own["classes"] == 3
    assert client.predict(str(exported), api_name="/load")["dimensions"] == 128


NONSENSE: list[tuple[str, dict[str, Any], str]] = [
    ("match", {"pictures": [], "labels": ["x"]}, "Choose from 1 to 16 pictures"),
    ("match", {"pictures": ["GOOD"], "labels": []}, "Type at least one label"),
    ("match", {"pictures": ["no picture!"], "labels": ["x"]}, "picture 1 must be a file that was uploaded, base64"),
    ("match", {"pictures": None, "labels": ["x"]}, "Choose from 1 to 16 pictures"),
    ("match", {"pictures": 5, "labels": ["x"]}, "picture 1 must be a file that was uploaded, base64"),
    ("match", {"pictures": [base64.b64encode(b"no image").decode()], "labels": ["x"]}, "cannot be read as an image"),
    ("match", {"pictures": ["GOOD"], "labels": ["x"], "model": "nosuch"}, "There is no model “nosuch”"),
    ("match", {"pictures": ["GOOD"], "labels": ["x"], "model": "ViT-B-32/laion2b_s34b_b79k"}, "connect to the internet"),
    ("match", {"pictures": ["GOOD"], "labels": ["x"], "template": "many"}, "Choose one of none, one, ensemble"),
    ("match", {"pictures": ["GOOD"], "labels": ["x"], "scale": -1}, "A number from 0.1 to 1000"),
    ("match", {"pictures": [{"set": "emoji", "index": 10**9}], "labels": ["x"]}, "A number from 0 to"),
    ("find", {"words": ""}, "Type at least one label"),
    ("find", {"words": "x", "dataset": "/etc"}, "There is no data set"),
    ("zero_shot", {"dataset": "nosuch"}, "There is no data set"),
    ("train", {"method": "simclr", "dataset": "folder:/etc"}, "There is no data set “folder:/etc”: choose one of [^:]+\\."),
]  # fmt: skip


def test_the_api_answers_nonsense_in_sentences(app: App) -> None:
    client = Client(app.url, verbose=False)
    good = base64.b64encode(drawn("eye")).decode()
    for name, asked, sentence in NONSENSE:
        if isinstance(asked.get("pictures"), list):
            asked = asked | {"pictures": [good if one == "GOOD" else one for one in asked["pictures"]]}
        with pytest.raises((AppError, ValueError), match=sentence) as told:
            client.predict(**asked, api_name=f"/{name}")
        assert str(Path(__file__).parents[2]) not in str(told.value) and "Traceback" not in str(told.value)
    # a file of the machine that nobody uploaded, as no client would send it
    asked = [[{"path": str(Path(__file__)), "meta": {"_type": "gradio.FileData"}}], ["x"]]
    event = httpx.post(f"{app.url}gradio_api/call/match", json={"data": asked}).json()["event_id"]
    answer = httpx.get(f"{app.url}gradio_api/call/match/{event}", timeout=60).text
    assert "event: error" in answer and "to_text" not in answer
