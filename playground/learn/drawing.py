"""Data flows as SVG: one description of nodes and edges, drawn in any language, along the page or down it (for a phone).

A place is (step, lane): steps run along the flow, lanes 0 to 1 lie across it. Everything that is drawn may name the symbols
of the formula that it stands for, in data-sym; colours come from the style sheet of the widget that shows it.

A live drawing has empty places, in data-live, for what a run has there just now: pictures of its batch, its spread, its loss.
"""

from __future__ import annotations

import math
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

STEP, LANE = {"wide": 118.0, "tall": 104.0}, 168.0  # pixels a step, and across all lanes
LINE, CORNER, MARGIN = 14.0, 12.0, 6.0
# half of the length along the flow and of the width across it; what holds words is as wide as they are
HALF = {"picture": (28, 28), "vector": (8, 28), "code": (8, 17), "tokens": (9, 34), "table": (34, 34), "shares": (17, 17),
        "knob": (13, 13), "bank": (24, 34)}  # fmt: skip
WORDS = {"net": (43, 31), "head": (43, 31), "decoder": (43, 31), "step": (40, 20), "loss": (36, 24), "words": (43, 17)}
ROOM_NOW = 84.0  # pixels for a word that a run says
LEVELS = (0.3, 0.9, 0.55, 0.2)  # of a little histogram
VISIBLE = (2, 7, 8, 13)  # of sixteen patches
DOTS = ((0.3, 0.18), (0.7, 0.32), (0.28, 0.5), (0.7, 0.68), (0.34, 0.84))  # prototypes, in parts of their box
# stops of one step in slow motion (playground/train/walk.py) at which a kind of node is lit; a network learns as well
STOPS = {"picture": "images", "words": "images", "net": "features gradient moved", "head": "embeddings gradient moved",
         "vector": "embeddings", "code": "embeddings", "tokens": "features", "decoder": "compared gradient moved",
         "bank": "compared gradient moved", "loss": "loss"}  # fmt: skip
Words = Callable[[str], str]


@dataclass(frozen=True)
class Node:
    """A thing in the flow. sign: its symbol, "z_i"; label: the key of its words; lights: keys of symbols, by spaces.

    span: lanes that it covers to either side of its own. look: which picture or table. cells: symbols of a table's
    lit and of its other cells. live: what of a run is seen there: a row of its pictures, or of its tables; "spread", "loss",
    "caption". other: of another image of the batch, so many further on. stops: of one step in slow motion, at which it is lit,
    by spaces; "" for those of its kind.
    """

    name: str
    kind: str
    at: tuple[float, float]
    sign: str = ""
    label: str = ""
    lights: str = ""
    span: float = 0.0
    look: str = ""
    cells: tuple[str, str] = ("", "")
    live: str = ""
    other: int = 0
    stops: str = ""


@dataclass(frozen=True)
class Edge:
    """From a node to a later one. kind: flow, stop (no gradient runs back), average (a copy that follows), target, link.

    lane: where it leaves and enters nodes that span several; over: the lane that a target goes round by.
    """

    start: str
    end: str
    kind: str = "flow"
    label: str = ""
    lights: str = ""
    lane: float | None = None
    over: float = 0.0


@dataclass(frozen=True)
class Drawing:
    """A method's data flow."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def changed(self, change: Change) -> Drawing:
        """The drawing of a method that a knob has changed."""
        new = {node.name: node for node in change.nodes}
        nodes = tuple(new.get(node.name, node) for node in self.nodes if node.name not in change.gone)
        instead = {(edge.start, edge.end) for edge in change.edges} | set(change.cut)
        edges = [edge for edge in self.edges if (edge.start, edge.end) not in instead]
        edges = [edge for edge in edges if not {edge.start, edge.end} & set(change.gone)]
        return Drawing(nodes, (*edges, *change.edges))


@dataclass(frozen=True)
class Change:
    """What a knob changes. gone: names of nodes, whose edges go with them; cut: edges, by their two nodes.

    nodes and edges: in place of those of the same name, or between the same nodes; edges may be new.
    """

    gone: tuple[str, ...] = ()
    cut: tuple[tuple[str, str], ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Box:
    """Where a node lies, in pixels: its middle, half its width and height, and the room that its words take below."""

    x: float
    y: float
    w: float
    h: float
    below: float


def draw(drawing: Drawing, way: str, words: Words, title: str, live: bool = False) -> str:
    """The drawing as an <svg>, "wide" or "tall"; words gives a label's text, title says the whole to who cannot see it.

    live: with places for what a run has.
    """
    sheet = Sheet(way, words, live)
    boxes = {node.name: sheet.box(node) for node in drawing.nodes}
    nodes = {node.name: node for node in drawing.nodes}
    edges = [sheet.edge(edge, nodes[edge.start], nodes[edge.end], boxes) for edge in drawing.edges]
    drawn = [sheet.node(node, boxes[node.name]) for node in drawing.nodes]
    left, top, right, bottom = sheet.bounds()
    size = f'viewBox="{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}" style="max-width:{right - left:.0f}px"'
    return f'<svg class="flow {way}" role="img" aria-label="{escape(title)}" {size}>{"".join([*edges, *drawn])}</svg>'


def signed(sign: str) -> str:
    """A sign, such as z_i, as the content of an SVG text: a subscript lies lower."""
    found, low, index = "", False, ' class="index"'
    for i, part in enumerate(re.split(r"_([^_()]+)", sign)):
        if part:
            shift = f' dy="{4 if i % 2 else -4}"' if low != bool(i % 2) else ""
            found += f"<tspan{shift}{index if i % 2 else ''}>{escape(part)}</tspan>"
            low = bool(i % 2)
    return found


def width(text: str, size: float = 12.0) -> float:
    """About how wide a text is, in pixels: East Asian letters are square."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else 0.55 * size for c in text)


def wrap(text: str, room: float) -> list[str]:
    """Lines that fit into so many pixels: between words, or between East Asian letters."""
    parts = text.split(" ")
    if len(parts) == 1 and width(text) > room and unicodedata.east_asian_width(text[0]) in "WF":
        lines = math.ceil(width(text) / room)
        each = math.ceil(len(text) / lines)
        return [text[i : i + each] for i in range(0, len(text), each)]
    lines = [parts[0]]
    for part in parts[1:]:
        if width(f"{lines[-1]} {part}") <= room:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


class Sheet:
    """One sheet of paper: knows which way the flow runs, and how far it has been drawn on."""

    def __init__(self, way: str, words: Words, live: bool = False) -> None:
        self.way, self.words, self.wide, self.live = way, words, way == "wide", live
        self.corners: list[tuple[float, float]] = []

    def place(self, step: float, lane: float) -> tuple[float, float]:
        """A place in pixels."""
        along, across = step * STEP[self.way], lane * LANE
        return (along, across) if self.wide else (across, along)

    def turned(self, along: float, across: float) -> tuple[float, float]:
        """Lengths along and across the flow as x and y."""
        return (along, across) if self.wide else (across, along)

    def drawn(self, *points: tuple[float, float]) -> None:
        """These points are part of the drawing."""
        self.corners += points

    def bounds(self) -> tuple[float, float, float, float]:
        """The edges of all that was drawn, with a margin."""
        x, y = [p[0] for p in self.corners], [p[1] for p in self.corners]
        return min(x) - MARGIN, min(y) - MARGIN, max(x) + MARGIN, max(y) + MARGIN

    def box(self, node: Node) -> Box:
        """Where a node lies."""
        x, y = self.place(*node.at)
        if node.kind in WORDS:
            w, h = WORDS[node.kind]
            if not self.wide and node.kind in ("net", "head", "decoder"):
                w, h = 52, 25
        else:
            w, h = self.turned(*HALF[node.kind])
        extra_w, extra_h = self.turned(0, node.span * LANE)
        under = self.lines(node) if node.kind not in WORDS and node.kind != "knob" else []
        beside = not self.wide and node.kind in ("vector", "code") and not node.label
        inside = node.kind == "bank" and not self.wide
        below = 0.0 if beside or inside else LINE * len(under) + 3 * bool(under)
        box = Box(x, y, w + extra_w, h + extra_h, below)
        half = max([box.w, *((width(line) + width(sign, 14)) / 2 for line, sign in under)])
        self.drawn((x - half, y - box.h), (x + half, y + box.h + below))
        if beside and node.sign:
            self.drawn((x + box.w + 8 + width(node.sign, 14), y))
        return box

    def lines(self, node: Node) -> list[tuple[str, str]]:
        """What is written at a node, line by line, as words and sign; a short name and its sign share a line."""
        room = 58.0 if node.kind == "loss" else 76.0 if node.kind in WORDS else 92.0
        if not self.wide and node.kind in ("net", "head", "decoder"):
            room = 96.0 + 2 * node.span * LANE
        if node.kind == "picture" and not self.wide:
            room = 84.0
        name = "caption" if self.live and node.live == "caption" else node.label  # the run's own stands beside it
        label = wrap(self.words(name), room) if name else []
        if node.sign and label and node.kind == "picture":
            return [*((line, "") for line in label[:-1]), (label[-1], node.sign)]
        return [(line, "") for line in label] + ([("", node.sign)] if node.sign else [])

    # -- edges ---------------------------------------------------------------------------------------------------

    def edge(self, edge: Edge, start: Node, end: Node, boxes: dict[str, Box]) -> str:
        """An edge, with its arrowhead, its bars and its words."""
        a, b = boxes[edge.start], boxes[edge.end]
        if edge.kind == "target":
            path, tip, middle = self.round(edge, a, b)
        elif edge.kind in ("average", "link"):
            path, tip, middle = self.across(a, b)
        else:
            path, tip, middle = self.along(edge, start, end, a, b)
        parts = [f'<path class="line" d="{path}"/>']
        if edge.kind != "link":
            parts.append(f'<path class="tip" d="{tip}"/>')
        if edge.kind == "stop":
            parts.append(self.bars(middle))
        if edge.label:
            parts.append(self.beside(edge, middle, start.at[1]))
        return f'<g class="edge {edge.kind}"{lit(edge.lights)}>{"".join(parts)}</g>'

    def along(self, edge: Edge, start: Node, end: Node, a: Box, b: Box) -> tuple[str, str, tuple[float, float, float, float]]:
        """With the flow, from the end of one box to the begin of the other."""

        def port(node: Node, wanted: float) -> float:
            return min(max(wanted, node.at[1] - node.span), node.at[1] + node.span)

        leave = port(start, end.at[1] if edge.lane is None else edge.lane)
        enter = port(end, leave if edge.lane is None else edge.lane)
        if start.span and not end.span:
            leave = port(start, enter)
        if self.wide:
            (x0, y0), (x1, y1) = (a.x + a.w, leave * LANE), (b.x - b.w - 2, enter * LANE)
            half = (x1 - x0) / 2
            c0, c1 = (x0 + half, y0), (x1 - half, y1)
        else:
            (x0, y0), (x1, y1) = (leave * LANE, a.y + a.h + a.below), (enter * LANE, b.y - b.h - 2)
            half = (y1 - y0) / 2
            c0, c1 = (x0, y0 + half), (x1, y1 - half)
        bend = f"C{at(*c0)} {at(*c1)} {at(x1, y1)}" if leave != enter else f"L{at(x1, y1)}"
        middle = ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)
        if leave != enter:  # halfway such a curve is steeper than the line between its ends
            along, across = self.turned(x1 - x0, y1 - y0)
            middle = (*middle[:2], *self.turned(0.75 * along, 1.5 * across))
        return f"M{at(x0, y0)} {bend}", self.tip(x1, y1, *self.turned(1, 0)), middle

    def across(self, a: Box, b: Box) -> tuple[str, str, tuple[float, float, float, float]]:
        """Straight across the flow, from one lane to another."""
        sign = 1 if (b.y > a.y if self.wide else b.x > a.x) else -1
        if self.wide:
            (x0, y0), (x1, y1) = (a.x, a.y + sign * a.h), (b.x, b.y - sign * (b.h + 2))
        else:
            (x0, y0), (x1, y1) = (a.x + sign * a.w, a.y), (b.x - sign * (b.w + 2), b.y)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)
        return f"M{at(x0, y0)} L{at(x1, y1)}", self.tip(x1, y1, *self.turned(0, sign)), middle

    def round(self, edge: Edge, a: Box, b: Box) -> tuple[str, str, tuple[float, float, float, float]]:
        """Out of the flow, along beside it, and in again."""
        if self.wide:
            y, r = edge.over * LANE, CORNER
            y0, y1 = a.y - a.h, b.y - b.h - 2
            path = (f"M{at(a.x, y0)} L{at(a.x, y + r)} Q{at(a.x, y)} {at(a.x + r, y)} "
                    f"L{at(b.x - r, y)} Q{at(b.x, y)} {at(b.x, y + r)} L{at(b.x, y1)}")  # fmt: skip
            self.drawn((a.x, y))
            return path, self.tip(b.x, y1, 0, 1), ((a.x + b.x) / 2, y, 1, 0)
        x, r = edge.over * LANE, CORNER
        x0, x1 = a.x - a.w, b.x - b.w - 2
        path = (f"M{at(x0, a.y)} L{at(x + r, a.y)} Q{at(x, a.y)} {at(x, a.y + r)} "
                f"L{at(x, b.y - r)} Q{at(x, b.y)} {at(x + r, b.y)} L{at(x1, b.y)}")  # fmt: skip
        self.drawn((x, a.y))
        return path, self.tip(x1, b.y, 1, 0), (x, (a.y + b.y) / 2, 0, 1)

    def tip(self, x: float, y: float, dx: float, dy: float) -> str:
        """An arrowhead that ends at (x,y) and points along (dx,dy)."""
        back, side = 7, 3.6
        left = (x - back * dx + side * dy, y - back * dy - side * dx)
        right = (x - back * dx - side * dy, y - back * dy + side * dx)
        return f"M{at(x, y)} L{at(*left)} L{at(*right)} Z"

    def bars(self, middle: tuple[float, float, float, float]) -> str:
        """Two bars across an edge: no gradient passes."""
        x, y, dx, dy = middle
        length = (dx * dx + dy * dy) ** 0.5 or 1.0
        dx, dy = dx / length, dy / length
        bars = []
        for shift in (-3.5, 3.5):
            mx, my = x + shift * dx, y + shift * dy
            bars.append(f"M{at(mx - 9 * dy, my + 9 * dx)} L{at(mx + 9 * dy, my - 9 * dx)}")
        return f'<path class="bars" d="{" ".join(bars)}"/>'

    def beside(self, edge: Edge, middle: tuple[float, float, float, float], lane: float) -> str:
        """An edge's words, beside its middle."""
        x, y, dx, dy = middle
        room = 240.0 if edge.kind == "target" and self.wide else 110.0 if abs(dx) > abs(dy) else 84.0
        if edge.kind == "average" and not self.wide:
            room = 60.0  # between two networks
        lines = wrap(self.words(edge.label), room)
        long = max(width(line, 11.5) for line in lines)
        outer = 1 if lane >= 0.5 else -1
        if edge.kind == "target" and self.wide:
            x, y, anchor = x, y - 7 - LINE * (len(lines) - 1), "middle"
        elif edge.kind == "target":
            x, y, anchor = x - 8, y + 4 - LINE * (len(lines) - 1) / 2, "end"
        elif self.wide and edge.kind != "average":
            x, y, anchor = x + outer * 8, y + (26 if outer > 0 else -14 - LINE * (len(lines) - 1)), "middle"
        elif self.wide:
            x, y, anchor = x + 9, y + 31, "start"  # a knob stands between two such edges, the words below it
        elif edge.kind == "average":
            x, y, anchor = x, y - 9 - LINE * (len(lines) - 1), "middle"
        else:
            x, y, anchor = x + 16, y + 8, "start"
        left = x - long * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        self.drawn((left, y - 10), (left + long, y + 3 + LINE * (len(lines) - 1)))
        return "".join(f'<text class="said" x="{x:.1f}" y="{y + LINE * i:.1f}" text-anchor="{anchor}">{escape(line)}</text>'
                       for i, line in enumerate(lines))  # fmt: skip

    # -- nodes ---------------------------------------------------------------------------------------------------

    def node(self, node: Node, box: Box) -> str:
        """A node: its shape, and its words in it or below."""
        shape = SHAPES[node.kind](self, node, box)
        stops = f' data-at="{node.stops or STOPS.get(node.kind, "compared")}"' if self.live else ""
        return f'<g class="node {node.kind}"{lit(node.lights)}{stops}>{shape}{self.written(node, box)}{self.now(node, box)}</g>'

    def now(self, node: Node, box: Box) -> str:
        """A node's empty place for what a run has there just now."""
        if not self.live or not node.live:
            return ""
        named, x, y = f'data-live="{escape(node.live)}"', box.x - box.w, box.y - box.h
        place = f'{named} x="{x:.1f}" y="{y:.1f}" width="{2 * box.w:.0f}" height="{2 * box.h:.0f}"'
        if node.kind == "picture":  # one of a row of pictures, seen through a window of one
            image = '<image height="1" preserveAspectRatio="none"/>'
            return f'<svg class="now" {place} data-other="{node.other}" viewBox="0 0 1 1">{image}</svg>'
        if node.kind == "table":
            return f'<image class="now" {place}/>'
        anchor, x, y = "middle", box.x, box.y + box.h + box.below + LINE
        if node.kind == "words" or node.kind == "vector" and self.wide:
            y = box.y - box.h - 7
        elif node.kind == "vector":
            anchor, x, y = "end", box.x - box.w - 8, box.y + 4
        half = ROOM_NOW / 2
        middle = x if anchor == "middle" else x - half
        self.drawn((middle - half, y - 10), (middle + half, y + 4))
        return f'<text class="now" {named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"></text>'

    def written(self, node: Node, box: Box) -> str:
        """A node's words."""
        lines = self.lines(node)
        x = box.x
        if node.kind in WORDS or node.kind == "knob":
            first = box.y + 4.5 - LINE * (len(lines) - 1) / 2
        elif node.kind == "bank" and not self.wide:  # beside its dots, as edges leave below
            x, first = box.x + box.w * 0.25, box.y + 4.5 - LINE * (len(lines) - 1) / 2
        elif not box.below and lines:
            return f'<text class="sign" x="{box.x + box.w + 6:.1f}" y="{box.y + 5:.1f}">{signed(node.sign)}</text>'
        else:
            first = box.y + box.h + LINE
        found = []
        for i, (line, sign) in enumerate(lines):
            cls = "said" if line else "sign"
            content = escape(line) + (f' <tspan class="sign">{signed(sign)}</tspan>' if line and sign else signed(sign))
            found.append(f'<text class="{cls}" x="{x:.1f}" y="{first + LINE * i:.1f}" text-anchor="middle">{content}</text>')
        return "".join(found)

    def block(self, box: Box, narrow_start: float = 0.0, narrow_end: float = 0.0) -> str:
        """A box whose begin or end, seen along the flow, is narrower by so many pixels a side."""
        x0, x1, y0, y1 = box.x - box.w, box.x + box.w, box.y - box.h, box.y + box.h
        if self.wide:
            points = [(x0, y0 + narrow_start), (x1, y0 + narrow_end), (x1, y1 - narrow_end), (x0, y1 - narrow_start)]
        else:
            points = [(x0 + narrow_start, y0), (x1 - narrow_start, y0), (x1 - narrow_end, y1), (x0 + narrow_end, y1)]
        return f'<path class="shape" d="M{" L".join(at(*p) for p in points)} Z"/>'

    def cells(self, box: Box, number: int, strong: Iterable[int] = (), cls: str = "shape") -> str:
        """A row of cells across the flow, some of them marked."""
        marked, found = set(strong), []
        for i in range(number):
            w, h = (2 * box.w, 2 * box.h / number) if self.wide else (2 * box.w / number, 2 * box.h)
            x, y = (box.x - box.w, box.y - box.h + i * h) if self.wide else (box.x - box.w + i * w, box.y - box.h)
            found.append(rect(x, y, w, h, f"{cls} empty" if i in marked else cls))
        return "".join(found)


def at(x: float, y: float) -> str:
    """A point in a path."""
    return f"{x:.1f} {y:.1f}"


def lit(lights: str) -> str:
    """The attribute that says which symbols a part stands for."""
    return f' data-sym="{escape(lights)}"' if lights else ""


def rect(x: float, y: float, w: float, h: float, cls: str, r: float = 1.5) -> str:
    """A rectangle with slightly rounded corners."""
    return f'<rect class="{cls}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{r:g}"/>'


# -- shapes ------------------------------------------------------------------------------------------------------------

SCENE = (
    '<path class="sky" d="M0 0H56V56H0Z"/><circle class="sun" cx="39" cy="17" r="8"/>'
    '<path class="far" d="M0 40 18 22 36 40 44 33 56 44V56H0Z"/><path class="near" d="M0 46Q22 36 56 50V56H0Z"/>'
)
OTHER = (
    '<path class="sky" d="M0 0H56V56H0Z"/><path class="near" d="M0 42Q14 37 28 42T56 42V56H0Z"/>'
    '<path class="far" d="M12 36H44L38 44H18Z"/><path class="sun" d="M27 8V33H12Z"/><path class="far" d="M30 12V33H42Z"/>'
)


def _picture(sheet: Sheet, node: Node, box: Box) -> str:
    x, y, side = box.x - box.w, box.y - box.h, 2 * box.w
    view, content = "0 0 56 56", SCENE
    if node.look == "crop":
        view = "17 3 36 36"
    elif node.look == "mirror":
        view, content = "2 4 40 40", f'<g class="paler" transform="translate(56 0) scale(-1 1)">{SCENE}</g>'
    elif node.look == "others":
        content = OTHER
    elif node.look == "crop other":
        view, content = "8 8 38 38", OTHER
    elif node.look == "noise":  # the same spots at every start
        dice = random.Random(5)
        places = [(dice.randrange(1, 53), dice.randrange(1, 53)) for _ in range(56)]
        content = SCENE + "".join(rect(*spot, 3, 3, "dim" if i % 2 else "bright", 0) for i, spot in enumerate(places))
    elif node.look in ("masked", "painted"):
        grid = "".join(rect(i % 4 * 14, i // 4 * 14, 14, 14, "hidden" if node.look == "masked" else "painted", 0)
                       for i in range(16) if i not in VISIBLE)  # fmt: skip
        content = SCENE + grid
    elif node.look == "rebuilt":
        content = f'<g class="soft">{SCENE}</g>'
    behind = "".join(rect(x + d, y - d, side, side, "behind", 4) for d in (8, 4)) if node.look in ("stack", "others") else ""
    if behind:
        sheet.drawn((x + side + 8, y - 8))
    inner = f'<svg x="{x:.1f}" y="{y:.1f}" width="{side:.0f}" height="{side:.0f}" viewBox="{view}">{content}</svg>'
    return f"{behind}{inner}{rect(x, y, side, side, 'frame', 4)}"


def _table(sheet: Sheet, node: Node, box: Box) -> str:
    n = 6 if node.look == "pairs" else 5
    side = 2 * box.w / n
    groups: dict[str, list[str]] = {"good": [], "bad": [], "own": []}
    for i in range(n):
        for j in range(n):
            kind = (
                "own"
                if node.look == "pairs" and i == j
                else "good"
                if (j - i) % n == (3 if node.look == "pairs" else 0)
                else "bad"
            )
            groups[kind].append(rect(box.x - box.w + j * side, box.y - box.h + i * side, side, side, kind, 0.5))
    good, bad = node.cells
    lights = {"good": good, "bad": bad, "own": ""}
    return "".join(f"<g{lit(lights[kind])}>{''.join(cells)}</g>" for kind, cells in groups.items() if cells)


def _shares(sheet: Sheet, node: Node, box: Box) -> str:
    step, levels = 2 * box.w / len(LEVELS), LEVELS if node.look != "sharp" else (0.06, 1.0, 0.1, 0.04)
    bars = "".join(rect(box.x - box.w + i * step + 1, box.y + box.h - 2 * box.h * v, step - 2, 2 * box.h * v, "shape", 1)
                   for i, v in enumerate(levels))  # fmt: skip
    base = f'<path class="line" d="M{at(box.x - box.w, box.y + box.h)} h{2 * box.w:.0f}"/>'
    return bars + base


def _bank(sheet: Sheet, node: Node, box: Box) -> str:
    x0, y0, w, h = box.x - box.w, box.y - box.h, 2 * box.w, 2 * box.h
    frame = rect(x0, y0, w, h, "shape", 8)
    w *= 1 if sheet.wide else 0.4  # the rest is for its words
    dots = "".join(f'<circle class="dot d{i % 3}" cx="{x0 + w * fx:.1f}" cy="{y0 + h * fy:.1f}" r="4.5"/>'
                   for i, (fx, fy) in enumerate(DOTS))  # fmt: skip
    return frame + dots


def _knob(sheet: Sheet, node: Node, box: Box) -> str:
    return f'<circle class="shape" cx="{box.x:.1f}" cy="{box.y:.1f}" r="{box.w:g}"/>'


SHAPES: dict[str, Callable[[Sheet, Node, Box], str]] = {
    "picture": _picture,
    "table": _table,
    "shares": _shares,
    "bank": _bank,
    "knob": _knob,
    "net": lambda sheet, node, box: sheet.block(box, 0, 9),
    "decoder": lambda sheet, node, box: sheet.block(box, 9, 0),
    "head": lambda sheet, node, box: rect(box.x - box.w, box.y - box.h, 2 * box.w, 2 * box.h, "shape", 9),
    "step": lambda sheet, node, box: rect(box.x - box.w, box.y - box.h, 2 * box.w, 2 * box.h, "shape", 6),
    "words": lambda sheet, node, box: rect(box.x - box.w, box.y - box.h, 2 * box.w, 2 * box.h, "shape", 12),
    "loss": lambda sheet, node, box: rect(box.x - box.w, box.y - box.h, 2 * box.w, 2 * box.h, "shape", 22),
    "vector": lambda sheet, node, box: sheet.cells(box, 5),
    "code": lambda sheet, node, box: sheet.cells(box, 3),
    "tokens": lambda sheet, node, box: sheet.cells(box, 8, range(0) if node.look != "hidden" else (0, 1, 3, 5, 6, 7)),
}
