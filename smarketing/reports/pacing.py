"""What is owed in a period against what came, on the working time of the agreement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.debts import WHOLE, Debtor, Hand, debts, teams_at_work
from smarketing.domain.pacing import Pace, Progress, ideal_line, pace, progress, progress_within
from smarketing.domain.periods import Period, local_day, midnight, month_of
from smarketing.domain.terms import Terms
from smarketing.domain.terms_targets import CountClause
from smarketing.models.routing import hand, reps_of
from smarketing.models.tallies import Cohort
from smarketing.models.targets import Target
from smarketing.reports import agreed, rollups
from smarketing.reports.agreed import Agreed
from smarketing.reports.rollups import By, Scope

METRIC = "mqls"


@dataclass(frozen=True)
class Owed:
    """What one clause owes in one period. `written` is the row it was written down in; None before there is one."""

    period: Period
    clause: CountClause
    terms: Terms
    owed: int
    debtor: Debtor = WHOLE
    ramp_ratio: float = 1.0
    written: Target | None = None

    @property
    def calendar(self) -> BusinessCalendar:
        return compiled(self.terms.calendar(self.clause.calendar))

    @property
    def is_limit(self) -> bool:
        """Whether it must not be exceeded."""
        return self.clause.bound is not None

    def pace(self, actual: int, *, now: datetime) -> Pace:
        starts_at, ends_at = self.period.starts_at(self.terms.zone), self.period.ends_at(self.terms.zone)
        return pace(self.owed, actual, self.calendar, starts_at=starts_at, ends_at=ends_at, now=now)

    def is_over(self, *, now: datetime) -> bool:
        return now >= self.period.ends_at(self.terms.zone)

    def progress(self, actual: int, *, now: datetime) -> Progress:
        judge = progress_within if self.is_limit else progress
        return judge(self.pace(actual, now=now), is_over=self.is_over(now=now))


def owed_on(day: date, *, standing: Agreed | None, now: datetime) -> list[Owed]:
    """All that is owed in the periods that hold a day, as it was written down; today also what is not yet."""
    of_day = select(Target).where(Target.starts_on <= day, Target.ends_on > day).order_by(Target.id)
    found = _read(db.session.scalars(of_day).all())
    if standing is None or not standing.is_in_force or day != local_day(now, standing.terms.zone):
        return found
    written = {(owed.clause.id, owed.period.starts_on, owed.debtor) for owed in found}
    for debt in debts(standing.terms, day, hands(standing.terms)):
        if (debt.clause.id, debt.period.starts_on, debt.debtor) not in written:
            found.append(Owed(debt.period, debt.clause, standing.terms, debt.owed, debt.debtor, debt.ramp_ratio))
    return found


def ended_within(period: Period) -> list[Owed]:
    """Written down for periods whose last day lies within a period."""
    ended = (Target.ends_on > period.starts_on, Target.ends_on <= period.ends_on)
    return _read(db.session.scalars(select(Target).where(*ended).order_by(Target.starts_on, Target.id)).all())


def written_under(version_id: int, *, day: date) -> list[Owed]:
    """What a version demanded of sides as a whole in periods that had ended by a day, as they were closed."""
    is_whole = (Target.user_id.is_(None), Target.team.is_(None), Target.actual.is_not(None))
    query = select(Target).where(Target.agreement_version_id == version_id, Target.ends_on <= day, *is_whole)
    return _read(db.session.scalars(query.order_by(Target.starts_on, Target.id)).all())


def before(day: date, clause_ids: Iterable[str], *, most: int) -> list[Owed]:
    """The latest periods before a day that the side as a whole owed something in, the latest first."""
    is_whole = (Target.user_id.is_(None), Target.team.is_(None))
    query = select(Target).where(Target.ends_on <= day, Target.clause_id.in_(clause_ids), *is_whole)
    return _read(db.session.scalars(query.order_by(Target.ends_on.desc(), Target.id).limit(most)).all())


def hands(terms: Terms) -> list[Hand]:
    """Who works hand-offs now."""
    rows: Sequence[Any] = db.session.execute(reps_of(teams_at_work(terms))).all()
    return [hand(row, terms.zone) for row in rows]


def _read(targets: Sequence[Target]) -> list[Owed]:
    """What the version they were written under does not know any more is left out."""
    found = []
    for target in targets:
        terms = agreed.terms_of(target.agreement_version_id)
        clause = next((clause for clause in terms.targets if clause.id == target.clause_id), None)
        if clause is not None and clause.is_measured:
            period, debtor = Period(target.starts_on, target.ends_on), Debtor(target.user_id, target.team)
            found.append(Owed(period, clause, terms, target.owed, debtor, target.ramp_ratio, target))
    return found


def owed_in(month: Period, *, standing: Agreed | None, now: datetime) -> Owed | None:
    """The MQL target of a month as it was written down; for the current one, what the terms say. None without one."""
    query = select(Target).where(Target.starts_on == month.starts_on, Target.metric == METRIC).order_by(Target.id)
    plain = [owed for owed in _read(db.session.scalars(query).all()) if owed.clause.is_monthly_total]
    if plain:
        return plain[0]
    if standing is None or not standing.is_in_force or month != month_of(local_day(now, standing.terms.zone)):
        return None
    clauses = (clause for clause in standing.terms.targets if clause.metric == METRIC and clause.is_monthly_total)
    promised = next(clauses, None)
    return Owed(month, promised, standing.terms, promised.owed) if promised else None


class LinePoint(NamedTuple):
    """At the end of a day: how many so far (None for a day to come) and how many there should be."""

    day_on: date
    actual: int | None
    ideal: float | None


def line(owed: Owed, *, source: str | None = None, now: datetime) -> list[LinePoint]:
    """The MQLs of a month."""
    counted = rollups.funnel(Cohort.MQL, Scope(owed.period, source), By.DAY)
    return course(owed, {day: counts.leads for day, counts in counted.items()}, now=now)


def course(owed: Owed, counted: Mapping[date, int], *, now: datetime) -> list[LinePoint]:
    """Day by day what was there and what should have been."""
    zone, days = owed.terms.zone, list(owed.period.days())
    starts_at, ends_at = owed.period.starts_at(zone), owed.period.ends_at(zone)
    ends = [*(midnight(day, zone) for day in days[1:]), ends_at]
    ideals = ideal_line(owed.owed, owed.calendar, starts_at=starts_at, ends_at=ends_at, at=ends)
    today, so_far, points = local_day(now, zone), 0, []
    for day, should_be in zip(days, ideals, strict=True):
        so_far += counted.get(day, 0)
        points.append(LinePoint(day, so_far if day <= today else None, should_be))
    return points
