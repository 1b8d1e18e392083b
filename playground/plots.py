"""Arrays to plotly figures, as plotly.js takes them: plain dicts, since plotly's own classes take 50 times as long to make.

Colours of text and background are the page's: figures say only what belongs to the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

Line = tuple[Sequence[float], Sequence[float | None]]
# ten colours, searched for: they stay apart in OKLab for all, and for people without red or without green cones (Machado et
# al. 2009); some are pale on white or dark on near-black, as ten that stay apart have to be (docs/log.md)
PALETTE = ("#4B96FF", "#874BB4", "#5AA52D", "#E1C300", "#FFA5A5", "#69D2FF", "#3C4B69", "#D269A5", "#87695A", "#960F00")
# a cosine's colours, nothing at 0, as widgets/cosine.js has them too
COSINES = [[at, f"rgba({rgb},{alpha})"] for at, rgb, alpha in (
    (0, "59,130,246", 1), (0.5, "59,130,246", 0), (0.5, "234,88,12", 0), (1, "234,88,12", 1))]  # fmt: skip
POINTS = 400  # of a line, more than a plot of this size can show
NAME = 0.1  # of a plot's height is a level's name high


def curve(
    lines: Mapping[str, Line],
    name: str,
    seconds: str,
    marks: Mapping[str, float | None] = MappingProxyType({}),
    colour: int = 0,
    rate: bool = False,
    points: bool = False,
) -> dict[str, Any]:
    """Quantities over seconds, the first of them the main one, with dotted levels to compare with, each under its name.

    rate: show as per cent. points: mark each value, as there are few.
    """
    traces = []
    for number, (text, line) in enumerate(lines.items()):
        x, y = thin(*line)
        traces.append({
            "type": "scatter", "x": x, "y": y, "name": text, "mode": "lines+markers" if points else "lines",
            "line": {"color": PALETTE[(colour + number) % len(PALETTE)], "width": 1.6 if number else 2.4},
            "hovertemplate": "%{y:.1%}" if rate else "%{y:.3g}",
        })  # fmt: skip
    levels = sorted(((text, level) for text, level in marks.items() if level is not None), key=lambda mark: -mark[1])
    layout = {
        "title": {"text": name, "font": {"size": 15}, "x": 0.02, "y": 0.97},
        "margin": {"l": 46, "r": 10, "t": 34, "b": 34}, "height": 230, "hovermode": "x unified",
        "showlegend": len(lines) > 1,
        "legend": {"x": 1, "xanchor": "right", "y": 1.01, "yanchor": "bottom", "orientation": "h", "font": {"size": 12}},
        "xaxis": {"title": {"text": seconds, "standoff": 4, "font": {"size": 13}}, "rangemode": "tozero", "zeroline": False},
        "yaxis": {"tickformat": ".1~%" if rate else "", "zeroline": False, "nticks": 6},
        "shapes": [level(y) for _, y in levels],
        "annotations": [
            {"text": text, "showarrow": False, "font": {"size": 12.5}, "xref": "x domain", "x": 1, "xanchor": "right",
             "yref": "y", "y": level, "yanchor": anchor}
            for (text, level), anchor in zip(levels, anchors([at for _, at in levels], traces), strict=True)
        ],
        "uirevision": "keep",
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def anchors(levels: Sequence[float], traces: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the name of each level stands, above its line ("bottom") or below it ("top"): where fewer lines run through it."""
    ys = [[y for y in trace["y"] if y is not None] for trace in traces]
    every = [*levels, *(y for line in ys for y in line)]
    room = NAME * (max(every, default=0.0) - min(every, default=0.0))
    there = [y for line in ys for y in line[len(line) // 2 :]] + list(levels)  # names stand on the right
    found = []
    for level in levels:
        lines = list(there)
        lines.remove(level)  # its own
        over = sum(level <= y < level + room for y in lines)
        below = sum(level - room < y < level - room / 10 for y in lines)
        found.append("top" if over > below else "bottom")
        there += [level + share * (-room if over > below else room) for share in (0.5, 1)]  # nor through another name
    return found


def level(y: float, colour: str = "#888") -> dict[str, Any]:
    """A dotted line across a plot."""
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y,
            "line": {"dash": "dot", "color": colour, "width": 1.2}}  # fmt: skip


def table(numbers: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A method's table, as an event holds it: a heat map of rows of numbers, or bars of one row."""
    values, columns = numbers["values"], list(numbers["columns"])
    layout: dict[str, Any] = {
        "title": {"text": name, "font": {"size": 13}, "x": 0, "y": 0.99, "yanchor": "top"},
        "margin": {"l": 6, "r": 6, "t": 26, "b": 6}, "showlegend": False, "uirevision": "keep",
        "xaxis": {"fixedrange": True, "zeroline": False}, "yaxis": {"fixedrange": True, "zeroline": False},
    }  # fmt: skip
    if values and not isinstance(values[0], list):
        layout |= {"height": 130, "bargap": 0.15}
        layout["margin"] |= {"l": 36, "b": 20}
        layout["yaxis"] |= {"range": [numbers["low"], max(numbers["high"], *values)], "tickformat": ".0%", "nticks": 4}
        return {"data": [{"type": "bar", "y": values, "marker": {"color": PALETTE[0]}, "hovertemplate": "%{x}: %{y:.1%}",
                          "name": ""}], "layout": layout}  # fmt: skip
    rows = len(values)
    layout |= {"height": 300 if columns else 260}
    layout["xaxis"] |= {"visible": bool(columns), "constrain": "domain", "ticks": "", "tickangle": -40,
                        "tickvals": list(range(len(columns))), "ticktext": [shorten(column) for column in columns],
                        "tickfont": {"size": 10}, "automargin": True}  # fmt: skip
    layout["yaxis"] |= {"visible": False, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"}
    names = [columns] * rows if columns else None
    heat = {"type": "heatmap", "z": values, "zmin": numbers["low"], "zmax": numbers["high"],
            "colorscale": COSINES,
            "colorbar": {"thickness": 8, "len": 0.9, "outlinewidth": 0, "tickfont": {"size": 10}}, "name": "",
            "customdata": names, "hovertemplate": "%{customdata}: %{z:.2f}" if names else "%{z:.2f}"}  # fmt: skip
    return {"data": [heat], "layout": layout}


def shorten(text: str, most: int = 18) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def thin(x: Sequence[float], y: Sequence[float | None]) -> Line:
    """At most POINTS of a line, the last always among them."""
    step = max(1, -(-len(x) // POINTS))
    keep = range((len(x) - 1) % step, len(x), step) if x else ()
    return [x[i] for i in keep], [y[i] for i in keep]
