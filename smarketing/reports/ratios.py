"""Shares that one side promised, measured on hand-offs; None where nothing here can measure them."""

from datetime import datetime

from smarketing.domain.attainment import Share
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.periods import Period, month_of, quarter_of, year_of
from smarketing.domain.terms_ratios import RatioClause
from smarketing.models.tallies import Cohort
from smarketing.reports import cases, cohorts, funnel
from smarketing.reports.cases import Of, Span, Wanted
from smarketing.reports.rollups import Scope

COHORTS = {
    "mqls": Of.OFFERED,
    "handoffs": Of.OFFERED,
    "sals": Of.ACCEPTED,
    "sqls": Of.SQL,
    "wons": Of.WON,
    "refusals": Of.REFUSED,
    "recyclings": Of.RECYCLED,
    "disputes": Of.CONTESTED,
    "disputes_upheld": Of.OVERTURNED,
}
"""What of the hand-offs offered in the period each word counts."""

FLOWS = {
    "sals": DispositionKind.ACCEPTED,
    "sqls": DispositionKind.CONFIRMED,
    "wons": DispositionKind.WON,
    "refusals": DispositionKind.REFUSED,
    "recyclings": DispositionKind.RECYCLED,
}
"""What happened in the period, whenever it was offered."""

PERIODS = {"month": month_of, "quarter": quarter_of, "year": year_of}
OF_LEADS = {"leads": "leads", "mqls": "mqls", "sals": "sals", "sqls": "sqls", "wons": "wons"}


def closing_in(clause: RatioClause, month: Period) -> Period | None:
    """The period of the clause that ends with this month; None when none does."""
    period_of = PERIODS.get(clause.period)
    period = period_of(month.starts_on) if period_of else None
    return period if period and period.ends_on == month.ends_on else None


def measured(clause: RatioClause, period: Period, *, zone: str, now: datetime) -> Share | None:
    """Of leads by their arrival, of everything else by the offer or, as a flow, by when it happened."""
    if clause.counted_when or clause.among_when or clause.each:
        return None
    if "leads" in (clause.counted, clause.among):
        return _of_leads(clause, period)
    span = Span(period.starts_at(zone), period.ends_at(zone))
    if clause.by == "period":
        return _flow(clause, span, now=now)
    if clause.counted not in COHORTS or clause.among not in COHORTS:
        return None
    part, total = COHORTS[clause.counted], COHORTS[clause.among]
    counts = cases.counted(span, Wanted(), list(dict.fromkeys((part, total))), now=now)
    return Share(counts[part], counts[total])


def _of_leads(clause: RatioClause, period: Period) -> Share | None:
    if clause.by == "period" or clause.counted not in OF_LEADS or clause.among not in OF_LEADS:
        return None
    counts = funnel.total(Cohort.ARRIVED, Scope(period))
    return Share(getattr(counts, OF_LEADS[clause.counted]), getattr(counts, OF_LEADS[clause.among]))


def _flow(clause: RatioClause, span: Span, *, now: datetime) -> Share | None:
    found = cohorts.flow(span, Wanted())
    numbers = {word: found.get(kind, 0) for word, kind in FLOWS.items()}
    offered = cases.counted(span, Wanted(), (Of.OFFERED,), now=now)[Of.OFFERED]
    numbers |= {"mqls": offered, "handoffs": offered}
    if clause.counted not in numbers or clause.among not in numbers:
        return None
    return Share(numbers[clause.counted], numbers[clause.among])
