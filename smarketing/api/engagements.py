"""What known leads did, as a site or a mailing system tells it: many at a time, in any order, safe to tell again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint
from pydantic import AwareDatetime, Field
from sqlalchemy import or_, select

from smarketing.api.arrivals import Taken, kind_of, past, taken
from smarketing.api.contract import MOST_AT_ONCE, PREFIX, Asks, answers, in_one_piece
from smarketing.db import among, db
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.importing import TEXT_LIMITS, Rejected, Row
from smarketing.domain.roles import Permission
from smarketing.models.leads import Lead
from smarketing.services import lead_keys
from smarketing.web.access import allows

bp = Blueprint("api_engagements", __name__, url_prefix=f"{PREFIX}/engagements")

Names = Mapping[str, str]


class KnownEngagement(Asks):
    """By a lead that is known by its id in the other system or by its e-mail."""

    external_id: str | None = Field(default=None, max_length=TEXT_LIMITS["external_id"])
    email: str | None = Field(default=None, max_length=TEXT_LIMITS["email"])
    kind: str = Field(min_length=1, max_length=60)
    occurred_at: AwareDatetime


class KnownEngagements(Asks):
    engagements: list[KnownEngagement] = Field(min_length=1, max_length=MOST_AT_ONCE)


@bp.post("")
@allows(Permission.IMPORT_LEADS)
@answers(Taken, tag="Engagements", json=KnownEngagements)
@in_one_piece
def take(json: KnownEngagements) -> Taken:
    """Tell what leads did: each is scored and judged again at once

    An engagement is known by its lead, its kind and its instant, so that telling it twice changes nothing.
    """
    known = _known(json.engagements)
    return taken([_row_of(place, told, known) for place, told in enumerate(json.engagements)])


def _row_of(place: int, told: KnownEngagement, known: frozenset[str]) -> Row | Rejected:
    try:
        return _row(place, told, known)
    except InvalidInput as fault:
        return Rejected(place, fault.field, fault.message, fault.params, ())


def _row(place: int, told: KnownEngagement, known: frozenset[str]) -> Row:
    names = {"external_id": told.external_id, "email": told.email and told.email.lower()}
    given = {field: name for field, name in names.items() if name and name in known}
    if not given:
        raise InvalidInput("", N_("No lead is known by this id or e-mail."))
    at: datetime | None = past("occurred_at", told.occurred_at)
    field = "external_id" if "external_id" in given else "email"
    return Row({field: given[field]}, engagements=[(kind_of("kind", told.kind), at)], number=place)


def _known(told: Sequence[KnownEngagement]) -> frozenset[str]:
    """The ids and e-mails among these that leads are known by."""
    ids = {each.external_id for each in told if each.external_id}
    emails = {each.email.lower() for each in told if each.email}
    found = select(Lead.external_id, Lead.email_key).where(
        or_(among(Lead.external_id, ids), among(Lead.email_key, emails))
    )
    names = {name for names in db.session.execute(found) for name in names if name}
    return frozenset(names | lead_keys.among_known(ids - names, emails - names))
