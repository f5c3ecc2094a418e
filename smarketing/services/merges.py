"""Make two records of one person one lead: say beforehand what will happen, then do it in one transaction.

The lead that stays takes over all that the other has; the other's number, address and id lead on to it.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import func, select, update

from smarketing.db import among, db
from smarketing.domain import merges
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.importing import TEXT_LIMITS
from smarketing.domain.merges import KeyKind
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.merges import Merge
from smarketing.models.people import User
from smarketing.services import (
    agreements,
    handoffs,
    journal,
    lead_keys,
    leads,
    merge_plans,
    merged_rows,
    qualification,
    statuses,
    tallies,
)
from smarketing.services.merge_plans import Plan, facts_of

STANDING = (
    "stage cycle is_held recycled_until owner_id persona_id arrived_at arrived_on mql_on recorded_at import_id"
    " amount_cents"
).split()


def merge(
    lead_id: int,
    other_id: int,
    *,
    from_other: Collection[str] = (),
    editions: Mapping[int, int] | None = None,
    actor: User,
    now: datetime,
) -> Merge:
    """Take the other lead into this one. Once: asked again it tells of the merge that was made.

    `editions` are those that were compared; raises Conflict when either lead has changed since.
    """
    if lead_id == other_id:
        raise InvalidInput("lead_id", N_("These are the same lead."))
    _lock(lead_id, other_id)
    if made := db.session.scalars(Merge.standing(lead_id).where(Merge.absorbed_id == other_id)).first():
        return made
    lead, other = merge_plans.known(lead_id), merge_plans.known(other_id)
    if editions and any(editions.get(each.id) != each.edition for each in (lead, other)):
        raise Conflict(N_("Somebody changed one of the two after you compared them. Compare them again."))
    planned = merge_plans.of(lead, other, from_other)
    tallies.mark_leads([lead_id, other_id])
    made = _write(planned, actor=actor, now=now)
    tallies.mark_leads([lead_id])
    _settle(lead_id, now=now)
    qualification.rescore([lead_id], now=now)
    made.last_event_id = db.session.scalar(select(func.max(Event.id)).where(Event.lead_id == lead_id))
    return made


def _settle(lead_id: int, *, now: datetime) -> None:
    """Where the stage has a status of its own, the lead is in one."""
    if force := agreements.standing():
        statuses.settle([lead_id], force=force, now=now)


def _lock(*lead_ids: int) -> None:
    """Both rows, the lower number first as everybody does."""
    held = select(Lead.id).where(among(Lead.id, lead_ids)).order_by(Lead.id).with_for_update()
    db.session.execute(held).all()


def _write(planned: Plan, *, actor: User, now: datetime) -> Merge:
    lead_id, other_id = planned.lead.id, planned.other.id
    made = _begin(planned, actor=actor, now=now)
    if planned.ended:
        handoffs.withdraw(planned.ended, actor=actor, now=now)
    dropped = merged_rows.drop_doubles(other_id, beside=lead_id)
    made.before = {**(made.before or {}), "dropped": dropped}
    made.moved = {"rows": merged_rows.move(other_id, to=lead_id), "cycles": _number_cycles(lead_id, planned.side.cycle)}
    db.session.flush()
    changed = merges.changed(facts_of(planned.lead), planned.facts)
    db.session.expunge(planned.other)
    merged_rows.remove(other_id)
    db.session.expire_all()
    for kind, text in planned.keys:
        lead_keys.remove(lead_id, kind, text)
        lead_keys.add(lead_id, kind, text, merge_id=made.id)
    for kind in KeyKind:
        lead_keys.remove(lead_id, kind, planned.facts.get(kind, ""))
    _stand(db.session.get_one(Lead, lead_id), planned)
    data = {"absorbed": other_id, "merge": made.id, "fields": changed}
    journal.record(
        EventName.LEAD_MERGED,
        "lead",
        lead_id,
        occurred_at=now,
        now=now,
        lead_id=lead_id,
        actor_id=actor.id,
        data=data,
    )
    return made


def _begin(planned: Plan, *, actor: User, now: datetime) -> Merge:
    lead_id, other_id = planned.lead.id, planned.other.id
    made = Merge(
        lead_id=lead_id,
        absorbed_id=other_id,
        before={"lead": merged_rows.snapshot(lead_id), "other": merged_rows.snapshot(other_id)},
        moved={},
        ended_handoff_id=planned.ended.id if planned.ended else None,
        mql_on=_day_with_one_less(planned.lead, planned.other),
        merged_at=now,
        merged_by_id=actor.id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _day_with_one_less(lead: Lead, other: Lead) -> date | None:
    """The day of the later MQL, where both were one."""
    days = sorted(each.mql_on for each in (lead, other) if each.mql_on)
    return days[1] if len(days) == 2 else None


def _number_cycles(lead_id: int, last: int) -> dict[str, int]:
    """Count the hand-offs of both as the cycles of one lead, in their order; the numbers that they had, by id."""
    of_lead = select(Handoff.id, Handoff.cycle).where(Handoff.lead_id == lead_id)
    rows = db.session.execute(of_lead.order_by(Handoff.offered_at, Handoff.id)).all()
    for cycle, (handoff_id, had) in enumerate(rows, last - len(rows) + 1):
        if cycle != had:
            renumber = update(Handoff).where(Handoff.id == handoff_id).values(cycle=cycle, edition=Handoff.edition + 1)
            db.session.execute(renumber.execution_options(synchronize_session=False))
    return {str(handoff_id): had for handoff_id, had in rows}


def _stand(lead: Lead, planned: Plan) -> None:
    side = planned.side
    lead.custom = {
        name.removeprefix(CUSTOM_PREFIX): text for name, text in planned.facts.items() if name.startswith(CUSTOM_PREFIX)
    }
    for name in STANDING:
        setattr(lead, name, getattr(side, name))
    status = side.status
    lead.status, lead.status_reason, lead.status_at = status or (None, None, None)
    for name, at in side.milestones._asdict().items():
        setattr(lead, name, at)
    leads.write_facts(lead, {name: planned.facts.get(name) for name in TEXT_LIMITS})
