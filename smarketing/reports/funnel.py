"""Leads, MQLs, SALs, SQLs and won deals of one cohort: what has become so far of those who came in its days."""

from datetime import date, timedelta

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.periods import Period
from smarketing.models.tallies import Cohort, FunnelCounts, day_column
from smarketing.reports import rollups
from smarketing.reports.rollups import NOTHING, By, Scope, added

MOST_SOURCES = 100
MATURE_AFTER = timedelta(days=90)
"""A cohort whose youngest lead is younger still has deals to come; its shares will grow."""


def total(cohort: Cohort, scope: Scope) -> FunnelCounts:
    counts = NOTHING
    for part in rollups.funnel(cohort, scope, By.SOURCE).values():
        counts = added(counts, part)
    return counts


def by_day(cohort: Cohort, scope: Scope) -> dict[date, FunnelCounts]:
    return rollups.funnel(cohort, scope, By.DAY)


def by_month(cohort: Cohort, scope: Scope) -> list[tuple[Period, FunnelCounts]]:
    """Every month of the scope in order, also those without leads."""
    counted = rollups.funnel(cohort, scope, By.MONTH)
    return [(month, counted.get(month.starts_on, NOTHING)) for month in scope.period.months()]


def by_source(cohort: Cohort, scope: Scope) -> list[tuple[str, FunnelCounts]]:
    """The largest first; the empty source is that of leads without one."""
    counted = rollups.funnel(cohort, scope, By.SOURCE)
    return sorted(counted.items(), key=lambda item: (-item[1].leads, item[0]))


def sources() -> list[str]:
    """The sources that most leads came from, the largest first; at most MOST_SOURCES."""
    everything = Scope(Period(date.min, date.max))
    return [source for source, _counts in by_source(Cohort.ARRIVED, everything)[:MOST_SOURCES]]


def span(cohort: Cohort) -> Period | None:
    """From the first to the last day of any lead of this cohort; None without leads."""
    day_on = day_column(cohort)
    first = select(func.min(day_on)).scalar_subquery()
    last = select(func.max(day_on)).scalar_subquery()
    starts_on, last_on = db.session.execute(select(first, last)).one()
    return Period(starts_on, last_on + timedelta(days=1)) if starts_on else None


def is_mature(period: Period, today: date) -> bool:
    return period.ends_on + MATURE_AFTER <= today
