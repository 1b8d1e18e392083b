"""The Reconstruct tab with the real mouse: masks, noise, codes, photos and drawings, on real runs."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from skimage.data import astronaut

from playground.runs.store import read_images
from tests.browser.conftest import App, central
from trainers import record
from trainers.data.folder import fit, open_image
from trainers.train import RunConfig

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
RUNS = {
    "ae": ("autoencoder", "digits", {"latent": 4}),
    "dae": ("denoising", "digits", {}),
    "mae": ("masked", "digits", {}),
    "colour": ("autoencoder", "emoji", {}),
}


@pytest.fixture(scope="module")
def runs(app: App) -> dict[str, Path]:
    """Real runs, as the command line makes them: of steps, so that a busy machine makes the same ones."""
    found = {}
    for name, (method, dataset, knobs) in RUNS.items():
        folder = app.runs / f"rebuild-{name}"
        record.create(folder, RunConfig(method, dataset, steps=200, knobs=knobs))
        for _ in record.run(folder):
            pass
        found[name] = folder
    return found


@pytest.fixture
def rebuild(open_page: Open, runs: dict[str, Path]) -> Callable[..., Page]:
    """Opens the tab on a run, as a link does, and waits for its first answer."""

    def open(run: str, do: str, query: str = "&image=7", **options: object) -> Page:
        page = open_page(f"?tab=reconstruct&run=rebuild-{run}&do={do}{query}", **options)
        page.wait_for_selector(f".reconstruct-columns[data-doing={do}][data-answered]")
        quiet(page)
        return page

    return open


def quiet(page: Page) -> None:
    """Wait until no answer has come for a while."""
    page.evaluate("""() => new Promise(done => { let last, since = performance.now(); const look = () => {
        const now = document.querySelector('.reconstruct-columns').dataset.answered;
        if (now !== last) { last = now; since = performance.now(); }
        performance.now() - since > 500 ? done() : setTimeout(look, 40) }; look() })""")


def seen(page: Page, canvas: Locator) -> np.ndarray:
    """(H,W,3): what a canvas holds."""
    data = canvas.evaluate("c => c.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB"))


def shot(page: Page, name: str) -> Locator:
    return page.locator(".stage .shot", has=page.get_by_text(name, exact=True)).locator("canvas")


def numbers(page: Page, name: str) -> tuple[float, float, float]:
    """MSE, PSNR and SSIM under a picture."""
    text = page.locator(".stage .shot", has=page.get_by_text(name, exact=True)).locator("small").inner_text()
    mse, psnr, ssim = (part.split()[-2 if "dB" in part else -1] for part in text.split("·"))
    return float(mse), float(psnr), float(ssim)


def drag(page: Page, slider: Locator, share: float, steps: int = 6) -> None:
    """Drag a slider's knob to a share of its length, with the mouse."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    low, high, now = (float(slider.evaluate(f"s => s.{name}")) for name in ("min", "max", "value"))
    x = box["x"] + 8 + (box["width"] - 16) * (now - low) / (high - low)
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, y, steps=steps)
    page.mouse.up()


def patch_at(page: Page, patch: int) -> tuple[float, float]:
    box = page.locator(".mask-canvas").bounding_box()
    assert box
    return box["x"] + (patch % 7 + 0.5) * box["width"] / 7, box["y"] + (patch // 7 + 0.5) * box["height"] / 7


def grey_patches(page: Page) -> list[int]:
    """Which of 7×7 patches are plain grey on the page, all over."""
    picture = seen(page, page.locator(".mask-canvas")).astype(int)
    side = picture.shape[0] / 7
    inner = {
        patch: picture[round((patch // 7 + 0.2) * side) : round((patch // 7 + 0.8) * side),
                       round((patch % 7 + 0.2) * side) : round((patch % 7 + 0.8) * side)]
        for patch in range(49)
    }  # fmt: skip
    return [patch for patch, part in inner.items() if (abs(part - 128) <= 1).all()]


def test_paint_a_mask_and_exactly_those_patches_are_hidden(rebuild: Callable[..., Page], runs: dict[str, Path]) -> None:
    page = rebuild("mae", "mask")
    canvas = page.locator(".mask-canvas")
    page.get_by_text("Hide nothing").click()
    expect(canvas).to_have_attribute("data-hidden", "")
    assert grey_patches(page) == []
    page.mouse.move(*patch_at(page, 16))
    page.mouse.down()
    for patch in (17, 18, 25):  # a stroke
        page.mouse.move(*patch_at(page, patch), steps=4)
    page.mouse.up()
    page.mouse.click(*patch_at(page, 40))
    expect(canvas).to_have_attribute("data-hidden", "16,17,18,25,40")
    quiet(page)
    assert grey_patches(page) == [16, 17, 18, 25, 40]
    expect(page.locator(".reconstruct-truth")).to_contain_text("5 of 49 patches are hidden")
    # pasted in: what is visible is the image itself, what is hidden is painted
    image = read_images(runs["mae"]).test.images[7, 0].numpy().astype(int)
    pasted = seen(page, shot(page, "output, visible patches pasted in"))[..., 0].astype(int)
    for patch in range(49):
        box = np.s_[patch // 7 * 4 : patch // 7 * 4 + 4, patch % 7 * 4 : patch % 7 * 4 + 4]
        if patch not in (16, 17, 18, 25, 40):
            assert (pasted[box] == image[box]).all(), patch
    assert (seen(page, shot(page, "original"))[..., 0] == image).all()
    page.mouse.click(*patch_at(page, 17))  # and shown again
    expect(canvas).to_have_attribute("data-hidden", "16,18,25,40")
    # the link holds the mask, and the images that were dealt
    strip = "n => [...n.children].map(one => one.dataset.index)"
    first = page.locator(".thumb-strip").first.evaluate(strip)
    assert "strip=" not in page.url
    page.get_by_role("button", name="Other images").click()
    assert page.locator(".thumb-strip").first.evaluate(strip) != first
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator(".mask-canvas")).to_have_attribute("data-hidden", "16,18,25,40")
    assert again.locator(".thumb-strip").first.evaluate(strip) == page.locator(".thumb-strip").first.evaluate(strip)
    again.goto(page.url.replace("strip=1", ""))
    expect(again.locator(".mask-canvas")).to_have_attribute("data-hidden", "16,18,25,40")
    assert again.locator(".thumb-strip").first.evaluate(strip) == first
    again.close()
    # with the keyboard alone
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(canvas).to_have_attribute("data-hidden", "8,16,18,25,40")


def test_a_mask_is_drawn_by_kind_and_share_revealed_and_attended(rebuild: Callable[..., Page]) -> None:
    page = rebuild("mae", "mask")
    canvas, truth = page.locator(".mask-canvas"), page.locator(".reconstruct-truth")
    expect(truth).to_contain_text("37 of 49")  # 75 %, as it was trained
    error = float(truth.inner_text().split("(MSE): ")[1].split(";")[0])
    mean = float(truth.inner_text().split("mean patch it would be ")[1].split(",")[0])
    assert 0 < error < mean
    drag(page, page.get_by_label("Hidden", exact=True), 0.2)
    quiet(page)
    few = len((canvas.get_attribute("data-hidden") or "").split(","))
    assert 5 <= few <= 15
    page.get_by_role("button", name="one block").click()
    quiet(page)
    block = sorted(int(i) for i in (canvas.get_attribute("data-hidden") or "").split(","))
    assert len(block) == few and max(i % 7 for i in block) - min(i % 7 for i in block) <= 4
    page.get_by_role("button", name="New mask").click()
    quiet(page)
    expect(page.locator(".draws-all canvas")).to_have_count(8)
    page.get_by_role("button", name="Attention").click()
    hidden = int((canvas.get_attribute("data-hidden") or "").split(",")[0])
    page.mouse.click(*patch_at(page, hidden))
    expect(canvas).to_have_attribute("data-attention", "decoder")
    visible = next(i for i in range(49) if str(i) not in (canvas.get_attribute("data-hidden") or "").split(","))
    page.mouse.click(*patch_at(page, visible))
    expect(canvas).to_have_attribute("data-attention", "encoder")
    expect(page.locator(".mask-paint > .hint")).to_contain_text("is visible. In the encoder's last block")
    page.get_by_role("button", name="Reveal").click()
    shares = []
    page.wait_for_timeout(150)
    expect(page.locator(".mask-paint > .hint")).not_to_contain_text("is visible.")  # that was of the mask before
    while "Stop" in page.locator(".reconstruct-row button").last.inner_text() and len(shares) < 100:
        shares.append(len((canvas.get_attribute("data-hidden") or "").split(",")))
        page.wait_for_timeout(120)
    assert max(shares) > 40 and len(set(shares)) > 8
    expect(truth).to_have_text("Nothing is hidden.")


def test_drag_the_noise_and_the_numbers_move_the_right_way(rebuild: Callable[..., Page]) -> None:
    page = rebuild("dae", "noise")
    level = page.get_by_label("Level", exact=True)
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/repair/noise" in r.url else None)
    found = []
    for share in (0.15, 0.35, 0.6, 0.9):
        drag(page, level, share)
        quiet(page)
        found.append((numbers(page, "noisy"), numbers(page, "denoised"), numbers(page, "classical filter")))
    assert len(asked) > 8  # it answers while dragged
    mse, psnr, ssim = (np.array([[kind[i] for kind in one] for one in found]) for i in range(3))
    for noisy_or_not in range(2):
        assert (np.diff(mse[:, noisy_or_not]) > 0).all() and (np.diff(psnr[:, noisy_or_not]) < 0).all()
    assert (np.diff(ssim[:, 0]) < 0).all()
    assert psnr[1, 1] > psnr[1, 0] + 2 and psnr[1, 1] > psnr[1, 2]  # near the level that it was trained with
    expect(page.locator(".psnr-curve")).to_have_attribute("data-trained", "0.3")
    before = seen(page, shot(page, "noisy"))
    page.get_by_role("button", name="New noise").click()
    quiet(page)
    assert (seen(page, shot(page, "noisy")) != before).mean() > 0.2
    page.get_by_role("button", name="salt and pepper").click()
    quiet(page)
    expect(page.locator(".psnr-curve")).to_have_attribute("data-trained", "")
    drag(page, level, 0)
    expect(page.locator(".reconstruct-truth")).to_contain_text("Nothing is damaged")


def test_walk_the_codes_slide_their_numbers_and_go_between_images(rebuild: Callable[..., Page]) -> None:
    page = rebuild("ae", "rebuild")
    before = seen(page, shot(page, "from your sliders"))
    assert (before == seen(page, shot(page, "reconstruction"))).all()
    sliders = page.locator(".latents input")
    expect(sliders).to_have_count(4)
    assert sorted(page.locator(".latents .slider span").all_inner_texts()) == [f"number {place}" for place in (1, 2, 3, 4)]
    drag(page, sliders.first, 0.95)
    quiet(page)
    assert (seen(page, shot(page, "from your sliders")) != before).mean() > 0.05
    assert (before == seen(page, shot(page, "reconstruction"))).all()
    page.get_by_role("button", name="Back to the image's own").click()
    quiet(page)
    assert (seen(page, shot(page, "from your sliders")) == before).all()

    page.get_by_role("button", name="Walk the codes").click()
    page.wait_for_selector("[data-plane]")
    quiet(page)
    start = seen(page, shot(page, "decoded here"))
    assert abs(start.astype(int) - before.astype(int)).max() <= 1  # the ring begins at the image
    expect(page.locator(".reconstruct-truth")).to_contain_text("holes")
    box = page.locator(".plane").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + 4, steps=8)
    page.mouse.up()
    quiet(page)
    assert (seen(page, shot(page, "decoded here")) != start).mean() > 0.05

    page.get_by_role("button", name="Between two images").click()
    quiet(page)
    expect(page.locator(".strip-row canvas")).to_have_count(22)
    page.locator(".stage .thumb-strip button").nth(3).click()
    quiet(page)
    drag(page, page.get_by_label("Share of the second", exact=True), 1)
    assert (seen(page, shot(page, "pixels mixed")) == seen(page, shot(page, "second"))).all()
    drag(page, page.get_by_label("Share of the second", exact=True), 0)
    assert (seen(page, shot(page, "pixels mixed")) == seen(page, shot(page, "yours"))).all()

    page.get_by_role("button", name="Size of the code").click()
    expect(page.locator(".size[data-latent='4']").first.locator(".shot")).to_have_count(2)  # other tests train some, too


def test_the_three_side_by_side_under_one_damage(rebuild: Callable[..., Page]) -> None:
    page = rebuild("mae", "compare")
    page.locator(".stage").get_by_role("button", name="hidden patches").click()
    quiet(page)
    rows = page.locator(".compared-run")
    assert {"rebuild-ae", "rebuild-dae", "rebuild-mae"} == set(rows.evaluate_all("all => all.map(r => r.dataset.run)"))
    text = page.locator(".compared-runs").inner_text()
    assert "Trained to remove noise" in text and "Trained to fill in hidden patches" in text and "4 numbers" in text
    mse = {
        row.get_attribute("data-run"): float(row.locator("small").first.inner_text().split("·")[0].split()[1])
        for row in rows.all()
    }
    assert mse["rebuild-mae"] == min(mse.values())  # which is what it was trained for
    page.locator(".stage").get_by_role("button", name="Gaussian noise").click()
    drag(page, page.get_by_label("Level or share", exact=True), 0.3)
    quiet(page)
    mse = {
        row.get_attribute("data-run"): float(row.locator("small").first.inner_text().split("·")[0].split()[1])
        for row in rows.all()
    }
    assert mse["rebuild-dae"] == min(mse.values())


def photos() -> dict[str, bytes]:
    """A real photograph (Eileen Collins, NASA, public domain; with scikit-image) in the formats that people have."""
    photo = Image.fromarray(astronaut())
    found = {}

    def save(name: str, image: Image.Image, **options: object) -> None:
        out = io.BytesIO()
        image.save(out, **options)  # type: ignore[arg-type]
        found[name] = out.getvalue()

    save("photo.png", photo, format="PNG")
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side; to be turned clockwise
    save("turned.jpg", photo.transpose(Image.Transpose.ROTATE_90), format="JPEG", quality=95, exif=exif)
    save("press.jpg", photo.convert("CMYK"), format="JPEG", quality=95)
    grey = np.asarray(photo.convert("L")).astype(np.uint16) * 257
    save("deep.png", Image.fromarray(grey), format="PNG")
    save("photo.webp", photo, format="WEBP", quality=95)
    save("photo.gif", photo.convert("P", palette=Image.Palette.ADAPTIVE), format="GIF")
    return found


def test_a_real_photo_in_any_format_is_fitted_shown_and_rebuilt(rebuild: Callable[..., Page]) -> None:
    page = rebuild("colour", "rebuild")
    fitted = page.locator(".fitted canvas")
    side = seen(page, fitted).shape[0]
    wanted = fit(open_image(photos()["photo.png"], "photo.png", side), side, 3).permute(1, 2, 0).numpy().astype(int)
    before = seen(page, shot(page, "reconstruction"))
    for name, content in photos().items():
        page.locator("#reconstruct-own").set_input_files({"name": name, "mimeType": "image/x", "buffer": content})
        expect(page.locator(".fitted small")).to_have_text(name)
        quiet(page)
        shown = seen(page, fitted).astype(int)
        colours = wanted if name != "deep.png" else wanted.mean(2, keepdims=True)
        assert abs(shown - colours).mean() < 16, name  # upright, and in its colours as far as the format keeps them
        assert (seen(page, shot(page, "original")) == shown).all(), name
        made = seen(page, shot(page, "reconstruction"))
        assert (made != before).any() and numbers(page, "reconstruction")[0] > 0, name
        before = made
    # what is no image: a sentence, and the old picture stays
    page.locator("#reconstruct-own").set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"not an image"})
    expect(page.locator(".reconstruct-note")).to_contain_text("bad.png")
    assert (seen(page, shot(page, "reconstruction")) == before).all() and (seen(page, fitted) == shown).all()
    page.locator(".reconstruct-left .thumb-strip button").first.click()
    expect(page.locator(".reconstruct-note")).to_have_text("")


def test_draw_pick_from_the_map_and_come_from_explore(rebuild: Callable[..., Page]) -> None:
    page = rebuild("ae", "rebuild")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("button", name="Blank sheet").click()
    quiet(page)
    assert seen(page, shot(page, "original")).max() == 0
    box = page.locator(".fitted canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 40, steps=10)
    page.mouse.up()
    quiet(page)
    drawn = seen(page, shot(page, "original"))[..., 0]
    assert drawn[:, 12:16].max() == 255 and drawn[:, :8].max() == 0 and 20 < (drawn > 128).sum() < 120
    # a click on the map is an image
    page.locator(".reconstruct-left .map").scroll_into_view_if_needed()
    page.mouse.click(*central(page, "window.playground.reconstructor.map"))
    expect(page.locator(".fitted small")).to_contain_text("held-out image")
    assert "image=" in page.url
    page.goto(page.url.split("?")[0] + "?tab=explore&run=rebuild-mae&map=pca-2&pick=11")
    page.get_by_role("button", name="Reconstruct it").click()
    expect(page.locator(".fitted small")).to_contain_text("held-out image 12")
    expect(page.locator("#reconstruct-run")).to_have_value("rebuild-mae")
    expect(page.locator(".mask-canvas")).to_be_visible()


def test_on_a_phone_in_chinese_by_touch(rebuild: Callable[..., Page]) -> None:
    page = rebuild("mae", "mask", width=390, height=844, locale="zh-CN", has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    canvas = page.locator(".mask-canvas")
    page.get_by_text("全部显示").click()
    expect(canvas).to_have_attribute("data-hidden", "")
    canvas.scroll_into_view_if_needed()
    page.touchscreen.tap(*patch_at(page, 24))
    expect(canvas).to_have_attribute("data-hidden", "24")
    expect(page.locator(".reconstruct-truth")).to_contain_text("49 个图块中遮住了 1 个")
    for do in ("并排比较", "遮住图块"):
        page.locator(".doing").get_by_role("button", name=do).click()
        quiet(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
