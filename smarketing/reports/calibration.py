"""Read what a score is to be held against: hand-offs with the scores they were made with, and leads that fell short."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, select

from smarketing.db import db
from smarketing.domain.calibration import Counted, Judged, Near, Rates, lacks_points_only, read_parts
from smarketing.domain.lifecycle import Stage
from smarketing.models.handoffs import CountedRule, Handoff
from smarketing.models.leads import IS_KNOWN, Lead, Score
from smarketing.models.personas import Persona
from smarketing.reports.cases import Of, Span, Wanted, among_handoffs, condition

MOST_NEAR = 20_000
"""So many leads near the threshold are read, the latest to arrive."""


def handed(span: Span, wanted: Wanted, *, now: datetime) -> list[Judged]:
    """Hand-offs offered within the span that were made with a score, those alike together."""
    facts = (func.coalesce(Handoff.points, 0), *_facts(now=now), Handoff.qualified_by_id.is_not(None))
    query = among_handoffs((*facts, func.count()), span, wanted).where(Handoff.score_id.is_not(None))
    rows = db.session.execute(query.group_by(*facts))
    return [
        Judged(points, bool(is_answered), bool(is_accepted), bool(is_won), bool(is_by_hand), count)
        for points, is_answered, is_accepted, is_won, is_by_hand, count in rows
    ]


def counted(span: Span, wanted: Wanted, *, threshold: int | None, now: datetime) -> dict[str, Counted]:
    """By rule, of the hand-offs in whose scores it counted."""
    sums = [func.count(case((fact, 1))) for fact in _facts(now=now)]
    decided: Any = literal(0)
    if threshold is not None:
        decided = func.count(case((and_(Handoff.points >= threshold, CountedRule.points_without < threshold), 1)))
    query = among_handoffs((CountedRule.rule, func.count(), *sums, decided), span, wanted)
    query = query.join(CountedRule, CountedRule.handoff_id == Handoff.id).group_by(CountedRule.rule)
    return {rule: Counted(Rates(*rates), decided) for rule, *rates, decided in db.session.execute(query)}


def _facts(*, now: datetime) -> tuple[Any, ...]:
    """Whether sales answered, accepted and won."""
    return tuple(condition(of, now=now) for of in (Of.ANSWERED, Of.ACCEPTED, Of.WON))


def near(span: Span, wanted: Wanted, *, threshold: int, within: int) -> list[Near]:
    """Inquiries that arrived within the span and have at most so many points less than the threshold."""
    newest = select(func.max(Score.id)).where(Score.lead_id == Lead.id).correlate(Lead).scalar_subquery()
    query = select(Lead.points, Score.explanation).join(Score, Score.id == newest)
    query = _inquiries(query, span, wanted, threshold=threshold, within=within).order_by(Lead.arrived_at.desc())
    rows = db.session.execute(query.limit(MOST_NEAR))
    return [Near(points or 0, *_parts(told), lacks_points_only(told.get("reasons", ()))) for points, told in rows]


def _inquiries(query: Any, span: Span, wanted: Wanted, *, threshold: int, within: int) -> Any:
    fell_short = (Lead.points >= threshold - within, Lead.points < threshold, Lead.stage == Stage.INQUIRY)
    query = query.where(IS_KNOWN, span.holds(Lead.arrived_at), *fell_short)
    if wanted.source is not None:
        query = query.where(func.coalesce(Lead.source, "") == wanted.source)
    if wanted.persona is not None:
        of_persona = select(Persona.id).where(Persona.key == wanted.persona)
        query = query.where(Lead.persona_id.in_(of_persona) if wanted.persona else Lead.persona_id.is_(None))
    return query


def _parts(explanation: Mapping[str, Any]) -> tuple[Any, Any]:
    return read_parts(explanation.get("fit", ())), read_parts(explanation.get("engagement", ()))
