"""Volumes: will we make the month, how evenly did it come, and do the two sides' numbers fit each other?"""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.pacing import Progress, progress
from smarketing.domain.periods import Period
from smarketing.domain.projection import Proof
from smarketing.models.tallies import Cohort
from smarketing.reports import cases, goal_charts, volume
from smarketing.reports.cases import Counts, Of, Wanted
from smarketing.reports.goal_charts import Fan
from smarketing.reports.look import Figure, Mark, Tick
from smarketing.reports.tables import Cell, Column, Table
from smarketing.reports.volume import Standing
from smarketing.web import spoken
from smarketing.web.filters import local_date, number, percent
from smarketing.web.scopes import View, cohort_url
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView, span_of
from smarketing.web.tiles import Tile, month_in_question
from smarketing.web.words import in_language

RATES_OVER = timedelta(days=180)
ANSWERED_OVER = timedelta(weeks=13)


def page(view: ThemeView) -> Page:
    month = month_in_question(view)
    found = standings(view, month)
    if not found:
        return Page([], [])
    return Page([_tile(view, each) for each in found], [*(course(view, each) for each in found), _fit(view, found)])


def standings(view: View, month: Period) -> list[Standing]:
    return [volume.standing(owed, now=view.now) for owed in volume.owed_in(month, standing=view.standing, now=view.now)]


def _tile(view: ThemeView, standing: Standing) -> Tile:
    """What is still owed on each working day."""
    per_day, name = standing.per_day, in_language(standing.owed.clause.title)
    basis = gettext("Nothing is owed any more.")
    if per_day is not None:
        days = number(standing.days_left, 1)
        missing = number(standing.owed.owed - standing.actual)
        basis = gettext("%(missing)s missing, %(days)s working days left", missing=missing, days=days)
    elif standing.actual < standing.owed.owed:
        basis = gettext("%(missing)s were missing at the end.", missing=number(standing.owed.owed - standing.actual))
    evenness = None
    if standing.evenness is not None:
        evenness = gettext(
            "On average %(share)s of the target away from the ideal line", share=percent(standing.evenness)
        )
    return Tile(
        gettext("%(clause)s: still owed per working day", clause=name),
        number(per_day, 1) if per_day is not None else number(0) if standing.actual >= standing.owed.owed else None,
        basis,
        gettext(
            "What is missing ÷ the working days left, in the calendar the agreement names. The mean distance from the "
            "ideal line says how evenly it came: a target reached in one rush helps nobody."
        ),
        trend=evenness,
        url=cohort_url(Cohort.MQL, view.scope, standing.owed.month) if standing.owed.clause.metric == "mqls" else None,
    )


def course(view: View, standing: Standing) -> Section:
    """A month as it added up, its ideal line, and where it will end."""
    owed = standing.owed
    name = in_language(owed.clause.title)
    points = standing.points
    ticks = [Tick(point.day_on.isoformat(), spoken.short_day(point.day_on)) for point in points[::7]]
    return Section(
        f"course-{owed.clause.id}",
        title_of(view, standing),
        _summary(standing),
        Table(
            gettext("%(clause)s, day by day", clause=name),
            (Column(gettext("Day"), False), Column(gettext("So far")), Column(gettext("Ideal line"))),
            [
                (
                    Cell(point.day_on.isoformat(), local_date(point.day_on)),
                    Cell(None, "") if point.actual is None else count_cell(point.actual),
                    Cell(None, "") if point.ideal is None else Cell(round(point.ideal, 1), number(point.ideal, 1)),
                )
                for point in points
            ],
        ),
        gettext(
            "Gamma–Poisson: the working days of the last quarter and this month say how many come in a day and how "
            "much days differ; the band holds the end of the month four times in five. The ideal line is the target "
            "times the share of the month’s working time that has passed."
        ),
        _figure(standing, ticks) if points[0].ideal is not None else None,
    )


def title_of(view: View, standing: Standing) -> str:
    owed, seen = standing.owed, standing.outlook
    name = in_language(owed.clause.title)
    is_over = view.now >= owed.month.ends_at(owed.terms.zone)
    match progress(owed.pace(standing.actual, now=view.now), is_over=is_over):
        case Progress.REACHED:
            return gettext("%(clause)s: the target of %(owed)s is reached", clause=name, owed=number(owed.owed))
        case Progress.MISSED:
            missing = number(owed.owed - standing.actual)
            return gettext("%(clause)s: the target was missed by %(missing)s", clause=name, missing=missing)
    if seen is None or seen.chance is None:
        return gettext("%(clause)s: too little history to tell where the month will end", clause=name)
    told = {"clause": name, "low": number(seen.low), "high": number(seen.high), "owed": number(owed.owed)}
    if seen.low >= owed.owed:
        return gettext(
            "%(clause)s: the month will end at %(low)s to %(high)s, the %(owed)s owed will be reached", **told
        )
    if seen.high < owed.owed:
        return gettext("%(clause)s: the month will end at %(low)s to %(high)s, short of the %(owed)s owed", **told)
    return gettext("%(clause)s: the month will end at %(low)s to %(high)s, the %(owed)s owed are open", **told)


def _summary(standing: Standing) -> str:
    told = {"actual": number(standing.actual), "owed": number(standing.owed.owed)}
    if standing.outlook is None or standing.outlook.chance is None:
        return gettext("%(actual)s of %(owed)s owed.", **told)
    told |= {"median": number(standing.outlook.median), "chance": percent(standing.outlook.chance, 0)}
    said = gettext(
        "%(actual)s of %(owed)s owed; most likely %(median)s at the end, a chance of %(chance)s to reach the target.",
        **told,
    )
    return f"{said} {_proven(standing.proof)}"


def _proven(proof: Proof) -> str:
    if proof.made < 3:
        return gettext("Too few past months to check such outlooks.")
    told = {"held": number(proof.held), "made": number(proof.made)}
    return gettext("Made in the middle of past months, %(held)s of %(made)s such outlooks held.", **told)


def _figure(standing: Standing, ticks: Sequence[Tick]) -> Figure:
    points = standing.points
    actual = [
        Mark(
            point.day_on.isoformat(),
            point.actual,
            gettext("%(day)s: %(count)s so far", day=local_date(point.day_on), count=number(point.actual or 0)),
        )
        for point in points
    ]
    ideal = [
        Mark(
            point.day_on.isoformat(),
            point.ideal,
            gettext(
                "%(day)s: %(ideal)s on the ideal line", day=local_date(point.day_on), ideal=number(point.ideal or 0, 1)
            ),
        )
        for point in points
    ]
    texts = (number(standing.actual), gettext("%(owed)s owed", owed=number(standing.owed.owed)))
    return goal_charts.pace(actual, ideal, _fan(standing), texts=texts, ticks=ticks)


def _fan(standing: Standing) -> Fan | None:
    reached = [point for point in standing.points if point.actual is not None]
    seen = standing.outlook
    if seen is None or not reached:
        return None
    last = standing.points[-1].day_on.isoformat()
    text = gettext("%(median)s likely", median=number(seen.median))
    return Fan(reached[-1].day_on.isoformat(), last, standing.actual, seen.low, seen.median, seen.high, text)


def _fit(view: ThemeView, found: Sequence[Standing]) -> Section:
    """What the SQL target asks of marketing at the rates so far, beside what sales has been able to answer."""
    counts = cases.counted(_mature(view), Wanted(), (Of.OFFERED, Of.ACCEPTED, Of.SQL), now=view.now)
    owed: dict[str, int] = {each.owed.clause.metric: each.owed.owed for each in found}
    share = Share(counts[Of.SQL], counts[Of.OFFERED])
    needed = owed["sqls"] / share.ratio if "sqls" in owed and share.ratio and share.is_telling else None
    title = gettext("Too few cases to say whether the two targets fit")
    if needed is not None and "mqls" in owed:
        told = {"needed": number(needed), "sqls": number(owed["sqls"]), "mqls": number(owed["mqls"])}
        title = (
            gettext("%(sqls)s SQLs ask for %(needed)s MQLs at the rates so far: the %(mqls)s promised suffice", **told)
            if needed <= owed["mqls"]
            else gettext("%(sqls)s SQLs ask for %(needed)s MQLs at the rates so far: %(mqls)s are promised", **told)
        )
    return Section(
        "fit",
        title,
        gettext("The chain from SQLs back to MQLs, and how many hand-offs sales has answered a working day."),
        Table(
            gettext("Do the targets fit?"),
            (
                Column(gettext("Figure"), False),
                Column(gettext("Value")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [*_chain(counts, owed), *_capacity(view, found)],
        ),
        gettext(
            "Rates of the hand-offs offered 30 to 180 days ago, so that they have had time. MQLs asked for = SQLs owed "
            "÷ the share that became an SQL; the interval is that of the share."
        ),
    )


def _mature(view: ThemeView) -> cases.Span:
    return cases.Span(view.now - RATES_OVER, view.now - cases.LEAKED_AFTER)


def _chain(counts: Counts, owed: dict[str, int]) -> list[tuple[Cell, ...]]:
    share = Share(counts[Of.SQL], counts[Of.OFFERED])
    accepted = Share(counts[Of.ACCEPTED], counts[Of.OFFERED])
    rows: list[tuple[Cell, ...]] = [
        (words_cell(gettext("Share accepted")), ratio_cell(accepted), *interval_cells(accepted)),
        (words_cell(gettext("Share that became an SQL")), ratio_cell(share), *interval_cells(share)),
    ]
    low, high = share.interval() or (0.0, 1.0)
    if "sqls" in owed and share.ratio and share.is_telling:
        needed = [owed["sqls"] / each if each else None for each in (share.ratio, high, low)]
        cells = (Cell(None, "") if each is None else Cell(round(each), number(each)) for each in needed)
        rows.append((words_cell(gettext("MQLs asked for")), *cells))
    if "mqls" in owed:
        rows.append((words_cell(gettext("MQLs promised")), count_cell(owed["mqls"]), Cell(None, ""), Cell(None, "")))
    return rows


def _capacity(view: ThemeView, found: Sequence[Standing]) -> list[tuple[Cell, ...]]:
    """Per working day: what is owed, and what sales has answered over a quarter and in its best week."""
    owed = found[0].owed
    workdays = volume.Workdays(owed.calendar, view.zone)
    last = view.today
    weeks = Period(last - ANSWERED_OVER, last).weeks()[:-1]
    counted = cases.counted_in([span_of(week, view.zone) for week in weeks], Wanted(), (Of.ANSWERED,), now=view.now)
    days = [len(workdays.of(week)) for week in weeks]
    rates = [counts[Of.ANSWERED] / each for counts, each in zip(counted, days, strict=True) if each]
    total = sum(counts[Of.ANSWERED] for counts in counted)
    month_days = len(workdays.of(owed.month))
    numbers = (
        (
            gettext("%(clause)s, per working day", clause=in_language(owed.clause.title)),
            owed.owed / month_days if month_days else None,
        ),
        (gettext("Answered by sales per working day, last quarter"), total / sum(days) if sum(days) else None),
        (gettext("The same in its best week"), max(rates, default=None)),
    )
    none = Cell(None, "")
    return [
        (words_cell(name), none if each is None else Cell(round(each, 2), number(each, 1)), none, none)
        for name, each in numbers
    ]
