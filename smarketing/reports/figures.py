"""The figures of the reports, each one chart: rows in, what Plotly draws out."""

from collections.abc import Sequence
from datetime import timedelta

from smarketing.reports.look import (
    ACTUAL,
    INK,
    QUIET,
    STEPS,
    Figure,
    Goal,
    Mark,
    Part,
    Series,
    Stretch,
    Tick,
    beside,
    count_axis,
    dots,
    drawn,
    goal_above,
    goal_line,
    ground,
    in_margin,
    line,
    name_of_ground,
    names_axis,
    places,
    plain,
    scaled_axis,
    telling,
    time_axis,
    whiskers,
)

BAR_OF_A_MONTH = timedelta(days=20) / timedelta(milliseconds=1)
MARGIN_FOR_WORDS = {"l": 8, "r": 68, "t": 8, "b": 8}
MARGIN_ABOVE = {"l": 8, "r": 8, "t": 24, "b": 8}


def running_total(
    actual: Sequence[Mark], ideal: Sequence[Mark], *, texts: tuple[str, str], ticks: Sequence[Tick]
) -> Figure:
    """A growing number against its ideal line; `texts` stand at the latest point and at the end of the line."""
    reached = [mark for mark in actual if mark.value is not None]
    traces = [line(ideal, color=QUIET, dash="dot"), line(actual, color=ACTUAL, width=2.5)]
    words = [in_margin(Goal(ideal[-1].value or 0, texts[1]))]
    if reached:
        latest = reached[-1]
        traces.append(dots([latest]))
        is_ahead = (latest.value or 0) >= (ideal[len(reached) - 1].value or 0)
        side = "left" if is_ahead or len(reached) > 0.7 * len(actual) else "right"
        words.append(beside(latest, texts[0], side=side, lift=14 if is_ahead else -14, color=INK))
    return drawn(
        traces,
        xaxis=time_axis(ticks) | {"range": [ideal[0].at, ideal[-1].at]},
        yaxis=count_axis(max([mark.value or 0 for mark in (*actual, *ideal)], default=0)),
        hovermode="x",
        annotations=words,
        margin=MARGIN_FOR_WORDS,
    )


def over_time(
    marks: Sequence[Mark],
    *,
    ticks: Sequence[Tick],
    scale: Sequence[Tick],
    goal: Goal | None = None,
    apart: Stretch | None = None,
) -> Figure:
    """Values with their intervals, week by week or month by month, against what was promised."""
    figure = drawn([dots(marks) | {"error_y": whiskers(marks)}], xaxis=time_axis(ticks), yaxis=scaled_axis(scale))
    if goal:
        return _with(figure, goal_line(goal, across="x"), in_margin(goal), margin=MARGIN_FOR_WORDS)
    if apart:
        return _with(figure, ground(apart), name_of_ground(apart, anchor="bottom"), margin=MARGIN_ABOVE)
    return figure


def lines(series: Sequence[Series], *, ticks: Sequence[Tick], scale: Sequence[Tick]) -> Figure:
    """One or two lines on one axis, each with its name beside its end."""
    traces, words = [], []
    for (name, marks), color in zip(series, (ACTUAL, QUIET), strict=False):
        marker = {"size": 6, "color": color}
        traces.append(line(marks, color=color) | {"mode": "lines+markers", "name": plain(name), "marker": marker})
        told = [mark for mark in marks if mark.value is not None]
        words += [in_margin(Goal(mark.value or 0, name)) for mark in told[-1:]]
    return drawn(traces, xaxis=time_axis(ticks), yaxis=scaled_axis(scale), annotations=words, margin=MARGIN_FOR_WORDS)


def by_name(marks: Sequence[Mark], *, scale: Sequence[Tick], goal: Goal | None = None) -> Figure:
    """Values with their intervals, name by name from the top."""
    trace = dots(marks) | {
        "x": [mark.value for mark in marks],
        "y": places(marks),
        "error_x": whiskers(marks),
        "orientation": "h",
    }
    figure = drawn([trace], xaxis=scaled_axis(scale), yaxis=names_axis(marks))
    if goal is None:
        return figure
    halfway = (float(scale[0].at) + float(scale[-1].at)) / 2
    return _with(figure, goal_line(goal, across="y"), goal_above(goal, halfway=halfway), margin=MARGIN_ABOVE)


def bars_by_name(marks: Sequence[Mark], texts: Sequence[str]) -> Figure:
    """How many of each, the number at the end of its bar."""
    trace = {
        "type": "bar",
        "x": [mark.value for mark in marks],
        "y": places(marks),
        "orientation": "h",
        "text": [plain(text) for text in texts],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": ACTUAL},
        **telling(marks),
    }
    most = max([mark.value or 0 for mark in marks], default=0)
    room = 1.08 + 0.02 * max([len(text) for text in texts], default=0)
    across = {"range": [0, most * room or 1], "showgrid": False, "showticklabels": False, "zeroline": False}
    return drawn([trace], xaxis=across, yaxis=names_axis(marks))


def stacked(series: Sequence[Series], *, ticks: Sequence[Tick], apart: Stretch | None = None) -> Figure:
    """Month by month, parts that add up; the first series is at the bottom and the strongest in colour."""
    colours = STEPS[-len(series) :][::-1]
    traces = [_bars(each, colour) for each, colour in zip(series, colours, strict=True)]
    most = max(sum(mark.value or 0 for mark in column) for column in zip(*(each.marks for each in series), strict=True))
    figure = drawn(
        traces,
        barmode="stack",
        xaxis=time_axis(ticks),
        yaxis=count_axis(most),
        showlegend=True,
        legend={"traceorder": "normal"},
    )
    return _with(figure, ground(apart), name_of_ground(apart, anchor="top")) if apart else figure


def bars_and_goals(
    marks: Sequence[Mark], goals: Sequence[Mark], *, names: tuple[str, str], ticks: Sequence[Tick]
) -> Figure:
    """Month by month what there was, and a mark at what was owed."""
    colours = [STEPS[1] if mark.is_pale else ACTUAL for mark in marks]
    owed = {
        "type": "scatter",
        "x": [mark.at for mark in goals],
        "y": [mark.value for mark in goals],
        "name": plain(names[1]),
        "mode": "markers",
        "marker": {"symbol": "line-ew", "size": 26, "line": {"width": 2.5, "color": INK}},
        **telling(goals),
    }
    return drawn(
        [_bars(Series(names[0], marks), colours), owed],
        xaxis=time_axis(ticks),
        yaxis=count_axis(max([mark.value or 0 for mark in (*marks, *goals)], default=0)),
        showlegend=True,
    )


def _bars(series: Series, colour: str | Sequence[str]) -> Part:
    return {
        "type": "bar",
        "x": [mark.at for mark in series.marks],
        "y": [mark.value for mark in series.marks],
        "width": BAR_OF_A_MONTH,
        "name": plain(series.name),
        "marker": {"color": colour},
        **telling(series.marks),
    }


def _with(figure: Figure, shape: Part, words: Part, **layout: object) -> Figure:
    return {**figure, "layout": {**figure["layout"], "shapes": [shape], "annotations": [words], **layout}}
