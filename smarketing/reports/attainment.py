"""Promises kept: of the clocks that fell due, how many were met. One still running is pending, in neither number.

A clock past its due instant counts as missed from then on, swept or not.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import case, func, select

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.reports import rollups
from smarketing.reports.rollups import Scope, Unanswered


class Kept(NamedTuple):
    """`share` is met of due, `pending` is how many are still running in time."""

    share: Share
    pending: int

    @property
    def missed(self) -> int:
        return self.share.total - self.share.part

    def ends(self) -> tuple[Share, Share]:
        """What the share can still become: all that are pending missed, and all met."""
        total = self.share.total + self.pending
        return Share(self.share.part, total), Share(self.share.part + self.pending, total)


@dataclass(frozen=True)
class ClockFacts:
    """The clocks due in some span of days, to be asked about any part of it."""

    settled: dict[tuple[str, date], Share]
    waiting: list[Unanswered]
    now: datetime

    def kept(self, clause_id: str, period: Period) -> Kept:
        met = total = pending = 0
        for day in period.days():
            share = self.settled.get((clause_id, day))
            if share:
                met, total = met + share.part, total + share.total
        for clock in self.waiting:
            if clock.clause_id != clause_id or clock.outcome is not Outcome.RUNNING:
                continue
            if period.starts_on <= clock.due_on < period.ends_on:
                if clock.due_at < self.now:
                    total += clock.clocks
                else:
                    pending += clock.clocks
        return Kept(Share(met, total), pending)


def read(scope: Scope, *, now: datetime) -> ClockFacts:
    return ClockFacts(rollups.kept_by_day(scope), rollups.unanswered(scope), now)


class OwnerKept(NamedTuple):
    """`owner_id` and `name` are None for what waits in the team's queue."""

    owner_id: int | None
    name: str | None
    kept: Kept


def by_owner(clause_id: str, scope: Scope, *, now: datetime) -> list[OwnerKept]:
    """In the order of their names, so that nobody is ranked by chance."""
    is_overdue = (Clock.outcome == Outcome.RUNNING) & (Clock.due_at < now)
    is_due = Clock.outcome.in_((Outcome.MET, Outcome.BREACHED)) | is_overdue
    query = select(
        Clock.owner_id,
        func.count(case((Clock.outcome == Outcome.MET, 1))),
        func.count(case((is_due, 1))),
        func.count(case(((Clock.outcome == Outcome.RUNNING) & (Clock.due_at >= now), 1))),
    ).where(
        Clock.clause_id == clause_id,
        Clock.due_on >= scope.period.starts_on,
        Clock.due_on < scope.period.ends_on,
        Clock.outcome != Outcome.VOID,
    )
    if scope.source is not None:
        query = query.join(Lead, Lead.id == Clock.lead_id).where(func.coalesce(Lead.source, "") == scope.source)
    counted = db.session.execute(query.group_by(Clock.owner_id)).all()
    names = dict(db.session.execute(select(User.id, User.name)).all())
    owners = [
        OwnerKept(owner_id, names.get(owner_id) if owner_id else None, Kept(Share(met, total), pending))
        for owner_id, met, total, pending in counted
    ]
    return sorted(owners, key=lambda owner: (owner.name is None, (owner.name or "").casefold()))
