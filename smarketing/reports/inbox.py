"""What waits for marketing: inquiries near the threshold, leads held back that meet the criteria, refusals."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from smarketing.db import among, db
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState
from smarketing.domain.lifecycle import Move, Stage, is_allowed
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import IS_UNANSWERED_REFUSAL, Disposition, Handoff
from smarketing.models.leads import IS_HELD, Lead, Score
from smarketing.reports import lead_search

LOOKED_AT = 20_000
"""Among so many of the newest inquiries the near ones are looked for, so that the time does not grow with all."""
AnySelect = Select[*tuple[Any, ...]]
_Any = aliased(Score)


class Wanted(NamedTuple):
    """Empty or None does not filter."""

    text: str = ""
    source: str | None = None


def near(points: int, wanted: Wanted) -> AnySelect:
    """Inquiries with at least so many points, by id; those held back are not among them."""
    newest = select(Lead.id.label("id")).where(Lead.stage == Stage.INQUIRY).order_by(Lead.id.desc()).limit(LOOKED_AT)
    query = select(Lead.id.label("id"), Lead.is_held.label("was_held"), Lead.id.label("lead_id"))
    is_near = (Lead.id.in_(newest.scalar_subquery()), Lead.points >= points, Lead.is_held.is_(False))
    return _filtered(query.where(*is_near), wanted)


def held(wanted: Wanted) -> AnySelect:
    """Taken back or returned, though the criteria hold: only a marketer brings them forward."""
    latest = select(func.max(_Any.id)).where(_Any.lead_id == Lead.id).correlate(Lead).scalar_subquery()
    meets = select(Score.id).where(Score.id == latest, Score.is_mql).exists()
    closed = [stage for stage in Stage if not is_allowed(stage, Move.QUALIFY)]
    query = select(Lead.id.label("id"), Lead.is_held.label("was_held"), Lead.id.label("lead_id"))
    return _filtered(query.where(IS_HELD, Lead.stage.not_in(closed), meets), wanted)


def refused(wanted: Wanted) -> AnySelect:
    """Refusals that marketing has neither agreed with nor contested, by the id of the answer."""
    is_contested = select(Dispute.id).where(
        Dispute.handoff_id == Disposition.handoff_id,
        Dispute.kind == DisputeKind.REFUSAL,
        Dispute.state != DisputeState.TAKEN_BACK,
    )
    columns = (Disposition.id.label("id"), Lead.is_held.label("was_held"), Lead.id.label("lead_id"))
    query = select(*columns, Handoff.id.label("handoff_id")).join(Handoff, Handoff.id == Disposition.handoff_id)
    waiting = (IS_UNANSWERED_REFUSAL, Handoff.state == HandoffState.REFUSED, ~is_contested.exists())
    return _filtered(query.join(Lead, Lead.id == Handoff.lead_id).where(*waiting), wanted)


def handed() -> AnySelect:
    """Every hand-off, newest first: what became of it."""
    return select(Handoff.id.label("id"))


def count(query: AnySelect, *, most: int) -> int:
    """How many there are, counted up to `most` + 1."""
    return db.session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0


def leads(ids: Sequence[int]) -> list[Lead]:
    """These in this order."""
    known = {
        lead.id: lead
        for lead in db.session.scalars(
            select(Lead).where(among(Lead.id, ids)).options(joinedload(Lead.persona), joinedload(Lead.owner))
        )
    }
    return [known[each] for each in ids if each in known]


def latest_scores(lead_ids: Sequence[int]) -> Mapping[int, Score]:
    newest = select(func.max(Score.id)).where(among(Score.lead_id, lead_ids)).group_by(Score.lead_id)
    return {score.lead_id: score for score in db.session.scalars(select(Score).where(Score.id.in_(newest)))}


def latest_refusals(lead_ids: Sequence[int]) -> Mapping[int, Disposition]:
    """Of each lead that was ever refused, the last time; with who said so."""
    is_of = (among(Handoff.lead_id, lead_ids), Disposition.kind == "refused")
    newest = select(func.max(Disposition.id)).join(Handoff).where(*is_of).group_by(Handoff.lead_id)
    return {each.handoff.lead_id: each for each in _dispositions(Disposition.id.in_(newest))}


def refusals(ids: Sequence[int]) -> list[Disposition]:
    """These in this order, with their hand-offs, leads and who said so."""
    known = {each.id: each for each in _dispositions(among(Disposition.id, ids))}
    return [known[each] for each in ids if each in known]


def handoffs(ids: Sequence[int]) -> list[Handoff]:
    """These in this order, with all that was answered."""
    answers = selectinload(Handoff.dispositions).joinedload(Disposition.actor)
    wanted = (joinedload(Handoff.lead), joinedload(Handoff.owner), answers)
    query = select(Handoff).where(among(Handoff.id, ids)).options(*wanted)
    known = {each.id: each for each in db.session.scalars(query)}
    return [known[each] for each in ids if each in known]


def _dispositions(*conditions: Any) -> Sequence[Disposition]:
    wanted = (joinedload(Disposition.handoff).joinedload(Handoff.lead), joinedload(Disposition.actor))
    return db.session.scalars(select(Disposition).where(*conditions).options(*wanted)).all()


def _filtered(query: AnySelect, wanted: Wanted) -> AnySelect:
    if words := lead_search.words(wanted.text):
        query = query.where(lead_search.found_by(words))
    if wanted.source is not None:
        query = query.where(func.coalesce(Lead.source, "") == wanted.source)
    return query
