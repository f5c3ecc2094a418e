"""Read what a score is to be held against: hand-offs with the scores they were made with, and leads that fell short."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.calibration import Judged, lacks_points_only, read_parts
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.lifecycle import Stage
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import IS_KNOWN, Lead, Score
from smarketing.models.personas import Persona
from smarketing.reports.cases import Of, Span, Wanted, among_handoffs, condition

MOST_NEAR = 20_000
"""So many leads near the threshold are read, the latest to arrive."""


def handed(span: Span, wanted: Wanted, *, now: datetime) -> list[Judged]:
    """Hand-offs offered within the span that were made with a score."""
    is_accepted = condition(Of.ACCEPTED, now=now).label("is_accepted")
    columns = (Handoff.points, Score.explanation, Handoff.answered_at, is_accepted, Handoff.state)
    query = among_handoffs((*columns, Handoff.qualified_by_id), span, wanted).join(Score, Score.id == Handoff.score_id)
    return [
        Judged(
            row.points or 0,
            *_parts(row.explanation),
            row.answered_at is not None,
            bool(row.is_accepted),
            row.state == HandoffState.WON,
            row.qualified_by_id is not None,
        )
        for row in db.session.execute(query.execution_options(yield_per=2000))
    ]


def near(span: Span, wanted: Wanted, *, threshold: int, within: int) -> list[Judged]:
    """Inquiries that arrived within the span and have at most so many points less than the threshold."""
    newest = select(func.max(Score.id)).where(Score.lead_id == Lead.id).correlate(Lead).scalar_subquery()
    query = select(Lead.points, Score.explanation).join(Score, Score.id == newest)
    query = _inquiries(query, span, wanted, threshold=threshold, within=within).order_by(Lead.arrived_at.desc())
    rows = db.session.execute(query.limit(MOST_NEAR))
    return [
        Judged(points or 0, *_parts(told), False, False, False, False, lacks_points_only(told.get("reasons", ())))
        for points, told in rows
    ]


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
