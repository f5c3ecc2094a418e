"""Promises kept, clause by clause: by week and by owner."""

from collections.abc import Callable, Sequence

from flask_babel import gettext

from smarketing.domain.attainment import Share, Standing, standing
from smarketing.domain.errors import N_
from smarketing.domain.periods import Period
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import figures
from smarketing.reports.attainment import ClockFacts, Kept, OwnerKept
from smarketing.reports.look import Goal, Mark, Tick
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import local_date, number, percent
from smarketing.web.scopes import NO_OWNER, View, clocks_url
from smarketing.web.sections.section import Section, month_ticks, size_for, week_ticks
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.words import in_language


def by_week(view: View, clause: ClockClause, facts: ClockFacts, weeks: Sequence[Period]) -> Section:
    """Attainment of one clause in whole weeks; `facts` must reach over all of them. A week still running is pale."""
    span = Period(weeks[0].starts_on, weeks[-1].ends_on)
    whole = facts.kept(clause.id, span)
    rows, marks = [], []
    for week in weeks:
        kept, name = facts.kept(clause.id, week), spoken.span_name(week)
        rows.append((Cell(week.starts_on.isoformat(), name), *_cells(kept, _linked(view, clause, week))))
        url = clocks_url(clause.id, view.scope, week, "breached" if kept.missed else None)
        mark = _mark(week.starts_on.isoformat(), name, kept, url)
        marks.append(mark._replace(is_pale=mark.is_pale or week.ends_on > view.today))
    name = in_language(clause.title)
    return Section(
        f"weeks-{clause.id}",
        _title(name, whole.share, clause.objective),
        _summary(whole, span),
        Table(
            gettext("%(clause)s: kept by week", clause=name),
            (Column(gettext("Week"), False), *_columns()),
            rows,
            (words_cell(gettext("All weeks")), *_cells(whole, _linked(view, clause, span))),
        ),
        _definition(),
        figures.over_time(marks, ticks=week_ticks(weeks), scale=_scale(marks, clause), goal=_goal(clause))
        if whole.share.total
        else None,
    )


def by_owner(view: View, clause: ClockClause, owners: Sequence[OwnerKept]) -> Section:
    """The same owner by owner, without a ranking."""
    rows, marks = [], []
    for owner in owners:
        name = owner.name or gettext("The team’s queue")
        owned = owner.owner_id or NO_OWNER
        url = clocks_url(clause.id, view.scope, owner=owned)
        rows.append((Cell(name, name, url), *_cells(owner.kept, _linked(view, clause, view.scope.period, owned))))
        if owner.kept.share.total:
            at = gettext("%(name)s · %(count)s", name=name, count=number(owner.kept.share.total))
            marks.append(_mark(at, name, owner.kept, url))
    name = in_language(clause.title)
    return Section(
        "owners",
        gettext("%(clause)s, owner by owner", clause=name),
        gettext(
            "In the order of names, with how many were due. Where two intervals overlap, the difference may be "
            "chance: this is no ranking. Hollow points have fewer than 5 cases."
        ),
        Table(gettext("%(clause)s: kept by owner", clause=name), (Column(gettext("Owner"), False), *_columns()), rows),
        _definition(),
        figures.by_name(marks, scale=_scale(marks, clause), goal=_goal(clause)) if marks else None,
        size=size_for(marks),
    )


def by_month(clause: ClockClause, whole: Kept, months: Sequence[tuple[Period, Kept]]) -> Section:
    """The same in calendar months, of a past whose cases are not leads of ours."""
    marks = [
        _mark(month.starts_on.isoformat(), spoken.month_name(month.starts_on), kept, None) for month, kept in months
    ]
    rows = [
        (Cell(month.starts_on.isoformat(), spoken.month_name(month.starts_on)), *_cells(kept)) for month, kept in months
    ]
    name = in_language(clause.title)
    return Section(
        f"months-{clause.id}",
        _title(name, whole.share, clause.objective),
        gettext(
            "%(numbers)s. The bars are 95 %% intervals; a hollow point has fewer than 5 cases.",
            numbers=spoken.kept(whole),
        ),
        Table(
            gettext("%(clause)s: kept by month", clause=name),
            (Column(gettext("Month"), False), *_columns()),
            rows,
            (words_cell(gettext("All months")), *_cells(whole)),
        ),
        _definition(),
        figures.over_time(
            marks, ticks=month_ticks([month for month, _ in months]), scale=_scale(marks, clause), goal=_goal(clause)
        )
        if whole.share.total
        else None,
    )


def _title(clause: str, share: Share, objective: float) -> str:
    told = {"clause": clause, "objective": percent(objective, 0)}
    match standing(share, objective):
        case Standing.NO_DATA:
            return gettext("%(clause)s: nothing fell due", clause=clause)
        case Standing.TOO_FEW:
            return gettext("%(clause)s: too few to judge", clause=clause)
        case Standing.KEPT | Standing.BARELY_KEPT:
            message = N_("%(clause)s: %(share)s kept, at least the %(objective)s promised")
            return gettext(message, share=spoken.share(share), **told)
        case Standing.MISSED | Standing.BARELY_MISSED:
            return gettext(
                "%(clause)s: %(share)s kept, less than the %(objective)s promised", share=spoken.share(share), **told
            )


def _summary(whole: Kept, span: Period) -> str:
    days = {"first": local_date(span.starts_on), "last": local_date(span.last_on)}
    if not (whole.share.total or whole.pending):
        return gettext("No clock of this clause fell due from %(first)s to %(last)s.", **days)
    return gettext(
        "%(numbers)s, from %(first)s to %(last)s. The bars are 95 %% intervals; a hollow point is not firm yet: "
        "fewer than 5 cases, or a week still running.",
        numbers=spoken.kept(whole),
        **days,
    )


def _mark(at: str, name: str, kept: Kept, url: str | None) -> Mark:
    share = kept.share
    if share.ratio is None:
        return Mark(at, None, gettext("%(name)s: nothing fell due", name=name))
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.kept(kept))
    low, high = share.interval() or (0.0, 1.0)
    return Mark(at, share.ratio, hover, url, low, high, is_pale=not share.is_telling)


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Due")),
        Column(gettext("Met")),
        Column(gettext("Missed")),
        Column(gettext("Pending")),
        Column(gettext("Kept")),
        Column(gettext("95 % from")),
        Column(gettext("to")),
    )


def _linked(view: View, clause: ClockClause, days: Period, owner: int | str | None = None) -> Callable[[str], str]:
    """The address of the leads behind a number."""
    return lambda clock: clocks_url(clause.id, view.scope, days, clock, owner=owner)


def _cells(kept: Kept, url: Callable[[str], str | None] = lambda _clock: None) -> tuple[Cell, ...]:
    return (
        count_cell(kept.share.total),
        count_cell(kept.share.part, url("met")),
        count_cell(kept.missed, url("breached")),
        count_cell(kept.pending, url("running")),
        ratio_cell(kept.share),
        *interval_cells(kept.share),
    )


def _scale(marks: Sequence[Mark], clause: ClockClause) -> list[Tick]:
    drawn = [mark.low for mark in marks if mark.low is not None]
    return spoken.share_scale(min([*drawn, clause.objective]))


def _goal(clause: ClockClause) -> Goal:
    return Goal(clause.objective, gettext("%(objective)s promised", objective=percent(clause.objective, 0)))


def _definition() -> str:
    return gettext(
        "Clocks met ÷ clocks due (met or missed), of those whose deadline fell in the days shown. Running ones are "
        "pending and in neither number; one past its deadline is missed, answered or not. The interval is Wilson’s."
    )
