"""Read leads as they were known over a past time: where they stood as it began, and what was learnt when."""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.criteria_fields import CUSTOM_PREFIX, INSTANT_FIELDS
from smarketing.domain.dispositions import DispositionKind, HandoffState, NextStep
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Recycling, Value
from smarketing.domain.lifecycle import Stage
from smarketing.domain.pasts import Act, Past, Span
from smarketing.domain.periods import midnight
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Engagement, Lead
from smarketing.services import agreements
from smarketing.services.subjects import LEAD_FIELDS, SENT_BACK

SOON = timedelta(days=2)
"""A lead that was heard of later than this after its arrival was brought in with its past."""
WRITING = (EventName.LEAD_UPDATED, EventName.LEAD_MERGED)
"""The lines that name the facts which were written."""
MILESTONES = sorted(INSTANT_FIELDS - {"arrived_at", "last_engaged_at"})
_LEAD_COLUMNS = [
    getattr(Lead, name)
    for name in (
        "id",
        "custom",
        "recorded_at",
        "is_held",
        "recycled_until",
        "stage",
        "status",
        "erased_at",
        "arrived_at",
        *MILESTONES,
        *LEAD_FIELDS,
    )
]


def pasts_of(lead_ids: Sequence[int], span: Span, *, zone: str) -> list[Past]:
    """In the order of their ids, without those that no criteria could have promoted within the span.

    Four queries for the whole batch: the leads, their engagements, their hand-offs, and what was written since.
    """
    leads = db.session.execute(select(*_LEAD_COLUMNS).where(among(Lead.id, lead_ids)).order_by(Lead.id)).all()
    acts, passes, written = _acts(leads, span), _passes(lead_ids), _written(lead_ids, span)
    nurturing = _nurturing([each for several in passes.values() for each in several])
    found = []
    for lead in leads:
        of_lead = passes.get(lead.id, [])
        earlier = [each for each in of_lead if each.mql_at < span.starts_at]
        is_back = bool(earlier) and _is_sent_to_nurture(earlier[-1], nurturing)
        free_at = _free_at(lead, of_lead, earlier, span, zone=zone) if is_back or not earlier else None
        if free_at is None or free_at >= span.ends_at:
            continue
        values = _values(lead, earlier, known_until=max(free_at, span.starts_at))
        back = [_recycling(each) for each in earlier if each.state in SENT_BACK]
        since = {name: at for name, at in written.get(lead.id, {}).items() if name in values}
        found.append(Past(lead.id, free_at, values, since, acts.get(lead.id, ()), back))
    return found


def _acts(leads: Sequence[Any], span: Span) -> dict[int, list[Act]]:
    """Each known from when it was recorded here; but of a lead brought in with its past, what had happened by then is
    known from when it happened."""
    by_id = {lead.id: lead for lead in leads}
    columns = Engagement.lead_id, Engagement.kind, Engagement.occurred_at, Engagement.recorded_at
    query = select(*columns).where(among(Engagement.lead_id, by_id), Engagement.occurred_at < span.ends_at)
    acts: dict[int, list[Act]] = {}
    for lead_id, kind, occurred_at, recorded_at in db.session.execute(query):
        lead = by_id[lead_id]
        is_past = occurred_at < lead.recorded_at and _has_past(lead)
        known_at = occurred_at if is_past else max(occurred_at, recorded_at)
        acts.setdefault(lead_id, []).append(Act(known_at, kind, occurred_at))
    for each in acts.values():
        each.sort()
    return acts


def _has_past(lead: Any) -> bool:
    return bool(lead.recorded_at - lead.arrived_at > SOON)


def _passes(lead_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Their hand-offs in order, without those that marketing took back, each with the reason of its refusal."""
    refusal = (Disposition.handoff_id == Handoff.id) & (Disposition.kind == DispositionKind.REFUSED)
    columns = (
        Handoff.lead_id,
        Handoff.state,
        Handoff.mql_at,
        Handoff.closed_at,
        Handoff.qualified_by_id,
        Handoff.agreement_version_id,
        Disposition.reason,
    )
    query = select(*columns).outerjoin(Disposition, refusal).order_by(Handoff.id)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        query.where(among(Handoff.lead_id, lead_ids), Handoff.state != HandoffState.WITHDRAWN)
    ):
        found.setdefault(row.lead_id, []).append(row)
    return found


def _written(lead_ids: Sequence[int], span: Span) -> dict[int, dict[str, datetime]]:
    query = select(Event.lead_id, Event.occurred_at, Event.data).where(
        among(Event.lead_id, lead_ids), Event.name.in_(WRITING), Event.occurred_at >= span.starts_at
    )
    found: dict[int, dict[str, datetime]] = {}
    for lead_id, at, data in db.session.execute(query.order_by(Event.id)):
        found.setdefault(lead_id or 0, {}).update(dict.fromkeys((data or {}).get("fields", ()), at))
    return found


def _free_at(lead: Any, passes: Sequence[Any], earlier: Sequence[Any], span: Span, *, zone: str) -> datetime | None:
    """From when on the criteria may promote it; None when they may not within the span."""
    if not earlier:
        was_stated = not passes and lead.mql_at is not None and lead.mql_at < span.starts_at
        is_put_aside = lead.stage is Stage.DISQUALIFIED and lead.erased_at is None
        is_held = (lead.is_held or is_put_aside) and not passes
        if was_stated or is_held:
            return None
        arrived_at: datetime = lead.arrived_at
        return arrived_at if _has_past(lead) else max(arrived_at, lead.recorded_at)
    back_at: datetime = earlier[-1].closed_at
    if earlier[-1] is passes[-1] and lead.recycled_until:
        return max(back_at, midnight(lead.recycled_until, zone))
    return back_at


def _nurturing(passes: Sequence[Any]) -> set[tuple[int, str]]:
    """The reasons of refusal, each with its version, that send a lead back to be nurtured."""
    versions = {each.agreement_version_id for each in passes if each.state == HandoffState.REFUSED}
    return {
        (version_id, reason.id)
        for version_id in versions
        for reason in agreements.version(version_id).terms.handoff.refusal_reasons
        if reason.next_step is NextStep.RECYCLE
    }


def _is_sent_to_nurture(handoff: Any, nurturing: Set[tuple[int, str]]) -> bool:
    if handoff.closed_at is None:
        return False
    if handoff.state == HandoffState.REFUSED:
        return (handoff.agreement_version_id, handoff.reason) in nurturing
    return bool(handoff.state == HandoffState.RECYCLED)


def _values(lead: Any, earlier: Sequence[Any], *, known_until: datetime) -> dict[str, Value]:
    values: dict[str, Value] = {name: getattr(lead, name) for name in ("arrived_at", *LEAD_FIELDS)}
    values |= {CUSTOM_PREFIX + key: text for key, text in lead.custom.items()}
    stage = Stage.RECYCLED if earlier else Stage.INQUIRY
    status = lead.status if lead.stage is stage else None
    values |= {"stage": stage, "status": status, "cycle": len(earlier)}
    for name in MILESTONES:
        at = getattr(lead, name)
        values[name] = at if at is not None and at < known_until else None
    return values


def _recycling(handoff: Any) -> Recycling:
    return Recycling(handoff.closed_at, handoff.mql_at, handoff.qualified_by_id is not None)
