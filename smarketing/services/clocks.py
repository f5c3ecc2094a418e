"""Start, stop and void clocks; notice what is overdue or at risk.

Contested outcomes move by compare-and-set: only the first writer takes a clock out of running.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update

from smarketing.db import among, bulk_insert, db, next_ids
from smarketing.domain import sla_clock
from smarketing.domain.calendars import compiled
from smarketing.domain.event_names import EventName
from smarketing.domain.pauses import Pause
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.tallies import DUE
from smarketing.services import agreements, journal, notices, tallies
from smarketing.services.journal import JournalLine
from smarketing.services.notices import Owed


class Started(NamedTuple):
    """A hand-off at which an event has just happened that may start clocks."""

    handoff_id: int
    lead_id: int
    owner_id: int | None
    at: datetime


_COLUMNS = (
    "id handoff_id lead_id agreement_version_id clause_id owner_id outcome started_at at_risk_at due_at due_on"
).split()


def start(name: EventName, subjects: Sequence[Started], *, force: agreements.Force, now: datetime) -> None:
    """Start the clocks of every clause that this event starts, on each hand-off."""
    terms = force.terms
    lines: list[JournalLine] = []
    for clause in terms.clocks:
        if clause.starts_on != name:
            continue
        calendar = compiled(terms.calendar(clause.calendar))
        ids = next_ids(Clock, len(subjects))
        rows = []
        schedules: dict[datetime, sla_clock.Schedule] = {}
        for clock_id, subject in zip(ids, subjects, strict=True):
            schedule = schedules.get(subject.at)
            if schedule is None:
                schedule = schedules[subject.at] = sla_clock.schedule(clause, calendar, subject.at)
            rows.append(
                (
                    clock_id,
                    subject.handoff_id,
                    subject.lead_id,
                    force.version_id,
                    clause.id,
                    subject.owner_id,
                    Outcome.RUNNING.value,
                    subject.at,
                    schedule.at_risk_at,
                    schedule.due_at,
                    local_day(schedule.due_at, terms.zone),
                )
            )
            data = {"clause": clause.id, "handoff": subject.handoff_id}
            lines.append(
                JournalLine(
                    EventName.CLOCK_STARTED,
                    "clock",
                    clock_id,
                    subject.at,
                    subject.lead_id,
                    None,
                    force.version_id,
                    data,
                )
            )
        bulk_insert(Clock, _COLUMNS, rows)
    journal.record_many(lines, now=now)


def stop(name: EventName, handoff_id: int, *, at: datetime, now: datetime) -> None:
    """Stop the clocks of a hand-off that this event stops: met in time, or else breached at due_at.

    What counts is when it happened, not when it was told: a clock that has been breached, or stopped later than
    `at`, is set right.
    """
    for clock in db.session.scalars(Clock.open_at(handoff_id, at)):
        if name.value in agreements.version(clock.agreement_version_id).terms.clock(clock.clause_id).stops_on:
            stop_clock(clock, at=at, now=now)


def hand_over(handoff_ids: Sequence[int], *, owner_id: int | None) -> None:
    """Somebody else has to act from now on; the whole team when None. The clocks go on as they are."""
    is_open = (among(Clock.handoff_id, handoff_ids), Clock.stopped_at.is_(None))
    db.session.execute(update(Clock).where(*is_open).values(owner_id=owner_id))


def void(handoff_id: int, *, now: datetime) -> None:
    """End the clocks of a hand-off that nobody has to answer any more.

    One that is not due yet counts for neither side; one that has run out is breached, swept or not.
    """
    unstopped = db.session.scalars(Clock.unstopped(handoff_id)).all()
    _breach([clock for clock in unstopped if clock.due_at < now], now=now)
    for clock in unstopped:
        void_clock(clock, at=now, now=now)


def void_clock(clock: Clock, *, at: datetime, now: datetime) -> None:
    """End one clock as of `at` without an answer; a running one does not count any more."""
    if _settle([clock], Outcome.VOID):
        tallies.mark_stale(DUE, [clock.due_on])
        journal.record_many([_line(EventName.CLOCK_VOIDED, clock, at)], now=now)
    clock.stopped_at = at


def reopen(clock: Clock, outcome: Outcome, *, now: datetime) -> None:
    """Let a clock wait for its milestone again, because what had ended it was undone: as running, or as breached."""
    clock.outcome, clock.stopped_at, clock.elapsed_seconds = outcome, None, None
    tallies.mark_stale(DUE, [clock.due_on])
    journal.record_many([_line(EventName.CLOCK_REOPENED, clock, now)], now=now)


def breach_overdue(*, now: datetime, limit: int = 500) -> int:
    """Mark up to `limit` overdue clocks breached as of their due instant, oldest first; how many.

    A clock that is being answered at this moment is left to whoever answers.
    """
    overdue = Clock.overdue(now).limit(limit).with_for_update(skip_locked=True)
    return _breach(db.session.scalars(overdue).all(), now=now)


def warn_at_risk(*, now: datetime, limit: int = 500) -> int:
    """Owe whoever has to act on each at-risk clock one warning; how many clocks."""
    at_risk = db.session.scalars(Clock.at_risk(now).limit(limit).with_for_update(skip_locked=True)).all()
    is_unwarned = (Clock.id.in_([clock.id for clock in at_risk]), Clock.warned_at.is_(None))
    warn = update(Clock).where(*is_unwarned, Clock.outcome == Outcome.RUNNING).values(warned_at=now)
    claimed = set(db.session.scalars(warn.returning(Clock.id))) if at_risk else set()
    warned = [clock for clock in at_risk if clock.id in claimed]
    if warned:
        blame = _Blame()
        owed = (_owed(EventName.CLOCK_WARNED, clock, blame.actors(clock)) for clock in warned)
        notices.owe_many(owed, now=now)
        journal.record_many((_line(EventName.CLOCK_WARNED, clock, clock.at_risk_at) for clock in warned), now=now)
    return len(warned)


def stop_clock(clock: Clock, *, at: datetime, now: datetime) -> None:
    """Stop one clock as of `at`, unless it had stopped before."""
    terms = agreements.version(clock.agreement_version_id).terms
    outcome = sla_clock.outcome(clock.due_at, at)
    if outcome is Outcome.BREACHED:
        _breach([clock], now=now)
    calendar = compiled(terms.calendar(terms.clock(clock.clause_id).calendar))
    elapsed = calendar.elapsed(clock.started_at, at, _pauses(clock))
    is_open = (Clock.id == clock.id, Clock.is_open_at(at))
    values = {"outcome": outcome, "stopped_at": at, "elapsed_seconds": int(elapsed.total_seconds())}
    stopped = db.session.scalar(update(Clock).where(*is_open).values(values).returning(Clock.id))
    if stopped is not None:
        tallies.mark_stale(DUE, [clock.due_on])
        journal.record_many([_line(EventName.CLOCK_STOPPED, clock, at)], now=now)


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


def _pauses(clock: Clock) -> tuple[Pause, ...]:
    return tuple(Pause(pause.paused_at, pause.resumed_at, pause.reason) for pause in clock.pauses)


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
