"""Leads as they stand, with their scores and the reasons; marking one as an MQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import Field
from sqlalchemy import ColumnElement, select

from smarketing.api.contract import MOST_AT_ONCE, PREFIX, Asks, Told, answers, in_one_piece
from smarketing.db import among, db
from smarketing.domain.importing import TEXT_LIMITS
from smarketing.domain.lifecycle import Stage
from smarketing.domain.merges import KeyKind
from smarketing.domain.roles import Permission
from smarketing.models.leads import Lead, Score
from smarketing.models.merges import Merge
from smarketing.models.personas import Persona
from smarketing.services import lead_keys, qualification, statuses
from smarketing.web.access import actor, allows, now
from smarketing.web.merged import lead_or_404

bp = Blueprint("api_leads", __name__, url_prefix=f"{PREFIX}/leads")


class LeadDocument(Told):
    id: int
    external_id: str | None
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    company: str | None
    job_title: str | None
    country: str | None
    source: str | None
    campaign: str | None
    landing_page: str | None
    custom: dict[str, str]
    stage: Stage
    status: str | None
    status_reason: str | None
    status_at: datetime | None
    cycle: int
    persona: str | None
    points: int | None
    fit_points: int | None
    engagement_points: int | None
    owner_id: int | None
    arrived_at: datetime
    mql_at: datetime | None
    sal_at: datetime | None
    sql_at: datetime | None
    won_at: datetime | None
    lost_at: datetime | None
    amount_cents: int | None


class ScoredLead(LeadDocument):
    """With the latest score, under the version that made it, and why it is what it is.

    `merged_ids` are the numbers of other records of the person that were merged into it; `further_emails` and
    `further_external_ids` are what those were known by.
    """

    merged_ids: list[int]
    further_emails: list[str]
    further_external_ids: list[str]
    version_id: int | None
    scored_at: datetime | None
    is_mql: bool | None
    explanation: dict[str, Any]


class LeadPage(Told):
    """`next_after` is the place to go on from; null when this was the last page."""

    leads: list[LeadDocument]
    next_after: int | None


class LeadQuery(Asks):
    """In the order they came to be known here, from the one after `after` on."""

    after: int = Field(default=0, ge=0, lt=2**31)
    limit: int = Field(default=100, ge=1, le=MOST_AT_ONCE)
    stage: Stage | None = None
    status: str | None = Field(default=None, max_length=60)
    email: str | None = Field(default=None, max_length=TEXT_LIMITS["email"])
    external_id: str | None = Field(default=None, max_length=TEXT_LIMITS["external_id"])


class StatusChoice(Asks):
    """A status of the agreement by its id, with one of its reasons where it has some."""

    status: str = Field(min_length=1, max_length=60)
    reason: str | None = Field(default=None, max_length=60)


class Because(Asks):
    reason: str = Field(min_length=1)


@bp.get("")
@allows(Permission.SEE_LEADS)
@answers(LeadPage, tag="Leads", query=LeadQuery)
def index(query: LeadQuery) -> LeadPage:
    """Leads, oldest first"""
    found = select(Lead).where(Lead.id > query.after).order_by(Lead.id).limit(query.limit + 1)
    if query.stage:
        found = found.where(Lead.stage == query.stage)
    if query.status:
        found = found.where(Lead.status == query.status)
    if query.email is not None:
        found = found.where(_is_known_by(KeyKind.EMAIL, query.email.lower()))
    if query.external_id is not None:
        found = found.where(_is_known_by(KeyKind.EXTERNAL_ID, query.external_id))
    leads = db.session.scalars(found).all()
    shown = leads[: query.limit]
    names = _persona_keys(shown)
    documents = [LeadDocument(**_facts(lead, names)) for lead in shown]
    return LeadPage(leads=documents, next_after=shown[-1].id if len(leads) > len(shown) else None)


@bp.get("/<int:lead_id>")
@allows(Permission.SEE_LEADS)
@answers(ScoredLead, tag="Leads")
def show(lead_id: int) -> ScoredLead:
    """One lead, with its score and the reasons for it"""
    return _scored(lead_or_404(lead_id))


@bp.post("/<int:lead_id>/qualification")
@allows(Permission.QUALIFY_LEAD)
@answers(ScoredLead, tag="Leads", json=Because)
@in_one_piece
def qualify(lead_id: int, json: Because) -> ScoredLead:
    """Mark a lead as an MQL by hand, and hand it off"""
    lead_or_404(lead_id)
    qualification.mark(lead_id, reason=json.reason, actor=actor(), now=now())
    return _scored(lead_or_404(lead_id))


def _is_known_by(kind: KeyKind, key: str) -> ColumnElement[bool]:
    """By its own address or id, or by one that another record of the person had."""
    holder = lead_keys.holder(kind, key)
    if holder is not None:
        return Lead.id == holder
    return Lead.email_key == key if kind is KeyKind.EMAIL else Lead.external_id == key


@bp.post("/<int:lead_id>/status")
@allows(Permission.SEE_LEADS)
@answers(ScoredLead, tag="Leads", json=StatusChoice)
@in_one_piece
def choose_status(lead_id: int, json: StatusChoice) -> ScoredLead:
    """Put a lead in another status: who has it from sales, else marketing"""
    db.get_or_404(Lead, lead_id)
    lead = statuses.choose(lead_id, status=json.status, reason=json.reason, actor=actor(), now=now())
    return _scored(lead)


def _facts(lead: Lead, names: dict[int, str]) -> dict[str, Any]:
    facts = {name: getattr(lead, name) for name in LeadDocument.model_fields if name != "persona"}
    return facts | {"persona": names.get(lead.persona_id or 0)}


def _persona_keys(leads: Sequence[Lead]) -> dict[int, str]:
    ids = {lead.persona_id for lead in leads if lead.persona_id}
    found = select(Persona.id, Persona.key).where(among(Persona.id, ids))
    return {row.id: row.key for row in db.session.execute(found)}


def _scored(lead: Lead) -> ScoredLead:
    latest = select(Score).where(Score.lead_id == lead.id).order_by(Score.id.desc()).limit(1)
    score = db.session.scalars(latest).one_or_none()
    further = lead_keys.of_lead(lead.id)
    return ScoredLead(
        **_facts(lead, _persona_keys([lead])),
        merged_ids=list(db.session.scalars(Merge.absorbed_by([lead.id]).order_by(Merge.absorbed_id))),
        further_emails=[each.text for each in further if each.kind is KeyKind.EMAIL],
        further_external_ids=[each.text for each in further if each.kind is KeyKind.EXTERNAL_ID],
        version_id=score.agreement_version_id if score else None,
        scored_at=score.scored_at if score else None,
        is_mql=score.is_mql if score else None,
        explanation=score.explanation if score else {},
    )
