"""Two people after all: undo a merge, with everything back where it was; or let go of one address or id.

A merge can be undone for some time, unless something was built upon it. Letting go of an address always works: whoever
comes under it from then on is a lead of their own.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from smarketing.db import among, db
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.errors import N_, Conflict, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import UNDONE
from smarketing.domain.merges import HARMLESS, SEPARABLE_FOR, KeyKind
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.merges import LeadKey, Merge
from smarketing.models.people import User
from smarketing.services import (
    agreements,
    dealing,
    handoffs,
    journal,
    lead_keys,
    leads,
    merged_rows,
    qualification,
    replays,
    statuses,
    tallies,
)
from smarketing.services.journal import JournalLine


def separate(merge_id: int, *, actor: User, now: datetime) -> Merge:
    """Make two leads of one again, as they were. Raises Conflict where that cannot be any more, and says why."""
    made = _held(merge_id)
    check(made, now=now)
    lead_id, other_id, before = made.lead_id, made.absorbed_id, made.before or {}
    tallies.mark_leads([lead_id])
    _withdraw_promoted(made, actor=actor, now=now)
    _put_back(made, before)
    made.separated_at, made.separated_by_id = now, actor.id
    db.session.flush()
    db.session.expire_all()
    _record(made, actor=actor, now=now)
    if made.ended_handoff_id:
        _reopen(made.ended_handoff_id, actor=actor, now=now)
    _replay(lead_id, other_id, now=now)
    tallies.mark_leads([lead_id, other_id])
    if force := agreements.standing():
        statuses.settle([lead_id, other_id], force=force, now=now)
    qualification.rescore([lead_id, other_id], now=now)
    return made


def check(made: Merge, *, now: datetime) -> None:
    """Raises Conflict with the reason why this merge stands."""
    if made.separated_at is not None:
        raise Conflict(N_("These two have been separated already."))
    if made.before is None:
        raise Conflict(N_("What was known of this person was erased."))
    if now - made.merged_at > SEPARABLE_FOR:
        raise Conflict(N_("A merge can be undone for %(days)s days; after that it stands."), days=SEPARABLE_FOR.days)
    latest = db.session.scalars(Merge.standing(made.lead_id).limit(1)).one()
    if latest.id != made.id:
        raise Conflict(N_("Another record was merged in later. Undo that merge first."))
    _check_keys(made)
    since = (Event.lead_id == made.lead_id, Event.id > (made.last_event_id or 0), Event.name.not_in(HARMLESS))
    if db.session.scalar(select(Event.id).where(*since).limit(1)) is not None:
        raise Conflict(N_("This lead was worked on or changed after the merge, so the merge stands."))


def release(key_id: int, *, actor: User, now: datetime) -> int:
    """Let go of an address or id that is somebody else's; the lead that had it."""
    key = db.session.get(LeadKey, key_id)
    if key is None:
        raise Missing(N_("This address or id does not belong to the lead any more."))
    lead = db.session.get_one(Lead, key.lead_id, populate_existing=True, with_for_update={"key_share": True})
    db.session.delete(key)
    db.session.flush()
    leads.write_facts(lead, {})
    data = {"fields": [key.kind.value]}
    journal.record(
        EventName.LEAD_UPDATED,
        "lead",
        lead.id,
        occurred_at=now,
        now=now,
        lead_id=lead.id,
        actor_id=actor.id,
        data=data,
    )
    return lead.id


def _held(merge_id: int) -> Merge:
    known = db.session.get(Merge, merge_id)
    if known is None:
        raise Missing(N_("This merge does not exist."))
    db.session.get(Lead, known.lead_id, populate_existing=True, with_for_update={"key_share": True})
    return db.session.get_one(Merge, merge_id, populate_existing=True)


def _check_keys(made: Merge) -> None:
    """The other lead gets its own address and id back, unless they were let go of meanwhile."""
    row = (made.before or {})["other"]
    kept = {(each.kind, each.key) for each in lead_keys.of_lead(made.lead_id)}
    lead = db.session.get_one(Lead, made.lead_id)
    kept |= {(kind, lead_keys.key_of(kind, text)) for kind in KeyKind if (text := getattr(lead, kind))}
    for kind in KeyKind:
        if (text := row[kind]) and (kind, lead_keys.key_of(kind, text)) not in kept:
            raise Conflict(N_("“%(text)s” does not belong to this lead any more, so the merge stands."), text=text)


def _withdraw_promoted(made: Merge, *, actor: User, now: datetime) -> None:
    """The merge itself may have made an MQL of the lead, whose hand-off nobody has answered yet."""
    known = [int(handoff_id) for handoff_id in made.moved["cycles"]]
    of_lead = (Handoff.lead_id == made.lead_id, Handoff.closed_at.is_(None), ~among(Handoff.id, known))
    for handoff in db.session.scalars(select(Handoff).where(*of_lead)).all():
        handoffs.withdraw(handoff, actor=actor, now=now)


def _put_back(made: Merge, before: dict[str, Any]) -> None:
    db.session.execute(delete(LeadKey).where(LeadKey.merge_id == made.id))
    merged_rows.restore(before["lead"], is_new=False)
    merged_rows.restore(before["other"], is_new=True)
    merged_rows.move_back(made.moved["rows"], made.lead_id, to=made.absorbed_id)
    merged_rows.put_back(before.get("dropped", {}))
    for handoff_id, cycle in made.moved["cycles"].items():
        renumber = update(Handoff).where(Handoff.id == int(handoff_id)).values(cycle=cycle, edition=Handoff.edition + 1)
        db.session.execute(renumber.execution_options(synchronize_session=False))


def _reopen(handoff_id: int, *, actor: User, now: datetime) -> None:
    """The hand-off that had ended because of the merge waits for an answer again."""
    handoff = db.session.get_one(Handoff, handoff_id, populate_existing=True)
    handoff.state, handoff.closed_at = HandoffState.OFFERED, None
    db.session.flush()
    if handoff.owner_id is not None:
        dealing.give_again(handoff.owner_id, handoff.lead_id, why=UNDONE, now=now)
    journal.record(
        EventName(UNDONE),
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data={"kind": HandoffState.WITHDRAWN.value},
    )


def _replay(*lead_ids: int, now: datetime) -> None:
    """What the other record did counts for it alone again."""
    of_leads = select(Handoff).where(among(Handoff.lead_id, lead_ids)).order_by(Handoff.id)
    for handoff in db.session.scalars(of_leads).all():
        replays.replay(handoff, now=now)


def _record(made: Merge, *, actor: User, now: datetime) -> None:
    told = {made.lead_id: {"absorbed": made.absorbed_id}, made.absorbed_id: {"from": made.lead_id}}
    lines = [
        JournalLine(EventName.LEAD_SEPARATED, "lead", lead_id, now, lead_id, actor.id, None, data | {"merge": made.id})
        for lead_id, data in told.items()
    ]
    journal.record_many(lines, now=now)
