"""Our look in Plotly: marks, axes and writing that all figures share.

Callers give every text in the reader's language. Colours are the names of tokens, which the page resolves for its
theme; type, grid and ground come from there too. Text of others is escaped, since Plotly reads tags in it.
"""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any, NamedTuple

import plotly.graph_objects as go

Figure = dict[str, Any]

ACTUAL, QUIET = "var(--chart-1)", "var(--chart-5)"
INK, SOFT = "var(--ink)", "var(--ink-soft)"
STEPS = ("var(--step-1)", "var(--step-2)", "var(--step-3)", "var(--step-4)", "var(--step-5)")
MOST_TICKS = 6
LONGEST_NAME = 26


class Tick(NamedTuple):
    at: float | str
    text: str


class Mark(NamedTuple):
    """A value with its interval. `hover` tells it in words, `url` leads to the leads behind.

    `at` is an ISO day or a name, `value` None is a gap; a pale mark is not firm yet: too few cases, or too young.
    """

    at: str
    value: float | None
    hover: str
    url: str | None = None
    low: float | None = None
    high: float | None = None
    is_pale: bool = False


class Series(NamedTuple):
    name: str
    marks: Sequence[Mark]


class Goal(NamedTuple):
    value: float
    text: str


def round_steps(most: float, *, count: int = 4) -> list[float]:
    """From 0 to at least `most` in about `count` steps that people count in: 1, 2, 2.5 or 5 times a power of ten."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / count
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    return [round(step * number, 10) for number in range(ceil(most / step - 1e-9) + 1)]


def plain(text: str) -> str:
    """As Plotly shows it letter by letter; a line break stays one."""
    return escape(text, quote=False).replace("\n", "<br>")


def figure() -> go.Figure:
    return go.Figure(layout={"template": None})


def finished(drawn: go.Figure) -> Figure:
    """As the page's JSON wants it."""
    json: Figure = drawn.to_plotly_json()
    return json


def line(marks: Sequence[Mark], *, color: str, width: float = 2, dash: str = "solid") -> go.Scatter:
    return go.Scatter(
        x=[mark.at for mark in marks],
        y=[mark.value for mark in marks],
        mode="lines",
        line={"color": color, "width": width, "dash": dash},
        connectgaps=False,
        **telling(marks),
    )


def dots(marks: Sequence[Mark], *, size: int, along: str | None = None) -> go.Scatter:
    """Filled dots, hollow where they are pale; their whiskers lie along x or y, and the values with them."""
    values = [mark.value for mark in marks]
    places = [str(number) for number in range(len(marks))] if along == "x" else [mark.at for mark in marks]
    trace = go.Scatter(
        x=values if along == "x" else places,
        y=places if along == "x" else values,
        mode="markers",
        marker={
            "size": size,
            "color": ["var(--surface)" if mark.is_pale else ACTUAL for mark in marks],
            "line": {"width": 1.5, "color": ACTUAL},
        },
        cliponaxis=False,
        **telling(marks),
    )
    if along:
        trace[f"error_{along}"] = {
            "type": "data",
            "symmetric": False,
            "array": [_reach(mark.value, mark.high) for mark in marks],
            "arrayminus": [_reach(mark.low, mark.value) for mark in marks],
            "color": "var(--chart-2)",
            "thickness": 2.5,
            "width": 0,
        }
    if along == "x":
        trace["orientation"] = "h"
    return trace


def _reach(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)


def telling(marks: Sequence[Mark]) -> dict[str, Any]:
    return {
        "hovertext": [plain(mark.hover) for mark in marks],
        "hoverinfo": "text",
        "customdata": [mark.url for mark in marks],
    }


def named_axis(ticks: Sequence[Tick], *, kind: str) -> dict[str, Any]:
    kept = ticks[:: ceil(len(ticks) / MOST_TICKS)] if len(ticks) > 2 * MOST_TICKS else ticks
    return {"type": kind, **_ticks(kept)}


def scaled_axis(scale: Sequence[Tick]) -> dict[str, Any]:
    most = float(scale[-1].at)
    return {"range": [0, most * 1.02], "zeroline": False, **_ticks(scale)}


def _ticks(ticks: Sequence[Tick]) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": [tick.at for tick in ticks],
        "ticktext": [plain(tick.text) for tick in ticks],
        "tickangle": 0,
    }


def names_axis(marks: Sequence[Mark]) -> dict[str, Any]:
    """Places by number, since two people may bear one name; the first at the top."""
    return {
        "type": "category",
        "autorange": "reversed",
        "tickmode": "array",
        "tickvals": [str(number) for number in range(len(marks))],
        "ticktext": [plain(_shortened(mark.at)) for mark in marks],
    }


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def write(drawn: go.Figure, mark: Mark, text: str, *, side: str, lift: int, color: str) -> None:
    """Words beside a point, on its left or right, so many pixels above it."""
    anchor = "right" if side == "left" else "left"
    drawn.add_annotation(x=mark.at, y=mark.value, xanchor=anchor, yshift=lift, text=plain(text), **writing(color))


def writing(color: str) -> dict[str, Any]:
    return {"showarrow": False, "font": {"color": color, "size": 12}}
