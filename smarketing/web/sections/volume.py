"""Volumes: will we make the month, or whatever period was agreed, and how evenly did it come?"""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.debts import WHOLE
from smarketing.domain.pacing import Progress
from smarketing.domain.projection import Proof
from smarketing.models.tallies import Cohort
from smarketing.reports import goal_charts, pacing, volume
from smarketing.reports.goal_charts import Fan
from smarketing.reports.look import Figure, Mark, Tick
from smarketing.reports.pacing import Owed
from smarketing.reports.tables import Cell, Column, Table
from smarketing.reports.volume import Standing
from smarketing.web import spoken
from smarketing.web.amounts import amount, amount_cell, axis_value
from smarketing.web.filters import local_date, number, percent
from smarketing.web.scopes import View, cohort_url
from smarketing.web.sections import debtors, fit, periods
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile, day_in_question
from smarketing.web.words import in_language

TICKS = 5


def page(view: ThemeView) -> Page:
    day = day_in_question(view)
    owed = pacing.owed_on(day, standing=view.standing, now=view.now)
    found = volume.standings(of_all(owed), now=view.now)
    sections = [*(course(view, each) for each in found), *debtors.sections(view, owed)]
    others = (periods.section(view, day, owed), fit.section(view, found))
    return Page([_tile(view, each) for each in found], [*sections, *(each for each in others if each)])


def of_all(owed: Sequence[Owed]) -> list[Owed]:
    """What sides owe as a whole."""
    return [each for each in owed if each.debtor == WHOLE]


def _tile(view: ThemeView, standing: Standing) -> Tile:
    """What is still owed on each working day."""
    owed, per_day = standing.owed, standing.per_day
    name, missing = in_language(owed.clause.title), owed.owed - standing.actual
    label = gettext("%(clause)s: still owed per working day", clause=name)
    value = amount(owed, per_day, 1) if per_day is not None else number(0) if missing <= 0 else None
    basis = gettext("Nothing is owed any more.")
    if owed.is_limit:
        label, value = gettext("%(clause)s: room left", clause=name), amount(owed, max(0, missing))
        basis = gettext("of at most %(owed)s", owed=amount(owed, owed.owed))
    elif standing.is_last_day:
        label, value = gettext("%(clause)s: still owed", clause=name), amount(owed, missing)
        basis = gettext("Less than a working day is left.")
    elif per_day is not None:
        days = number(standing.days_left, 1)
        basis = gettext("%(missing)s missing, %(days)s working days left", missing=amount(owed, missing), days=days)
    elif missing > 0:
        basis = gettext("%(missing)s were missing at the end.", missing=amount(owed, missing))
    evenness = None
    if standing.evenness is not None:
        share = percent(standing.evenness)
        evenness = gettext("On average %(share)s of the target away from the ideal line", share=share)
    return Tile(
        label,
        value,
        basis,
        gettext(
            "What is missing ÷ the working days left, in the calendar the agreement names. The mean distance from the "
            "ideal line says how evenly it came: a target reached in one rush helps nobody."
        ),
        trend=evenness,
        url=_leads_url(view, owed),
    )


def still_owed(standing: Standing) -> str | None:
    """What each working day that is left must bring; None once nothing is owed, or the period is over."""
    if standing.per_day is None:
        return None
    if standing.is_last_day:
        missing = standing.owed.owed - standing.actual
        return gettext(
            "%(missing)s still owed, less than a working day is left.", missing=amount(standing.owed, missing)
        )
    return gettext(
        "%(count)s a working day are still owed, %(days)s working days are left.",
        count=amount(standing.owed, standing.per_day, 1),
        days=number(standing.days_left, 1),
    )


def _leads_url(view: View, owed: Owed) -> str | None:
    """The leads behind it, where the list shows as many as the figure counts."""
    clause = owed.clause
    if clause.metric not in ("leads", "mqls") or clause.when:
        return None
    return cohort_url(Cohort.MQL if clause.metric == "mqls" else Cohort.ARRIVED, view.scope, owed.period)


def course(view: View, standing: Standing) -> Section:
    """A period as it added up, its ideal line, and where it will end."""
    owed = standing.owed
    name = in_language(owed.clause.title)
    points = standing.points
    step = max(1, len(points) // TICKS)
    ticks = [Tick(point.day_on.isoformat(), spoken.short_day(point.day_on)) for point in points[::step]]
    return Section(
        f"course-{owed.clause.id}",
        title_of(view, standing),
        _summary(view, standing),
        Table(
            gettext("%(clause)s, day by day", clause=name),
            (Column(gettext("Day"), False), Column(gettext("So far")), Column(gettext("Ideal line"))),
            [
                (
                    Cell(point.day_on.isoformat(), local_date(point.day_on)),
                    Cell(None, "") if point.actual is None else amount_cell(owed, point.actual),
                    Cell(None, "") if point.ideal is None else amount_cell(owed, point.ideal, 1),
                )
                for point in points
            ],
        ),
        gettext(
            "Gamma–Poisson: the working days of the last quarter and of this period say how many come in a day and "
            "how much days differ; the band holds the end of the period four times in five. The ideal line is the "
            "target times the share of the period’s working time that has passed."
        ),
        _figure(standing, ticks) if points[0].ideal is not None and len(points) > 1 else None,
    )


def title_of(view: View, standing: Standing) -> str:
    owed, seen = standing.owed, standing.outlook
    told = {"clause": in_language(owed.clause.title), "owed": amount(owed, owed.owed)}
    match owed.progress(standing.actual, now=view.now):
        case Progress.REACHED if owed.is_limit:
            return gettext("%(clause)s: the limit of %(owed)s was kept", **told)
        case Progress.REACHED:
            return gettext("%(clause)s: the target of %(owed)s is reached", **told)
        case Progress.MISSED if owed.is_limit:
            return gettext("%(clause)s: the limit of %(owed)s is exceeded", **told)
        case Progress.MISSED:
            missing = amount(owed, owed.owed - standing.actual)
            return gettext("%(clause)s: the target was missed by %(missing)s", missing=missing, **told)
    if standing.days_left <= 0 and not owed.is_limit:
        missing = amount(owed, owed.owed - standing.actual)
        return gettext("%(clause)s: %(missing)s missing, and no working time is left", missing=missing, **told)
    if seen is None or seen.chance is None:
        return gettext("%(clause)s: too little history to tell where it will end", **told)
    told |= {"low": amount(owed, seen.low), "high": amount(owed, seen.high)}
    if owed.is_limit:
        return _title_of_limit(owed, seen.low, seen.high, told)
    if seen.low >= owed.owed:
        return gettext("%(clause)s: %(low)s to %(high)s at the end, the %(owed)s owed will be reached", **told)
    if seen.high < owed.owed:
        return gettext("%(clause)s: %(low)s to %(high)s at the end, short of the %(owed)s owed", **told)
    return gettext("%(clause)s: %(low)s to %(high)s at the end, the %(owed)s owed are open", **told)


def _title_of_limit(owed: Owed, low: int, high: int, told: dict[str, str]) -> str:
    if high <= owed.owed:
        return gettext("%(clause)s: %(low)s to %(high)s at the end, within the limit of %(owed)s", **told)
    if low > owed.owed:
        return gettext("%(clause)s: %(low)s to %(high)s at the end, above the limit of %(owed)s", **told)
    return gettext("%(clause)s: %(low)s to %(high)s at the end, around the limit of %(owed)s", **told)


def _summary(view: View, standing: Standing) -> str:
    owed, seen = standing.owed, standing.outlook
    told = {"actual": amount(owed, standing.actual), "owed": amount(owed, owed.owed)}
    said = gettext("%(actual)s of at most %(owed)s.", **told)
    if not owed.is_limit:
        said = gettext("%(actual)s of %(owed)s owed.", **told)
    days = gettext("Days: %(period)s.", period=spoken.period_name(owed.period))
    if seen is None or seen.chance is None:
        return f"{said} {days}"
    told = {"median": amount(owed, seen.median), "chance": percent(seen.chance, 0)}
    likely = gettext("Most likely %(median)s at the end, a chance of %(chance)s to keep the promise.", **told)
    return f"{said} {days} {likely} {_proven(volume.proof(owed, now=view.now))}"


def _proven(proof: Proof) -> str:
    if proof.made < 3:
        return gettext("Too few past periods to check such outlooks.")
    told = {"held": number(proof.held), "made": number(proof.made)}
    return gettext("Made in the middle of past periods, %(held)s of %(made)s such outlooks held.", **told)


def _figure(standing: Standing, ticks: Sequence[Tick]) -> Figure:
    owed, points = standing.owed, standing.points
    actual, ideal = [], []
    for point in points:
        told = {"day": local_date(point.day_on), "count": amount(owed, point.actual or 0)}
        so_far = None if point.actual is None else axis_value(owed, point.actual)
        actual.append(Mark(point.day_on.isoformat(), so_far, gettext("%(day)s: %(count)s so far", **told)))
        told = {"day": local_date(point.day_on), "ideal": amount(owed, point.ideal or 0, 1)}
        should_be = None if point.ideal is None else axis_value(owed, point.ideal)
        ideal.append(Mark(point.day_on.isoformat(), should_be, gettext("%(day)s: %(ideal)s on the ideal line", **told)))
    texts = (amount(owed, standing.actual), gettext("%(owed)s owed", owed=amount(owed, owed.owed)))
    return goal_charts.pace(actual, ideal, _fan(standing), texts=texts, ticks=ticks)


def _fan(standing: Standing) -> Fan | None:
    owed, seen = standing.owed, standing.outlook
    reached = [point for point in standing.points if point.actual is not None]
    if seen is None or not reached:
        return None
    last = standing.points[-1].day_on.isoformat()
    text = gettext("%(median)s likely", median=amount(owed, seen.median))
    now, low, median, high = (axis_value(owed, each) for each in (standing.actual, seen.low, seen.median, seen.high))
    return Fan(reached[-1].day_on.isoformat(), last, now, low, median, high, text)
