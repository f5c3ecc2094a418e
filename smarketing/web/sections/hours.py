"""When hand-offs come, hour by hour of the week, beside when somebody is there to answer them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from babel.dates import get_day_names
from flask_babel import get_locale, gettext

from smarketing.domain.arrivals import HOURS, Hour, Load, loads
from smarketing.domain.attainment import Share
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.local_time import local_instant
from smarketing.domain.periods import week_of
from smarketing.domain.terms import Terms
from smarketing.reports import agreed, arrivals, goal_charts, pacing
from smarketing.reports.goal_charts import HeatCell
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, words_cell
from smarketing.web.theme_view import ThemeView

DAYS = tuple(range(7))
AN_HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
FEW = 0.2
"""A share outside of working time that is worth saying."""


def section(view: ThemeView) -> Section | None:
    """None without an agreement, which says when anybody is to work."""
    if view.standing is None:
        return None
    terms = view.standing.terms
    span = view.span._replace(ends_at=min(view.span.ends_at, view.now))
    counts = arrivals.by_hour(span, view.wanted, zone=view.zone)
    weeks = max((span.ends_at - span.starts_at) / WEEK, 1 / 7)
    capacity = _capacity(terms) if not view.is_filtered else None
    found = loads(counts, _worked(view, terms), weeks=weeks, capacity_a_week=capacity)
    outside = Share(sum(each.came for each in found.values() if not each.is_worked), counts.total())
    hours = _shown(found)
    names = _day_names()
    return Section(
        "hours",
        _title(found, outside),
        gettext(
            "Hand-offs in each hour of an average week; %(outside)s came outside of the working time of the first "
            "answer. Grey hours are not worked.",
            outside=spoken.part_of(outside) if outside.total else gettext("none"),
        ),
        Table(
            gettext("Hour by hour of the week"),
            (
                Column(gettext("Day"), False),
                Column(gettext("Hour"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("A week")),
                Column(gettext("Worked"), False),
                Column(gettext("Utilisation")),
            ),
            [_row(names[hour[0]], hour[1], each) for hour, each in found.items() if each.came],
        ),
        gettext(
            "The rate of an hour is drawn to that of all worked, or unworked, hours by two weeks of their mean. "
            "Utilisation is the rate ÷ what all reps can take in the hour, where the agreement says how many new leads "
            "one can work in a week: above 100 % an hour is not worked off while it lasts."
        ),
        goal_charts.heat(
            [names[day] for day in DAYS],
            [_hour_name(hour) for hour in hours],
            [[_cell(names[day], hour, found[day, hour]) for hour in hours] for day in DAYS],
            most=max(each.rate for each in found.values()),
        )
        if counts
        else None,
        is_wide=True,
    )


def _worked(view: ThemeView, terms: Terms) -> frozenset[Hour]:
    """The hours that are open for at least half of them in the week of the last day, or in the one after a holiday."""
    clause = agreed.first_answer(terms)
    calendar = compiled(terms.calendar(clause.calendar) if clause else terms.calendars[0])
    first = week_of(min(view.period.last_on, view.today))
    weeks = (first, week_of(first.ends_on), week_of(first.starts_on - timedelta(days=1)))
    return max((_open(calendar, week.starts_on, view.zone) for week in weeks), key=len)


def _open(calendar: BusinessCalendar, monday: date, zone: str) -> frozenset[Hour]:
    midnight = datetime.combine(monday, time())
    starts = {(day, hour): midnight + timedelta(days=day, hours=hour) for day, hour in HOURS}
    instants = {hour: local_instant(zone, at) for hour, at in starts.items()}
    return frozenset(hour for hour, at in instants.items() if calendar.elapsed(at, at + AN_HOUR) >= AN_HOUR / 2)


def _capacity(terms: Terms) -> float | None:
    """New leads that all reps together can work in a week; None where the agreement does not say."""
    said = [each.most_a_week for each in terms.capacities if each.most_a_week]
    if terms.assumptions and terms.assumptions.leads_a_week:
        said.append(terms.assumptions.leads_a_week)
    return float(min(said) * len(pacing.hands(terms))) if said else None


def _title(found: Mapping[Hour, Load], outside: Share) -> str:
    over = [hour for hour, each in found.items() if each.utilisation is not None and each.utilisation > 1]
    if not outside.is_telling:
        return gettext("Too few hand-offs to tell when they come")
    if over:
        day, hour = max(over, key=lambda each: found[each].utilisation or 0)
        told = {"day": _day_names()[day], "hour": _hour_name(hour), "count": number(len(over))}
        return gettext(
            "%(count)s hours of the week bring more than can be worked, most of all %(day)s %(hour)s", **told
        )
    if (outside.ratio or 0) >= FEW:
        return gettext("%(share)s of the hand-offs come while nobody is to work", share=spoken.share(outside))
    day, hour = max(found, key=lambda each: found[each].rate)
    return gettext("Most hand-offs come on %(day)s at %(hour)s", day=_day_names()[day], hour=_hour_name(hour))


def _shown(found: Mapping[Hour, Load]) -> Sequence[int]:
    """From the first hour of the day in which anything comes or is worked to the last."""
    used = [hour for (_day, hour), each in found.items() if each.came or each.is_worked]
    return range(min(used, default=0), max(used, default=23) + 1)


def _cell(day: str, hour: int, load: Load) -> HeatCell:
    told = {"day": day, "hour": _hour_name(hour), "rate": number(load.rate, 1), "count": number(load.came)}
    hover = gettext("%(day)s %(hour)s: %(rate)s a week (%(count)s in all)", **told)
    if not load.is_worked:
        hover = gettext("%(day)s %(hour)s: %(rate)s a week (%(count)s in all), nobody is to work", **told)
        return HeatCell(load.rate if load.came else None, "·" if load.came else "", hover)
    if load.utilisation is None:
        return HeatCell(load.rate, "", hover)
    hover = gettext("%(told)s; utilisation %(share)s", told=hover, share=percent(load.utilisation, 0))
    return HeatCell(load.rate, "!" if load.utilisation > 1 else "", hover)


def _row(day: str, hour: int, load: Load) -> tuple[Cell, ...]:
    share = load.utilisation
    return (
        words_cell(day),
        Cell(hour, _hour_name(hour)),
        count_cell(load.came),
        Cell(round(load.rate, 2), number(load.rate, 1)),
        words_cell(gettext("yes") if load.is_worked else gettext("no")),
        Cell(None, "") if share is None else Cell(round(share, 4), percent(share, 0)),
    )


def _day_names() -> Mapping[int, str]:
    return get_day_names("abbreviated", locale=get_locale() or "en")


def _hour_name(hour: int) -> str:
    return gettext("%(hour)s:00", hour=hour)
