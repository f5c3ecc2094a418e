"""What must be true of the database after everything, whoever was killed meanwhile: nothing lost, no effect twice."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text

from smarketing.db import db, is_postgresql
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.event_names import EventName
from smarketing.domain.importing import ImportState
from smarketing.domain.letters import LetterState
from smarketing.domain.reach import TOPICS
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import IS_CLIMBING, Clock
from smarketing.models.escalations import IS_TO_TELL, Escalation, EscalationCall
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.imports import Import
from smarketing.models.leads import Lead
from smarketing.models.letters import Letter
from smarketing.models.notices import Notice
from smarketing.models.routing import LedgerLine
from smarketing.models.tallies import DUE, Cohort, DayTally, FunnelDay, StaleDay
from smarketing.models.touches import Touch
from smarketing.reports import clock_replay
from smarketing.services import agreements, climbing, notices, tallies
from tests.faults.callers import Deed

ANSWERS = {
    "acceptance": DispositionKind.ACCEPTED,
    "refusal": DispositionKind.REFUSED,
    "confirmation": DispositionKind.CONFIRMED,
    "win": DispositionKind.WON,
}


def faults(done: Sequence[Deed], imported: Iterable[str], mails: Iterable[str], *, now: datetime) -> list[str]:
    """What is not as it must be, in a sentence each.

    `imported` are the leads that files brought in, `mails` the Message-IDs of what the mail server took: one whose
    sender was killed comes again under the same.
    """
    checks: list[Callable[[], Iterator[str]]] = [
        lambda: _leads(done, imported),
        lambda: _answers(done),
        _handoffs,
        lambda: _clocks(now),
        lambda: _notices(now),
        lambda: _letters(mails),
        lambda: _timeboxes(now),
        lambda: _ladders(now),
        replayed,
        _rolled_up,
        _sound,
    ]
    return [fault for check in checks for fault in check()]


def of_clocks(*, now: datetime) -> list[str]:
    """Those of the clocks and what was told of them only."""
    return [*_clocks(now), *_notices(now), *replayed()]


def _same(what: str, found: Iterable[Any], expected: Iterable[Any]) -> Iterator[str]:
    lost = Counter(expected)
    lost.subtract(found)
    for each, count in lost.items():
        if count:
            yield f"{what}: {each} is {'missing' if count > 0 else 'too many'} {abs(count)} time(s)"


def _leads(done: Sequence[Deed], imported: Iterable[str]) -> Iterator[str]:
    brought = [*(deed.of for deed in done if deed.what == "lead"), *imported]
    yield from _same("leads", db.session.scalars(select(Lead.email)), brought)
    yield from _same("lines of arrivals", _told(EventName.LEAD_ARRIVED), db.session.scalars(select(Lead.id)))
    unfinished = select(Import.id).where(Import.state != ImportState.DONE)
    yield from _same("imports that have not ended", db.session.scalars(unfinished), [])
    ended = select(Import.id)
    yield from _same("lines of imports", _told(EventName.IMPORT_FINISHED), db.session.scalars(ended))


def _answers(done: Sequence[Deed]) -> Iterator[str]:
    given = [(deed.of, ANSWERS[deed.what], deed.by) for deed in done if deed.what in ANSWERS]
    stored = select(Disposition.handoff_id, Disposition.kind, Disposition.actor_id)
    yield from _same("answers", [tuple(row) for row in db.session.execute(stored)], given)
    for kind in ANSWERS.values():
        answered = select(Disposition.handoff_id).where(Disposition.kind == kind)
        yield from _same(f"lines of {kind}", _told(EventName(f"handoff.{kind}")), db.session.scalars(answered))
    logged = [deed.of for deed in done if deed.what == "touches"]
    yield from _same("touches", db.session.scalars(select(Touch.handoff_id)), logged)
    yield from _same("lines of touches", _told(EventName.TOUCH_LOGGED), db.session.scalars(select(Touch.id)))


def _handoffs() -> Iterator[str]:
    """Everybody here meets the criteria, so each lead was handed over once, in turn."""
    leads = list(db.session.scalars(select(Lead.id)))
    yield from _same("hand-offs of a lead", db.session.scalars(select(Handoff.lead_id)), leads)
    yield from _same("leads in the ledger", db.session.scalars(select(LedgerLine.lead_id)), leads)
    offered = db.session.scalars(select(Handoff.id))
    yield from _same("lines of hand-offs", _told(EventName.HANDOFF_OFFERED), offered)


def _clocks(now: datetime) -> Iterator[str]:
    ids = list(db.session.scalars(select(Clock.id)))
    yield from _same("lines of starts", _told(EventName.CLOCK_STARTED), ids)
    parts = db.session.execute(
        select(Clock.handoff_id, Clock.clause_id, func.count())
        .group_by(Clock.handoff_id, Clock.clause_id)
        .having(func.count() > 1)
    )
    yield from _same("clocks of a clause and hand-off", map(str, parts), [])
    overlooked = select(Clock.id).where(Clock.outcome == Outcome.RUNNING, Clock.due_at < now)
    yield from _same("breaches that nobody noticed", db.session.scalars(overlooked), [])
    for name, is_so in (
        (EventName.CLOCK_BREACHED, Clock.outcome == Outcome.BREACHED),
        (EventName.CLOCK_STOPPED, Clock.elapsed_seconds.is_not(None)),
    ):
        yield from _same(f"lines of {name}", _told(name), db.session.scalars(select(Clock.id).where(is_so)))
    yield from _same("lines of warnings", _told(EventName.CLOCK_WARNED), (clock.id for clock in _warned(now)))
    misdated = select(Event.id).join(Clock, Clock.id == Event.subject_id)
    misdated = misdated.where(Event.name == EventName.CLOCK_BREACHED, Event.occurred_at != Clock.due_at)
    yield from _same("breaches that were not dated when they were due", db.session.scalars(misdated), [])


def _warned(now: datetime) -> list[Clock]:
    """Those of which the owner was warned: seen to be at risk, and no ladder of theirs warns."""
    seen = db.session.scalars(select(Clock).where(Clock.warned_at.is_not(None))).all()
    by_ladder = climbing.warn_of(seen, now=now)
    return [clock for clock in seen if clock.id not in by_ladder]


def _notices(now: datetime) -> Iterator[str]:
    """Of a breach the owner and the managers were told, of a risk the owner; each once."""
    managers = notices.managers_of(Department.SALES)
    kinds = (EventName.CLOCK_BREACHED, EventName.CLOCK_WARNED)
    told = db.session.execute(select(Notice.kind, Notice.dedupe_key).where(Notice.kind.in_(kinds)))
    owed = []
    breached = select(Clock.id, Clock.owner_id).where(Clock.outcome == Outcome.BREACHED)
    for clock_id, owner_id in db.session.execute(breached):
        owed += [("clock.breached", f"clock.breached:{clock_id}:{each}") for each in (owner_id, *managers)]
    owed += [("clock.warned", f"clock.warned:{clock.id}:{clock.owner_id}") for clock in _warned(now)]
    yield from _same("notices", [tuple(row) for row in told], owed)


def _letters(mails: Iterable[str]) -> Iterator[str]:
    """Each notice that is wanted by e-mail went out in one, and nothing else did."""
    wanted = select(Notice.id).where(Notice.kind.in_([kind.value for kind in TOPICS]))
    yield from _same("letters", db.session.scalars(select(Letter.notice_id)), db.session.scalars(wanted))
    waiting = select(Letter.id).where(Letter.state != LetterState.SENT)
    yield from _same("letters that were not sent", db.session.scalars(waiting), [])
    yield from _same("e-mails", set(mails), set(db.session.scalars(select(Letter.message_id))))


def _ladders(now: datetime) -> Iterator[str]:
    """Each step was taken once, and whoever it calls was told once, or not at all when the clock had stopped."""
    overlooked = db.session.scalars(select(Clock.id).where(IS_CLIMBING, Clock.escalates_at <= now))
    yield from _same("steps that nobody took", overlooked, [])
    is_open = (Clock.stopped_at.is_(None), Clock.outcome != Outcome.VOID)
    for clock in db.session.scalars(select(Clock).where(*is_open)):
        next_at = climbing.next_step_at(clock, agreements.version(clock.agreement_version_id).terms)
        yield from _same(f"next step of clock {clock.id}", [clock.escalates_at], [next_at])
    yield from _same(
        "lines of steps", _told(EventName.CLOCK_ESCALATED), db.session.scalars(select(Escalation.clock_id))
    )
    called = select(EscalationCall.escalation_id, EscalationCall.recipient_id, EscalationCall.told_at)
    owed = []
    for step_id, recipient_id, told_at in db.session.execute(called):
        owed += [f"clock.escalated:{step_id}:{recipient_id}"] if told_at else []
    told = select(Notice.dedupe_key).where(Notice.kind == EventName.CLOCK_ESCALATED)
    yield from _same("notices of steps", db.session.scalars(told), owed)
    yield from _same("people to be told", db.session.scalars(select(EscalationCall.due_at).where(IS_TO_TELL)), [])


def _timeboxes(now: datetime) -> Iterator[str]:
    """Each ended once, and the managers and the owner were told."""
    overlooked = select(Handoff.id).where(Handoff.has_ended_timebox(now))
    yield from _same("time-boxes that nobody noticed", db.session.scalars(overlooked), [])
    ended = list(_told(EventName.TIMEBOX_ENDED))
    yield from _same("time-boxes", ended, set(ended))
    told = select(Notice.handoff_id, Notice.recipient_id).where(Notice.kind == EventName.TIMEBOX_ENDED)
    owners = dict(map(tuple, db.session.execute(select(Handoff.id, Handoff.owner_id))))
    managers = notices.managers_of(Department.SALES)
    owed = [(handoff_id, each) for handoff_id in ended for each in (owners[handoff_id], *managers)]
    yield from _same("notices of time-boxes", map(tuple, db.session.execute(told)), owed)


def replayed() -> Iterator[str]:
    """Where a clock is not what the journal tells."""
    for each in clock_replay.replay().differences:
        yield f"replay: clock {each.clock_id}: {each.field} is {each.stored}, replayed {each.replayed}"


def _rolled_up() -> Iterator[str]:
    """The roll-ups are what counting every day again makes of them."""
    yield from _same("marks of days to be counted", db.session.scalars(select(StaleDay.id)), [])
    before = _days()
    db.session.execute(delete(FunnelDay))
    db.session.execute(delete(DayTally))
    tallies.mark_stale(Cohort.ARRIVED, db.session.scalars(select(Lead.arrived_on)))
    tallies.mark_stale(Cohort.MQL, db.session.scalars(select(Lead.mql_on)))
    tallies.mark_stale(DUE, db.session.scalars(select(Clock.due_on)))
    while tallies.recount_stale():
        pass
    yield from _same("days", before, _days())
    db.session.rollback()


def _days() -> list[str]:
    tables = (FunnelDay.__table__, DayTally.__table__)
    return [str(row) for table in tables for row in db.session.execute(select(*table.columns))]


def _sound() -> Iterator[str]:
    if not is_postgresql():
        yield from _same("integrity", db.session.scalars(text("PRAGMA integrity_check")), ["ok"])


def _told(name: EventName) -> Iterable[Any]:
    return db.session.scalars(select(Event.subject_id).where(Event.name == name))
