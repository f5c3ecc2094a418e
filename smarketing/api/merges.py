"""Two records of one person made one lead, and two again."""

from datetime import datetime
from typing import Literal

from flask import Blueprint
from pydantic import Field

from smarketing.api.contract import PREFIX, Asks, Told, answers, in_one_piece
from smarketing.db import db
from smarketing.domain.roles import Permission
from smarketing.models.merges import Merge
from smarketing.services import merges, separations
from smarketing.web.access import actor, allows, now
from smarketing.web.merged import lead_or_404

bp = Blueprint("api_merges", __name__, url_prefix=PREFIX)

TAG = "Leads"


class NewMerge(Asks):
    """The lead to take in, and for each fact in which the two differ whose text stays: `this` unless it is said."""

    lead_id: int = Field(ge=1, lt=2**31)
    facts: dict[str, Literal["this", "other"]] = Field(default={}, max_length=200)


class MergeDocument(Told):
    """`absorbed_id` leads on to `lead_id` from now on; `ended_handoff_id` is null where none had to end."""

    id: int
    lead_id: int
    absorbed_id: int
    ended_handoff_id: int | None
    merged_at: datetime
    separated_at: datetime | None


@bp.post("/leads/<int:lead_id>/merges")
@allows(Permission.MERGE_LEADS)
@answers(MergeDocument, tag=TAG, json=NewMerge)
@in_one_piece
def create(lead_id: int, json: NewMerge) -> MergeDocument:
    """Take another record of the same person into a lead

    What hangs on the other goes along, and its address and id go on to find the lead. Asked again it is done once.
    """
    lead_or_404(lead_id)
    from_other = [name for name, whose in json.facts.items() if whose == "other"]
    return _document(merges.merge(lead_id, json.lead_id, from_other=from_other, actor=actor(), now=now()))


@bp.post("/merges/<int:merge_id>/separation")
@allows(Permission.MERGE_LEADS)
@answers(MergeDocument, tag=TAG)
@in_one_piece
def separate(merge_id: int) -> MergeDocument:
    """Make two leads of one again, as they were: for 30 days, unless something was built upon it"""
    db.get_or_404(Merge, merge_id)
    return _document(separations.separate(merge_id, actor=actor(), now=now()))


def _document(made: Merge) -> MergeDocument:
    db.session.flush()
    return MergeDocument(**{name: getattr(made, name) for name in MergeDocument.model_fields})
