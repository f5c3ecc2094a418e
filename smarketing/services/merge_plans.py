"""What a merge would make of two leads: their facts, where the one lead stands, what ends, and the score it gets."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from smarketing.db import among, db
from smarketing.domain import merges
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.errors import N_, InvalidInput, Missing
from smarketing.domain.facts import Value
from smarketing.domain.importing import MILESTONES, TEXT_LIMITS
from smarketing.domain.lifecycle import Milestones, Stage
from smarketing.domain.merges import KeyKind, Open, Side, Status
from smarketing.models.handoffs import IS_OPEN, Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.merges import Merge
from smarketing.services import agreements, qualification
from smarketing.services.subjects import Subject, subjects_of


class Plan(NamedTuple):
    """What a merge makes of two leads. `facts` are those of the one lead, custom ones as `custom.…`.

    `ended` is the hand-off that ends; `keys` are the address and the id that are kept beside its own.
    """

    lead: Lead
    other: Lead
    facts: Mapping[str, str]
    side: Side
    ended: Handoff | None
    keys: Sequence[tuple[KeyKind, str]]


class Foreseen(NamedTuple):
    """The score of the one lead, and whether the criteria would make it an MQL at once. None without an agreement."""

    points: int | None
    becomes_mql: bool


def plan(lead_id: int, other_id: int, *, from_other: Collection[str] = ()) -> Plan:
    """Raises what keeps them from being merged. `from_other` names the facts whose text the other one gives."""
    return of(known(lead_id), known(other_id), from_other)


def foresee(planned: Plan, *, now: datetime) -> Foreseen:
    """Writes nothing."""
    force = agreements.in_force()
    if force is None:
        return Foreseen(None, False)
    subject = _subject(planned)
    score = force.scorer.score(subject.facts(now=now))
    return Foreseen(score.points, bool(qualification.foresee([subject], force=force, now=now)))


def known(lead_id: int) -> Lead:
    lead = db.session.get(Lead, lead_id, populate_existing=True)
    if lead is None and db.session.scalar(Merge.in_place_of(lead_id)) is not None:
        raise Missing(N_("Lead %(id)s was merged into another one meanwhile."), id=lead_id)
    if lead is None:
        raise Missing(N_("This lead does not exist."))
    if lead.erased_at is not None:
        raise Missing(N_("What was known of this person was erased."))
    return lead


def of(lead: Lead, other: Lead, from_other: Collection[str]) -> Plan:
    if lead.id == other.id:
        raise InvalidInput("lead_id", N_("These are the same lead."))
    ended_id = merges.to_end([_open(each) for each in _open_handoffs(lead, other)])
    sides = _side(lead, ended_id), _side(other, ended_id)
    facts = merges.joined(facts_of(lead), facts_of(other), from_other=from_other)
    keys = [
        (kind, text)
        for kind in KeyKind
        for each in (lead, other)
        if (text := getattr(each, kind)) and text != facts.get(kind)
    ]
    ended = db.session.get(Handoff, ended_id) if ended_id else None
    return Plan(lead, other, facts, merges.union(*sides), ended, keys)


def facts_of(lead: Lead) -> dict[str, str]:
    """Its facts by name, the custom ones as `custom.…`; without the empty ones."""
    facts = {name: text for name in TEXT_LIMITS if (text := getattr(lead, name))}
    return facts | {CUSTOM_PREFIX + key: text for key, text in lead.custom.items() if text}


def _open_handoffs(*of: Lead) -> Sequence[Handoff]:
    is_open = (IS_OPEN, among(Handoff.lead_id, [lead.id for lead in of]))
    query = select(Handoff).where(*is_open).options(joinedload(Handoff.owner)).order_by(Handoff.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _open(handoff: Handoff) -> Open:
    is_answered = handoff.state is not HandoffState.OFFERED
    return Open(handoff.id, handoff.offered_at, is_answered, handoff.owner.name if handoff.owner else None)


def _side(lead: Lead, ended_id: int | None) -> Side:
    """A lead whose hand-off ends by the merge stands as an inquiry."""
    of_it = select(Handoff.id, Handoff.offered_at, Handoff.closed_at).where(Handoff.lead_id == lead.id)
    rows = db.session.execute(of_it.order_by(Handoff.offered_at, Handoff.id)).all()
    open_ids = {row.id for row in rows if row.closed_at is None}
    of_lead = (Handoff.lead_id == lead.id, Disposition.kind == DispositionKind.WON)
    won = select(func.sum(Disposition.amount_cents)).join(Handoff, Handoff.id == Disposition.handoff_id).where(*of_lead)
    won_cents = int(db.session.scalar(won) or 0)
    return Side(
        Stage.INQUIRY if ended_id in open_ids else lead.stage,
        Status(lead.status, lead.status_reason, lead.status_at) if lead.status and lead.status_at else None,
        lead.cycle,
        lead.is_held,
        lead.recycled_until,
        lead.owner_id,
        lead.persona_id,
        lead.arrived_at,
        lead.arrived_on,
        lead.mql_on,
        lead.recorded_at,
        lead.import_id,
        Milestones(*(getattr(lead, name) for name in MILESTONES)),
        None if lead.amount_cents is None else (lead.amount_cents - won_cents) or (0 if not won_cents else None),
        won_cents,
        (rows[-1].offered_at, rows[-1].id) if rows else None,
        bool(open_ids - {ended_id}),
    )


def _subject(planned: Plan) -> Subject:
    """As the one lead will be judged."""
    one, other = subjects_of(sorted((planned.lead.id, planned.other.id)))
    side = planned.side
    standing: dict[str, Value] = {"stage": side.stage, "cycle": side.cycle, "arrived_at": side.arrived_at}
    return Subject(
        planned.lead.id,
        {**standing, **side.milestones._asdict(), **planned.facts},
        sorted({*one.engagements, *other.engagements}),
        side.stage,
        side.cycle,
        side.is_held,
        side.recycled_until,
        side.owner_id,
        side.milestones.mql_at,
        recycled=[*one.recycled, *other.recycled],
    )
