"""MQLs against the target: the running month day by day, and the months side by side."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.pacing import Progress
from smarketing.domain.periods import Period, until
from smarketing.models.tallies import Cohort
from smarketing.reports import figures, pacing
from smarketing.reports.look import Figure, Mark, Tick
from smarketing.reports.pacing import LinePoint, Owed
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import local_date, number
from smarketing.web.scopes import View, cohort_url
from smarketing.web.sections.section import Section, month_ticks
from smarketing.web.spoken import count_cell, words_cell
from smarketing.web.tiles import projected, verdict_of


def month(view: View, owed: Owed) -> Section:
    """The MQLs of a month as they added up, beside the ideal line."""
    points = pacing.line(owed, now=view.now)
    actual = max((point.actual or 0 for point in points), default=0)
    ideal = [_ideal_mark(point) for point in points]
    drawn = [_actual_mark(view, owed, point) for point in points]
    ticks = [Tick(point.day_on.isoformat(), spoken.short_day(point.day_on)) for point in points[::7]]
    texts = (number(actual), gettext("%(owed)s owed", owed=number(owed.owed)))
    return Section(
        "pace",
        _month_title(view, owed, actual),
        _month_summary(view, owed, actual),
        Table(
            gettext("MQLs so far, day by day"),
            (Column(gettext("Day"), False), Column(gettext("MQLs so far")), Column(gettext("Ideal line"))),
            [_day_row(view, owed, point) for point in points],
        ),
        gettext(
            "The ideal line is the target times the share of the month’s working time that has passed at the end "
            "of each day, in the calendar that the agreement names."
        ),
        figures.running_total(drawn, ideal, texts=texts, ticks=ticks),
    )


def _month_title(view: View, owed: Owed, actual: int) -> str:
    name = spoken.month_name(owed.period.starts_on)
    pace, progress = owed.pace(actual, now=view.now), owed.progress(actual, now=view.now)
    gap = number(abs(pace.gap or 0))
    match progress:
        case Progress.REACHED:
            return gettext("The MQL target of %(month)s is reached", month=name)
        case Progress.AHEAD:
            return gettext("The MQLs of %(month)s are on pace", month=name)
        case Progress.BEHIND:
            return gettext("The MQLs of %(month)s are %(gap)s behind the pace", month=name, gap=gap)
        case Progress.MISSED:
            return gettext("The MQL target of %(month)s was missed by %(gap)s", month=name, gap=gap)
        case Progress.UNKNOWN:
            return gettext("MQLs of %(month)s", month=name)


def _month_summary(view: View, owed: Owed, actual: int) -> str:
    pace, progress = owed.pace(actual, now=view.now), owed.progress(actual, now=view.now)
    told = {"actual": number(actual), "owed": number(owed.owed)}
    if pace.expected is None or progress not in (Progress.AHEAD, Progress.BEHIND):
        return gettext("%(actual)s MQLs of %(owed)s owed.", **told)
    told |= {"expected": number(pace.expected, 1)}
    if pace.projection is None:
        return gettext("%(actual)s MQLs of %(owed)s owed; %(expected)s expected by now on working time.", **told)
    return gettext(
        "%(actual)s MQLs of %(owed)s owed; %(expected)s expected by now on working time. "
        "At this pace about %(projection)s by the end of the month.",
        projection=number(pace.projection),
        **told,
    )


def _days_so_far(owed: Owed, point: LinePoint) -> Period:
    return until(owed.period.starts_on, point.day_on)


def _actual_mark(view: View, owed: Owed, point: LinePoint) -> Mark:
    hover = gettext("%(day)s: %(count)s MQLs", day=local_date(point.day_on), count=number(point.actual or 0))
    url = cohort_url(Cohort.MQL, view.scope, _days_so_far(owed, point)) if point.actual else None
    return Mark(point.day_on.isoformat(), point.actual, hover, url)


def _ideal_mark(point: LinePoint) -> Mark:
    ideal = number(point.ideal or 0, 1)
    hover = gettext("%(day)s: %(ideal)s on the ideal line", day=local_date(point.day_on), ideal=ideal)
    return Mark(point.day_on.isoformat(), point.ideal, hover)


def _day_row(view: View, owed: Owed, point: LinePoint) -> tuple[Cell, ...]:
    url = cohort_url(Cohort.MQL, view.scope, _days_so_far(owed, point))
    actual = Cell(None, "") if point.actual is None else count_cell(point.actual, url)
    return (
        Cell(point.day_on.isoformat(), local_date(point.day_on)),
        actual,
        Cell(None, "") if point.ideal is None else Cell(round(point.ideal, 1), number(point.ideal, 1)),
    )


class MonthMqls(NamedTuple):
    """`owed` is None where no target was written down."""

    month: Period
    owed: Owed | None
    actual: int


def months(view: View, readings: Sequence[MonthMqls]) -> Section:
    """What each month brought, and what was owed."""
    over = [reading for reading in readings if reading.owed and _is_over(view, reading)]
    kept = sum(1 for reading in over if reading.owed and reading.actual >= reading.owed.owed)
    has_targets = any(reading.owed for reading in readings)
    title = gettext("No MQL target was written down for these months")
    if over:
        title = gettext(
            "%(kept)s of %(count)s finished months reached their MQL target", kept=number(kept), count=number(len(over))
        )
    elif has_targets:
        title = gettext("No month with an MQL target has ended yet")
    return Section(
        "targets",
        title,
        gettext("MQLs of all sources by month; the mark is what was owed. A pale bar is a month still running."),
        Table(
            gettext("MQLs and targets by month"),
            (
                Column(gettext("Month"), False),
                Column(gettext("MQLs")),
                Column(gettext("Owed")),
                Column(gettext("Expected by now")),
                Column(gettext("Standing"), False),
            ),
            [_month_row(view, reading) for reading in readings],
        ),
        gettext(
            "A target is written down when its month begins and stays, whatever is agreed later. What is expected "
            "by now is the target times the share of the month’s working time that has passed."
        ),
        _months_figure(view, readings) if has_targets else None,
    )


def _is_over(view: View, reading: MonthMqls) -> bool:
    return reading.month.ends_on <= view.today


def _months_figure(view: View, readings: Sequence[MonthMqls]) -> Figure:
    marks, goals = [], []
    for reading in readings:
        at, name = reading.month.starts_on.isoformat(), spoken.month_name(reading.month.starts_on)
        hover = gettext("%(month)s: %(count)s MQLs", month=name, count=number(reading.actual))
        url = cohort_url(Cohort.MQL, view.scope, reading.month)
        marks.append(Mark(at, reading.actual, hover, url, is_pale=not _is_over(view, reading)))
        if reading.owed:
            owed = gettext("%(month)s: %(count)s owed", month=name, count=number(reading.owed.owed))
            goals.append(Mark(at, reading.owed.owed, owed))
    names = (gettext("MQLs"), gettext("owed"))
    return figures.bars_and_goals(marks, goals, names=names, ticks=month_ticks([each.month for each in readings]))


def _month_row(view: View, reading: MonthMqls) -> tuple[Cell, ...]:
    name = Cell(f"{reading.month.starts_on:%Y-%m}", spoken.month_name(reading.month.starts_on))
    count = count_cell(reading.actual, cohort_url(Cohort.MQL, view.scope, reading.month))
    if reading.owed is None:
        return name, count, Cell(None, ""), Cell(None, ""), words_cell(gettext("No target"))
    pace = reading.owed.pace(reading.actual, now=view.now)
    verdict = verdict_of(pace, reading.owed.progress(reading.actual, now=view.now))
    words = verdict[0] if verdict else ""
    if not _is_over(view, reading) and (leads_to := projected(pace)):
        words = gettext("%(verdict)s %(projection)s.", verdict=words, projection=leads_to)
    expected = None if pace.expected is None else round(pace.expected, 1)
    return (
        name,
        count,
        count_cell(reading.owed.owed),
        Cell(expected, "" if expected is None else number(expected, 1)),
        words_cell(words),
    )
