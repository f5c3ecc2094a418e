"""Breaches that were excused: what stands beside a raw attainment, so that both can be shown."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import IS_EXCUSED, Clock
from smarketing.models.leads import Lead
from smarketing.reports import rollups
from smarketing.reports.rollups import Scope


class Kept(NamedTuple):
    """Clocks of one clause, of those due in a period: all that count, and how many of the missed were excused."""

    clause_id: str
    raw: Share
    excused: int

    @property
    def adjusted(self) -> Share:
        return Share(self.raw.part, self.raw.total - self.excused)


def excused(scope: Scope) -> dict[str, int]:
    """By clause: breached clocks due in the period that were excused. Counted live: they are few, and indexed."""
    period = scope.period
    within = (Clock.due_on >= period.starts_on, Clock.due_on < period.ends_on, Clock.outcome == Outcome.BREACHED)
    query: Any = select(Clock.clause_id, func.count()).where(IS_EXCUSED, *within)
    if scope.source is not None:
        query = query.join(Lead, Lead.id == Clock.lead_id).where(func.coalesce(Lead.source, "") == scope.source)
    return dict(db.session.execute(query.group_by(Clock.clause_id)).all())


def kept(scope: Scope) -> Sequence[Kept]:
    """Raw and adjusted, by clause, in the order of their ids."""
    raw: dict[str, Share] = {}
    for (clause_id, _day), share in rollups.kept_by_day(scope).items():
        known = raw.get(clause_id, Share(0, 0))
        raw[clause_id] = Share(known.part + share.part, known.total + share.total)
    without = excused(scope)
    return [Kept(clause_id, share, without.get(clause_id, 0)) for clause_id, share in sorted(raw.items())]
