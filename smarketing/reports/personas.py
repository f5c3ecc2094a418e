"""Each persona as it turned out: who came, what became of their hand-offs, and what sales says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.terms_scoring import PersonaClause
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import IS_KNOWN, Lead
from smarketing.models.personas import Persona
from smarketing.reports import agreed, cases
from smarketing.reports.cases import By, Of, Span, Wanted

COUNTED = (Of.OFFERED, Of.ANSWERED, Of.ACCEPTED, Of.REFUSED, Of.SQL, Of.WON)
NOTES, LEADS = 5, 8


class Standing(NamedTuple):
    """`arrived` are leads of the persona that came within the span; `counts` are hand-offs offered within it."""

    arrived: int
    counts: Mapping[Of, int]

    @property
    def acceptance(self) -> Share:
        return Share(self.counts[Of.ACCEPTED], self.counts[Of.ANSWERED])

    @property
    def conversion(self) -> Share:
        return Share(self.counts[Of.SQL], self.counts[Of.OFFERED])

    @property
    def winning(self) -> Share:
        return Share(self.counts[Of.WON], self.counts[Of.OFFERED])


class Reason(NamedTuple):
    """`title` is None for a reason that no version knows, or for none."""

    id: str
    title: Words | None
    refusals: int


class Note(NamedTuple):
    """What a rep wrote as they refused a lead."""

    lead: Lead
    text: str
    reason: Words | None
    at: datetime


def rows() -> Sequence[Persona]:
    """All that ever were, in the order they came up."""
    return db.session.scalars(select(Persona).order_by(Persona.id)).all()


def row_of(key: str) -> Persona | None:
    return db.session.scalars(select(Persona).where(Persona.key == key)).one_or_none()


def clause_of(persona: Persona) -> PersonaClause | None:
    """As the latest version that describes it says."""
    clauses = agreed.terms_of(persona.agreement_version_id).personas
    return next((clause for clause in clauses if clause.id == persona.key), None)


def standings(span: Span, *, now: datetime) -> dict[str, Standing]:
    """By key."""
    key = func.coalesce(Persona.key, "")
    query: Any = select(key, func.count()).select_from(Lead).outerjoin(Persona, Persona.id == Lead.persona_id)
    query = query.where(IS_KNOWN, span.holds(Lead.arrived_at)).group_by(key)
    arrived = dict(db.session.execute(query).all())
    counted = cases.counted_by(By.PERSONA, span, Wanted(), COUNTED, now=now)
    none = dict.fromkeys(COUNTED, 0)
    return {each: Standing(arrived.get(each, 0), counted.get(each, none)) for each in {*arrived, *counted}}


def standing(key: str, span: Span, *, now: datetime) -> Standing:
    return standings(span, now=now).get(key) or Standing(0, dict.fromkeys(COUNTED, 0))


def reasons(key: str, span: Span) -> list[Reason]:
    """Why sales refused those offered within the span, the most frequent reason first."""
    titles = agreed.refusal_reasons()
    counted = cases.refusals(span, Wanted(persona=key), By.PERSONA)
    found = [Reason(reason, titles.get(reason), count) for (reason, _key), count in counted.items()]
    return sorted(found, key=lambda each: (-each.refusals, each.id))


def notes(persona: Persona) -> list[Note]:
    """What sales last wrote of leads of this persona that it refused."""
    titles = agreed.refusal_reasons()
    refused = (Disposition.kind == DispositionKind.REFUSED, Disposition.note != "", Lead.erased_at.is_(None))
    query = select(Lead, Disposition.note, Disposition.reason, Disposition.occurred_at)
    query = query.join(Handoff, Handoff.lead_id == Lead.id).join(Disposition, Disposition.handoff_id == Handoff.id)
    of_persona = (Handoff.persona_id == persona.id, Handoff.state == HandoffState.REFUSED)
    query = query.where(*refused, *of_persona).order_by(Disposition.occurred_at.desc(), Disposition.id.desc())
    rows = db.session.execute(query.limit(NOTES))
    return [Note(lead, text, titles.get(reason or ""), at) for lead, text, reason, at in rows]


def newest(persona: Persona) -> Sequence[Lead]:
    of_persona = (Lead.persona_id == persona.id, Lead.erased_at.is_(None))
    return db.session.scalars(select(Lead).where(*of_persona).order_by(Lead.arrived_at.desc()).limit(LEADS)).all()
