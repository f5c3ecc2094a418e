"""Shares that one side promised, measured: of everybody together, or of each person.

Leads count by their arrival, hand-offs by their offer or, as a flow, by when it happened, clocks by when they were due.
A hand-off is that of who has it now, a clock that of who had to act on it, a meeting that of who logged it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, case, func, null, select, true

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.clauses import Criteria
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.periods import Period, month_of, quarter_of, year_of
from smarketing.domain.terms_ratios import RatioClause
from smarketing.models.clocks import Clock
from smarketing.models.criteria import matching
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort
from smarketing.models.touches import Touch
from smarketing.reports import cases, funnel, promises
from smarketing.reports.cases import AnySelect, Condition, Of, Span, Wanted
from smarketing.reports.rollups import Scope

COHORTS: Final = {
    "mqls": Of.OFFERED,
    "handoffs": Of.OFFERED,
    "sals": Of.ACCEPTED,
    "sqls": Of.SQL,
    "wons": Of.WON,
    "refusals": Of.REFUSED,
    "refusals_with_note": Of.NOTED,
    "recyclings": Of.RECYCLED,
    "disputes": Of.CONTESTED,
    "disputes_upheld": Of.OVERTURNED,
    "meetings": Of.MET,
}
"""What of the hand-offs offered in the period each word counts."""

FLOWS: Final = {
    "sals": DispositionKind.ACCEPTED,
    "sqls": DispositionKind.CONFIRMED,
    "wons": DispositionKind.WON,
    "refusals": DispositionKind.REFUSED,
    "refusals_with_note": DispositionKind.REFUSED,
    "recyclings": DispositionKind.RECYCLED,
}
"""What happened in the period, whenever it was offered."""

REACHED: Final = {
    "leads": true(),
    "mqls": Lead.mql_at.is_not(None),
    "sals": Lead.sal_at.is_not(None),
    "sqls": Lead.sql_at.is_not(None),
    "wons": Lead.won_at.is_not(None),
}
OF_LEADS: Final = {"leads": "leads", "mqls": "mqls", "sals": "sals", "sqls": "sqls", "wons": "wons"}
PERIODS: Final = {"month": month_of, "quarter": quarter_of, "year": year_of}
_NOBODY: Final[Any] = null().label("who")

Shares = Mapping[int | None, Share]
"""By who it counts for; under None what is nobody's, or all together where nobody is told apart."""


def closing_in(clause: RatioClause, month: Period) -> Period | None:
    """The period of the clause that ends with this month; None when none does."""
    period_of = PERIODS.get(clause.period)
    period = period_of(month.starts_on) if period_of else None
    return period if period and period.ends_on == month.ends_on else None


def measured(clause: RatioClause, period: Period, *, zone: str, now: datetime) -> Share | None:
    """Of everybody together; None where nothing here can measure it."""
    found = _shares(clause, period, zone, now=now, is_by_owner=False)
    return None if found is None else found.get(None, Share(0, 0))


def by_person(clause: RatioClause, period: Period, *, zone: str, now: datetime) -> dict[int, Share]:
    """Of each person who had any, in one question."""
    found = _shares(clause, period, zone, now=now, is_by_owner=True) or {}
    return {owner: share for owner, share in found.items() if owner is not None}


def _shares(clause: RatioClause, period: Period, zone: str, *, now: datetime, is_by_owner: bool) -> Shares | None:
    if not clause.is_measured:
        return None
    if clause.is_of_clocks:
        return _of_clocks(clause, period, now=now, is_by_owner=is_by_owner)
    if "leads" in (clause.counted, clause.among):
        return _of_leads(clause, period, now=now)
    span = Span(period.starts_at(zone), period.ends_at(zone))
    if clause.by == "period":
        return _flow(clause, span, now=now, is_by_owner=is_by_owner)
    return _cohort(clause, span, now=now, is_by_owner=is_by_owner)


def _of_clocks(clause: RatioClause, period: Period, *, now: datetime, is_by_owner: bool) -> Shares:
    is_met, is_missed = promises.is_met(), promises.is_missed(now=now)
    counts = (func.count(case((and_(is_met, _meets(clause.counted_when, now=now)), 1))), _number(is_met, is_missed))
    key = Clock.owner_id if is_by_owner else _NOBODY
    query = promises.due((key, *counts), period, Wanted()).where(_meets(clause.among_when, now=now))
    query = query.where(Clock.clause_id == clause.clock if clause.clock else Clock.side == clause.side)
    return _read(query, key, is_by_owner=is_by_owner)


def _number(*either: Condition) -> Any:
    return func.count(case(*((each, 1) for each in either)))


def _cohort(clause: RatioClause, span: Span, *, now: datetime, is_by_owner: bool) -> Shares | None:
    if clause.counted not in COHORTS or clause.among not in COHORTS:
        return None
    counted = cases.condition(COHORTS[clause.counted], now=now)
    among = and_(cases.condition(COHORTS[clause.among], now=now), _meets(clause.among_when, now=now))
    counts = (_number(and_(among, counted, _meets(clause.counted_when, now=now))), _number(among))
    key = Handoff.owner_id if is_by_owner else _NOBODY
    return _read(cases.among_handoffs((key, *counts), span, Wanted()), key, is_by_owner=is_by_owner)


def _of_leads(clause: RatioClause, period: Period, *, now: datetime) -> Shares | None:
    if clause.by == "period" or clause.counted not in OF_LEADS or clause.among not in OF_LEADS:
        return None
    if not (clause.counted_when or clause.among_when):
        counts = funnel.total(Cohort.ARRIVED, Scope(period))
        return {None: Share(getattr(counts, OF_LEADS[clause.counted]), getattr(counts, OF_LEADS[clause.among]))}
    among = and_(REACHED[clause.among], _meets(clause.among_when, now=now))
    counted = and_(among, REACHED[clause.counted], _meets(clause.counted_when, now=now))
    query = select(_number(counted), _number(among)).select_from(Lead)
    arrived = query.where(Lead.arrived_on >= period.starts_on, Lead.arrived_on < period.ends_on)
    return {None: Share(*db.session.execute(arrived).one())}


def _flow(clause: RatioClause, span: Span, *, now: datetime, is_by_owner: bool) -> Shares | None:
    words = ((clause.counted, clause.counted_when), (clause.among, clause.among_when))
    part, total = (_happened(*word, span, now=now, is_by_owner=is_by_owner) for word in words)
    if part is None or total is None:
        return None
    return {owner: Share(part.get(owner, 0), total.get(owner, 0)) for owner in {*part, *total}}


def _happened(
    word: str, when: Criteria | None, span: Span, *, now: datetime, is_by_owner: bool
) -> dict[int | None, int] | None:
    """How often within the span, by who it counts for; None for what is not counted like this."""
    owner: Any = Handoff.owner_id
    query: AnySelect
    if word in FLOWS:
        query = select(func.count()).select_from(Disposition).join(Handoff, Handoff.id == Disposition.handoff_id)
        query = query.where(Disposition.kind == FLOWS[word], span.holds(Disposition.occurred_at))
        query = query.where(Disposition.note != "") if word == "refusals_with_note" else query
    elif word in ("mqls", "handoffs"):
        query = select(func.count()).select_from(Handoff).where(span.holds(Handoff.offered_at))
    elif word == "meetings":
        owner, held = Touch.actor_id, (Touch.channel == Channel.MEETING, span.holds(Touch.occurred_at))
        query = select(func.count(Touch.handoff_id.distinct())).select_from(Touch)
        query = query.join(Handoff, Handoff.id == Touch.handoff_id).where(*held)
    else:
        return None
    key = owner if is_by_owner else _NOBODY
    query = query.add_columns(key).where(Handoff.state != HandoffState.WITHDRAWN)
    query = query.join(Lead, Lead.id == Handoff.lead_id).where(_meets(when, now=now))
    rows = db.session.execute(query.group_by(key) if is_by_owner else query)
    return {who: count for count, who in rows}


def _meets(when: Criteria | None, *, now: datetime) -> Condition:
    return matching(when, now=now) if when else true()


def _read(query: AnySelect, key: Any, *, is_by_owner: bool) -> Shares:
    rows = db.session.execute(query.group_by(key) if is_by_owner else query)
    return {owner: Share(part, total) for owner, part, total in rows}
