"""MQLs against the target of their month, on the working time of the agreement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.pacing import Pace, Progress, ideal_line, pace, progress
from smarketing.domain.periods import Period, local_day, midnight, month_of
from smarketing.domain.terms import Terms
from smarketing.domain.terms_targets import CountClause
from smarketing.models.tallies import Cohort
from smarketing.models.targets import Target
from smarketing.reports import agreed, rollups
from smarketing.reports.agreed import Agreed
from smarketing.reports.rollups import By, Scope

METRIC = "mqls"


@dataclass(frozen=True)
class Owed:
    """What one clause owes in one month."""

    month: Period
    clause: CountClause
    terms: Terms
    owed: int

    @property
    def calendar(self) -> BusinessCalendar:
        return compiled(self.terms.calendar(self.clause.calendar))

    def pace(self, actual: int, *, now: datetime) -> Pace:
        starts_at, ends_at = self.month.starts_at(self.terms.zone), self.month.ends_at(self.terms.zone)
        return pace(self.owed, actual, self.calendar, starts_at=starts_at, ends_at=ends_at, now=now)

    def progress(self, actual: int, *, now: datetime) -> Progress:
        is_over = now >= self.month.ends_at(self.terms.zone)
        return progress(self.pace(actual, now=now), is_over=is_over)


def owed_in(month: Period, *, standing: Agreed | None, now: datetime) -> Owed | None:
    """The MQL target of a month as it was written down; for the current one, what the terms say. None without one."""
    query = select(Target).where(Target.starts_on == month.starts_on, Target.metric == METRIC).order_by(Target.id)
    target = db.session.scalars(query).first()
    if target is not None:
        terms = agreed.terms_of(target.agreement_version_id)
        clause = next(clause for clause in terms.targets if clause.id == target.clause_id)
        return Owed(month, clause, terms, target.owed)
    if standing is None or not standing.is_in_force or month != month_of(local_day(now, standing.terms.zone)):
        return None
    clauses = (clause for clause in standing.terms.targets if clause.metric == METRIC and clause.is_monthly_total)
    promised = next(clauses, None)
    return Owed(month, promised, standing.terms, promised.owed) if promised else None


class LinePoint(NamedTuple):
    """At the end of a day: MQLs so far (None for a day to come) and how many there should be."""

    day_on: date
    actual: int | None
    ideal: float | None


def line(owed: Owed, *, source: str | None = None, now: datetime) -> list[LinePoint]:
    zone, days = owed.terms.zone, list(owed.month.days())
    counted = rollups.funnel(Cohort.MQL, Scope(owed.month, source), By.DAY)
    ends = [*(midnight(day, zone) for day in days[1:]), owed.month.ends_at(zone)]
    ideals = ideal_line(
        owed.owed, owed.calendar, starts_at=owed.month.starts_at(zone), ends_at=owed.month.ends_at(zone), at=ends
    )
    today, so_far, points = local_day(now, zone), 0, []
    for day, should_be in zip(days, ideals, strict=True):
        so_far += counted[day].leads if day in counted else 0
        points.append(LinePoint(day, so_far if day <= today else None, should_be))
    return points
