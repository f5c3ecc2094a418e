"""Why sales said no, by the agreed reasons; without refusals that a ruling has overturned."""

from typing import NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.clauses import Words
from smarketing.models.handoffs import IS_REFUSED, Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import agreed
from smarketing.reports.rollups import Scope


class Reason(NamedTuple):
    """`title` is None for a reason that no version knows."""

    id: str
    title: Words | None
    refusals: int


def by_reason(scope: Scope, *, zone: str) -> list[Reason]:
    """Refusals that stand, given in the days of the scope, the most frequent reason first."""
    starts_at, ends_at = scope.period.starts_at(zone), scope.period.ends_at(zone)
    query = select(Disposition.reason, func.count()).where(
        IS_REFUSED,
        Disposition.overturned_at.is_(None),
        Disposition.occurred_at >= starts_at,
        Disposition.occurred_at < ends_at,
    )
    if scope.source is not None:
        query = query.join(Handoff, Handoff.id == Disposition.handoff_id).join(Lead, Lead.id == Handoff.lead_id)
        query = query.where(func.coalesce(Lead.source, "") == scope.source)
    counted = db.session.execute(query.group_by(Disposition.reason)).all()
    titles = agreed.refusal_reasons() if counted else {}
    reasons = [Reason(reason or "", titles.get(reason or ""), count) for reason, count in counted]
    return sorted(reasons, key=lambda reason: (-reason.refusals, reason.id))
