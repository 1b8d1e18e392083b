"""Arrays to plotly figures. Colours of text and background are the page's: figures say only what belongs to the data."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

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
) -> go.Figure:
    """One quantity over seconds, with dotted levels to compare with, each under its name. rate: show as per cent."""
    x, y = thin(*line)
    figure = go.Figure(
        go.Scatter(
            x=x, y=y, name=name, mode="lines+markers" if points else "lines", line={"color": colour, "width": 2},
            hovertemplate="%{y:.1%}" if rate else "%{y:.3g}",
        )
    )  # fmt: skip
    for text, level in marks.items():
        if level is not None:
            figure.add_hline(level, line={"dash": "dot", "color": "#888", "width": 1.2}, annotation_text=text,
                             annotation_position="top right", annotation_font_size=11)  # fmt: skip
    figure.update_layout(
        title={"text": name, "font": {"size": 14}, "x": 0.02, "y": 0.97},
        margin={"l": 46, "r": 10, "t": 34, "b": 34}, height=230, showlegend=False, template="none", hovermode="x unified",
        xaxis={"title": {"text": seconds, "standoff": 4, "font": {"size": 11}}, "rangemode": "tozero", "zeroline": False},
        yaxis={"tickformat": ".0%" if rate else "", "zeroline": False, "nticks": 6}, uirevision="keep",
    )  # fmt: skip
    return figure


def thin(x: Sequence[float], y: Sequence[float | None]) -> Line:
    """At most POINTS of a line, the last always among them."""
    step = max(1, -(-len(x) // POINTS))
    keep = range((len(x) - 1) % step, len(x), step) if x else ()
    return [x[i] for i in keep], [y[i] for i in keep]
