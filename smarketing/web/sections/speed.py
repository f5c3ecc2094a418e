"""Speed to lead: how soon sales answers, with those still waiting counted in, and whose time the wait was."""

from collections.abc import Iterator, Sequence
from math import ceil

from flask_babel import gettext

from smarketing.domain.survival import Step, answered_by, restricted_mean, steps, time_of
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import agreed, charts, speed
from smarketing.reports.cases import Of
from smarketing.reports.charts import Point
from smarketing.reports.look import Figure, Goal, Tick
from smarketing.reports.speed import Facts
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import duration, number, percent
from smarketing.web.sections import hours, waits
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.spoken import seconds_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile

FEWEST = 5
MOST_STEPS = 160
LEVELS = (0.25, 0.5, 0.75, 0.9, 0.95)


def page(view: ThemeView) -> Page:
    facts = speed.read(view.span, view.wanted, now=view.now)
    earlier = speed.read(view.earlier_span, view.wanted, now=view.now)
    promise = agreed.first_answer(view.standing.terms) if view.standing else None
    return Page(
        [
            _tile(view, facts, earlier, 0.5),
            _tile(view, facts, earlier, 0.9),
            _within(view, facts, promise),
            _waiting(view, facts),
        ],
        [
            _answered(view, facts, promise),
            waits.whose_time(facts),
            waits.endings(facts),
            *(each for each in (hours.section(view),) if each),
        ],
    )


def _tile(view: ThemeView, facts: Facts, earlier: Facts, level: float) -> Tile:
    found, before = steps(facts.wall_cases()), steps(earlier.wall_cases())
    time, was = time_of(found, level), time_of(before, level)
    count, is_few = len(facts.answers), len(facts.answers) < FEWEST
    label = gettext("Half answered within") if level == 0.5 else gettext("9 in 10 answered within")
    value = None if not count else gettext("Too few to judge") if is_few else _time(time)
    trend = None
    if was is not None and len(earlier.answers) >= FEWEST:
        period = spoken.period_name(view.earlier.period)
        trend = gettext("%(time)s before (%(period)s)", time=duration(was), period=period)
    return Tile(
        label,
        value,
        gettext("of %(count)s hand-offs, wall time from becoming an MQL", count=number(count))
        if count
        else gettext("No hand-off was offered."),
        gettext(
            "Kaplan–Meier over the hand-offs offered in the period: time on the wall clock from becoming an MQL to "
            "sales’ first answer, with those still waiting counted in for as long as they have waited."
        ),
        trend=trend,
        url=view.cases_url(Of.OFFERED) if count else None,
        is_number=not is_few and time is not None,
    )


def _time(time: int | None) -> str:
    return gettext("Not reached yet") if time is None else duration(time)


def _within(view: ThemeView, facts: Facts, promise: ClockClause | None) -> Tile:
    found = steps(facts.business_cases())
    definition = gettext(
        "The share answered within the time promised, in business time, with those still waiting counted in."
    )
    if promise is None or not facts.answers:
        why = gettext("No first answer was promised.") if promise is None else gettext("No hand-off was offered.")
        return Tile(gettext("Within the time promised"), None, why, definition)
    allowed = (promise.allowance_minutes or 0) * 60
    is_few = len(facts.answers) < FEWEST
    told = {"time": spoken.business_time(allowed), "objective": percent(promise.objective, 0)}
    return Tile(
        gettext("Within the time promised"),
        gettext("Too few to judge") if is_few else percent(answered_by(found, allowed)),
        gettext("within %(time)s of business time; %(objective)s promised", **told),
        definition,
        trend=None if is_few else _within_limit(found, promise),
        url=view.cases_url(Of.OFFERED),
        is_number=not is_few,
    )


def _within_limit(found: Sequence[Step], promise: ClockClause) -> str | None:
    """Of a promise that has a hard limit beyond its time."""
    if promise.limit_minutes is None:
        return None
    limit = promise.limit_minutes * 60
    told = {"share": percent(answered_by(found, limit)), "time": spoken.business_time(limit)}
    return gettext("%(share)s within the hard limit of %(time)s", **told)


def _waiting(view: ThemeView, facts: Facts) -> Tile:
    count = sum(1 for answer in facts.answers if answer.answered_at is None)
    longest = max((answer.wall(now=view.now)[0] for answer in facts.answers if answer.answered_at is None), default=0)
    return Tile(
        gettext("Still waiting"),
        number(count) if facts.answers else None,
        gettext("the longest for %(time)s", time=duration(longest))
        if count
        else gettext("All were answered.")
        if facts.answers
        else gettext("No hand-off was offered."),
        gettext("Hand-offs offered in the period that sales has neither accepted nor refused."),
        url=view.cases_url(Of.WAITING) if count else None,
    )


def _answered(view: ThemeView, facts: Facts, promise: ClockClause | None) -> Section:
    """The share answered by business time, against what was promised."""
    found = steps(facts.business_cases())
    half = time_of(found, 0.5)
    title = gettext("No hand-off was offered in these days")
    if len(facts.answers) >= FEWEST:
        title = (
            gettext("The median first answer cannot be told yet")
            if half is None
            else gettext(
                "Half of the leads had an answer within %(time)s of business time", time=spoken.business_time(half)
            )
        )
    elif facts.answers:
        title = gettext("Too few hand-offs to judge the speed")
    answered = sum(1 for answer in facts.answers if answer.answered_at is not None)
    told = {"answered": number(answered), "waiting": number(len(facts.answers) - answered)}
    return Section(
        "answered",
        title,
        gettext(
            "Business time from the hand-off to sales’ first answer: %(answered)s answered, %(waiting)s still waiting "
            "and counted in for as long as they have waited. The band is the 95 %% interval.",
            **told,
        ),
        Table(
            gettext("Time to the first answer"),
            (Column(gettext("Answered"), False), Column(gettext("Within"))),
            [
                *((Cell(level, percent(level, 0)), seconds_cell(time_of(found, level))) for level in LEVELS),
                *_mean_row(found, promise),
            ],
        ),
        gettext(
            "Kaplan–Meier with Greenwood’s variance and a log-log interval. Leaving leads unanswered does not make the "
            "curve better. The file gives seconds."
        ),
        _curve(found, promise) if len(facts.answers) >= FEWEST and found else None,
    )


def _mean_row(found: Sequence[Step], promise: ClockClause | None) -> Iterator[tuple[Cell, ...]]:
    """The mean that needs no lead to have been answered: none counts for longer than the time promised."""
    limit = (promise.allowance_minutes or 0) * 60 if promise else 0
    if limit and found:
        told = gettext("on average, none counted for more than %(time)s", time=spoken.business_time(limit))
        yield words_cell(told), seconds_cell(round(restricted_mean(found, limit)))


def _curve(found: Sequence[Step], promise: ClockClause | None) -> Figure:
    shown = [*found[:: ceil(len(found) / MOST_STEPS)], found[-1]]
    limit = (promise.allowance_minutes or 0) * 60 if promise else 0
    most = min(found[-1].at, max(time_of(found, 0.95) or found[-1].at, limit * 2, 600))
    points = [Point(0, 0.0, 0.0, 0.0, percent(0))]
    points += [_point(step) for step in shown if step.at <= most]
    goal = None
    if promise and limit:
        told = {"time": spoken.business_time(limit), "objective": percent(promise.objective, 0)}
        goal = Goal(limit, gettext("promised: %(objective)s within %(time)s", **told))
    scale = [Tick(share, percent(share, 0)) for share in (0, 0.25, 0.5, 0.75, 1)]
    return charts.curve(points, ticks=spoken.duration_scale(most), scale=scale, promised=goal)


def _point(step: Step) -> Point:
    share = step.share_answered
    hover = gettext("%(share)s within %(time)s", share=percent(share), time=spoken.business_time(step.at))
    return Point(step.at, share, 1 - step.high, 1 - step.low, hover)
