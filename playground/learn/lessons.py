r"""What the Learn tab teaches: each method's data flow, formula, symbols and switches.

Words are in texts/ below [learn] and [cards.METHOD]; here is what no language changes. A symbol, `\s{KEY}{…}` in a formula, is
in the legend and in the drawing under the same key, and no letter is outside of one but in an index. A method without a
Lesson here has what its Card says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.learn.drawing import Change, Drawing, Edge, Node


@dataclass(frozen=True)
class Symbol:
    """A row of the legend: `tex` as in the formula, `shape` as in the code; cards.METHOD.sym_KEY says what it is.

    A shape may name a knob, as "{batch_size}", and is then its value.
    """

    key: str
    tex: str
    shape: str = ""


@dataclass(frozen=True)
class Switch:
    """Something to take away: a run of the method with these knobs; cards.METHOD.switch_KEY says what it shows."""

    key: str
    knobs: dict[str, Any]
    run: str = ""  # a finished example of it, where one ships


@dataclass(frozen=True)
class Lesson:
    """What no language changes of a method's card. shows: tabs that show its example, besides Train.

    changes: what a knob changes in the drawing, by its name and value as texts/ have them, "predictor_off".
    """

    drawing: Drawing
    formula: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    switches: tuple[Switch, ...]
    shows: tuple[str, ...] = ("explore",)
    dataset: str = "fashion-mnist"
    changes: Mapping[str, Change] = field(default_factory=dict)


# what each insight is seen in: example runs and the tab that shows them
INSIGHTS = {
    "collapse": (("simclr", "train"), ("swav", "train"), ("simsiam", "train"), ("simsiam-collapsed", "train"),
                 ("byol", "train"), ("simsiam,simsiam-collapsed", "compare")),
    "words": (("clip", "train"), ("clip", "match")),
    "rebuild": (("autoencoder", "reconstruct"), ("denoising", "reconstruct"), ("masked", "reconstruct")),
}  # fmt: skip


def views(one: str, other: str, lights: tuple[str, str] = ("x", "x")) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """What methods that compare views begin with: an image, and two random views of it."""
    nodes = (
        Node("x", "picture", (0, 0.5), "x", "images", look="stack", lights="x", live="image"),
        Node("v1", "picture", (1.05, 0), one, "view", look="crop", lights=lights[0], live="view 1", stops="views"),
        Node("v2", "picture", (1.05, 1), other, "view", look="mirror", lights=lights[1], live="view 2", stops="views"),
    )
    return nodes, (Edge("x", "v1"), Edge("x", "v2"))


def shared(lights_f: str = "f", lights_g: str = "g") -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """One encoder and one head that both views go through."""
    nodes = (
        Node("f", "net", (2.1, 0.5), "f", "encoder", span=0.5, lights=lights_f),
        Node("g", "head", (3.1, 0.5), "g", "projection", span=0.5, lights=lights_g),
    )
    edges = (Edge("v1", "f", lane=0), Edge("v2", "f", lane=1), Edge("f", "g", lane=0), Edge("f", "g", lane=1))
    return nodes, edges


_VIEWS, _VIEW_EDGES = views("x_1", "x_2")
_SHARED, _SHARED_EDGES = shared()
SIMCLR = Drawing(
    (
        Node("x", "picture", (0, 0.25), "", "image", look="stack", lights="x n", live="image"),
        Node("o", "picture", (0, 1), "", "others", look="others", lights="zk n", live="image", other=1),
        Node("v1", "picture", (1.05, 0), "x_i", "view", look="crop", lights="x", live="view 1", stops="views"),
        Node("v2", "picture", (1.05, 0.5), "x_j", "view", look="mirror", lights="x", live="view 2", stops="views"),
        Node("v3", "picture", (1.05, 1), "x_k", "views", look="crop other", lights="x zk", live="view 1", other=1,
             stops="views"),
        *_SHARED,
        Node("z1", "vector", (3.95, 0), "z_i", lights="zi", live="spread"),
        Node("z2", "vector", (3.95, 0.5), "z_j", lights="zj"),
        Node("z3", "vector", (3.95, 1), "z_k", lights="zk"),
        Node("s", "table", (4.9, 0.5), "sim", "similarities", look="pairs", lights="sim", cells=("zj", "zk"),
             live="similarity"),
        Node("t", "knob", (4.9, 0), "τ", lights="tau"),
        Node("l", "loss", (6, 0.5), "ℓ", "loss", lights="l total", live="loss"),
    ),
    (
        Edge("x", "v1", lights="x"), Edge("x", "v2", lights="x"), Edge("o", "v3"),
        Edge("v1", "f", lane=0), Edge("v2", "f", lane=0.5), Edge("v3", "f", lane=1),
        *(Edge("f", "g", lane=lane) for lane in (0, 0.5, 1)),
        Edge("g", "z1"), Edge("g", "z2"), Edge("g", "z3"),
        Edge("z1", "s"), Edge("z2", "s"), Edge("z3", "s"), Edge("t", "s", "link"), Edge("s", "l"),
    ),
)  # fmt: skip
SWAV = Drawing(
    (
        *_VIEWS, *_SHARED,
        Node("z1", "vector", (3.9, 0), "z_1", lights="z", live="spread"),
        Node("z2", "vector", (3.9, 1), "z_2", lights="z"),
        Node("c", "bank", (4.65, 0.5), "C", "prototypes", lights="c k", span=0.3),
        Node("k", "step", (5.6, 0.5), "ε", "sinkhorn", lights="eps"),
        Node("t1", "knob", (5.6, 0.1), "τ", lights="tau"),
        Node("t2", "knob", (5.6, 0.9), "τ", lights="tau"),
        Node("p1", "shares", (6.5, 0), "p_1", lights="p"),
        Node("q1", "shares", (6.5, 0.34), "q_1", look="sharp", lights="q"),
        Node("q2", "shares", (6.5, 0.67), "q_2", look="sharp", lights="q"),
        Node("p2", "shares", (6.5, 1), "p_2", lights="p"),
        Node("l1", "loss", (7.4, 0.1), "ℓ_1", "loss", lights="l"),
        Node("l2", "loss", (7.4, 0.9), "ℓ_2", "loss", lights="l"),
        Node("l", "loss", (8.3, 0.5), "L", "mean", lights="total", live="loss"),
    ),
    (
        *_VIEW_EDGES, *_SHARED_EDGES, Edge("g", "z1"), Edge("g", "z2"), Edge("z1", "c"), Edge("z2", "c"),
        Edge("c", "p1"), Edge("c", "k"), Edge("c", "p2"), Edge("k", "q1"), Edge("k", "q2"),
        Edge("p1", "l1"), Edge("q2", "l1", "stop", lights="q"), Edge("q1", "l2", "stop", lights="q"), Edge("p2", "l2"),
        Edge("l1", "l"), Edge("l2", "l"),
    ),
)  # fmt: skip
BYOL = Drawing(
    (
        *_VIEWS,
        Node("f1", "net", (2.1, 0), "f_θ", "encoder", lights="f theta"),
        Node("f2", "net", (2.1, 1), "f_ξ", "encoder", lights="f xi", stops="features moved"),
        Node("g1", "head", (3.1, 0), "g_θ", "projection", lights="g theta"),
        Node("g2", "head", (3.1, 1), "g_ξ", "projection", lights="g xi", stops="embeddings moved"),
        Node("z1", "vector", (3.95, 0), "z_θ", lights="z", live="spread"),
        Node("z2", "vector", (3.95, 1), "z′_ξ", lights="zt", stops="embeddings compared"),
        Node("q", "head", (4.8, 0), "q_θ", "predictor", lights="q theta", stops="compared gradient moved"),
        Node("p", "vector", (5.65, 0), "q_θ(z_θ)", lights="q z", stops="compared"),
        Node("l", "loss", (6.6, 0.5), "L", "loss", lights="l", live="loss"),
        Node("t", "knob", (2.6, 0.5), "τ", lights="tau", stops="moved"),
    ),
    (
        *_VIEW_EDGES, Edge("v1", "f1"), Edge("v2", "f2"), Edge("f1", "g1"), Edge("f2", "g2"),
        Edge("g1", "z1"), Edge("g2", "z2"),
        Edge("f1", "f2", "average", "average", lights="xi tau"), Edge("g1", "g2", "average", lights="xi tau"),
        Edge("z1", "q"), Edge("q", "p"), Edge("p", "l"), Edge("z2", "l", "stop", "no_gradient", lights="sg"),
    ),
)  # fmt: skip
NEAR_LOSS = Node("l", "loss", (5.5, 0.5), "L", "loss", lights="l", live="loss")  # where no predictor stands before it
SIMSIAM = Drawing(
    (
        *_VIEWS, *_SHARED,
        Node("z1", "vector", (3.95, 0), "z_1", lights="z", live="spread"),
        Node("z2", "vector", (3.95, 1), "z_2", lights="z", stops="embeddings compared"),
        Node("h", "head", (4.8, 0), "h", "predictor", lights="h", stops="compared gradient moved"),
        Node("p", "vector", (5.65, 0), "p_1", lights="p", stops="compared"),
        Node("l", "loss", (6.6, 0.5), "ℓ", "loss", lights="d l", live="loss"),
    ),
    (
        *_VIEW_EDGES, *_SHARED_EDGES, Edge("g", "z1"), Edge("g", "z2"),
        Edge("z1", "h"), Edge("h", "p"), Edge("p", "l"), Edge("z2", "l", "stop", "no_gradient", lights="sg"),
    ),
)  # fmt: skip
CLIP = Drawing(
    (
        Node("x", "picture", (0, 0), "", "images", look="stack", lights="i n", live="image", stops="images views"),
        Node("w", "words", (0, 1), "", "captions", lights="t n", live="caption"),
        Node("f", "net", (1.15, 0), "", "image_tower", lights="i"),
        Node("g", "net", (1.15, 1), "", "text_tower", lights="t"),
        Node("i", "vector", (2.05, 0), "I_i", lights="i", live="spread"),
        Node("t", "vector", (2.05, 1), "T_i", lights="t"),
        Node("s", "table", (3.1, 0.5), "I·T", "similarities", look="diagonal", lights="dot", cells=("i t", "j"),
             live="image_text"),
        Node("k", "knob", (3.1, 0), "s", lights="s"),
        Node("a", "loss", (4.4, 0.1), "ℓ_I→T", "rows", lights="it"),
        Node("b", "loss", (4.4, 0.9), "ℓ_T→I", "columns", lights="ti"),
        Node("l", "loss", (5.5, 0.5), "L", "mean", lights="l", live="loss"),
    ),
    (
        Edge("x", "f"), Edge("w", "g"), Edge("f", "i"), Edge("g", "t"), Edge("i", "s"), Edge("t", "s"), Edge("k", "s", "link"),
        Edge("s", "a"), Edge("s", "b"), Edge("a", "l"), Edge("b", "l"),
    ),
)  # fmt: skip
AUTOENCODER = Drawing(
    (
        Node("x", "picture", (0, 0.5), "x", "image", look="plain", lights="x p", live="input"),
        Node("f", "net", (1.15, 0.5), "f", "encoder", lights="f"),
        Node("h", "code", (2.1, 0.5), "h", "code", lights="h"),
        Node("g", "decoder", (3.05, 0.5), "g", "decoder", lights="g"),
        Node("r", "picture", (4.2, 0.5), "x′", "rebuilt", look="rebuilt", lights="r", live="reconstruction", stops="compared"),
        Node("l", "loss", (5.4, 0.5), "L", "loss", lights="l", live="loss"),
    ),
    (Edge("x", "f"), Edge("f", "h"), Edge("h", "g"), Edge("g", "r"), Edge("r", "l"),
     Edge("x", "l", "target", "target", lights="x", over=0.05)),
)  # fmt: skip
DENOISING = Drawing(
    (
        Node("x", "picture", (0, 0.5), "x", "image", look="plain", lights="x p", live="input"),
        Node("n", "step", (1.05, 0.5), "", "damage", lights="n", stops="views"),
        Node("d", "picture", (2.1, 0.5), "x̃", "damaged", look="noise", lights="d", live="corrupted", stops="views"),
        Node("f", "net", (3.2, 0.5), "f", "encoder", lights="f"),
        Node("h", "code", (4.1, 0.5), "h", "code", lights="h"),
        Node("g", "decoder", (5, 0.5), "g", "decoder", lights="g"),
        Node("r", "picture", (6.1, 0.5), "x′", "rebuilt", look="rebuilt", lights="r", live="reconstruction", stops="compared"),
        Node("l", "loss", (7.25, 0.5), "L", "loss", lights="l", live="loss"),
    ),
    (Edge("x", "n"), Edge("n", "d"), Edge("d", "f"), Edge("f", "h"), Edge("h", "g"), Edge("g", "r"), Edge("r", "l"),
     Edge("x", "l", "target", "target_clean", lights="x", over=0.05)),
)  # fmt: skip
MASKED = Drawing(
    (
        Node("x", "picture", (0, 0.5), "x", "image", look="plain", lights="x p", live="input"),
        Node("m", "picture", (1.1, 0.5), "", "hidden", look="masked", lights="m", live="visible", stops="views"),
        Node("f", "net", (2.2, 0.5), "f", "vit", lights="f"),
        Node("t", "tokens", (3.2, 0.5), "", "tokens", look="hidden", lights="t"),
        Node("g", "decoder", (4.25, 0.5), "g", "light_decoder", lights="g"),
        Node("r", "picture", (5.4, 0.5), "x′", "painted", look="painted", lights="r", live="reconstruction", stops="compared"),
        Node("l", "loss", (6.6, 0.5), "L", "loss_hidden", lights="l m", live="loss"),
    ),
    (Edge("x", "m"), Edge("m", "f"), Edge("f", "t"), Edge("t", "g"), Edge("g", "r"), Edge("r", "l"),
     Edge("x", "l", "target", "target", lights="x", over=0.05)),
)  # fmt: skip

LESSONS: dict[str, Lesson] = {
    "simclr": Lesson(
        SIMCLR,
        (
            r"\s{l}{\ell_{i,j}}=-\log\,\frac{\exp\big(\s{sim}{\text{sim}}(\s{zi}{z_i},\s{zj}{z_j})/\s{tau}{\tau}\big)}"
            r"{\sum_{k\neq i}\exp\big(\s{sim}{\text{sim}}(\s{zi}{z_i},\s{zk}{z_k})/\s{tau}{\tau}\big)}",
            r"\s{sim}{\text{sim}}(\s{zi}{z_i},\s{zj}{z_j})=\frac{\s{zi}{z_i}\cdot \s{zj}{z_j}}"
            r"{\lVert \s{zi}{z_i}\rVert\,\lVert \s{zj}{z_j}\rVert}",
            r"\s{zi}{z_i}=\s{g}{g}(\s{f}{f}(\s{x}{x_i})),\quad "
            r"\s{total}{\mathcal L}=\frac{1}{2\s{n}{N}}\sum_{(i,j)}\s{l}{\ell_{i,j}}",
        ),
        (
            Symbol("x", "x_i", "(2N, C, H, W)"), Symbol("f", "f", "→ (2N, F)"), Symbol("g", "g", "→ (2N, D)"),
            Symbol("zi", "z_i", "(D)"), Symbol("zj", "z_j", "(D)"), Symbol("zk", "z_k", "(2N−1, D)"),
            Symbol("sim", r"\text{sim}", "(2N, 2N)"), Symbol("tau", r"\tau", "{temperature}"),
            Symbol("l", r"\ell_{i,j}", "(2N)"),
            Symbol("total", r"\mathcal L"), Symbol("n", "N", "{batch_size}"),
        ),
        (Switch("temperature", {"temperature": 1.0}), Switch("batch", {"batch_size": 8}),
         Switch("head", {"projection_head": False})),
        dataset="moved-garments",
        changes={"projection_head_off": Change(("g",), edges=tuple(Edge("f", name) for name in ("z1", "z2", "z3")))},
    ),
    "swav": Lesson(
        SWAV,
        (
            r"\s{total}{\mathcal L}=\tfrac12(\s{l}{\ell_1}+\s{l}{\ell_2})",
            r"\s{l}{\ell_1}=-\sum_{\s{k}{k}}\s{q}{q_{2k}}\log\,\s{p}{p_{1k}}",
            r"\s{l}{\ell_2}=-\sum_{\s{k}{k}}\s{q}{q_{1k}}\log\,\s{p}{p_{2k}}",
            r"\s{p}{p}=\text{softmax}(\s{c}{C}\s{z}{z}/\s{tau}{\tau})",
            r"\s{q}{q}=\text{Sinkhorn}(\s{c}{C}\s{z}{z}/\s{eps}{\varepsilon})",
            r"\s{z}{z}=\frac{\s{g}{g}(\s{f}{f}(\s{x}{x}))}{\lVert \s{g}{g}(\s{f}{f}(\s{x}{x}))\rVert}",
        ),
        (
            Symbol("x", "x", "(2N, C, H, W)"), Symbol("f", "f", "→ (2N, F)"), Symbol("g", "g", "→ (2N, D)"),
            Symbol("z", "z", "(2N, D)"), Symbol("c", "C", "(K, D)"), Symbol("k", "k", "1 … K"), Symbol("p", "p", "(2N, K)"),
            Symbol("q", "q", "(2N, K)"), Symbol("tau", r"\tau", "{temperature}"), Symbol("eps", r"\varepsilon", "{epsilon}"),
            Symbol("l", r"\ell_1, \ell_2", "(N)"), Symbol("total", r"\mathcal L"),
        ),
        (Switch("sinkhorn", {"sinkhorn": False}),),
        dataset="moved-garments",
        changes={"sinkhorn_off": Change(nodes=(Node("k", "step", (5.6, 0.5), "ε", "softmax", lights="eps"),))},
    ),
    "byol": Lesson(
        BYOL,
        (
            r"\s{l}{\mathcal L}=2-2\,\frac{\s{q}{q_\theta}(\s{z}{z_\theta})\cdot \s{sg}{\text{sg}}(\s{zt}{z'_\xi})}"
            r"{\lVert \s{q}{q_\theta}(\s{z}{z_\theta})\rVert\,\lVert \s{zt}{z'_\xi}\rVert}",
            r"\s{xi}{\xi}\leftarrow \s{tau}{\tau}\,\s{xi}{\xi}+(1-\s{tau}{\tau})\,\s{theta}{\theta}",
            r"\s{z}{z_\theta}=\s{g}{g}_{\s{theta}{\theta}}(\s{f}{f}_{\s{theta}{\theta}}(\s{x}{x_1})),\quad "
            r"\s{zt}{z'_\xi}=\s{g}{g}_{\s{xi}{\xi}}(\s{f}{f}_{\s{xi}{\xi}}(\s{x}{x_2}))",
        ),
        (
            Symbol("x", "x_1, x_2", "(N, C, H, W)"), Symbol("f", "f", "→ (N, F)"), Symbol("g", "g", "→ (N, D)"),
            Symbol("theta", r"\theta"), Symbol("xi", r"\xi"),
            Symbol("z", r"z_\theta", "(N, D)"), Symbol("zt", r"z'_\xi", "(N, D)"), Symbol("q", r"q_\theta", "→ (N, D)"),
            Symbol("sg", r"\text{sg}"), Symbol("tau", r"\tau", "{tau}"), Symbol("l", r"\mathcal L", "0 … 4"),
        ),
        (Switch("predictor", {"predictor": False}), Switch("tau", {"tau": 0.0}), Switch("frozen", {"tau": 1.0})),
        dataset="moved-garments",
        changes={
            "predictor_off": Change(("q", "p"), nodes=(NEAR_LOSS,), edges=(Edge("z1", "l"),)),
            "tau_0": Change(edges=(Edge("f1", "f2", "average", "copied", lights="xi tau"),)),
            "tau_1": Change(("t",), cut=(("f1", "f2"), ("g1", "g2"))),
        },
    ),
    "simsiam": Lesson(
        SIMSIAM,
        (
            r"\s{l}{\mathcal L}=\tfrac12\,\s{d}{\ell}(\s{p}{p_1},\s{sg}{\text{sg}}(\s{z}{z_2}))"
            r"+\tfrac12\,\s{d}{\ell}(\s{p}{p_2},\s{sg}{\text{sg}}(\s{z}{z_1}))",
            r"\s{d}{\ell}(\s{p}{p},\s{z}{z})=1-\frac{\s{p}{p}\cdot \s{z}{z}}{\lVert \s{p}{p}\rVert\,\lVert \s{z}{z}\rVert}",
            r"\s{z}{z}=\s{g}{g}(\s{f}{f}(\s{x}{x})),\quad \s{p}{p}=\s{h}{h}(\s{z}{z})",
        ),
        (
            Symbol("x", "x_1, x_2", "(N, C, H, W)"), Symbol("f", "f", "→ (N, F)"), Symbol("g", "g", "→ (N, D)"),
            Symbol("z", "z_1, z_2", "(N, D)"), Symbol("h", "h", "→ (N, D)"), Symbol("p", "p_1, p_2", "(N, D)"),
            Symbol("sg", r"\text{sg}"), Symbol("d", r"\ell", "0 … 2"), Symbol("l", r"\mathcal L"),
        ),
        (Switch("stop", {"stop_gradient": False}, "simsiam-collapsed"),
         Switch("predictor", {"predictor": False}, "simsiam-no-predictor")),
        dataset="moved-garments",
        changes={
            "stop_gradient_off": Change(edges=(Edge("z2", "l"),)),
            "predictor_off": Change(("h", "p"), nodes=(replace(NEAR_LOSS, sign="ℓ", lights="d l"),), edges=(Edge("z1", "l"),)),
        },
    ),
    "clip": Lesson(
        CLIP,
        (
            r"\s{l}{\mathcal L}=\tfrac12(\s{it}{\ell_{I\to T}}+\s{ti}{\ell_{T\to I}})",
            r"\s{it}{\ell_{I\to T}}=-\frac{1}{\s{n}{N}}\sum_{i=1}^{\s{n}{N}}\log\,"
            r"\frac{\exp(\s{s}{s}\,\s{i}{I_i}\s{dot}{\cdot}\s{t}{T_i})}{\sum_{j=1}^{\s{n}{N}}\exp(\s{s}{s}\,\s{i}{I_i}\s{dot}{\cdot}\s{j}{T_j})}",
            r"\s{ti}{\ell_{T\to I}}=-\frac{1}{\s{n}{N}}\sum_{i=1}^{\s{n}{N}}\log\,"
            r"\frac{\exp(\s{s}{s}\,\s{i}{I_i}\s{dot}{\cdot}\s{t}{T_i})}{\sum_{j=1}^{\s{n}{N}}\exp(\s{s}{s}\,\s{j}{I_j}\s{dot}{\cdot}\s{t}{T_i})}",
        ),
        (
            Symbol("i", "I_i", "(N, D)"), Symbol("t", "T_i", "(N, D)"), Symbol("j", "T_j, I_j", "(N, D)"),
            Symbol("dot", r"I\cdot T", "(N, N)"), Symbol("s", "s", "14.3, ≤ 100"), Symbol("it", r"\ell_{I\to T}"),
            Symbol("ti", r"\ell_{T\to I}"), Symbol("l", r"\mathcal L"), Symbol("n", "N", "{batch_size}"),
        ),
        (Switch("symmetric", {"symmetric": False}, "clip-one-way"),),
        ("match", "explore"), "emoji",
        {"symmetric_off": Change(("b",), nodes=(Node("l", "loss", (5.5, 0.5), "L", "loss", lights="l", live="loss"),))},
    ),
    "autoencoder": Lesson(
        AUTOENCODER,
        (
            r"\s{l}{\mathcal L}=\frac{1}{\s{p}{P}}\lVert \s{x}{x}-\s{r}{x'}\rVert^2",
            r"\s{h}{h}=\s{f}{f}(\s{x}{x}),\quad \s{r}{x'}=\s{g}{g}(\s{h}{h})",
        ),
        (
            Symbol("x", "x", "(B, C, H, W)"), Symbol("f", "f", "→ (B, D)"), Symbol("h", "h", "(B, D)"),
            Symbol("g", "g", "→ (B, C, H, W)"),
            Symbol("r", "x'", "(B, C, H, W)"), Symbol("p", "P", "C · H · W"), Symbol("l", r"\mathcal L"),
        ),
        (Switch("latent", {"latent": 2}),),
        ("reconstruct", "explore"),
    ),
    "denoising": Lesson(
        DENOISING,
        (
            r"\s{l}{\mathcal L}=\frac{1}{\s{p}{P}}\lVert \s{x}{x}-\s{r}{x'}\rVert^2",
            r"\s{d}{\tilde x}=\s{n}{\text{damage}}(\s{x}{x}),\quad \s{h}{h}=\s{f}{f}(\s{d}{\tilde x}),"
            r"\quad \s{r}{x'}=\s{g}{g}(\s{h}{h})",
        ),
        (
            Symbol("x", "x", "(B, C, H, W)"), Symbol("n", r"\text{damage}", "{level}"),
            Symbol("d", r"\tilde x", "(B, C, H, W)"),
            Symbol("f", "f", "→ (B, D)"), Symbol("h", "h", "(B, D)"), Symbol("g", "g", "→ (B, C, H, W)"),
            Symbol("r", "x'", "(B, C, H, W)"), Symbol("p", "P", "C · H · W"), Symbol("l", r"\mathcal L"),
        ),
        (Switch("level", {"level": 0.0}), Switch("noise", {"noise": "masking"})),
        ("reconstruct", "explore"),
        changes={"level_0": Change(("n", "d"), edges=(Edge("x", "f"),))},
    ),
    "masked": Lesson(
        MASKED,
        (
            r"\s{l}{\mathcal L}=\frac{1}{|\s{m}{M}|\,\s{p}{P}}\sum_{m\in \s{m}{M}}\lVert \s{x}{x_m}-\s{r}{x'_m}\rVert^2",
            r"\s{r}{x'}=\s{g}{g}\big(\s{t}{[\,\s{f}{f}(\s{x}{x_V}),\ \mathrm{mask}\,]}\big)",
        ),
        (
            Symbol("x", "x_m, x_V", "(B, T, P)"), Symbol("m", "M", "|M| = T − V"), Symbol("f", "f", "→ (B, V, E)"),
            Symbol("t", r"[\,\cdot\,]", "(B, T, E)"), Symbol("g", "g", "→ (B, T, P)"), Symbol("r", "x'_m", "(B, T, P)"),
            Symbol("p", "P", "C · p · p"), Symbol("l", r"\mathcal L"),
        ),
        (Switch("ratio", {"mask_ratio": 0.25}), Switch("mask", {"mask": "block"}), Switch("all", {"all_patches": True})),
        ("reconstruct", "explore"),
        changes={"all_patches_on": Change(nodes=(Node("l", "loss", (6.6, 0.5), "L", "loss", lights="l m", live="loss"),))},
    ),
}  # fmt: skip

EXAMPLES = (*LESSONS, *(one.run for lesson in LESSONS.values() for one in lesson.switches if one.run))  # ids of finished runs
