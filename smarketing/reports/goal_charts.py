"""Charts of goals: a growing number with where it will end, promises beside what was kept, cohorts, budgets."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from smarketing.reports.charts import BAND
from smarketing.reports.figures import MARGIN_FOR_WORDS
from smarketing.reports.look import (
    ACTUAL,
    INK,
    QUIET,
    STEPS,
    WHISKER,
    Figure,
    Goal,
    Mark,
    Part,
    Tick,
    beside,
    count_axis,
    dots,
    drawn,
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


class Fan(NamedTuple):
    """From the latest point to the last day: the ends of the interval, and its words."""

    first: str
    last: str
    now: float
    low: float
    median: float
    high: float
    text: str


def pace(
    actual: Sequence[Mark], ideal: Sequence[Mark], fan: Fan | None, *, texts: tuple[str, str], ticks: Sequence[Tick]
) -> Figure:
    """A growing number, its ideal line, and where it will end with a chance of four in five."""
    reached = [mark for mark in actual if mark.value is not None]
    traces = [line(ideal, color=QUIET, dash="dot"), line(actual, color=ACTUAL, width=2.5)]
    owed = ideal[-1].value or 0
    words = [in_margin(Goal(owed, texts[1]))]
    if fan:
        traces = [*_fan(fan), *traces]
        if abs(fan.median - owed) > 0.12 * max(owed, fan.high, 1):
            words.append(in_margin(Goal(fan.median, fan.text)))
    if reached:
        traces.append(dots(reached[-1:]))
        words.append(beside(reached[-1], texts[0], side="left", lift=14, color=INK))
    most = max([mark.value or 0 for mark in (*actual, *ideal)] + ([fan.high] if fan else []), default=0)
    return drawn(
        traces,
        xaxis=time_axis(ticks) | {"range": [ideal[0].at, ideal[-1].at]},
        yaxis=count_axis(most),
        hovermode="x",
        annotations=words,
        margin=MARGIN_FOR_WORDS | {"r": 84},
    )


def _fan(fan: Fan) -> list[Part]:
    bound = {"type": "scatter", "mode": "lines", "x": [fan.first, fan.last], "hoverinfo": "skip"}
    none = {"color": BAND, "width": 0}
    return [
        bound | {"y": [fan.now, fan.high], "line": none},
        bound | {"y": [fan.now, fan.low], "line": none, "fill": "tonexty", "fillcolor": BAND},
        bound | {"y": [fan.now, fan.median], "line": {"color": WHISKER, "width": 2, "dash": "dash"}},
    ]


def bullets(marks: Sequence[Mark], goals: Sequence[float | None], *, scale: Sequence[Tick]) -> Figure:
    """A bar for each promise with its interval, and a tick at what was promised."""
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": [mark.value for mark in marks],
        "y": places(marks),
        "width": 0.42,
        "marker": {"color": [STEPS[1] if mark.is_pale else ACTUAL for mark in marks]},
        "error_x": whiskers(marks) | {"color": INK, "thickness": 1.5},
        **telling(marks),
    }
    promised = {
        "type": "scatter",
        "mode": "markers",
        "x": list(goals),
        "y": places(marks),
        "marker": {"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": INK}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return drawn([bars, promised], xaxis=scaled_axis(scale), yaxis=names_axis(marks))


class HeatCell(NamedTuple):
    """`value` None is not mature yet: hatched by a blank, with its reason as words."""

    value: float | None
    text: str
    hover: str
    url: str | None = None


def heat(rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[HeatCell]], *, most: float) -> Figure:
    """Cohorts from the top, ages from the left; the deeper the colour the larger the share."""
    trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": [str(number) for number in range(len(rows))],
        "z": [[cell.value for cell in row] for row in cells],
        "text": [[plain(cell.text) for cell in row] for row in cells],
        "texttemplate": "%{text}",
        "hovertext": [[plain(cell.hover) for cell in row] for row in cells],
        "hoverinfo": "text",
        "customdata": [[cell.url for cell in row] for row in cells],
        "colorscale": [[0, "var(--surface)"], [1, "var(--step-3)"]],
        "zmin": 0,
        "zmax": most or 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    ticks = {"tickmode": "array", "tickvals": [str(n) for n in range(len(rows))], "ticktext": [plain(r) for r in rows]}
    return drawn(
        [trace],
        xaxis={"type": "category", "side": "top", "showgrid": False},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, **ticks},
        plot_bgcolor="var(--sunken)",
    )


def remaining(marks: Sequence[Mark], ideal: Sequence[Mark], *, ticks: Sequence[Tick], scale: Sequence[Tick]) -> Figure:
    """What is left of a budget from 100 % down, beside the line that uses it up evenly."""
    left = line(marks, color=ACTUAL) | {"line": {"color": ACTUAL, "width": 2.5, "shape": "hv"}}
    return drawn(
        [line(ideal, color=QUIET, dash="dot"), left],
        xaxis=time_axis(ticks),
        yaxis=scaled_axis(scale),
        hovermode="x",
        margin=MARGIN_FOR_WORDS,
    )
