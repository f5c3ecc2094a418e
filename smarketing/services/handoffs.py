"""Offer leads to sales, take sales' answers, and tell the second of two people who was first."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from smarketing.db import bulk_insert, db, next_ids
from smarketing.domain import lifecycle, routing
from smarketing.domain.dispositions import (
    ANSWERS,
    MOVE_AFTER_REFUSAL,
    DispositionKind,
    HandoffState,
    NextStep,
    check_possible,
)
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Move
from smarketing.domain.roles import Role
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import Team, User
from smarketing.models.tallies import Cohort
from smarketing.services import agreements, clocks, journal, tallies
from smarketing.services.agreements import Force
from smarketing.services.clocks import Started
from smarketing.services.journal import JournalLine


class Offer(NamedTuple):
    """A lead that has just become an MQL, with what is frozen at that moment."""

    lead_id: int
    cycle: int
    owner_id: int | None
    score_id: int | None
    points: int | None
    persona_id: int | None
    qualified_by_id: int | None
    mql_at: datetime


_COLUMNS = (
    "id lead_id cycle agreement_version_id score_id points persona_id owner_id qualified_by_id state mql_at"
    " offered_at edition"
).split()


def deal_owners(count: int, *, force: Force) -> Sequence[int | None]:
    """Reserve the next `count` turns of the agreed team's round robin; None where nobody can take a lead."""
    can_take = (
        Team.key == force.terms.handoff.team,
        User.role == Role.SALES_REP,
        User.disabled_at.is_(None),
    )
    reps = select(User.id, User.turn).join(Team).where(*can_take).order_by(User.id).with_for_update(of=User)
    candidates = [routing.Candidate(*row) for row in db.session.execute(reps)] if count else []
    dealt = routing.deal(candidates, count)
    if not dealt:
        return [None] * count
    for user_id, turn in {assigned.user_id: assigned.turn for assigned in dealt}.items():
        db.session.execute(update(User).where(User.id == user_id).values(turn=turn))
    return [assigned.user_id for assigned in dealt]


def offer(offers: Sequence[Offer], *, force: Force, now: datetime) -> None:
    """Hand leads off to the owners dealt to them: a hand-off each, its journal line and its clocks."""
    ids = next_ids(Handoff, len(offers))
    version_id = force.version_id
    rows, lines, started = [], [], []
    for handoff_id, lead in zip(ids, offers, strict=True):
        rows.append(
            (
                handoff_id,
                lead.lead_id,
                lead.cycle,
                version_id,
                lead.score_id,
                lead.points,
                lead.persona_id,
                lead.owner_id,
                lead.qualified_by_id,
                HandoffState.OFFERED.value,
                lead.mql_at,
                now,
                1,
            )
        )
        data = {"owner": lead.owner_id, "points": lead.points, "cycle": lead.cycle}
        lines.append(
            JournalLine(EventName.HANDOFF_OFFERED, "handoff", handoff_id, now, lead.lead_id, None, version_id, data)
        )
        started.append(Started(handoff_id, lead.lead_id, lead.owner_id, now))
    bulk_insert(Handoff, _COLUMNS, rows)
    journal.record_many(lines, now=now)
    clocks.start(EventName.HANDOFF_OFFERED, started, force=force, now=now)


def accept(handoff_id: int, *, actor: User, now: datetime) -> Handoff:
    """Sales takes the lead. From the team's queue, whoever accepts first becomes its owner."""
    handoff = _answer(handoff_id, DispositionKind.ACCEPTED, actor=actor, now=now)
    if handoff.owner_id is None:
        handoff.owner_id = handoff.lead.owner_id = actor.id
    _move_lead(handoff, Move.ACCEPT)
    handoff.lead.sal_at = handoff.lead.sal_at or now
    _settle(handoff, EventName.HANDOFF_ACCEPTED, actor=actor, now=now)
    return handoff


def refuse(handoff_id: int, *, reason: str, note: str, actor: User, now: datetime) -> Handoff:
    """Sales refuses the lead with an agreed reason, which says what happens to it next."""
    agreed = agreements.version(_version_id(handoff_id)).terms.refusal_reason(reason)
    handoff = _answer(handoff_id, DispositionKind.REFUSED, reason=reason, note=note, actor=actor, now=now)
    _move_lead(handoff, MOVE_AFTER_REFUSAL[agreed.next_step])
    handoff.lead.is_held = agreed.next_step is NextStep.RETURN
    handoff.closed_at = now
    _settle(handoff, EventName.HANDOFF_REFUSED, actor=actor, now=now, data={"reason": reason})
    return handoff


def confirm(handoff_id: int, *, checklist: dict[str, str], actor: User, now: datetime) -> Handoff:
    """Sales confirms the lead as an SQL; the agreed checklist must be answered with evidence."""
    evidence = _checked(agreements.version(_version_id(handoff_id)), checklist)
    handoff = _answer(handoff_id, DispositionKind.CONFIRMED, checklist=evidence, actor=actor, now=now)
    _move_lead(handoff, Move.CONFIRM)
    handoff.lead.sql_at = handoff.lead.sql_at or now
    _settle(handoff, EventName.HANDOFF_CONFIRMED, actor=actor, now=now)
    return handoff


def recycle(handoff_id: int, *, reason: str, until: date, note: str, actor: User, now: datetime) -> Handoff:
    """Sales sends an accepted lead back to marketing to nurture until a day that is still to come."""
    agreements.version(_version_id(handoff_id)).terms.recycle_reason(reason)
    if until <= now.date():
        raise InvalidInput("until", N_("A lead is recycled until a day that is still to come."))
    handoff = _answer(handoff_id, DispositionKind.RECYCLED, reason=reason, note=note, actor=actor, now=now)
    _move_lead(handoff, Move.RECYCLE)
    handoff.lead.recycled_until = until
    handoff.closed_at = now
    data = {"reason": reason, "until": until.isoformat()}
    _settle(handoff, EventName.HANDOFF_RECYCLED, actor=actor, now=now, data=data)
    return handoff


def win(handoff_id: int, *, amount_cents: int, actor: User, now: datetime) -> Handoff:
    handoff = _answer(handoff_id, DispositionKind.WON, amount_cents=amount_cents, actor=actor, now=now)
    _move_lead(handoff, Move.WIN)
    handoff.lead.won_at = handoff.lead.won_at or now
    handoff.lead.amount_cents = (handoff.lead.amount_cents or 0) + amount_cents
    handoff.closed_at = now
    _settle(handoff, EventName.HANDOFF_WON, actor=actor, now=now, data={"amount_cents": amount_cents})
    return handoff


def lose(handoff_id: int, *, reason: str, note: str, actor: User, now: datetime) -> Handoff:
    agreements.version(_version_id(handoff_id)).terms.loss_reason(reason)
    handoff = _answer(handoff_id, DispositionKind.LOST, reason=reason, note=note, actor=actor, now=now)
    _move_lead(handoff, Move.LOSE)
    handoff.lead.lost_at = handoff.lead.lost_at or now
    handoff.closed_at = now
    _settle(handoff, EventName.HANDOFF_LOST, actor=actor, now=now, data={"reason": reason})
    return handoff


def withdraw(handoff: Handoff, *, actor: User, now: datetime) -> None:
    """Marketing takes an unanswered hand-off back; its clocks are void."""
    _compare_and_set(handoff, frozenset({HandoffState.OFFERED}), HandoffState.WITHDRAWN, now=now)
    handoff.closed_at = now
    clocks.void(handoff.id, now=now)
    _record(EventName.HANDOFF_WITHDRAWN, handoff, actor=actor, now=now)


def open_handoff(lead_id: int) -> Handoff | None:
    """The hand-off of this lead that is not closed yet."""
    is_open = (Handoff.lead_id == lead_id, Handoff.closed_at.is_(None))
    return db.session.scalars(select(Handoff).where(*is_open)).one_or_none()


def _answer(handoff_id: int, kind: DispositionKind, *, actor: User, now: datetime, **answer: Any) -> Handoff:
    """Record one answer to a hand-off; exactly one of two simultaneous answers gets through."""
    handoff = db.session.get(Handoff, handoff_id)
    if handoff is None:
        raise Missing(N_("This hand-off does not exist."))
    if handoff.owner_id not in (None, actor.id):
        raise NotAllowed(N_("This lead was handed to %(name)s; only they can answer."), name=_name(handoff.owner))
    states, state = ANSWERS[kind]
    _compare_and_set(handoff, states, state, kind=kind, now=now)
    if kind in (DispositionKind.ACCEPTED, DispositionKind.REFUSED):
        handoff.answered_at = now
    db.session.add(
        Disposition(handoff_id=handoff.id, kind=kind, actor_id=actor.id, occurred_at=now, recorded_at=now, **answer)
    )
    db.session.flush()
    return handoff


def _compare_and_set(
    handoff: Handoff,
    states: frozenset[HandoffState],
    state: HandoffState,
    *,
    now: datetime,
    kind: DispositionKind | None = None,
) -> None:
    """Move the hand-off from one of `states`. Raises Conflict naming who was quicker."""
    is_ready = (Handoff.id == handoff.id, Handoff.state.in_(states))
    move = update(Handoff).where(*is_ready).values(state=state, edition=Handoff.edition + 1)
    moved = db.session.scalar(move.returning(Handoff.id).execution_options(synchronize_session=False))
    db.session.refresh(handoff)
    if moved is not None:
        return
    if handoff.dispositions:
        latest = handoff.dispositions[-1]
        message = N_("%(name)s was quicker: %(kind)s %(seconds)s s ago.")
        seconds = max(0, int((now - latest.occurred_at).total_seconds()))
        raise Conflict(message, name=latest.actor.name, kind=latest.kind.value, seconds=seconds)
    if kind:
        check_possible(handoff.state, kind)
    raise Conflict(N_("This hand-off has already been answered."))


def _move_lead(handoff: Handoff, move: Move) -> None:
    handoff.lead.stage = lifecycle.after(handoff.lead.stage, move)


def _settle(
    handoff: Handoff, name: EventName, *, actor: User, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """What every answer has in common: stop and start clocks, write the journal, mark roll-ups."""
    clocks.stop(name, handoff.id, at=now, now=now)
    if handoff.closed_at:
        clocks.void(handoff.id, now=now)
    else:
        force = agreements.version(handoff.agreement_version_id)
        started = Started(handoff.id, handoff.lead_id, handoff.owner_id, now)
        clocks.start(name, [started], force=force, now=now)
    tallies.mark_stale(Cohort.ARRIVED, [handoff.lead.arrived_on])
    tallies.mark_stale(Cohort.MQL, [handoff.lead.mql_on])
    _record(name, handoff, actor=actor, now=now, data=data)


def _checked(force: Force, checklist: dict[str, str]) -> dict[str, str]:
    """The answered items. Raises InvalidInput naming the first item that is missing."""
    clause = force.terms.sql
    known = {item.id for item in clause.items}
    evidence = {key: text.strip() for key, text in checklist.items() if key in known and text.strip()}
    for item in clause.items:
        if item.is_required and item.id not in evidence:
            raise InvalidInput(item.id, N_("The checklist needs an answer to “%(item)s”."), item=item.title)
    if clause.at_least and len(evidence) < clause.at_least:
        message = N_("The checklist needs at least %(count)s answers; it has %(given)s.")
        raise InvalidInput("checklist", message, count=clause.at_least, given=len(evidence))
    return evidence


def _version_id(handoff_id: int) -> int:
    version_id = db.session.scalar(select(Handoff.agreement_version_id).where(Handoff.id == handoff_id))
    if version_id is None:
        raise Missing(N_("This hand-off does not exist."))
    return version_id


def _name(user: User | None) -> str:
    return user.name if user else ""


def _record(
    name: EventName, handoff: Handoff, *, actor: User, now: datetime, data: dict[str, Any] | None = None
) -> None:
    journal.record(
        name,
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data=data,
    )
