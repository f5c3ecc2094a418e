"""The course of one clock: when it stood still, when it is due and how it ended, by what happened to its lead.

A pure function of the clause, the calendar and the happenings: what is stored is what it answers, and a replay of the
journal must come to the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.happenings import CLOSED, REASSIGNED, RETURNED, TOUCHED, UNDONE, Happening
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import Ending, Outcome, Schedule, outcome, schedule
from smarketing.domain.terms_clocks import ClockClause


class Stop(NamedTuple):
    """A time a clock stood still, who said so and why; `resumed_at` is None while it lasts."""

    paused_at: datetime
    resumed_at: datetime | None
    reason: str
    actor_id: int | None


class Course(NamedTuple):
    """`ended_by` is the name of what ended it; `again` is what lets another clock of the clause start in its place."""

    schedule: Schedule
    ending: Ending
    stops: tuple[Stop, ...] = ()
    ended_by: str | None = None
    again: Happening | None = None

    @property
    def paused_at(self) -> datetime | None:
        """Since when it stands still; None for one that runs, or has ended."""
        is_still = self.ending.stopped_at is None and self.stops and self.stops[-1].resumed_at is None
        return self.stops[-1].paused_at if is_still else None


def listens_to(clause: ClockClause) -> frozenset[str]:
    """The names of all that may change the course of such a clock."""
    named: list[str] = [clause.starts_on, *clause.stops_on]
    for names in (clause.pauses_on, clause.resumes_on, clause.cancels_on, clause.resets_on):
        named += names or ()
    if clause.on_reassign == "restart":
        named.append(REASSIGNED)
    if clause.on_reopen == "restart":
        named.append(UNDONE)
    return frozenset(named)


def may_start(clause: ClockClause, happening: Happening) -> bool:
    """Whether it may be what a clock of this clause started on, for the first time or again."""
    if happening.name == clause.starts_on:
        return clause.engagement in (None, happening.detail)
    return _is_restart(clause, happening)


def course(
    clause: ClockClause,
    calendar: BusinessCalendar,
    *,
    started_at: datetime,
    happened: Sequence[Happening],
    closed_at: datetime | None,
) -> Course:
    """The course of a clock by what happened, in any order. `running` is a clock that waits, however overdue.

    One whose start has been undone is void from its start on.
    """
    if not any(each.at == started_at and may_start(clause, each) for each in happened):
        return Course(schedule(clause, calendar, started_at), Ending(Outcome.VOID, started_at))
    closes_at = None if clause.starts_on == RETURNED else closed_at
    run = _Run(clause, calendar, started_at)
    for happening in _after(clause, started_at, happened):
        if closes_at is not None and happening.at > closes_at:
            break
        ended = run.meet(happening)
        if ended:
            return ended
    return run.waiting() if closes_at is None else run.superseded(closes_at, CLOSED)


def _after(clause: ClockClause, started_at: datetime, happened: Iterable[Happening]) -> list[Happening]:
    """What came after the start, oldest first: neither the start itself nor one that came before in the same moment.

    In one moment answers come before touches, and these before all else.
    """
    later = [each for each in happened if each.at >= started_at]
    return sorted(
        (each for each in later if not (each.at == started_at and may_start(clause, each))),
        key=lambda each: (each.at, _RANKS.get(each.name, 0)),
    )


_RANKS: Final = {TOUCHED: 1} | dict.fromkeys(
    (REASSIGNED, UNDONE, "handoff.paused", "handoff.resumed", "lead.engaged", "lead.qualified"), 2
)


def _is_restart(clause: ClockClause, happening: Happening) -> bool:
    if happening.name in (clause.resets_on or ()):
        return True
    if happening.name == REASSIGNED:
        return clause.on_reassign == "restart"
    if happening.name == UNDONE:
        return clause.on_reopen == "restart" and f"handoff.{happening.detail}" in clause.stops_on
    return False


def seconds_to_answer(
    clause: ClockClause, calendar: BusinessCalendar, started_at: datetime, course: Course
) -> int | None:
    """The whole seconds of the calendar from start to milestone, pauses left out; None where nobody reached it."""
    if course.ending.stopped_at is None or course.ended_by not in clause.stops_on:
        return None
    pauses = [Pause(stop.paused_at, stop.resumed_at) for stop in course.stops]
    return int(calendar.elapsed(started_at, course.ending.stopped_at, pauses).total_seconds())


class _Run:
    """A clock that goes through its happenings one by one."""

    def __init__(self, clause: ClockClause, calendar: BusinessCalendar, started_at: datetime) -> None:
        self._clause = clause
        self._calendar = calendar
        self._started_at = started_at
        self._stops: list[Stop] = []
        self._touches = 0
        self._channels: set[str | None] = set()

    def meet(self, happening: Happening) -> Course | None:
        """The course where this ends it."""
        clause, name = self._clause, happening.name
        if name == TOUCHED:
            self._touches += 1
            self._channels.add(happening.detail)
        if name in clause.stops_on and self._suffices(name):
            return self._ended(happening.at, name)
        if name in (clause.cancels_on or ()):
            return self.superseded(happening.at, name)
        if _is_restart(clause, happening):
            return self.superseded(happening.at, name)._replace(again=happening)
        self._pause_or_resume(happening)
        return None

    def waiting(self) -> Course:
        return Course(self._schedule(), Ending(Outcome.RUNNING, None), tuple(self._stops))

    def superseded(self, at: datetime, name: str) -> Course:
        """Nobody has to answer any more: void, unless it had run out by then."""
        ended = self._ended(at, name)
        missed = ended.ending.outcome is Outcome.BREACHED
        return ended._replace(ending=Ending(Outcome.BREACHED if missed else Outcome.VOID, at))

    def _ended(self, at: datetime, name: str) -> Course:
        if self._stops and self._stops[-1].resumed_at is None:
            self._stops[-1] = self._stops[-1]._replace(resumed_at=at)
        schedule = self._schedule()
        return Course(schedule, Ending(outcome(schedule.due_at, at), at), tuple(self._stops), name)

    def _suffices(self, name: str) -> bool:
        if name != TOUCHED:
            return True
        return self._touches >= (self._clause.touches or 1) and len(self._channels) >= (self._clause.channels or 1)

    def _pause_or_resume(self, happening: Happening) -> None:
        is_still = bool(self._stops) and self._stops[-1].resumed_at is None
        if is_still and happening.name in (self._clause.resumes_on or ()):
            self._stops[-1] = self._stops[-1]._replace(resumed_at=happening.at)
        elif not is_still and happening.name in (self._clause.pauses_on or ()):
            reason = happening.detail if happening.name != TOUCHED else None
            self._stops.append(Stop(happening.at, None, reason or happening.name, happening.actor_id))

    def _schedule(self) -> Schedule:
        pauses = tuple(Pause(stop.paused_at, stop.resumed_at, stop.reason) for stop in self._stops)
        return schedule(self._clause, self._calendar, self._started_at, pauses)
