"""Undo an answer that was given by mistake: the journal keeps both, the figures only what stands."""

from datetime import datetime, timedelta

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.dispositions import ANSWERS, STAGES, DispositionKind, HandoffState
from smarketing.domain.errors import N_, Conflict, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import Cohort
from smarketing.services import clocks, journal, lead_keys, locks, replays, statuses, tallies

UNDO_WITHIN = timedelta(minutes=10)

_MILESTONES = {
    DispositionKind.ACCEPTED: "sal_at",
    DispositionKind.CONFIRMED: "sql_at",
    DispositionKind.WON: "won_at",
    DispositionKind.LOST: "lost_at",
}


def undo(handoff_id: int, disposition_id: int, *, actor: User, now: datetime) -> Handoff:
    """Put a hand-off, its lead and its clocks back to where they stood before its latest answer."""
    handoff = locks.hold(handoff_id)
    undone = _latest(handoff, disposition_id)
    _check_may_undo(handoff, undone, actor=actor, now=now)
    _put_back(handoff, undone)
    statuses.put_back(handoff.lead, answered_at=undone.occurred_at, actor=actor, now=now)
    handoff.dispositions.remove(undone)
    db.session.delete(undone)
    handoff.lead.rescore_at = now
    tallies.mark_stale(Cohort.ARRIVED, [handoff.lead.arrived_on])
    tallies.mark_stale(Cohort.MQL, [handoff.lead.mql_on])
    journal.record(
        EventName.HANDOFF_ANSWER_UNDONE,
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data={"kind": undone.kind.value, "reason": undone.reason},
    )
    replays.replay(handoff, now=now)
    return handoff


def _latest(handoff: Handoff, disposition_id: int) -> Disposition:
    latest = handoff.dispositions[-1] if handoff.dispositions else None
    if latest is None or latest.id != disposition_id:
        raise Conflict(N_("This has been undone already, or something has happened since."))
    return latest


def _check_may_undo(handoff: Handoff, undone: Disposition, *, actor: User, now: datetime) -> None:
    if undone.actor is None:
        raise NotAllowed(N_("The agreement gave this answer because nobody had; it cannot be undone."))
    if undone.actor_id != actor.id:
        raise NotAllowed(N_("Only %(name)s can undo this answer."), name=undone.actor.name)
    if now - undone.occurred_at > UNDO_WITHIN:
        minutes = int(UNDO_WITHIN.total_seconds() // 60)
        raise Conflict(N_("An answer can be undone for %(minutes)s minutes; after that it stands."), minutes=minutes)
    has_moved = handoff.lead.stage != STAGES.get(handoff.state, handoff.lead.stage)
    if handoff.lead.cycle != handoff.cycle or has_moved or handoff.state is HandoffState.WITHDRAWN:
        raise Conflict(N_("The lead has moved on since, so the answer stands."))


def _put_back(handoff: Handoff, undone: Disposition) -> None:
    remaining = handoff.dispositions[:-1]
    handoff.state = ANSWERS[remaining[-1].kind][1] if remaining else HandoffState.OFFERED
    handoff.closed_at = None
    if not remaining:
        handoff.answered_at = None
        handoff.owner_id = handoff.lead.owner_id = _owner_given(handoff)
        clocks.hand_over([handoff.id], owner_id=handoff.owner_id)
    _put_lead_back(handoff.lead, undone)
    handoff.lead.stage = STAGES[handoff.state]


def _put_lead_back(lead: Lead, undone: Disposition) -> None:
    """A milestone falls only where this answer had set it."""
    milestone = _MILESTONES.get(undone.kind)
    if milestone and getattr(lead, milestone) == undone.occurred_at:
        setattr(lead, milestone, None)
    lead.is_held = False
    lead.recycled_until = None
    if undone.amount_cents is not None:
        lead.amount_cents = ((lead.amount_cents or 0) - undone.amount_cents) or None


def _owner_given(handoff: Handoff) -> int | None:
    """Whom it was given to last, by the journal: nobody where it was taken from the team's queue."""
    given = (EventName.HANDOFF_OFFERED.value, EventName.HANDOFF_REASSIGNED.value)
    of_handoff = (among(Event.lead_id, lead_keys.kin(handoff.lead_id)), Event.subject_id == handoff.id)
    is_given = (*of_handoff, Event.name.in_(given))
    data = db.session.scalar(select(Event.data).where(*is_given).order_by(Event.id.desc()).limit(1))
    return data["owner"] if data else handoff.owner_id
