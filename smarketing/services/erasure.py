"""Erase what is known of a person. The lead stays as a number with its dates and answers: figures do not move."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, delete, exists, null, or_, select, update

from smarketing.db import among, db
from smarketing.domain import lifecycle
from smarketing.domain.erasing import ANONYMISED, ERASED, Ground
from smarketing.domain.errors import N_, Conflict, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Move
from smarketing.domain.merges import KeyKind
from smarketing.domain.periods import local_day, midnight, months_before
from smarketing.domain.terms_retention import RetentionClause
from smarketing.models.disputes import Dispute, Vote
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.imports import RejectedRow
from smarketing.models.leads import IS_KNOWN, Engagement, Lead
from smarketing.models.merges import LeadKey, Merge
from smarketing.models.people import User
from smarketing.models.remarks import Remark
from smarketing.models.touches import Touch
from smarketing.services import agreements, handoffs, journal, lead_keys, objections, statuses, tallies
from smarketing.services.journal import JournalLine

TYPED = (EventName.LEAD_QUALIFIED, EventName.LEAD_TAKEN_BACK, EventName.HANDOFF_PAUSED)
"""Lines of the journal that hold what somebody typed, which may name the person."""


def erase(lead_id: int, *, has_objected: bool, actor: User, now: datetime) -> None:
    """Because the person asked; with `has_objected` their address is kept out from now on. It cannot be undone.

    A hand-off that is still open ends. Raises Missing for no lead, Conflict for one that is erased already.
    """
    lead = db.session.get(Lead, lead_id, populate_existing=True, with_for_update={"key_share": True})
    if lead is None:
        raise Missing(N_("This lead does not exist."))
    if lead.erased_at is not None:
        raise Conflict(N_("What was known of this person is erased already."))
    addresses = _addresses(lead)
    for address in addresses if has_objected else ():
        objections.write(address, actor=actor, now=now)
    if handoff := handoffs.open_handoff(lead_id):
        handoffs.break_off(handoff, actor=actor, now=now)
    if lifecycle.is_allowed(lead.stage, Move.ERASE):
        lead.stage = lifecycle.after(lead.stage, Move.ERASE)
        statuses.follow(lead, actor=actor, now=now)
    db.session.flush()
    for address in addresses:
        _forget_rejected(address)
    tallies.mark_leads([lead_id])
    _blank([lead_id], ERASED, now=now)
    _record([lead_id], Ground.OBJECTION if has_objected else Ground.REQUEST, actor_id=actor.id, now=now)


def _addresses(lead: Lead) -> list[str]:
    """Its own, and those of the records that were merged into it."""
    further = [each.text for each in lead_keys.of_lead(lead.id) if each.kind is KeyKind.EMAIL]
    return [lead.email, *further] if lead.email else further


def erase_expired(*, now: datetime, limit: int = 500) -> int:
    """Erase up to `limit` leads kept for as long as was agreed since their last engagement; how many.

    Those with an open hand-off wait until it ends.
    """
    force = agreements.in_force()
    if force is None:
        return 0
    for clause in force.terms.retention:
        before = _kept_since(clause, force.terms.zone, now=now)
        lead_ids = db.session.scalars(_expired(clause, before).limit(limit)).all()
        if lead_ids:
            _blank(lead_ids, ERASED if clause.then == "erase" else ANONYMISED, now=now)
            _record(lead_ids, Ground.RETENTION, actor_id=None, now=now)
            return len(lead_ids)
    return 0


def _kept_since(clause: RetentionClause, zone: str, *, now: datetime) -> datetime:
    return midnight(months_before(local_day(now, zone), clause.keep_months), zone)


def _expired(clause: RetentionClause, before: datetime) -> Select[int]:
    has_engaged = exists().where(Engagement.lead_id == Lead.id, Engagement.occurred_at >= before)
    is_worked = exists().where(Handoff.lead_id == Lead.id, Handoff.closed_at.is_(None))
    expired = select(Lead.id).where(IS_KNOWN, Lead.arrived_at < before, ~has_engaged, ~is_worked)
    if clause.stages:
        expired = expired.where(Lead.stage.in_(clause.stages))
    return expired.order_by(Lead.arrived_at)


def _blank(lead_ids: Sequence[int], facts: Sequence[str], *, now: datetime) -> None:
    of_leads = among(Lead.id, lead_ids)
    blank: dict[str, Any] = dict.fromkeys((*facts, "email_key", "rescore_at", "recycled_until"))
    blank |= {"custom": {}, "search_text": "", "erased_at": now, "edition": Lead.edition + 1}
    _now(update(Lead).where(of_leads).values(blank))
    handed = select(Handoff.id).where(among(Handoff.lead_id, lead_ids))
    disputed = select(Dispute.id).where(among(Dispute.lead_id, lead_ids))
    _now(delete(Remark).where(among(Remark.lead_id, lead_ids)))
    _now(update(Touch).where(among(Touch.lead_id, lead_ids)).values(note="", message_id=None))
    _now(update(Disposition).where(Disposition.handoff_id.in_(handed)).values(note="", checklist=null()))
    _now(update(Vote).where(Vote.dispute_id.in_(disputed)).values(note=""))
    _now(update(Dispute).where(among(Dispute.lead_id, lead_ids)).values(note="", answer="", search_text=""))
    _now(delete(LeadKey).where(among(LeadKey.lead_id, lead_ids)))
    _now(update(Merge).where(among(Merge.lead_id, lead_ids)).values(before=null()))
    numbers = [*lead_ids, *db.session.scalars(Merge.absorbed_by(lead_ids))]
    typed = (among(Event.lead_id, numbers), Event.name.in_(TYPED), Event.actor_id.is_not(None))
    _now(update(Event).where(*typed).values(data=null()))
    db.session.expire_all()


def _now(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _forget_rejected(email: str) -> None:
    """Rows of files that were not taken hold what the file said of them."""
    columns = (cast(RejectedRow.cells, String), cast(RejectedRow.params, String))
    says_it = or_(*(column.icontains(email, autoescape=True) for column in columns))
    _now(delete(RejectedRow).where(says_it))


def _record(lead_ids: Sequence[int], ground: Ground, *, actor_id: int | None, now: datetime) -> None:
    lines = (
        JournalLine(EventName.LEAD_ERASED, "lead", lead_id, now, lead_id, actor_id, None, {"ground": ground.value})
        for lead_id in lead_ids
    )
    journal.record_many(lines, now=now)
