"""Leads that come in from other systems: many at a time, read as the rows of a file are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from flask import Blueprint
from pydantic import AwareDatetime, Field, StringConstraints

from smarketing.api.contract import MOST_AT_ONCE, PREFIX, Asks, Told, answers, in_one_piece
from smarketing.domain import lead_facts
from smarketing.domain.cells import engagement_kind
from smarketing.domain.errors import N_, DomainError, InvalidInput
from smarketing.domain.importing import CUSTOM_LIMIT, TEXT_LIMITS, Rejected, Row
from smarketing.domain.instants import FIRST_YEAR
from smarketing.domain.mapping import CUSTOM_KEY_PATTERN
from smarketing.domain.roles import Permission
from smarketing.reports import agreed
from smarketing.services import intake
from smarketing.web.access import actor, allows, now
from smarketing.web.words import sentence

bp = Blueprint("api_arrivals", __name__, url_prefix=f"{PREFIX}/leads")

Fact = str | None
CustomKey = Annotated[str, StringConstraints(pattern=f"^{CUSTOM_KEY_PATTERN}$")]
CustomText = Annotated[str, StringConstraints(max_length=CUSTOM_LIMIT)]


class Engagement(Asks):
    """Something the lead did; `kind` as the agreement writes it. Without an instant it happened as the lead arrived."""

    kind: str = Field(min_length=1, max_length=60)
    occurred_at: AwareDatetime | None = None


class NewLead(Asks):
    """What is known of one lead; it needs an e-mail or an id. What is left out stays as it is known."""

    external_id: Fact = None
    email: Fact = None
    first_name: Fact = None
    last_name: Fact = None
    phone: Fact = None
    company: Fact = None
    job_title: Fact = None
    country: Fact = None
    source: Fact = None
    campaign: Fact = None
    landing_page: Fact = None
    arrived_at: AwareDatetime | None = None
    custom: dict[CustomKey, CustomText] = Field(default={}, max_length=100)
    engagements: list[Engagement] = Field(default=[], max_length=200)


class NewLeads(Asks):
    leads: list[NewLead] = Field(min_length=1, max_length=MOST_AT_ONCE)


class RejectedLead(Told):
    """`place` counts from 0 in what was sent."""

    place: int
    field: str
    message: str


class Taken(Told):
    """What became of them; those rejected changed nothing."""

    new: int
    changed: int
    unchanged: int
    mqls: int
    rejected: list[RejectedLead]


@bp.post("")
@allows(Permission.IMPORT_LEADS)
@answers(Taken, tag="Leads", json=NewLeads)
@in_one_piece
def take(json: NewLeads) -> Taken:
    """Bring leads in, new or known: scored, judged and handed off at once

    The same lead twice changes nothing.
    """
    read = [row_of(place, lead) for place, lead in enumerate(json.leads)]
    return taken(read)


def row_of(place: int, lead: NewLead) -> Row | Rejected:
    """As a row of a file; what a cell could not hold is rejected with the field at fault."""
    try:
        return _row(place, lead)
    except InvalidInput as fault:
        return Rejected(place, fault.field, fault.message, fault.params, ())


def taken(read: Sequence[Row | Rejected]) -> Taken:
    rows = [row for row in read if isinstance(row, Row)]
    early = [row for row in read if isinstance(row, Rejected)]
    zone = agreed.zone_of(agreed.latest())
    outcome = intake.take(rows, now=now(), actor=actor(), zone=zone)
    rejected = sorted([*early, *outcome.rejected], key=lambda each: each.number)
    told = [RejectedLead(place=each.number, field=each.field, message=_sentence(each)) for each in rejected]
    return Taken(
        new=outcome.new, changed=outcome.changed, unchanged=outcome.unchanged, mqls=outcome.mqls, rejected=told
    )


def past(field: str, instant: datetime | None) -> datetime | None:
    """Raises InvalidInput for an instant that is still to come, or from before there were leads."""
    if instant is not None and instant.year < FIRST_YEAR:
        raise InvalidInput(field, N_("This moment lies before %(year)s."), year=FIRST_YEAR)
    if instant is not None and instant > now():
        raise InvalidInput(field, N_("This moment is still to come."))
    return instant


def kind_of(field: str, text: str) -> str:
    try:
        return engagement_kind(text)
    except DomainError as fault:
        raise InvalidInput(field, fault.message, **fault.params) from None


def _row(place: int, lead: NewLead) -> Row:
    typed = {name: text for name in TEXT_LIMITS if (text := getattr(lead, name))}
    facts = lead_facts.read(typed)
    if "email" not in facts and "external_id" not in facts:
        raise InvalidInput("", N_("A lead is known by its e-mail or its id, and this row has neither."))
    arrived_at = past("arrived_at", lead.arrived_at)
    engagements = [
        (kind_of("engagements", each.kind), past("engagements", each.occurred_at) or arrived_at)
        for each in lead.engagements
    ]
    custom = {key: text for key, text in lead.custom.items() if text}
    return Row(facts, custom, engagements, arrived_at=arrived_at, number=place)


def _sentence(rejected: Rejected) -> str:
    return sentence(rejected.message, rejected.params)
