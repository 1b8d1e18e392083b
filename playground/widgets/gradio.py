"""The page's widgets as Gradio components, for other Gradio apps; docs/widgets.md shows them.

An app that uses one serves their scripts: `demo.launch(app_kwargs={"routes": [scripts()]})`.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import gradio as gr
import numpy as np
from gradio.events import EventListener, all_events
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount

from playground.page import modules

SCRIPT = """
import(new URL('ADDRESS', document.baseURI).href).then(() => {
  const node = element.querySelector('TAG'), names = NAMES;
  const given = () => Object.fromEntries(names.map(name => [name, props[name]]));
  const show = () => Object.assign(node, (({value, ...props}) => FIELDS)(given()));
  for (const [event, [name, field, kept]] of Object.entries(ACTS)) {
    node.addEventListener(event, ({detail}) => {
      if (field) node[field] = detail;
      if (kept) props.value = detail;
      trigger(name, typeof detail === 'number' ? {index: detail} : {detail});
    });
  }
  watch(names, show);
  show();
})"""


def scripts() -> Mount:
    """The route by which a page finds the widgets' scripts."""
    return Mount("/playground", app=Starlette(routes=modules.routes()))


class Act(NamedTuple):
    """What an element fires: the component's event that it is, the field that it sets, and whether it becomes the value."""

    event: str
    field: str = ""
    kept: bool = False


class Element(gr.HTML):
    """A custom element as a component.

    tag, module, cls: the element, its script and its class. fields: JavaScript that makes its fields of `value` and of
    the other `props`. acts: what a person does to it; the data of the event is {"index": number}, or {"detail": anything else}.
    """

    tag: ClassVar[str] = ""
    module: ClassVar[str] = ""
    cls: ClassVar[str] = ""
    fields: ClassVar[str] = "props"
    acts: ClassVar[Mapping[str, Act]] = {}
    EVENTS = [*all_events, EventListener("hover")]

    def __init__(self, value: Any = None, *, elem_id: str | None = None, **props: Any) -> None:
        script = SCRIPT
        for name, text in {
            "ADDRESS": modules.address(self.module), "TAG": self.tag, "FIELDS": f"({self.fields})",
            "ACTS": json.dumps(self.acts), "NAMES": json.dumps(["value", *props]),
        }.items():  # fmt: skip
            script = script.replace(name, text)
        sheet = self.module.replace("element.js", f"{self.tag}.css").replace(".js", ".css")
        head = f'<link rel="stylesheet" href="{modules.address(sheet)}">' if sheet in modules.FILES else None
        template = f'<{self.tag} class="{self.cls}"></{self.tag}>'
        super().__init__(
            value, html_template=template, js_on_load=script, apply_default_css=False, head=head, elem_id=elem_id, **props
        )


class EmbeddingMap(Element):
    """Points that are images, words or anything else, in the plane or in space: pan, zoom, lasso, a card at the mouse.

    Its value is `points(…)`; `hover` and `click` carry {"index"}, -1 where there is no point, `select` {"detail"}: indices or
    None. Props: tool "pan" or "lasso", selection, picked, near, classes.
    """

    tag, module, cls = "embedding-map", "widgets/embedding-map/element.js", "map"
    fields = (
        "{...props, ...(value ? {about: value.about, sheet: value.sheet, positions: new Float32Array(value.positions)} : {})}"
    )
    acts = {"hover": Act("hover"), "pick": Act("click", "picked"), "select": Act("select", "selection")}


class PatchPainter(Element):
    """An image in patches, some of which are hidden by mouse or keyboard. Its value is the hidden patches, counted row by row.

    Props: `**pixels(image)`, grid {"rows", "columns"}, name. `input` follows each stroke.
    """

    tag, module = "patch-painter", "widgets/patch-painter.js"
    fields = "{...props, masked: value ?? []}"
    acts = {"paint": Act("input", kept=True)}


class CodeSliders(Element):
    """Numbers of a code, each with a slider. Its value is those that were moved, by their place: {"3": 0.5}.

    Props: code {"code", "dimensions", "mean", "spread"}. `input` follows each move.
    """

    tag, module = "code-sliders", "widgets/code-sliders.js"
    fields = "{value: props.code, turned: value ?? {}}"
    acts = {"turn": Act("input", kept=True)}


class TimeLine(Element):
    """A slider over moments with a button that plays them. Its value is the place of the one that is shown.

    Props: steps, seconds, words {"play", "pause", "time", "when"}. `input` follows each move.
    """

    tag, module, cls = "time-line", "widgets/timeline/element.js", "timeline"
    fields = "{...props, index: value ?? 0}"
    acts = {"seek": Act("input", "index", kept=True), "play": Act("play", "playing")}


class HeatTable(Element):
    """Numbers as colours, each with a sentence for mouse and keyboard. Its value is the rows of numbers.

    Props: rows and columns, their names; low and high, the ends of the colours; name.
    """

    tag, module, cls = "heat-table", "widgets/heat-table.js", "heat"
    fields = """{name: props.name ?? '', heat: {rows: props.rows, columns: props.columns, values: value,
      strength: v => (v - props.low) / (props.high - props.low || 1), text: v => v.toFixed(2).replace('-', '−'),
      sentence: (row, column) => `${props.rows[row]} × ${props.columns[column]}: ${value[row][column]}`}}"""


class FactorReadings(Element):
    """How well things are read from a network's numbers, over time. Its value: factors, as factor-readings.js has them.

    Props: seconds, of each moment; labels of features, embedding, untrained, pixels and axis.
    """

    tag, module = "factor-readings", "widgets/factor-readings.js"
    fields = "{factors: value ?? [], seconds: props.seconds ?? [], labels: props.labels ?? {}}"


class PixelImage(Element):
    """Pixels as large as there is room. Its value is `pixels(image)`; props: name, note, heat, the error that is brightest."""

    tag, module = "pixel-image", "widgets/pixel-image.js"
    fields = "{...props, ...value}"


class PlotFigure(Element):
    """A figure of plotly in the page's colours. Its value is {"data", "layout"}."""

    tag, module = "plot-figure", "widgets/plot-figure.js"
    fields = "{figure: value}"


class CodePlane(Element):
    """A plane of codes to walk on, tiled with what they become. Its value is where the ring is, [x, y].

    Props: plane, as code-plane.js has it, its `lattice` the `pixels` of images of one size; name. `input` follows each step.
    """

    tag, module = "code-plane", "widgets/code-plane.js"
    fields = "{...props, at: value ?? [0, 0]}"
    acts = {"walk": Act("input", kept=True)}


class SimilarityMatrix(Element):
    """Cosines of n images and n captions, with the images beside the rows. Its value is n rows of n numbers from −1 to 1.

    Props: captions; images, those n side by side as the address of one picture; name; help, said while no cell is chosen.
    """

    tag, module = "similarity-matrix", "widgets/similarity-matrix.js"
    fields = """{name: props.name ?? '', help: props.help ?? '', strip: props.images ?? null,
      table: value && {columns: props.captions, values: value},
      sentence: (row, column) =>
        `${row + 1} × ${props.captions[column]}: ${value[row][column].toFixed(2).replace('-', '−')}`}"""


class PictureStrip(Element):
    """Some pictures of a sheet, each a button. Its value is the index of the one that is pressed, -1 for none.

    Props: `**strip(images, names)`. `input` carries {"index"}.
    """

    tag, module = "picture-strip", "widgets/picture-strip.js"
    fields = "{...props, chosen: value ?? -1}"
    acts = {"choose": Act("input", "chosen", kept=True)}


class DrawingBoard(Element):
    """A picture to draw on with mouse, pen or finger. Its value is its bytes as text, as in `pixels(image)["pixels"]`.

    Props: size {"width", "height"}; channels, 1 or 3; pen {"colour", "width"}, in pixels of the picture; name, note.
    `input` follows each stroke.
    """

    tag, module = "drawing-board", "widgets/drawing-board.js"
    fields = "{drawable: true, ...props, pixels: value ?? ''}"
    acts = {"draw": Act("input", "pixels", kept=True)}


class FlowDrawing(Element):
    """A data flow whose parts light up. Its value is the symbols that are lit; props: wide and tall, the drawing as SVG."""

    tag, module = "flow-drawing", "widgets/flow-drawing.js"
    fields = "{...props, lit: value ?? ''}"


def pixels(image: ArrayLike) -> dict[str, Any]:
    """An image (H,W), (H,W,1) or (H,W,3) uint8 as the widgets take it: its bytes as text, and its size."""
    found = np.asarray(image, np.uint8)
    found = found[..., None] if found.ndim == 2 else found
    size = {"width": found.shape[1], "height": found.shape[0]}
    return {"pixels": base64.b64encode(found.tobytes()).decode(), "size": size}


def strip(images: ArrayLike, names: Sequence[str]) -> dict[str, Any]:
    """What a PictureStrip shows: images (N,H,W), (N,H,W,1) or (N,H,W,3) uint8, each with its name.

    ValueError where there are not as many names as images.
    """
    found = np.asarray(images, np.uint8)
    if len(found) != len(names):
        raise ValueError(f"There are {len(found)} images and {len(names)} names: give as many.")
    src, (columns, rows, width, height) = _sheet(found)
    sheet = {"src": src, "columns": columns, "rows": rows, "width": width, "height": height}
    return {"sheet": sheet, "shown": [{"index": index, "name": name} for index, name in enumerate(names)]}


def points(
    positions: ArrayLike,
    labels: Sequence[str] | None = None,
    images: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> dict[str, Any]:
    """What an EmbeddingMap shows: (N,2) or (N,3) numbers, and of each its class, its picture and its name.

    images: (N,H,W), (N,H,W,1) or (N,H,W,3) uint8. ValueError where these do not fit each other.
    """
    where = np.asarray(positions, np.float32)
    if where.ndim != 2 or where.shape[1] not in (2, 3) or not np.isfinite(where).all():
        raise ValueError(f"Positions are finite numbers (N,2) or (N,3), not {where.shape}.")
    for given in (labels, names, images):
        if given is not None and len(np.asarray(given)) != len(where):
            raise ValueError(f"There are {len(where)} points: give as many labels, names and images.")
    classes = sorted(set(labels or ()))
    sheet, shape = _sheet(np.asarray(images, np.uint8)) if images is not None else ("", (1, 1, 1, 1))
    about = dict(zip(("columns", "rows", "width", "height"), shape, strict=True)) | {"count": len(where), "classes": classes}
    if labels is not None:
        about["labels"] = [classes.index(label) for label in labels]
    if names is not None:
        about["names"] = list(names)
    centred = where - where.mean(0)  # the map looks at what lies around the middle
    scaled = centred / max(float(np.sqrt((centred**2).sum(1)).mean()), 1e-9)
    return {"about": about, "sheet": sheet, "positions": np.round(scaled, 5).ravel().tolist()}


def _sheet(images: NDArray[np.uint8]) -> tuple[str, tuple[int, int, int, int]]:
    """All images in one PNG as a data URL, and its columns and rows, and the width and height of one."""
    images = images[..., None] if images.ndim == 3 else images
    n, h, w, c = images.shape
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    sheet = np.zeros((rows * columns, h, w, c), np.uint8)
    sheet[:n] = images
    pixels = sheet.reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)
    out = io.BytesIO()
    Image.fromarray(pixels if c == 3 else pixels[..., 0]).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode(), (columns, rows, w, h)
