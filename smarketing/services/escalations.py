"""Climb the agreed ladders: take the steps that are due, tell people of them in their own hours, give leads on.

Each step is taken once per clock: the database holds its key. Nobody is told, and nothing is done, once the clock has
stopped.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import joinedload, selectinload

from smarketing.db import bulk_insert, db, is_postgresql
from smarketing.domain import escalation
from smarketing.domain.escalation import Rung
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Facts
from smarketing.domain.roles import Department
from smarketing.domain.routing import Asking
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.domain.terms_escalation import Addressee
from smarketing.domain.verdicts import judge
from smarketing.models.clocks import Clock
from smarketing.models.escalations import IS_TO_DO, IS_TO_TELL, Escalation, EscalationCall
from smarketing.services import agreements, climbing, clock_starts, dealing, journal, locks, notices, reach, routing
from smarketing.services.journal import JournalLine
from smarketing.services.notices import Owed


class _Taken(NamedTuple):
    escalation_id: int
    clock: Clock
    rung: Rung


# steps


def take_due(*, now: datetime, limit: int = 500) -> int:
    """Take every step that is due on up to `limit` clocks, the oldest first; how many clocks."""
    query = Clock.escalating(now).options(selectinload(Clock.pauses)).limit(limit)
    clocks = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    if not clocks:
        return 0
    terms = {each.agreement_version_id: agreements.version(each.agreement_version_id).terms for each in clocks}
    before = climbing.taken([clock.id for clock in clocks])
    found: list[tuple[Clock, Rung]] = []
    for clock in clocks:
        rungs, done = climbing.rungs_of(clock, terms[clock.agreement_version_id]), before.get(clock.id, set())
        steps = list(escalation.due(rungs, done, now))
        clock.escalates_at = escalation.next_at(rungs, done | {rung.key for rung in steps})
        found += [(clock, rung) for rung in steps]
    facts = _facts([clock.lead_id for clock, rung in found if rung.ladder.when], now=now)
    taken = _write([(clock, rung, _applies(rung, facts.get(clock.lead_id))) for clock, rung in found], now=now)
    _call(taken, now=now)
    return len(clocks)


def _facts(lead_ids: Sequence[int], *, now: datetime) -> dict[int, Facts]:
    return dict(clock_starts.facts_of(lead_ids, now=now)) if lead_ids else {}


def _applies(rung: Rung, facts: Facts | None) -> bool:
    return rung.ladder.when is None or (facts is not None and judge(rung.ladder.when, facts).held)


def _write(steps: Sequence[tuple[Clock, Rung, bool]], *, now: datetime) -> list[_Taken]:
    """Those that were not taken by anybody before, and apply to the lead."""
    if not steps:
        return []
    rows = [
        {
            "clock_id": clock.id,
            "ladder_id": rung.ladder.id,
            "step": rung.number,
            "due_at": rung.at,
            "taken_at": now,
            "is_void": not applies,
            "is_urgent": rung.step.urgent,
            "act": rung.step.act if applies else None,
            "acted_at": now if applies and rung.step.act == "list" else None,
        }
        for clock, rung, applies in steps
    ]
    insert = (postgresql_insert if is_postgresql() else sqlite_insert)(Escalation)
    key = (Escalation.clock_id, Escalation.ladder_id, Escalation.step)
    once = insert.on_conflict_do_nothing(index_elements=[each.key for each in key]).returning(Escalation.id, *key)
    written = {(row.clock_id, row.ladder_id, row.step): row.id for row in db.session.execute(once, rows)}
    taken = [
        _Taken(written[clock.id, *rung.key], clock, rung)
        for clock, rung, applies in steps
        if applies and (clock.id, *rung.key) in written
    ]
    journal.record_many((_line(each) for each in taken), now=now)
    return taken


def _line(taken: _Taken) -> JournalLine:
    clock, rung = taken.clock, taken.rung
    data = {"clause": clock.clause_id, "handoff": clock.handoff_id, "ladder": rung.ladder.id, "step": rung.number}
    at, version_id = rung.at or clock.started_at, clock.agreement_version_id
    return JournalLine(EventName.CLOCK_ESCALATED, "clock", clock.id, at, clock.lead_id, None, version_id, data)


def _call(taken: Sequence[_Taken], *, now: datetime) -> None:
    """Write down whom each step tells, for when their hours begin."""
    people = _People()
    called = [
        (each, recipient_id)
        for each in taken
        for recipient_id in dict.fromkeys(people.of(each.clock, each.rung.step.tell))
    ]
    reaches = reach.of_people({recipient_id for _each, recipient_id in called})
    rows = [
        (each.escalation_id, recipient_id, now if each.rung.step.urgent else reaches[recipient_id].opens_at(now))
        for each, recipient_id in called
        if recipient_id in reaches
    ]
    bulk_insert(EscalationCall, ("escalation_id", "recipient_id", "due_at"), rows)


class _People:
    """Whom the words of a step mean; asks once per batch."""

    def __init__(self) -> None:
        self._known: dict[Addressee, Sequence[int]] = {}

    def of(self, clock: Clock, addressees: Sequence[Addressee]) -> list[int]:
        return [user_id for each in addressees for user_id in self._meant(clock, each)]

    def _meant(self, clock: Clock, addressee: Addressee) -> Sequence[int]:
        if addressee == "owner":
            return [clock.owner_id] if clock.owner_id else []
        if addressee not in self._known:
            self._known[addressee] = _members(addressee)
        return self._known[addressee]


def _members(addressee: Addressee) -> Sequence[int]:
    match addressee:
        case "sales_managers":
            return notices.managers_of(Department.SALES)
        case "marketing_managers":
            return notices.managers_of(Department.MARKETING)
        case "sales":
            return notices.everybody_of(Department.SALES)
        case "marketing":
            return notices.everybody_of(Department.MARKETING)
        case _:
            return notices.administrators()


# telling


def tell_due(*, now: datetime, limit: int = 500) -> int:
    """Tell up to `limit` people whose hours have begun, unless the clock has stopped meanwhile; how many."""
    waiting = select(EscalationCall).where(IS_TO_TELL, EscalationCall.due_at <= now)
    waiting = waiting.order_by(EscalationCall.due_at).limit(limit).with_for_update(skip_locked=True)
    calls = db.session.scalars(waiting).all()
    ids = {call.escalation_id for call in calls}
    query = select(Escalation).where(Escalation.id.in_(ids)).options(joinedload(Escalation.clock))
    steps = {step.id: step for step in db.session.scalars(query)}
    for call in calls:
        is_waiting = _waits(steps[call.escalation_id].clock)
        call.told_at, call.dropped_at = (now, None) if is_waiting else (None, now)
    told = [call for call in calls if call.told_at is not None]
    notices.owe_many((_owed(steps[call.escalation_id], call.recipient_id) for call in told), now=now)
    return len(calls)


def _waits(clock: Clock) -> bool:
    return clock.stopped_at is None and clock.outcome is not Outcome.VOID


def _owed(step: Escalation, recipient_id: int) -> Owed:
    clock = step.clock
    data = {"clause": clock.clause_id, "due_at": clock.due_at.isoformat(), "ladder": step.ladder_id, "step": step.step}
    return Owed(
        [recipient_id],
        EventName.CLOCK_ESCALATED,
        f"{EventName.CLOCK_ESCALATED}:{step.id}",
        clock.handoff_id,
        clock.lead_id,
        data,
        is_urgent=step.is_urgent,
    )


# acting


def act_due(*, now: datetime, limit: int = 20) -> int:
    """Give up to `limit` leads on to somebody else, whose clock still waits; how many steps were dealt with."""
    steps = db.session.scalars(select(Escalation).where(IS_TO_DO).order_by(Escalation.id).limit(limit)).all()
    for step in steps:
        handoff = locks.hold(step.clock.handoff_id)
        do = update(Escalation).where(Escalation.id == step.id, Escalation.acted_at.is_(None)).values(acted_at=now)
        if db.session.scalar(do.returning(Escalation.id)) is None:
            continue
        db.session.refresh(step.clock)
        if _waits(step.clock):
            terms = agreements.version(handoff.agreement_version_id).terms
            _give_on(handoff.id, handoff.lead_id, handoff.owner_id, terms, now=now)
    return len(steps)


def _give_on(handoff_id: int, lead_id: int, owner_id: int | None, terms: Terms, *, now: datetime) -> None:
    """To whom the agreed routes give it among the others; it stays where it is when they are away or full."""
    asking = Asking(lead_id, clock_starts.facts_of([lead_id], now=now)[lead_id])
    dealt = dealing.deal_to_another(asking, terms, than=owner_id, now=now)
    if dealt.user_id is not None:
        routing.reassign([handoff_id], owner_id=dealt.user_id, actor=None, now=now)
        dealing.write({lead_id: dealt}, now=now)
