"""The figures of the reports, each one chart: rows in, what Plotly draws out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from smarketing.reports.look import (
    ACTUAL,
    INK,
    QUIET,
    SOFT,
    STEPS,
    Figure,
    Goal,
    Mark,
    Series,
    Tick,
    dots,
    figure,
    finished,
    line,
    named_axis,
    names_axis,
    plain,
    scaled_axis,
    telling,
    write,
    writing,
)


def running_total(
    actual: Sequence[Mark], ideal: Sequence[Mark], *, texts: tuple[str, str], ticks: Sequence[Tick]
) -> Figure:
    """A growing number against its ideal line; `texts` stand at the latest point and at the end of the line."""
    reached = [mark for mark in actual if mark.value is not None]
    drawn = figure()
    drawn.add_trace(line(ideal, color=QUIET, dash="dot"))
    drawn.add_trace(line(actual, color=ACTUAL, width=2.5))
    highest = max([mark.value or 0 for mark in (*actual, *ideal)], default=0)
    drawn.update_layout(
        xaxis=named_axis(ticks, kind="date") | {"range": [ideal[0].at, ideal[-1].at]},
        yaxis={"range": [0, highest * 1.15 or 1], "nticks": 5, "tickformat": ",d"},
        hovermode="x",
        showlegend=False,
    )
    write(drawn, ideal[-1], texts[1], side="left", lift=12, color=SOFT)
    if reached:
        latest = reached[-1]
        drawn.add_trace(dots([latest], size=9))
        is_ahead = (latest.value or 0) >= (ideal[len(reached) - 1].value or 0)
        is_late = len(reached) > 0.7 * len(actual)
        side = "left" if is_ahead or is_late else "right"
        write(drawn, latest, texts[0], side=side, lift=14 if is_ahead else -14, color=INK)
    return finished(drawn)


def over_time(
    marks: Sequence[Mark], *, ticks: Sequence[Tick], scale: Sequence[Tick], goal: Goal | None = None
) -> Figure:
    """Values with their intervals, day by day or month by month, against what was promised."""
    drawn = figure()
    drawn.add_trace(dots(marks, size=9, along="y"))
    drawn.update_layout(
        xaxis=named_axis(ticks, kind="date"),
        yaxis=scaled_axis(scale),
        hovermode="closest",
        showlegend=False,
    )
    if goal:
        drawn.add_hline(y=goal.value, line={"color": SOFT, "width": 1, "dash": "dash"})
        drawn.add_annotation(
            x=1, xref="paper", xanchor="right", y=goal.value, yanchor="bottom", text=plain(goal.text), **writing(SOFT)
        )
    return finished(drawn)


def lines(series: Sequence[Series], *, ticks: Sequence[Tick], scale: Sequence[Tick]) -> Figure:
    """Few lines on one axis, each with its name at its end."""
    drawn = figure()
    for number, (name, marks) in enumerate(series):
        color = (ACTUAL, QUIET)[number % 2]
        trace = line(marks, color=color)
        trace.update(mode="lines+markers", name=plain(name), marker={"size": 6, "color": color})
        drawn.add_trace(trace)
        told = [mark for mark in marks if mark.value is not None]
        if told:
            write(drawn, told[-1], name, side="left", lift=14, color=INK)
    drawn.update_layout(
        xaxis=named_axis(ticks, kind="date"), yaxis=scaled_axis(scale), hovermode="closest", showlegend=False
    )
    return finished(drawn)


def by_name(marks: Sequence[Mark], *, scale: Sequence[Tick], goal: Goal | None = None) -> Figure:
    """Values with their intervals, name by name from the top."""
    drawn = figure()
    drawn.add_trace(dots(marks, size=9, along="x"))
    drawn.update_layout(xaxis=scaled_axis(scale), yaxis=names_axis(marks), hovermode="closest", showlegend=False)
    if goal:
        drawn.add_vline(x=goal.value, line={"color": SOFT, "width": 1, "dash": "dash"})
        drawn.add_annotation(x=goal.value, y=1, yref="paper", yanchor="bottom", text=plain(goal.text), **writing(SOFT))
        drawn.update_layout(margin={"t": 24})
    return finished(drawn)


def bars_by_name(marks: Sequence[Mark], texts: Sequence[str]) -> Figure:
    """How many of each, the number at the end of its bar."""
    drawn = figure()
    drawn.add_trace(
        go.Bar(
            x=[mark.value for mark in marks],
            y=[str(number) for number in range(len(marks))],
            orientation="h",
            text=[plain(text) for text in texts],
            textposition="outside",
            cliponaxis=False,
            marker={"color": ACTUAL},
            **telling(marks),
        )
    )
    most = max([mark.value or 0 for mark in marks], default=0)
    drawn.update_layout(
        xaxis={"range": [0, most * 1.12 or 1], "showgrid": False, "showticklabels": False, "zeroline": False},
        yaxis=names_axis(marks),
        hovermode="closest",
        showlegend=False,
    )
    return finished(drawn)


def stacked(series: Sequence[Series], *, ticks: Sequence[Tick]) -> Figure:
    """Month by month, parts that add up; the first series is at the bottom and the strongest in colour."""
    drawn = figure()
    colours = STEPS[-len(series) :][::-1]
    for (name, marks), colour in zip(series, colours, strict=True):
        drawn.add_trace(
            go.Bar(
                x=[mark.at for mark in marks],
                y=[mark.value for mark in marks],
                name=plain(name),
                marker={"color": colour},
                **telling(marks),
            )
        )
    drawn.update_layout(
        barmode="stack",
        xaxis=named_axis(ticks, kind="date"),
        yaxis={"nticks": 5, "tickformat": ",d", "rangemode": "tozero"},
        hovermode="closest",
        legend={"traceorder": "normal"},
    )
    return finished(drawn)


def bars_and_goals(
    marks: Sequence[Mark], goals: Sequence[Mark], *, names: tuple[str, str], ticks: Sequence[Tick]
) -> Figure:
    """Month by month what there was, and a mark at what was owed."""
    drawn = figure()
    drawn.add_trace(
        go.Bar(
            x=[mark.at for mark in marks],
            y=[mark.value for mark in marks],
            name=plain(names[0]),
            marker={"color": [STEPS[1] if mark.is_pale else ACTUAL for mark in marks]},
            **telling(marks),
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=[mark.at for mark in goals],
            y=[mark.value for mark in goals],
            name=plain(names[1]),
            mode="markers",
            marker={"symbol": "line-ew", "size": 26, "line": {"width": 2.5, "color": INK}},
            **telling(goals),
        )
    )
    drawn.update_layout(
        xaxis=named_axis(ticks, kind="date"),
        yaxis={"nticks": 5, "tickformat": ",d", "rangemode": "tozero"},
        hovermode="closest",
    )
    return finished(drawn)
