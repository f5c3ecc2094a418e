"""Set clocks right by their course; notice what is overdue or at risk.

Contested outcomes move by compare-and-set: only the first writer takes a clock out of running.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import selectinload

from smarketing.db import among, db
from smarketing.domain import courses, sla_clock
from smarketing.domain.courses import Course, Stop
from smarketing.domain.event_names import EventName
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock, Pause
from smarketing.models.tallies import DUE
from smarketing.services import agreements, climbing, journal, notices, tallies
from smarketing.services.journal import JournalLine
from smarketing.services.notices import Owed


def hand_over(handoff_ids: Sequence[int], *, owner_id: int | None, kept: Collection[str] = ()) -> None:
    """Somebody else has to act from now on; the whole team when None. The clocks go on as they are.

    Those of the clauses in `kept` stay with whom they had: their part ends with the hand-over.
    """
    is_open = (among(Clock.handoff_id, handoff_ids), Clock.stopped_at.is_(None), Clock.side == Department.SALES)
    given = update(Clock).where(*is_open).values(owner_id=owner_id)
    db.session.execute(given.where(Clock.clause_id.not_in(kept)) if kept else given)


def is_waiting(clock: Clock) -> bool:
    """Whether it still waits for its milestone, overdue or not."""
    return clock.stopped_at is None and clock.outcome in (Outcome.RUNNING, Outcome.BREACHED)


def set_right(clock: Clock, course: Course, *, now: datetime) -> None:
    """Make a clock what its course says, whatever it was: so the same is told as if it had happened in order."""
    _reschedule(clock, course, now=now)
    stored = Outcome.RUNNING if is_waiting(clock) else clock.outcome
    if (stored, clock.stopped_at) == course.ending:
        return
    if not _is_later(clock, course):
        _reopen(clock, course, now=now)
    if course.ending.stopped_at is not None:
        _end(clock, course, at=course.ending.stopped_at, now=now)


def _is_later(clock: Clock, course: Course) -> bool:
    """Whether the stored ending gives way to this one without more ado: it waits, or stopped later."""
    ends_at, outcome = course.ending.stopped_at, course.ending.outcome
    if ends_at is None or clock.outcome is Outcome.VOID:
        return False
    if clock.stopped_at is None:
        return not (clock.outcome is Outcome.BREACHED and outcome is Outcome.VOID)
    return outcome is not Outcome.VOID and ends_at < clock.stopped_at


def _reschedule(clock: Clock, course: Course, *, now: datetime) -> None:
    """Write down when it stood still, and what that makes of its instants."""
    schedule = course.schedule
    is_moved = (clock.at_risk_at, clock.due_at, clock.limit_at) != schedule
    has_paused = bool(course.stops or clock.paused_at)
    if has_paused:
        _write_pauses(clock, course.stops)
    clock.paused_at = course.paused_at
    terms = agreements.version(clock.agreement_version_id).terms
    if has_paused or is_moved:
        clock.escalates_at = climbing.next_step_at(clock, terms)
    if not is_moved:
        return
    tallies.mark_stale(DUE, [clock.due_on])
    clock.at_risk_at, clock.due_at, clock.limit_at = schedule
    clock.due_on = local_day(clock.due_at, terms.zone)
    if clock.warned_at and clock.at_risk_at > now:
        clock.warned_at = None
    if clock.outcome is Outcome.BREACHED and clock.due_at >= now and clock.stopped_at is None:
        _reopen(clock, course, now=now)
    tallies.mark_stale(DUE, [clock.due_on])
    db.session.flush()


def _write_pauses(clock: Clock, stops: Sequence[Stop]) -> None:
    written = [(each.paused_at, each.resumed_at, each.reason, each.actor_id) for each in clock.pauses]
    if written != [tuple(stop) for stop in stops]:
        db.session.execute(delete(Pause).where(Pause.clock_id == clock.id))
        db.session.add_all(
            Pause(clock_id=clock.id, paused_at=at, resumed_at=until, reason=reason[:200], actor_id=actor_id)
            for at, until, reason, actor_id in stops
        )
        db.session.flush()
        db.session.expire(clock, ["pauses"])


def _reopen(clock: Clock, course: Course, *, now: datetime) -> None:
    """Let a clock wait for its milestone again, because what had ended it was undone: as running, or as breached."""
    stays_breached = clock.outcome is Outcome.BREACHED and course.ending.outcome is not Outcome.VOID
    stays_breached = stays_breached and clock.due_at < now
    clock.outcome = Outcome.BREACHED if stays_breached else Outcome.RUNNING
    clock.stopped_at = clock.elapsed_seconds = clock.ended_by = None
    clock.restated_at = now
    tallies.mark_stale(DUE, [clock.due_on])
    journal.record_many([_line(EventName.CLOCK_REOPENED, clock, now)], now=now)
    db.session.flush()


def _end(clock: Clock, course: Course, *, at: datetime, now: datetime) -> None:
    """End it as of `at`: answered, or because nobody has to act any more. A breach happened at due_at all the same."""
    outcome = course.ending.outcome
    answered_after = _seconds_to_answer(clock, course)
    values: dict[str, Any] = {"outcome": outcome, "stopped_at": at, "ended_by": course.ended_by}
    if clock.stopped_at or (clock.outcome is Outcome.BREACHED and outcome is Outcome.MET):
        values["restated_at"] = now
    if outcome is Outcome.BREACHED:
        _breach([clock], now=now)
    is_open = (Clock.id == clock.id, Clock.is_open_at(at))
    end = update(Clock).where(*is_open).values(values | {"elapsed_seconds": answered_after})
    if db.session.scalar(end.returning(Clock.id)) is None:
        return
    tallies.mark_stale(DUE, [clock.due_on])
    if answered_after is not None:
        journal.record_many([_line(EventName.CLOCK_STOPPED, clock, at)], now=now)
    elif outcome is Outcome.VOID:
        journal.record_many([_line(EventName.CLOCK_VOIDED, clock, at)], now=now)


def _seconds_to_answer(clock: Clock, course: Course) -> int | None:
    terms = agreements.version(clock.agreement_version_id).terms
    clause = terms.clock(clock.clause_id)
    calendar = sla_clock.counting(clause, terms.calendar(clock.calendar_id or clause.calendar))
    return courses.seconds_to_answer(clause, calendar, clock.started_at, course)


def breach_overdue(*, now: datetime, limit: int = 500) -> int:
    """Mark up to `limit` overdue clocks breached as of their due instant, oldest first; how many.

    A clock that is being answered at this moment is left to whoever answers.
    """
    overdue = Clock.overdue(now).limit(limit).with_for_update(skip_locked=True)
    return _breach(db.session.scalars(overdue).all(), now=now)


def warn_at_risk(*, now: datetime, limit: int = 500) -> int:
    """Owe whoever has to act on each at-risk clock one warning, unless its ladder warns; how many clocks were seen."""
    query = Clock.at_risk(now).options(selectinload(Clock.pauses)).limit(limit)
    at_risk = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    is_unwarned = (Clock.id.in_([clock.id for clock in at_risk]), Clock.warned_at.is_(None))
    warn = update(Clock).where(*is_unwarned, Clock.outcome == Outcome.RUNNING).values(warned_at=now)
    claimed = set(db.session.scalars(warn.returning(Clock.id))) if at_risk else set()
    seen = [clock for clock in at_risk if clock.id in claimed]
    by_ladder = climbing.warn_of(seen, now=now)
    warned = [clock for clock in seen if clock.id not in by_ladder]
    if warned:
        blame = _Blame()
        owed = (_owed(EventName.CLOCK_WARNED, clock, blame.actors(clock)) for clock in warned)
        notices.owe_many(owed, now=now)
        journal.record_many((_line(EventName.CLOCK_WARNED, clock, clock.at_risk_at) for clock in warned), now=now)
    return len(seen)


def _breach(clocks: Sequence[Clock], *, now: datetime) -> int:
    """Mark clocks breached, each once; how many. A breach happened at due_at, whenever we noticed."""
    settled = _settle(clocks, Outcome.BREACHED)
    breached = [clock for clock in clocks if clock.id in settled]
    if breached:
        blame = _Blame()
        owed = (_owed(EventName.CLOCK_BREACHED, clock, blame.all(clock)) for clock in breached)
        notices.owe_many(owed, now=now)
        tallies.mark_stale(DUE, [clock.due_on for clock in breached])
        journal.record_many((_line(EventName.CLOCK_BREACHED, clock, clock.due_at) for clock in breached), now=now)
    return len(breached)


def _settle(clocks: Sequence[Clock], outcome: Outcome) -> set[int]:
    """Compare-and-set: only the first writer moves a clock out of running. The ids this one moved."""
    if not clocks:
        return set()
    is_running = (Clock.id.in_([clock.id for clock in clocks]), Clock.outcome == Outcome.RUNNING)
    settle = update(Clock).where(*is_running).values(outcome=outcome).returning(Clock.id)
    return set(db.session.scalars(settle))


class _Blame:
    """Whom to tell of a clock; asks once per version and side for a whole batch."""

    def __init__(self) -> None:
        self._terms: dict[int, Terms] = {}
        self._managers: dict[Department, Sequence[int]] = {}

    def all(self, clock: Clock) -> list[int]:
        """Of a breach: the owner, and the managers of the side that had promised."""
        return [*self._owner(clock), *self._managers_of(clock)]

    def actors(self, clock: Clock) -> Sequence[int]:
        """Of a risk: the owner, or while there is none the managers of the side that has promised."""
        return self._owner(clock) or self._managers_of(clock)

    def _owner(self, clock: Clock) -> list[int]:
        return [clock.owner_id] if clock.owner_id else []

    def _managers_of(self, clock: Clock) -> Sequence[int]:
        version_id = clock.agreement_version_id
        if version_id not in self._terms:
            self._terms[version_id] = agreements.version(version_id).terms
        side = self._terms[version_id].clock(clock.clause_id).side
        if side not in self._managers:
            self._managers[side] = notices.managers_of(side)
        return self._managers[side]


def _owed(kind: EventName, clock: Clock, recipients: Sequence[int]) -> Owed:
    return Owed(
        recipients,
        kind,
        dedupe_key=f"{kind}:{clock.id}",
        handoff_id=clock.handoff_id,
        lead_id=clock.lead_id,
        data={"clause": clock.clause_id, "due_at": clock.due_at.isoformat()},
    )


def _line(name: EventName, clock: Clock, occurred_at: datetime) -> JournalLine:
    data = {"clause": clock.clause_id, "handoff": clock.handoff_id}
    return JournalLine(name, "clock", clock.id, occurred_at, clock.lead_id, None, clock.agreement_version_id, data)
