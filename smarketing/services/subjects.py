"""Read what criteria ask of leads: their facts, what they did, and what sales made of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.criteria_fields import CUSTOM_PREFIX, INSTANT_FIELDS, TEXT_FIELDS
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.facts import Engagement as Act
from smarketing.domain.facts import Facts, Recycling, Value
from smarketing.domain.lifecycle import Stage
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Engagement, Lead
from smarketing.models.personas import Persona

LEAD_FIELDS = tuple(sorted(TEXT_FIELDS - {"persona"}))
STANDING_FIELDS = ("stage", "status", "cycle", *sorted(INSTANT_FIELDS - {"last_engaged_at"}))
SCORED = ("points", "fit_points", "engagement_points", "grade", "persona")
SENT_BACK = (HandoffState.RECYCLED, HandoffState.REFUSED)


class Subject(NamedTuple):
    """A lead to judge. `values` hold what criteria may ask for: lead fields by name and `custom.…`.

    `has_history` is a lead that brings its own stage dates: it is scored, but neither promoted nor handed off.
    """

    lead_id: int
    values: Mapping[str, Value]
    engagements: Sequence[Act] = ()
    stage: Stage = Stage.INQUIRY
    cycle: int = 0
    is_held: bool = False
    recycled_until: date | None = None
    owner_id: int | None = None
    mql_at: datetime | None = None
    has_history: bool = False
    recycled: Sequence[Recycling] = ()

    def facts(self, *, now: datetime) -> Facts:
        return Facts(self.values, self.engagements, now, self.recycled)


_SUBJECT_COLUMNS = (
    Lead.id,
    Lead.custom,
    Lead.stage,
    Lead.cycle,
    Lead.is_held,
    Lead.recycled_until,
    Lead.owner_id,
    Lead.mql_at,
)


def subjects_of(lead_ids: Sequence[int]) -> list[Subject]:
    """Three queries for the whole batch: the leads, their engagements, and what sales sent back."""
    engagements: dict[int, list[Act]] = {}
    for lead_id, kind, occurred_at in db.session.execute(
        select(Engagement.lead_id, Engagement.kind, Engagement.occurred_at).where(among(Engagement.lead_id, lead_ids))
    ):
        engagements.setdefault(lead_id, []).append((kind, occurred_at))
    asked = (*STANDING_FIELDS, *LEAD_FIELDS)
    facts = (getattr(Lead, field) for field in asked)
    query = select(*_SUBJECT_COLUMNS, *facts).where(among(Lead.id, lead_ids)).order_by(Lead.id)
    rows = db.session.execute(query).all()
    recycled = _recycled([row.id for row in rows if row.cycle])
    found = []
    for lead_id, custom, *rest in rows:
        standing, known = rest[: -len(asked)], rest[-len(asked) :]
        values = dict(zip(asked, known, strict=True)) | _custom_values(custom)
        acts, back = engagements.get(lead_id, ()), recycled.get(lead_id, ())
        found.append(Subject(lead_id, values, acts, *standing)._replace(recycled=back))
    return found


def _recycled(lead_ids: Sequence[int]) -> dict[int, list[Recycling]]:
    if not lead_ids:
        return {}
    sent_back = (among(Handoff.lead_id, lead_ids), Handoff.state.in_(SENT_BACK), Handoff.closed_at.is_not(None))
    columns = Handoff.lead_id, Handoff.closed_at, Handoff.mql_at, Handoff.qualified_by_id
    recycled: dict[int, list[Recycling]] = {}
    for lead_id, closed_at, mql_at, marked_by in db.session.execute(select(*columns).where(*sent_back)):
        if closed_at is not None:
            recycled.setdefault(lead_id, []).append(Recycling(closed_at, mql_at, marked_by is not None))
    return recycled


def _custom_values(custom: Mapping[str, str]) -> dict[str, Value]:
    return {CUSTOM_PREFIX + key: text for key, text in custom.items()}


def facts_of(lead_ids: Sequence[int], *, now: datetime) -> Mapping[int, Facts]:
    """What criteria may ask of these leads, with the score and the persona they stand with."""
    scored = select(Lead.id, Lead.points, Lead.fit_points, Lead.engagement_points, Lead.grade, Persona.key)
    scored = scored.outerjoin(Persona, Persona.id == Lead.persona_id).where(among(Lead.id, lead_ids))
    score_of = {lead_id: dict(zip(SCORED, score, strict=True)) for lead_id, *score in db.session.execute(scored)}
    facts = {}
    for subject in subjects_of(lead_ids):
        facts[subject.lead_id] = once_scored(subject.facts(now=now), score_of[subject.lead_id])
    return facts


def once_scored(facts: Facts, score: Mapping[str, Value]) -> Facts:
    """With what a score adds to the facts it was made of; `score` holds the fields of SCORED."""
    count = sum(1 for _kind, occurred_at in facts.engagements if occurred_at <= facts.now)
    return facts._replace(values={**facts.values, **score, "engagement_count": count})
