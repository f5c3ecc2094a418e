"""Climb the agreed ladders: take the steps that are due, and do to leads what they say.

Each step is taken once per clock: the database holds its key. Nothing is done once the clock has stopped.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import selectinload

from smarketing.db import db, is_postgresql
from smarketing.domain import escalation
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.escalation import Rung
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Facts
from smarketing.domain.routing import Asking
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.escalations import IS_TO_DO, Escalation
from smarketing.models.handoffs import Handoff
from smarketing.services import agreements, calls, climbing, dealing, journal, locks, routing, silences, subjects, tasks
from smarketing.services.calls import People, Step
from smarketing.services.journal import JournalLine

AT_ONCE: Final = frozenset({"list", "task"})
"""Acts that are done as the step is taken; the others change the hand-off, one at a time."""


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
    applying = [(clock, rung, escalation.applies(rung.ladder, facts.get(clock.lead_id))) for clock, rung in found]
    taken = _write(applying, now=now)
    people = People(clocks, now=now)
    calls.call(taken, tasks.give(taken, people, now=now), people, now=now)
    return len(clocks)


def _facts(lead_ids: Sequence[int], *, now: datetime) -> dict[int, Facts]:
    return dict(subjects.facts_of(lead_ids, now=now)) if lead_ids else {}


def _write(steps: Sequence[tuple[Clock, Rung, bool]], *, now: datetime) -> list[Step]:
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
            "acted_at": now if applies and rung.step.act in AT_ONCE else None,
        }
        for clock, rung, applies in steps
    ]
    insert = (postgresql_insert if is_postgresql() else sqlite_insert)(Escalation)
    key = (Escalation.clock_id, Escalation.ladder_id, Escalation.step)
    once = insert.on_conflict_do_nothing(index_elements=[each.key for each in key]).returning(Escalation.id, *key)
    written = {(row.clock_id, row.ladder_id, row.step): row.id for row in db.session.execute(once, rows)}
    taken = [
        Step(written[clock.id, *rung.key], clock, rung)
        for clock, rung, applies in steps
        if applies and (clock.id, *rung.key) in written
    ]
    journal.record_many((_line(each) for each in taken), now=now)
    return taken


def _line(taken: Step) -> JournalLine:
    clock, rung = taken.clock, taken.rung
    data = {"clause": clock.clause_id, "handoff": clock.handoff_id, "ladder": rung.ladder.id, "step": rung.number}
    at, version_id = rung.at or clock.started_at, clock.agreement_version_id
    return JournalLine(EventName.CLOCK_ESCALATED, "clock", clock.id, at, clock.lead_id, None, version_id, data)


def act_due(*, now: datetime, limit: int = 20) -> int:
    """Give on or recycle up to `limit` leads whose clock still waits; how many steps were dealt with."""
    steps = db.session.scalars(select(Escalation).where(IS_TO_DO).order_by(Escalation.id).limit(limit)).all()
    for step in steps:
        handoff = locks.hold(step.clock.handoff_id)
        do = update(Escalation).where(Escalation.id == step.id, Escalation.acted_at.is_(None)).values(acted_at=now)
        if db.session.scalar(do.returning(Escalation.id)) is None:
            continue
        db.session.refresh(step.clock)
        if calls.waits(step.clock) and handoff.state in OPEN_STATES:
            _act(step, handoff, now=now)
    return len(steps)


def _act(step: Escalation, handoff: Handoff, *, now: datetime) -> None:
    terms = agreements.version(handoff.agreement_version_id).terms
    if step.act == "recycle":
        _recycle(step, handoff, terms)
    else:
        _give_on(handoff.id, handoff.lead_id, handoff.owner_id, terms, now=now)


def _recycle(step: Escalation, handoff: Handoff, terms: Terms) -> None:
    """As of the instant that was agreed, however late; a lead at a stage that the reason is not for stays."""
    reason = terms.ladder(step.ladder_id).steps[step.step].reason or ""
    if terms.recycles(reason, handoff.lead.stage):
        silences.send_back(handoff, reason, step.ladder_id, terms, at=step.due_at)


def _give_on(handoff_id: int, lead_id: int, owner_id: int | None, terms: Terms, *, now: datetime) -> None:
    """To whom the agreed routes give it among the others; it stays where it is when they are away or full."""
    asking = Asking(lead_id, subjects.facts_of([lead_id], now=now)[lead_id])
    dealt = dealing.deal_to_another(asking, terms, than=owner_id, now=now)
    if dealt.user_id is not None:
        routing.reassign([handoff_id], owner_id=dealt.user_id, actor=None, now=now)
        dealing.write({lead_id: dealt}, now=now)
