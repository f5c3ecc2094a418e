"""Charts of change and of time: who was answered by when, what chance explains, where a month will end."""

from collections.abc import Sequence
from typing import NamedTuple

from smarketing.reports.figures import MARGIN_ABOVE, MARGIN_FOR_WORDS
from smarketing.reports.look import (
    ACTUAL,
    QUIET,
    SOFT,
    Figure,
    Goal,
    Mark,
    Part,
    Series,
    Tick,
    dots,
    drawn,
    goal_line,
    in_margin,
    line,
    names_axis,
    places,
    plain,
    scaled_axis,
    telling,
    time_axis,
    whiskers,
)

BAND = "var(--step-1)"
ALARM = "var(--state-overdue)"
PARTS = ("var(--chart-5)", "var(--chart-4)", "var(--chart-1)", "var(--step-1)")


class Point(NamedTuple):
    """A step of a curve; `hover` tells it in words."""

    at: float
    value: float
    low: float
    high: float
    hover: str


def curve(points: Sequence[Point], *, ticks: Sequence[Tick], scale: Sequence[Tick], promised: Goal | None) -> Figure:
    """A share that grows in steps, with the band of its interval and a line at the time that was promised."""
    at = [point.at for point in points]
    upper = _step(at, [point.high for point in points], {"color": BAND, "width": 0})
    lower = _step(at, [point.low for point in points], {"color": BAND, "width": 0}) | {
        "fill": "tonexty",
        "fillcolor": BAND,
    }
    middle = _step(at, [point.value for point in points], {"color": ACTUAL, "width": 2.5}) | {
        "hoverinfo": "text",
        "hovertext": [plain(point.hover) for point in points],
    }
    figure = drawn([upper, lower, middle], xaxis=_number_axis(ticks), yaxis=scaled_axis(scale), hovermode="x")
    if promised:
        figure["layout"] |= {
            "shapes": [goal_line(promised, across="y")],
            "annotations": [_above(promised)],
            "margin": MARGIN_ABOVE,
        }
    return figure


def _step(at: Sequence[float], values: Sequence[float], pen: Part) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(at),
        "y": list(values),
        "line": {"shape": "hv", **pen},
        "hoverinfo": "skip",
    }


def _number_axis(ticks: Sequence[Tick]) -> Part:
    return scaled_axis(ticks) | {"showgrid": False}


def _above(goal: Goal) -> Part:
    place = {"x": goal.value, "xanchor": "left", "xshift": 4, "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {**place, "text": plain(goal.text), "showarrow": False, "font": {"color": SOFT, "size": 12}}


def compared(
    actual: Series, other: Series, *, ticks: Sequence[Tick], scale: Sequence[Tick], limit: Goal | None = None
) -> Figure:
    """Two lines that may lie upon each other, named above; a line across at the limit."""
    traces = [
        line(series.marks, color=color, dash=dash)
        | {"mode": "lines+markers", "name": plain(series.name), "marker": {"size": 6, "color": color}}
        for series, color, dash in ((other, QUIET, "dot"), (actual, ACTUAL, "solid"))
    ]
    figure = drawn(traces, xaxis=time_axis(ticks), yaxis=scaled_axis(scale), showlegend=True, hovermode="x")
    if limit:
        words = {"shapes": [goal_line(limit, across="x")], "annotations": [in_margin(limit)]}
        figure["layout"] |= words | {"margin": MARGIN_FOR_WORDS | {"t": 24}}
    return figure


def said_and_came(marks: Sequence[Mark], said: Sequence[float], *, scale: Sequence[Tick]) -> Figure:
    """The share that came over the chance that was said, beside the line where both are alike."""
    alike = {"x": [0, 1], "y": [0, 1], "line": {"color": QUIET, "width": 1, "dash": "dot"}, "hoverinfo": "skip"}
    points = dots(marks) | {"x": list(said), "error_y": whiskers(marks)}
    traces = [{"type": "scatter", "mode": "lines", **alike}, points]
    return drawn(traces, xaxis=scaled_axis(scale), yaxis=scaled_axis(scale))


def shares_of_whole(series: Sequence[Series]) -> Figure:
    """Parts of one whole from left to right, row by row from the top; every series names the same rows."""
    rows = series[0].marks
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [mark.value for mark in each.marks],
            "y": places(each.marks),
            "name": plain(each.name),
            "marker": {"color": colour},
            **telling(each.marks),
        }
        for each, colour in zip(series, PARTS, strict=False)
    ]
    across = {"showgrid": False, "showticklabels": False, "zeroline": False, "range": [0, 1]}
    return drawn(
        traces,
        barmode="stack",
        xaxis=across,
        yaxis=names_axis(rows),
        showlegend=True,
        legend={"traceorder": "normal"},
        hovermode="closest",
    )


class Limit(NamedTuple):
    at: str
    mean: float
    low: float
    high: float


def behaviour(
    marks: Sequence[Mark],
    stretches: Sequence[Sequence[Limit]],
    signals: Sequence[str],
    *,
    ticks: Sequence[Tick],
    scale: Sequence[Tick],
    breaks: Sequence[Tick] = (),
    goal: Goal | None = None,
) -> Figure:
    """Single values with the limits that chance explains; `signals` are where it does not, `breaks` new versions."""
    traces = [trace for stretch in stretches for trace in _limits(stretch)]
    values = line(marks, color=ACTUAL, width=1.5) | {"mode": "lines+markers"}
    values["marker"] = {
        "size": [11 if mark.at in signals else 7 for mark in marks],
        "color": [ALARM if mark.at in signals else ("var(--surface)" if mark.is_pale else ACTUAL) for mark in marks],
        "symbol": ["diamond" if mark.at in signals else "circle" for mark in marks],
        "line": {"width": 1.5, "color": [ALARM if mark.at in signals else ACTUAL for mark in marks]},
    }
    figure = drawn([*traces, values], xaxis=time_axis(ticks), yaxis=scaled_axis(scale), hovermode="closest")
    shapes = [_break(each) for each in breaks] + ([goal_line(goal, across="x")] if goal else [])
    words = [_name_of_break(each) for each in breaks] + ([in_margin(goal)] if goal else [])
    margin = MARGIN_FOR_WORDS | {"t": 24 if breaks else 8}
    figure["layout"] |= {"shapes": shapes, "annotations": words, "margin": margin}
    return figure


def _limits(stretch: Sequence[Limit]) -> list[Part]:
    at = [limit.at for limit in stretch]
    pens = (("mean", "solid"), ("low", "dot"), ("high", "dot"))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": at,
            "y": [getattr(limit, name) for limit in stretch],
            "line": {"color": QUIET, "width": 1, "dash": dash, "shape": "hvh"},
            "hoverinfo": "skip",
        }
        for name, dash in pens
    ]


def _break(at: Tick) -> Part:
    place = {"x0": at.at, "x1": at.at, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **place, "line": {"color": SOFT, "width": 1}}


def _name_of_break(at: Tick) -> Part:
    place = {"x": at.at, "xanchor": "left", "xshift": 4, "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {**place, "text": plain(at.text), "showarrow": False, "font": {"color": SOFT, "size": 12}}
