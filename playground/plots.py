"""Arrays to plotly figures, as plotly.js takes them: plain dicts, since plotly's own classes take 50 times as long to make.

Colours of text and background are the page's: figures say only what belongs to the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Line = tuple[Sequence[float], Sequence[float | None]]
# Paul Tol's bright and vibrant colours: told apart by colour-blind people, on white and on near-black
PALETTE = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#999999", "#EE7733", "#009988", "#7755CC")
POINTS = 400  # of a line, more than a plot of this size can show


def curve(
    line: Line,
    name: str,
    colour: str,
    seconds: str,
    marks: dict[str, float | None],
    rate: bool = False,
    points: bool = False,
) -> dict[str, Any]:
    """One quantity over seconds, with dotted levels to compare with, each under its name. rate: show as per cent."""
    x, y = thin(*line)
    levels = [(text, level) for text, level in marks.items() if level is not None]
    trace = {
        "type": "scatter", "x": x, "y": y, "name": name, "mode": "lines+markers" if points else "lines",
        "line": {"color": colour, "width": 2}, "hovertemplate": "%{y:.1%}" if rate else "%{y:.3g}",
    }  # fmt: skip
    layout = {
        "title": {"text": name, "font": {"size": 14}, "x": 0.02, "y": 0.97},
        "margin": {"l": 46, "r": 10, "t": 34, "b": 34}, "height": 230, "showlegend": False, "hovermode": "x unified",
        "xaxis": {"title": {"text": seconds, "standoff": 4, "font": {"size": 11}}, "rangemode": "tozero", "zeroline": False},
        "yaxis": {"tickformat": ".0%" if rate else "", "zeroline": False, "nticks": 6},
        "shapes": [
            {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": level, "y1": level,
             "line": {"dash": "dot", "color": "#888", "width": 1.2}}
            for _, level in levels
        ],
        "annotations": [
            {"text": text, "showarrow": False, "font": {"size": 11}, "xref": "x domain", "x": 1, "xanchor": "right",
             "yref": "y", "y": level, "yanchor": "bottom"}
            for text, level in levels
        ],
        "uirevision": "keep",
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def thin(x: Sequence[float], y: Sequence[float | None]) -> Line:
    """At most POINTS of a line, the last always among them."""
    step = max(1, -(-len(x) // POINTS))
    keep = range((len(x) - 1) % step, len(x), step) if x else ()
    return [x[i] for i in keep], [y[i] for i in keep]
