"""Disputes under their filters, newest first, and those of one lead: precedents are found by their words."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from smarketing.db import among, db
from smarketing.domain.disputes import OPEN, DisputeKind, DisputeState, Ground
from smarketing.domain.importing import words_of
from smarketing.models.disputes import IS_UPHELD, Dispute
from smarketing.models.leads import Lead
from smarketing.reports.rollups import Scope

MOST_PRECEDENTS = 5


class Wanted(NamedTuple):
    """What is left out does not filter."""

    text: str = ""
    kind: DisputeKind | None = None
    is_open: bool | None = None


def found(wanted: Wanted) -> Select[Any]:
    """The ids, for a page of them."""
    query: Select[Any] = select(Dispute.id.label("id"))
    for word in words_of(wanted.text)[:8]:
        query = query.where(Dispute.search_text.contains(f" {word}"))
    if wanted.kind is not None:
        query = query.where(Dispute.kind == wanted.kind)
    if wanted.is_open is not None:
        is_open = Dispute.state.in_(OPEN)
        query = query.where(is_open if wanted.is_open else ~is_open)
    return query


def lines(ids: Sequence[int]) -> list[Dispute]:
    """These in this order, with what a list shows of them."""
    wanted = (joinedload(Dispute.lead), joinedload(Dispute.raised_by), selectinload(Dispute.votes))
    query = select(Dispute).where(among(Dispute.id, ids)).options(*wanted)
    known = {dispute.id: dispute for dispute in db.session.scalars(query)}
    return [known[each] for each in ids if each in known]


def precedents(kind: DisputeKind, ground: Ground, *, except_id: int) -> list[Dispute]:
    """The latest that were decided about the same thing on the same ground."""
    alike = (Dispute.kind == kind, Dispute.ground == ground, Dispute.id != except_id)
    decided = Dispute.state.in_((DisputeState.UPHELD, DisputeState.DISMISSED))
    newest = select(Dispute.id).where(*alike, decided).order_by(Dispute.id.desc()).limit(MOST_PRECEDENTS)
    return lines(db.session.scalars(newest).all())


def upheld(scope: Scope) -> dict[DisputeKind, int]:
    """How many upheld disputes corrected a figure of these days, by what they were about."""
    period = scope.period
    within = (IS_UPHELD, Dispute.figures_on >= period.starts_on, Dispute.figures_on < period.ends_on)
    query: Any = select(Dispute.kind, func.count()).where(*within)
    if scope.source is not None:
        query = query.join(Lead, Lead.id == Dispute.lead_id).where(func.coalesce(Lead.source, "") == scope.source)
    return dict(db.session.execute(query.group_by(Dispute.kind).order_by(Dispute.kind)).all())


def of_lead(lead_id: int) -> Sequence[Dispute]:
    return db.session.scalars(select(Dispute).where(Dispute.lead_id == lead_id).order_by(Dispute.id)).all()
