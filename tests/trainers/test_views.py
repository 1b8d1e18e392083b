"""Augmentation: every image has its own draw, and each strength does what its name says, alone."""

from __future__ import annotations

import pytest
import torch

from trainers.views import Augmentation, pair, plain

NOTHING = {"crop": 1.0, "flip": 0.0, "rotation": 0.0, "jitter": 0.0, "saturation": 0.0, "grey": 0.0, "blur": 0.0}
CHANNELS = pytest.mark.parametrize("channels", [1, 3])


def images(b: int = 8, channels: int = 1, height: int = 28, width: int = 28) -> torch.Tensor:
    rng = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (b, channels, height, width), generator=rng, dtype=torch.uint8)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def only(**strength: float) -> Augmentation:
    return Augmentation(**NOTHING | strength)


@CHANNELS
@pytest.mark.parametrize("size", [16, 21, 28, 32, 64])
@pytest.mark.parametrize("b", [1, 8])
def test_views_have_the_shape_and_range_of_images(channels, size, b):
    for augment in (Augmentation(), Augmentation(0.05, 0.5, 0.5, 1.0, 1.0, 0.5, 1.0)):
        for view in pair(images(b, channels, size, size), augment, rng()):
            assert view.shape == (b, channels, size, size) and view.dtype == torch.float32
            assert 0 <= float(view.min()) and float(view.max()) <= 1


def test_each_image_has_its_own_draw():
    same = images(1).expand(16, -1, -1, -1)
    first, second = pair(same, Augmentation(), rng())
    views = torch.cat([first, second]).flatten(1)
    assert float(torch.pdist(views).min()) > 0.1  # no two of the 32 are alike


@pytest.mark.parametrize(
    "strength", [{"crop": 0.3}, {"rotation": 0.5}, {"jitter": 0.5}, {"saturation": 0.9}, {"blur": 1.0}], ids=str
)
def test_each_strength_alone_draws_for_each_image(strength):
    same = images(1, 3).expand(8, -1, -1, -1)
    assert float(torch.pdist(only(**strength)(same, rng()).flatten(1)).min()) > 1e-3


@CHANNELS
def test_the_same_seed_gives_the_same_views_and_another_others(channels):
    x = images(channels=channels)
    first, again, other = (pair(x, Augmentation(), rng(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_images_are_left_as_they_were():
    x = images()
    before = x.clone()
    pair(x, Augmentation(), rng())
    assert torch.equal(x, before)


@CHANNELS
@pytest.mark.parametrize(("height", "width"), [(16, 16), (28, 28), (64, 64), (20, 33)])
def test_no_strength_is_no_change(channels, height, width):
    x = images(4, channels, height, width)
    assert torch.allclose(only()(x, rng()), plain(x), atol=1e-4)


@CHANNELS
def test_a_crop_of_1_keeps_the_whole_image(channels):
    """Where all of the area is kept there is no room for another aspect: nothing is cut off, whatever is drawn."""
    x = images(64, channels)
    assert torch.allclose(only()(x, rng(3)), plain(x), atol=1e-4)


@pytest.mark.parametrize("crop", [0.1, 0.5, 0.9])
def test_a_crop_keeps_no_less_than_it_says(crop):
    """A ramp from left to right and one from top to bottom: how far a view's values span is the part it keeps."""
    ramp = (255 * (torch.arange(64) + 0.5) / 64).byte().expand(64, 64)
    across = only(crop=crop)(ramp.expand(500, 1, 64, 64), rng())
    down = only(crop=crop)(ramp.T.expand(500, 1, 64, 64), rng())  # the same draws
    width = (across[:, 0, 32, -1] - across[:, 0, 32, 0]) * 64 / 63
    height = (down[:, 0, -1, 32] - down[:, 0, 0, 32]) * 64 / 63
    area = width * height
    assert float(area.min()) > crop - 0.03 and float(area.max()) < 1.03
    assert float(area.min()) < crop + 0.05 and float(area.max()) > 0.93
    assert float((width / height).max()) < 4 / 3 + 0.1
    if crop < 0.7:
        assert float((width / height).max()) > 1.2 and float((width / height).min()) < 0.85


@CHANNELS
def test_a_flip_of_1_is_the_mirror_image(channels):
    x = images(channels=channels)
    assert torch.allclose(only(flip=1.0)(x, rng()), plain(x).flip(3), atol=1e-4)


def test_a_flip_of_a_half_is_for_half_of_the_images():
    x = images(1).expand(400, -1, -1, -1)
    changed = (only(flip=0.5)(x, rng()) - plain(x)).abs().amax((1, 2, 3)) > 0.01
    assert 150 < int(changed.sum()) < 250


def test_rotation_keeps_the_centre_and_turns_the_rest():
    """A dot on the axis goes up or down by the sine of the angle, up to the largest."""
    x = torch.zeros(200, 1, 33, 33, dtype=torch.uint8)
    x[:, :, 16, 26:29] = 255
    view = only(rotation=0.5)(x, rng())[:, 0]
    row = (view.sum(2) * torch.arange(33)).sum(1) / view.sum((1, 2)) - 16
    angle = torch.asin(row / 11)
    assert float(angle.abs().max()) < 0.55
    assert float(angle.min()) < -0.4 and float(angle.max()) > 0.4


@CHANNELS
def test_blur_preserves_the_mean_and_lessens_the_contrast(channels):
    x = images(32, channels)
    view = only(blur=1.0)(x, rng())
    assert torch.allclose(view.mean((2, 3)), plain(x).mean((2, 3)), atol=1e-4)
    assert bool((view.std((1, 2, 3)) < plain(x).std((1, 2, 3))).all())


def test_blur_is_of_the_stated_width():
    """A dot becomes a spot with a variance of up to 2/3 of a pixel: a standard deviation of up to 0.8."""
    x = torch.zeros(300, 1, 15, 15, dtype=torch.uint8)
    x[:, :, 7, 7] = 255
    weight = only(blur=1.0)(x, rng())[:, 0].sum(1)
    variance = (weight * (torch.arange(15) - 7) ** 2).sum(1)
    assert 0.6 < float(variance.max()) <= 2 / 3 + 1e-4


def test_jitter_changes_brightness_within_its_bounds():
    x = torch.full((500, 1, 16, 16), 100, dtype=torch.uint8)
    level = only(jitter=0.4)(x, rng()).mean((1, 2, 3)) * 255  # an even image has no contrast
    assert 60 - 0.5 <= float(level.min()) < 65 and 135 < float(level.max()) <= 140 + 0.5


def test_grey_loses_all_colour_and_keeps_the_luma():
    x = images(16, 3)
    view = only(grey=1.0)(x, rng())
    luma = (plain(x) * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    assert torch.allclose(view, luma.expand(-1, 3, -1, -1), atol=1e-4)


def test_saturation_keeps_the_luma():
    x = images(16, 3) // 4 + 96  # far from black and white, where values are clamped
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    view = only(saturation=0.5)(x, rng())
    assert torch.allclose((view * weights).sum(1), (plain(x) * weights).sum(1), atol=1e-4)
    assert float((view - plain(x)).abs().max()) > 0.02
