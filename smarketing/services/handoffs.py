"""Take sales' answers to hand-offs, and tell the second of two people who was first."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from smarketing.db import db
from smarketing.domain import checklists, lifecycle
from smarketing.domain.dispositions import (
    ANSWERS,
    MOVE_AFTER_REFUSAL,
    OPEN_STATES,
    DispositionKind,
    HandoffState,
    NextStep,
    check_possible,
    is_possible,
    is_premature,
    noted,
)
from smarketing.domain.errors import N_, Conflict, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import RETURNED
from smarketing.domain.lifecycle import Move
from smarketing.domain.periods import local_day
from smarketing.domain.terms import Terms
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import User
from smarketing.models.tallies import Cohort
from smarketing.services import (
    agreements,
    clock_starts,
    clocks,
    dealing,
    demands,
    journal,
    locks,
    replays,
    statuses,
    tallies,
)
from smarketing.services.clock_starts import Started

JUST_NOW_SECONDS = 60


def accept(handoff_id: int, *, actor: User | None, clause_id: str | None = None, now: datetime) -> Handoff:
    """Sales takes the lead. From the team's queue, whoever accepts first becomes its owner.

    Here and below `actor` is None where nobody has answered, so that the time-box `clause_id` does.
    """
    handoff, at = _answer(handoff_id, DispositionKind.ACCEPTED, actor=actor, clause_id=clause_id, now=now)
    is_from_queue = handoff.owner_id is None
    if actor:
        handoff.owner_id = handoff.lead.owner_id = actor.id
    _move_lead(handoff, Move.ACCEPT, actor=actor, now=at)
    handoff.lead.sal_at = handoff.lead.sal_at or at
    _settle(handoff, EventName.HANDOFF_ACCEPTED, actor=actor, now=at)
    if is_from_queue:
        clocks.hand_over([handoff.id], owner_id=handoff.owner_id)
    return handoff


def refuse(
    handoff_id: int, *, reason: str, note: str, actor: User | None, clause_id: str | None = None, now: datetime
) -> Handoff:
    """Sales refuses the lead with an agreed reason, which says what happens to it next."""
    handoff = locks.hold(handoff_id)
    agreed = _terms(handoff).refusal_reason(reason)
    told = {"reason": reason, "note": noted(note), "clause_id": clause_id}
    _handoff, at = _answer(handoff_id, DispositionKind.REFUSED, **told, actor=actor, now=now)
    _move_lead(handoff, MOVE_AFTER_REFUSAL[agreed.next_step], reason=reason, actor=actor, now=at)
    handoff.lead.is_held = agreed.next_step is NextStep.RETURN
    handoff.closed_at = at
    _settle(handoff, EventName.HANDOFF_REFUSED, actor=actor, now=at, data={"reason": reason})
    return handoff


def confirm(handoff_id: int, *, checklist: dict[str, str], actor: User, now: datetime) -> Handoff:
    """Sales confirms the lead as an SQL; the agreed checklist must be answered with evidence."""
    handoff = locks.hold(handoff_id)
    evidence = checklists.evidence(_terms(handoff).sql, checklist)
    _handoff, at = _answer(handoff_id, DispositionKind.CONFIRMED, checklist=evidence, actor=actor, now=now)
    _move_lead(handoff, Move.CONFIRM, actor=actor, now=at)
    handoff.lead.sql_at = handoff.lead.sql_at or at
    _settle(handoff, EventName.HANDOFF_CONFIRMED, actor=actor, now=at)
    return handoff


def recycle(
    handoff_id: int,
    *,
    reason: str,
    until: date,
    note: str,
    actor: User | None,
    clause_id: str | None = None,
    now: datetime,
) -> Handoff:
    """Sales sends an accepted lead back to marketing to nurture until a day that is still to come."""
    handoff = locks.hold(handoff_id)
    terms = _terms(handoff)
    terms.recycle_reason(reason)
    checklists.check_until(until, today=local_day(now, terms.zone))
    told = {"reason": reason, "note": noted(note), "clause_id": clause_id}
    _handoff, at = _answer(handoff_id, DispositionKind.RECYCLED, **told, actor=actor, now=now)
    _move_lead(handoff, Move.RECYCLE, reason=reason, actor=actor, now=at)
    handoff.lead.recycled_until = until
    handoff.closed_at = at
    data = {"reason": reason, "until": until.isoformat()}
    _settle(handoff, EventName.HANDOFF_RECYCLED, actor=actor, now=at, data=data)
    return handoff


def win(handoff_id: int, *, amount_cents: int, actor: User, now: datetime) -> Handoff:
    handoff, at = _answer(handoff_id, DispositionKind.WON, amount_cents=amount_cents, actor=actor, now=now)
    _move_lead(handoff, Move.WIN, actor=actor, now=at)
    handoff.lead.won_at = handoff.lead.won_at or at
    handoff.lead.amount_cents = (handoff.lead.amount_cents or 0) + amount_cents
    handoff.closed_at = at
    _settle(handoff, EventName.HANDOFF_WON, actor=actor, now=at, data={"amount_cents": amount_cents})
    return handoff


def lose(handoff_id: int, *, reason: str, note: str, actor: User, now: datetime) -> Handoff:
    handoff = locks.hold(handoff_id)
    _terms(handoff).loss_reason(reason)
    _handoff, at = _answer(handoff_id, DispositionKind.LOST, reason=reason, note=noted(note), actor=actor, now=now)
    _move_lead(handoff, Move.LOSE, reason=reason, actor=actor, now=at)
    handoff.lead.lost_at = handoff.lead.lost_at or at
    handoff.closed_at = at
    _settle(handoff, EventName.HANDOFF_LOST, actor=actor, now=at, data={"reason": reason})
    return handoff


def withdraw(handoff: Handoff, *, actor: User, now: datetime) -> None:
    """Marketing takes an unanswered hand-off back; its clocks are void."""
    if not _move(handoff, frozenset({HandoffState.OFFERED}), HandoffState.WITHDRAWN):
        raise Conflict(N_("Sales has answered this hand-off already, so it cannot be taken back."))
    dealing.credit([(handoff.owner_id, handoff.lead_id)], why=EventName.HANDOFF_WITHDRAWN, now=now)
    _end(handoff, actor=actor, now=now)


def break_off(handoff: Handoff, *, actor: User, now: datetime) -> None:
    """End a hand-off at whatever step it is, because its lead is erased; clocks that still run are void."""
    if handoff.state is HandoffState.OFFERED:
        withdraw(handoff, actor=actor, now=now)
    elif _move(handoff, frozenset(OPEN_STATES), HandoffState.WITHDRAWN):
        _end(handoff, actor=actor, now=now)


def _end(handoff: Handoff, *, actor: User, now: datetime) -> None:
    handoff.closed_at = now
    replays.replay(handoff, now=now)
    _record(EventName.HANDOFF_WITHDRAWN, handoff, actor=actor, now=now)


def open_handoff(lead_id: int) -> Handoff | None:
    """The hand-off of this lead that is not closed yet."""
    is_open = (Handoff.lead_id == lead_id, Handoff.closed_at.is_(None))
    return db.session.scalars(select(Handoff).where(*is_open)).one_or_none()


def check_answerable(handoff: Handoff, kind: DispositionKind, *, actor: User, now: datetime) -> None:
    """Raises Conflict when it has been answered, naming who was quicker, and NotAllowed when it is somebody else's."""
    if not is_possible(handoff.state, kind):
        _refuse_answer(handoff, kind, actor=actor, now=now)
    if handoff.owner is not None and handoff.owner_id != actor.id:
        raise NotAllowed(N_("This lead was handed to %(name)s; only they can answer."), name=handoff.owner.name)


def _answer(
    handoff_id: int, kind: DispositionKind, *, actor: User | None, now: datetime, **answer: Any
) -> tuple[Handoff, datetime]:
    """Record one answer to a hand-off, and when it was given; exactly one of two simultaneous ones gets through."""
    handoff = locks.hold(handoff_id)
    now = locks.moment(handoff, now=now)
    states, state = ANSWERS[kind]
    if actor is None:
        is_moved = _move(handoff, states, state)
    else:
        check_answerable(handoff, kind, actor=actor, now=now)
        demands.check(handoff, kind, reason=answer.get("reason"), note=answer.get("note", ""), now=now)
        is_moved = _move(handoff, states, state, or_(Handoff.owner_id.is_(None), Handoff.owner_id == actor.id))
        if not is_moved:
            check_answerable(handoff, kind, actor=actor, now=now)
    if not is_moved:
        raise Conflict(N_("This hand-off has changed meanwhile."))
    if kind in (DispositionKind.ACCEPTED, DispositionKind.REFUSED):
        handoff.answered_at = now
    actor_id = actor.id if actor else None
    handoff.dispositions.append(Disposition(kind=kind, actor_id=actor_id, occurred_at=now, recorded_at=now, **answer))
    db.session.flush()
    return handoff, now


def _move(handoff: Handoff, states: frozenset[HandoffState], state: HandoffState, *conditions: Any) -> bool:
    """Compare-and-set: move the hand-off from one of `states`; whether this one moved it."""
    is_ready = (Handoff.id == handoff.id, Handoff.state.in_(states), *conditions)
    move = update(Handoff).where(*is_ready).values(state=state, edition=Handoff.edition + 1)
    moved = db.session.scalar(move.returning(Handoff.id).execution_options(synchronize_session=False))
    db.session.refresh(handoff)
    return moved is not None


def _refuse_answer(handoff: Handoff, kind: DispositionKind, *, actor: User, now: datetime) -> None:
    if is_premature(handoff.state, kind) or not handoff.dispositions:
        check_possible(handoff.state, kind)
    latest = handoff.dispositions[-1]
    seconds = max(0, int((now - latest.occurred_at).total_seconds()))
    if latest.actor is None:
        raise Conflict(
            N_("Nobody had answered in time, so the agreement did: it is “%(state)s”."), state=handoff.state.value
        )
    if latest.actor_id == actor.id:
        raise Conflict(N_("You have answered this already: it is “%(state)s”."), state=handoff.state.value)
    name, answered = latest.actor.name, latest.kind.value
    if seconds < JUST_NOW_SECONDS:
        message = N_("%(name)s was quicker: %(kind)s %(seconds)s s ago.")
        raise Conflict(message, name=name, kind=answered, seconds=seconds)
    message = N_("%(name)s was quicker: %(kind)s on %(at)s.")
    raise Conflict(message, name=name, kind=answered, at=latest.occurred_at)


def _move_lead(handoff: Handoff, move: Move, *, reason: str | None = None, actor: User | None, now: datetime) -> None:
    lead = handoff.lead
    lead.stage = lifecycle.after(lead.stage, move)
    if actor:
        statuses.answer(lead, reason=reason, actor=actor, now=now)
    else:
        statuses.follow(lead, reason=reason, actor=None, now=now)


def _settle(
    handoff: Handoff, name: EventName, *, actor: User | None, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """What every answer has in common: stop and start clocks, write the journal, mark roll-ups."""
    if handoff.closed_at:
        handoff.lead.rescore_at = now
    replays.replay(handoff, now=now)
    force = agreements.version(handoff.agreement_version_id)
    started = Started(handoff.id, handoff.lead_id, handoff.owner_id, now)
    clock_starts.start(name, [started], force=force, now=now)
    if name is EventName.HANDOFF_REFUSED and handoff.lead.is_held:
        returned = started._replace(owner_id=handoff.qualified_by_id)
        clock_starts.start(RETURNED, [returned], force=force, now=now)
    tallies.mark_stale(Cohort.ARRIVED, [handoff.lead.arrived_on])
    tallies.mark_stale(Cohort.MQL, [handoff.lead.mql_on])
    _record(name, handoff, actor=actor, now=now, data=data)


def _terms(handoff: Handoff) -> Terms:
    return agreements.version(handoff.agreement_version_id).terms


def _record(
    name: EventName, handoff: Handoff, *, actor: User | None, now: datetime, data: dict[str, Any] | None = None
) -> None:
    journal.record(
        name,
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id if actor else None,
        version_id=handoff.agreement_version_id,
        data=data,
    )
