"""Our look in Plotly: marks, axes and writing that all figures share, as the plain data that Plotly draws.

Callers give every text in the reader's language. Colours are the names of tokens, which the page resolves for its
theme; type, grid and ground come from there too. Text of others is escaped, since Plotly reads tags in it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from math import ceil, floor, log10
from textwrap import wrap
from typing import Any, NamedTuple

Part = dict[str, Any]
Figure = dict[str, Any]

ACTUAL, WHISKER, QUIET = "var(--chart-1)", "var(--chart-2)", "var(--chart-5)"
INK, SOFT, GROUND = "var(--ink)", "var(--ink-soft)", "var(--canvas)"
STEPS = ("var(--step-1)", "var(--step-2)", "var(--step-3)", "var(--step-4)", "var(--step-5)")
MOST_TICKS = 6
LINE_OF_A_NAME = 28
A_MONTH = timedelta(days=30)


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


class Stretch(NamedTuple):
    """A time that the figure sets apart, from one ISO day to another."""

    first: str
    last: str
    text: str


def drawn(traces: Sequence[Part], **layout: Any) -> Figure:
    return {"data": list(traces), "layout": {"hovermode": "closest", "showlegend": False, **layout}}


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


# marks


def line(marks: Sequence[Mark], *, color: str, width: float = 2, dash: str = "solid") -> Part:
    return {
        "type": "scatter",
        "x": [mark.at for mark in marks],
        "y": [mark.value for mark in marks],
        "mode": "lines",
        "line": {"color": color, "width": width, "dash": dash},
        "connectgaps": False,
        **telling(marks),
    }


def dots(marks: Sequence[Mark]) -> Part:
    """Filled dots, hollow where they are pale."""
    return {
        "type": "scatter",
        "x": [mark.at for mark in marks],
        "y": [mark.value for mark in marks],
        "mode": "markers",
        "marker": {
            "size": 9,
            "color": ["var(--surface)" if mark.is_pale else ACTUAL for mark in marks],
            "line": {"width": 1.5, "color": ACTUAL},
        },
        "cliponaxis": False,
        **telling(marks),
    }


def whiskers(marks: Sequence[Mark]) -> Part:
    return {
        "type": "data",
        "symmetric": False,
        "array": [_reach(mark.value, mark.high) for mark in marks],
        "arrayminus": [_reach(mark.low, mark.value) for mark in marks],
        "color": WHISKER,
        "thickness": 2.5,
        "width": 0,
    }


def _reach(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)


def telling(marks: Sequence[Mark]) -> Part:
    return {
        "hovertext": [plain(mark.hover) for mark in marks],
        "hoverinfo": "text",
        "customdata": [mark.url for mark in marks],
    }


# axes


def time_axis(ticks: Sequence[Tick]) -> Part:
    """Room for half a step before the first and after the last of the ticks, of which not all are shown."""
    days = [date.fromisoformat(str(tick.at)) for tick in ticks]
    half = (days[1] - days[0] if len(days) > 1 else A_MONTH) / 2
    kept = ticks[:: ceil(len(ticks) / MOST_TICKS)] if len(ticks) > 2 * MOST_TICKS else ticks
    return {"type": "date", "range": [str(days[0] - half), str(days[-1] + half)], **_ticks(kept)}


def scaled_axis(scale: Sequence[Tick]) -> Part:
    least, most = float(scale[0].at), float(scale[-1].at)
    return {"range": [least, most + (most - least) * 0.02], "zeroline": False, **_ticks(scale)}


def count_axis(most: float) -> Part:
    return {"range": [0, most * 1.15 or 1], "nticks": 5, "tickformat": ",d"}


def names_axis(marks: Sequence[Mark]) -> Part:
    """Places by number, since two people may bear one name; the first at the top."""
    names = [Tick(place, "\n".join(_lines(mark.at))) for place, mark in zip(places(marks), marks, strict=True)]
    return {"type": "category", "autorange": "reversed", **_ticks(names)}


def places(marks: Sequence[Mark]) -> list[str]:
    return [str(number) for number in range(len(marks))]


def _lines(name: str) -> list[str]:
    return wrap(name, LINE_OF_A_NAME, max_lines=2, placeholder="…")


def _ticks(ticks: Sequence[Tick]) -> Part:
    return {
        "tickmode": "array",
        "tickvals": [tick.at for tick in ticks],
        "ticktext": [plain(tick.text) for tick in ticks],
        "tickangle": 0,
    }


# writing


def beside(mark: Mark, text: str, *, side: str, lift: int, color: str) -> Part:
    """Words beside a point, on its left or right, so many pixels above it."""
    anchor = "right" if side == "left" else "left"
    return {"x": mark.at, "y": mark.value, "xanchor": anchor, "yshift": lift, "text": plain(text), **_writing(color)}


def goal_line(goal: Goal, *, across: str) -> Part:
    """A line at the goal across the whole figure; `across` is the axis it runs along."""
    up = "y" if across == "x" else "x"
    ends = {f"{across}0": 0, f"{across}1": 1, f"{across}ref": "paper", f"{up}0": goal.value, f"{up}1": goal.value}
    return {"type": "line", **ends, "line": {"color": SOFT, "width": 1, "dash": "dash"}}


def in_margin(goal: Goal) -> Part:
    """On the right, outside, where it covers no mark."""
    text = plain("\n".join(wrap(goal.text, 10)))
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 4, "y": goal.value}
    return {**place, "text": text, "align": "left", **_writing(SOFT)}


def goal_above(goal: Goal, *, halfway: float) -> Part:
    anchor = "right" if goal.value > halfway else "left"
    place = {"x": goal.value, "xanchor": anchor, "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {**place, "text": plain(goal.text), **_writing(SOFT)}


def ground(stretch: Stretch) -> Part:
    """A darker ground under a stretch of time."""
    place = {"x0": stretch.first, "x1": stretch.last, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "rect", **place, "fillcolor": GROUND, "line": {"width": 0}, "layer": "below"}


def name_of_ground(stretch: Stretch, *, anchor: str) -> Part:
    """Inside the figure at its top, or, anchored at its own bottom, above it."""
    place = {"x": stretch.first, "xanchor": "left", "xshift": 4, "y": 1, "yref": "paper", "yanchor": anchor}
    return {**place, "text": plain(stretch.text), **_writing(SOFT)}


def _writing(color: str) -> Part:
    return {"showarrow": False, "font": {"color": color, "size": 12}}
