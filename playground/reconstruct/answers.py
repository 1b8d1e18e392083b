"""What the routes of Reconstruct answer. Pictures are text, as pixels.py has them."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from playground.maps.answers import Entry


class Damage(TypedDict):
    """The noise that a network was trained to remove."""

    noise: str
    level: float


class Patches(TypedDict):
    """The patches of a network's images, and how many of them it was trained without."""

    rows: int
    columns: int
    side: int
    ratio: float
    mask: str


class Abilities(TypedDict):
    """The images that a network takes, and what it can be asked: `code`, `damage` and `patches` with what belongs to each."""

    channels: int
    height: int
    width: int
    code: NotRequired[int]
    damage: NotRequired[Damage]
    patches: NotRequired[Patches]


class Maker(Entry, Abilities):
    """A run whose network turns an image back into one."""

    trained: str


class Fitted(TypedDict):
    """A person's own image, as a run's network would see it; note: what is to be said of how it was read, or ""."""

    name: str
    pixels: str
    note: str


class Judged(TypedDict):
    """A picture beside the true one: where it is wrong, MSE, PSNR in dB (null: equal) and SSIM."""

    made: str
    error: str
    mse: float
    psnr: float | None
    ssim: float


class Rebuilt(Judged):
    """An image as its network remembers it; its code, where there is one, and how the codes of all images lie."""

    image: str
    code: NotRequired[list[float]]
    dimensions: NotRequired[list[int]]
    mean: NotRequired[list[float]]
    spread: NotRequired[list[float]]


class Decoded(TypedDict):
    """What a code stands for; the held-out image whose code is nearest, and how far that is over what is usual."""

    made: str
    near: int
    gap: float
    far: float


class Between(TypedDict):
    """The way from one image to another, mixed code by code and pixel by pixel; how far each code is from any real one."""

    second: str
    made: list[str]
    mixed: list[str]
    gaps: list[float]


class Plane(TypedDict):
    """A plane of codes: its pictures from the top left, how far each is from any real code, where the real ones lie."""

    codes: list[float]
    at: list[float]
    side: int
    tile: list[int]
    reach: float
    lattice: list[str]
    gaps: list[float]
    far: float
    holes: float
    returns: float
    returns_holes: float | None


class HeldOut(TypedDict):
    """Errors over all held-out images, where a run has ended and worked them out."""

    mse: NotRequired[float | None]
    mse_pca: NotRequired[float | None]


class Size(Entry, Judged):
    """The image through a code of one size, and through PCA of the same size."""

    latent: int
    held_out: HeldOut
    pca: Judged


class Sizes(TypedDict):
    """The image through codes of all sizes, the smallest first."""

    runs: list[Size]


class Denoised(TypedDict):
    """An image with noise, as the network repairs it, and as a classical filter does."""

    image: str
    noisy: Judged
    denoised: Judged
    filter: Judged


class Curve(TypedDict):
    """PSNR of some held-out images over the level of a noise; the level that the network was trained with."""

    trained: float | None
    images: int
    levels: list[float]
    noisy: list[float | None]
    denoised: list[float | None]
    filter: list[float | None]


class Completed(TypedDict):
    """An image without some patches, and as the network paints them; errors over these, and those of two mean patches."""

    hidden: list[int]
    visible: str
    made: str
    pasted: str
    error: str
    mse: float | None
    mse_mean: float | None
    mse_here: float | None


class Masked(Completed):
    """The same, and the image itself."""

    image: str


class Frame(Completed):
    """The same, of a reveal: what share is hidden."""

    ratio: float


class Reveal(TypedDict):
    """From nearly all hidden to nothing hidden."""

    frames: list[Frame]


class Draws(TypedDict):
    """Several masks of one share: each completion, their mean, and how much they differ."""

    made: list[str]
    mean: str
    spread: str
    most: float
    mse: float
    mse_std: float


class Attention(TypedDict):
    """Whence a patch takes, in the last block that has it."""

    weights: list[float]
    where: Literal["encoder", "decoder"]


class Beside(Entry, Judged):
    """What one network makes of a damage."""

    trained: str


class Compared(TypedDict):
    """The same damage for several networks."""

    image: str
    damaged: Judged
    runs: list[Beside]
