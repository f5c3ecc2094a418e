"""Week by week: is it a change, or only chance?"""

from collections.abc import Callable, Sequence
from datetime import date

from flask_babel import gettext, ngettext

from smarketing.domain import behaviour as chance
from smarketing.domain.attainment import Share
from smarketing.domain.behaviour import Reading
from smarketing.domain.periods import Period, local_day
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import charts, choices
from smarketing.reports.charts import Limit
from smarketing.reports.look import Figure, Goal, Mark, Tick
from smarketing.reports.promises import Read
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import percent
from smarketing.web.sections.section import Section, week_ticks
from smarketing.web.spoken import count_cell, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language


def behaviour(view: ThemeView, clause: ClockClause, read: Read, weeks: Sequence[Period]) -> Section:
    """One promise, week by week, with the limits that chance explains."""
    shares = [read(clause.id, week).share for week in weeks]
    return of_shares(
        view,
        f"behaviour-{clause.id}",
        in_language(clause.title),
        list(zip(weeks, shares, strict=True)),
        lambda week: view.clocks_url(clause.id, week),
        goal=Goal(clause.objective, gettext("%(objective)s promised", objective=percent(clause.objective, 0))),
    )


def of_shares(
    view: ThemeView,
    section_id: str,
    name: str,
    weeks: Sequence[tuple[Period, Share]],
    url: Callable[[Period], str],
    *,
    goal: Goal | None = None,
) -> Section:
    """A share week by week; limits begin anew where a version of the agreement came into force."""
    told = [(week, share) for week, share in weeks if share.total]
    breaks = _breaks(view, told)
    stretches = [chance.readings_of_shares([share for _week, share in part]) for part in _parts(told, breaks)]
    readings = [reading for stretch in stretches for reading in stretch]
    signals = [week for (week, _share), reading in zip(told, readings, strict=True) if reading.is_signal]
    return Section(
        section_id,
        _title(name, readings, signals),
        gettext(
            "The thin line is the mean, the dotted ones what chance alone explains; a diamond is beyond it, or the "
            "last of eight weeks on one side. Limits begin anew with each version of the agreement."
        ),
        Table(
            gettext("%(name)s, week by week", name=name),
            (
                Column(gettext("Week"), False),
                Column(gettext("Of")),
                Column(gettext("Share")),
                Column(gettext("Limit from")),
                Column(gettext("to")),
                Column(gettext("Change"), False),
            ),
            [_row(week, share, reading, url) for (week, share), reading in zip(told, readings, strict=True)],
        ),
        gettext(
            "Laney’s p′ chart: limits at three deviations that allow for how many there were each week and for how "
            "much weeks differ anyhow. At least 10 weeks under one version are needed, 20 make them firm."
        ),
        _figure(told, stretches, signals, breaks, url, goal) if told else None,
    )


def _title(name: str, readings: Sequence[Reading], signals: Sequence[Period]) -> str:
    if not readings:
        return gettext("%(name)s: nothing to judge in these weeks", name=name)
    if not any(reading.limits for reading in readings):
        return gettext("%(name)s: too few weeks under one version to tell a change from chance", name=name)
    if not signals:
        return gettext("%(name)s: no week differs by more than chance", name=name)
    told = ngettext("one week differs", "%(num)s weeks differ", len(signals))
    return gettext("%(name)s: %(weeks)s by more than chance", name=name, weeks=told)


def _breaks(view: ThemeView, weeks: Sequence[tuple[Period, Share]]) -> list[tuple[date, int]]:
    """Where in these weeks a version came into force, with its number."""
    if not weeks:
        return []
    first, last = weeks[0][0].starts_on, weeks[-1][0].ends_on
    began = [(local_day(at, view.zone), number) for at, number in choices.effective()]
    return [(day, number) for day, number in began if first < day < last]


def _parts(
    weeks: Sequence[tuple[Period, Share]], breaks: Sequence[tuple[date, int]]
) -> list[list[tuple[Period, Share]]]:
    """A week belongs to the version at its end."""
    parts: list[list[tuple[Period, Share]]] = [[]]
    days = [day for day, _number in breaks]
    for week, share in weeks:
        if days and week.last_on >= days[0]:
            days.pop(0)
            parts.append([])
        parts[-1].append((week, share))
    return [part for part in parts if part]


def _row(week: Period, share: Share, reading: Reading, url: Callable[[Period], str]) -> tuple[Cell, ...]:
    limits = reading.limits
    low = Cell(None, "") if limits is None else Cell(round(limits.low, 4), percent(limits.low), is_soft=True)
    high = Cell(None, "") if limits is None else Cell(round(limits.high, 4), percent(limits.high), is_soft=True)
    said = gettext("more than chance") if reading.is_signal else ""
    return (
        Cell(week.starts_on.isoformat(), spoken.span_name(week)),
        count_cell(share.total, url(week)),
        ratio_cell(share),
        low,
        high,
        words_cell(said),
    )


def _figure(
    told: Sequence[tuple[Period, Share]],
    stretches: Sequence[Sequence[Reading]],
    signals: Sequence[Period],
    breaks: Sequence[tuple[date, int]],
    url: Callable[[Period], str],
    goal: Goal | None,
) -> Figure:
    marks, lowest = [], [goal.value] if goal else []
    for week, share in told:
        hover = gettext("%(name)s: %(numbers)s", name=spoken.span_name(week), numbers=spoken.part_of(share))
        marks.append(Mark(_at(week), share.ratio, hover, url(week), is_pale=not share.is_telling))
        lowest.append(share.ratio or 0)
    limits, place = [], 0
    for stretch in stretches:
        drawn = []
        for reading in stretch:
            if reading.limits:
                drawn.append(Limit(_at(told[place][0]), *reading.limits))
                lowest.append(reading.limits.low)
            place += 1
        limits.append(drawn)
    return charts.behaviour(
        marks,
        [each for each in limits if each],
        [_at(week) for week in signals],
        ticks=every_other(week_ticks([week for week, _share in told])),
        scale=spoken.share_scale(min(lowest)),
        breaks=[Tick(day.isoformat(), gettext("Version %(number)s", number=number)) for day, number in breaks],
        goal=goal,
    )


def every_other(ticks: Sequence[Tick]) -> list[Tick]:
    """More than eight dates do not fit beside each other."""
    step = max(1, len(ticks) // 6)
    return [tick if place % step == 0 else Tick(tick.at, "") for place, tick in enumerate(ticks)]


def _at(week: Period) -> str:
    return week.starts_on.isoformat()
