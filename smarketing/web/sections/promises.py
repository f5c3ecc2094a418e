"""Promises: what was kept of each, how much of its error budget is left, and whether a week is a change or chance."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext, ngettext

from smarketing.domain import burn
from smarketing.domain.attainment import Share, Standing, standing
from smarketing.domain.burn import Alarm, Level
from smarketing.domain.calendars import compiled
from smarketing.domain.errors import N_
from smarketing.domain.periods import Period, week_of
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import excuses, goal_charts, promises
from smarketing.reports.attainment import Kept
from smarketing.reports.look import Mark, Tick
from smarketing.reports.promises import Read
from smarketing.reports.rollups import Scope
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections import agreed_shares, budgets, duties, holders, weekly
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language

WEEKS_SHOWN = 26
LEVELS = {
    Level.URGENT: N_("urgent"),
    Level.TODAY: N_("act today"),
    Level.REVIEW: N_("review"),
}
KEPT = (Standing.KEPT, Standing.BARELY_KEPT)
BACK = timedelta(days=21)
"""Days that hold 40 business hours in any calendar people work by."""


def page(view: ThemeView) -> Page:
    clauses = clauses_of(view)
    weeks = weeks_of(view)
    reach = Period(
        min(view.period.starts_on, view.earlier.period.starts_on, weeks[0].starts_on),
        max(view.period.ends_on, weeks[-1].ends_on),
    )
    read = promises.read(reach, view.wanted, now=view.now)
    agreed_share = agreed_shares.section(view)
    shares = [agreed_share, *duties.sections(view)] if agreed_share else []
    if not clauses:
        return Page([], shares)
    return Page(
        [],
        [
            overview(view, clauses, read),
            *shares,
            holders.section(view, clauses, read),
            burning(view, clauses),
            *(weekly.behaviour(view, clause, read, weeks) for clause in clauses),
            *(budgets.left(view, clause, read) for clause in clauses),
        ],
    )


def clauses_of(view: ThemeView) -> Sequence[ClockClause]:
    return view.standing.terms.clocks if view.standing else ()


def weeks_of(view: ThemeView) -> list[Period]:
    """Half a year of weeks up to the end of the period, whole."""
    last = week_of(min(view.period.last_on, view.today))
    first = last.starts_on - timedelta(weeks=WEEKS_SHOWN - 1)
    return Period(first, last.ends_on).weeks()


def overview(view: ThemeView, clauses: Sequence[ClockClause], read: Read) -> Section:
    """Every promise with its interval beside what was promised, and how it was before."""
    kept = [(clause, read(clause.id, view.period)) for clause in clauses]
    told = [(clause, each) for clause, each in kept if each.share.is_telling]
    held = sum(1 for clause, each in told if standing(each.share, clause.objective) in KEPT)
    without = {each.clause_id: each.excused for each in excuses.kept(Scope(view.period, view.wanted.source))}
    marks = [_mark(view, clause, each) for clause, each in kept]
    return Section(
        "promises",
        _title(held, len(told)),
        gettext(
            "The bar is the share kept of what fell due, the line its 95 % interval, the tick what was promised. A "
            "pale bar is too few to judge. Pending ones are in neither number."
        ),
        Table(
            gettext("Promises kept"),
            _columns(),
            [_row(view, clause, each, read, without.get(clause.id, 0)) for clause, each in kept],
        ),
        gettext(
            "Met ÷ (met + missed) of the clocks due in the period; one past its deadline is missed, answered or not. "
            "At worst all pending ones are missed, at best all are met. Excused breaches are left out only of the "
            "adjusted share. The interval is Wilson’s."
        ),
        goal_charts.bullets(
            marks,
            [clause.objective for clause in clauses],
            scale=[Tick(share, percent(share, 0)) for share in (0, 0.25, 0.5, 0.75, 1)],
        )
        if told
        else None,
        size=size_for(marks),
    )


def _title(held: int, told: int) -> str:
    if not told:
        return gettext("Too little fell due to judge any promise")
    if held == told:
        return ngettext("The one promise that can be judged was kept", "All %(num)s promises were kept", told)
    return gettext("%(held)s of %(told)s promises were kept", held=number(held), told=number(told))


def _mark(view: ThemeView, clause: ClockClause, kept: Kept) -> Mark:
    name, url = in_language(clause.title), view.clocks_url(clause.id)
    low, high = kept.share.interval() or (None, None)
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.kept(kept))
    return Mark(name, kept.share.ratio, hover, url, low, high, is_pale=not kept.share.is_telling)


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Promise"), False),
        Column(gettext("Due")),
        Column(gettext("Met")),
        Column(gettext("Missed")),
        Column(gettext("Pending")),
        Column(gettext("Kept")),
        Column(gettext("95 % from")),
        Column(gettext("to")),
        Column(gettext("At worst")),
        Column(gettext("At best")),
        Column(gettext("Promised")),
        Column(gettext("Excused")),
        Column(gettext("Adjusted")),
        Column(gettext("Before")),
    )


def _row(view: ThemeView, clause: ClockClause, kept: Kept, read: Read, excused: int) -> tuple[Cell, ...]:
    share, before = kept.share, read(clause.id, view.earlier.period).share
    is_whole = view.wanted.is_of_source_only
    return (
        words_cell(in_language(clause.title)),
        count_cell(share.total),
        count_cell(share.part, view.clocks_url(clause.id, clock="met")),
        count_cell(kept.missed, view.clocks_url(clause.id, clock="missed")),
        count_cell(kept.pending, view.clocks_url(clause.id, clock="pending")),
        ratio_cell(share),
        *interval_cells(share),
        *(ratio_cell(end) for end in kept.ends()),
        Cell(clause.objective, percent(clause.objective, 0), is_soft=True),
        count_cell(excused) if is_whole else Cell(None, ""),
        ratio_cell(Share(share.part, share.total - excused)) if is_whole else Cell(None, ""),
        ratio_cell(before),
    )


def burning(view: ThemeView, clauses: Sequence[ClockClause]) -> Section:
    """How fast the budgets burn right now, in windows of business time."""
    found = [(clause, alarms(view, clause)) for clause in clauses]
    on = [(clause, alarm) for clause, each in found for alarm in each if alarm.is_on]
    title = gettext("No error budget is burning too fast")
    if on:
        level = gettext(LEVELS[on[0][1].window.level])
        title = gettext(
            "%(clause)s is burning its error budget: %(level)s", clause=in_language(on[0][0].title), level=level
        )
    return Section(
        "burning",
        title,
        gettext(
            "Burn 1 uses the budget up exactly by the end of a month. An alarm needs at least 10 due in the long "
            "window and 3 in the short one, both beyond the threshold, and a chance below 1 %."
        ),
        Table(
            gettext("Burn rates right now"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Window"), False),
                Column(gettext("Due")),
                Column(gettext("Missed")),
                Column(gettext("Burn")),
                Column(gettext("Threshold")),
                Column(gettext("Alarm"), False),
            ),
            [_alarm_row(clause, alarm) for clause, each in found for alarm in each],
        ),
        gettext(
            "Missed ÷ due in the window ÷ (1 − objective). The windows are those of Google’s SRE workbook adapted to "
            "176 business hours a month: its own threshold of 14.4 could never be reached below an objective of 93 %."
        ),
    )


def alarms(view: ThemeView, clause: ClockClause) -> list[Alarm]:
    if view.standing is None or clause.objective >= 1:
        return []
    calendar = compiled(view.standing.terms.calendar(clause.calendar))
    due = promises.recent([clause.id], view.now - BACK, view.wanted, now=view.now)
    ages = [calendar.elapsed(each.due_at, view.now).total_seconds() / 3600 for each in due]

    def within(hours: int) -> Share:
        seen = [each.is_met for each, age in zip(due, ages, strict=True) if age <= hours]
        return Share(sum(seen), len(seen))

    return burn.alarms(within, clause.objective)


def _window(alarm: Alarm) -> str:
    hours = spoken.business_time(alarm.window.long_hours * 3600)
    return gettext("%(hours)s: %(level)s", hours=hours, level=gettext(LEVELS[alarm.window.level]))


def _alarm_row(clause: ClockClause, alarm: Alarm) -> tuple[Cell, ...]:
    said = gettext("too few") if alarm.is_few else gettext("on") if alarm.is_on else gettext("off")
    return (
        words_cell(in_language(clause.title)),
        words_cell(_window(alarm)),
        count_cell(alarm.long.total),
        count_cell(alarm.long.total - alarm.long.part),
        Cell(None, "") if alarm.rate is None else Cell(round(alarm.rate, 3), number(alarm.rate, 1)),
        Cell(alarm.window.threshold, number(alarm.window.threshold, 1), is_soft=True),
        words_cell(said),
    )
