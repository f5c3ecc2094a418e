"""What the past says of an agreement before it is signed: what marketing would owe, and what sales could work."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Float, and_, cast, func, select

from smarketing.db import db
from smarketing.domain import feasibility
from smarketing.domain.attainment import Share
from smarketing.domain.calendars import compiled
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.feasibility import Answer, Basis, Capacity, Chain, Pace, Prices, Range
from smarketing.domain.periods import Period, local_day
from smarketing.domain.roles import Department, Role
from smarketing.domain.terms import Terms
from smarketing.domain.terms_assumptions import AssumptionsClause
from smarketing.domain.terms_targets import CountClause
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import Team, User
from smarketing.models.routing import RoutingProfile
from smarketing.models.tallies import Cohort
from smarketing.reports import cases, rollups
from smarketing.reports.cases import Counts, Of, Span, Wanted
from smarketing.reports.rollups import By, Scope
from smarketing.reports.volume import HISTORY_DAYS, Workdays

DAY = timedelta(days=1)
LOOKED_BACK = timedelta(days=365)
RIPE_AFTER = cases.LEAKED_AFTER
"""A hand-off has had time to be answered and confirmed; a deal counts once it is closed."""
QUARTER = timedelta(days=2 * HISTORY_DAYS)
ASSUMED_NOTHING = AssumptionsClause.model_construct(id="", title=Words(en="-", fr="-"))
MONTHS_A = {"month": 1, "quarter": 3, "year": 12}


class Demand(NamedTuple):
    """What one clause owes a month, and the MQLs it asks for: None where a step is not known.

    `answer` is whether those promised are enough, None where none are promised.
    """

    clause: CountClause
    owed: float
    mqls: Range | None
    answer: Answer | None


class Assessment(NamedTuple):
    """Volumes are those of a month of `month_days` working days.

    `promised` are the MQLs that marketing owes, None for no such promise; `left_out` are volumes of parts or persons.
    """

    counts: Counts
    ripe: Period
    closed: Period
    prices: Prices
    chain: Chain
    month_days: float
    promised: float | None
    demands: Sequence[Demand]
    delivered: Pace | None
    delivery: Answer | None
    load: float | None
    worked: Pace | None
    capacity: Capacity | None
    work: Answer | None
    left_out: Sequence[CountClause]

    @property
    def answer(self) -> Answer | None:
        """The worst of all; None when no volume is promised that could be reckoned."""
        answers = (*(demand.answer for demand in self.demands), self.delivery, self.work)
        return feasibility.altogether(answer for answer in answers if answer is not None)


def assess(terms: Terms, *, now: datetime) -> Assessment:
    today = local_day(now, terms.zone)
    workdays = Workdays(compiled(terms.calendar(_calendar(terms))), terms.zone)
    month_days = len(workdays.of(Period(today, today + LOOKED_BACK))) / 12
    ripe, closed = Period(today - LOOKED_BACK, today - RIPE_AFTER), Period(today - LOOKED_BACK, today + DAY)
    counts = _counts(ripe, closed, terms.zone, now=now)
    prices = _prices(_span(closed, terms.zone))
    chain = _chain(terms, counts, prices)
    owed = [(clause, _a_month(clause, month_days)) for clause in terms.targets]
    plain = [(clause, amount) for clause, amount in owed if amount is not None and clause.metric in feasibility.DEPTHS]
    promised = sum(amount for clause, amount in plain if clause.metric == "mqls") or None
    demands = [_demand(clause, amount, chain, promised) for clause, amount in plain if clause.metric != "mqls"]
    load = promised if promised is not None else max((each.mqls.value for each in demands if each.mqls), default=None)
    quarter = Period(today - QUARTER, today)
    delivered = _pace(_became_mqls(quarter), workdays, month_days, today)
    worked = _pace(_answered(quarter, terms.zone), workdays, month_days, today)
    capacity = _capacity(terms, now=now)
    return Assessment(
        counts=counts,
        ripe=ripe,
        closed=closed,
        prices=prices,
        chain=chain,
        month_days=month_days,
        promised=promised,
        demands=demands,
        delivered=delivered,
        delivery=None if promised is None else feasibility.delivered(promised, delivered),
        load=load,
        worked=worked,
        capacity=capacity,
        work=None if load is None else feasibility.workable(load, capacity, worked),
        left_out=[clause for clause, amount in owed if amount is None],
    )


def _calendar(terms: Terms) -> str:
    """That of the first clock of sales: its hours are what there is to work in."""
    return next((clock.calendar for clock in terms.clocks if clock.side is Department.SALES), terms.calendars[0].id)


def _a_month(clause: CountClause, month_days: float) -> float | None:
    """None for a volume that is not the least of a whole side, or that no lead of this system shows."""
    if clause.bound or clause.each or clause.when or clause.worth or clause.metric not in feasibility.DEPTHS:
        return None
    if clause.period == "day":
        return clause.owed * month_days
    if clause.period == "week":
        return clause.owed * feasibility.WEEKS_A_MONTH
    return clause.owed / MONTHS_A[clause.period]


def _demand(clause: CountClause, owed: float, chain: Chain, promised: float | None) -> Demand:
    needed = feasibility.asked(clause.metric, owed, chain)
    if promised is None:
        return Demand(clause, owed, needed, None)
    return Demand(clause, owed, needed, feasibility.enough(promised, needed) if needed else Answer.UNKNOWN)


def _counts(ripe: Period, closed: Period, zone: str, *, now: datetime) -> Counts:
    """Of hand-offs that have had time, offered to SQL; of all of the year, those won and lost."""
    found = cases.counted(_span(ripe, zone), Wanted(), (Of.OFFERED, Of.ACCEPTED, Of.SQL), now=now)
    return found | cases.counted(_span(closed, zone), Wanted(), (Of.WON, Of.LOST), now=now)


def _span(period: Period, zone: str) -> Span:
    return Span(period.starts_at(zone), period.ends_at(zone))


def _prices(span: Span) -> Prices:
    amount = cast(Disposition.amount_cents, Float)
    won = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.WON)
    columns: tuple[Any, ...] = (func.count(amount), func.sum(amount), func.sum(amount * amount))
    is_won = (Handoff.state == HandoffState.WON, span.holds(Handoff.offered_at))
    deals, total, squares = db.session.execute(select(*columns).join(Handoff, won).where(*is_won)).one()
    return Prices(deals, total or 0.0, squares or 0.0)


def _chain(terms: Terms, counts: Counts, prices: Prices) -> Chain:
    """What was counted, else what both sides assume, else the shares that one side promises."""
    assumed = terms.assumptions or ASSUMED_NOTHING
    agreed = {
        (clause.counted, clause.among): clause.at_least
        for clause in terms.ratios
        if not (clause.each or clause.counted_when or clause.among_when)
    }
    accepted = Share(counts[Of.ACCEPTED], counts[Of.OFFERED])
    confirmed = Share(min(counts[Of.SQL], counts[Of.ACCEPTED]), counts[Of.ACCEPTED])
    closed = Share(counts[Of.WON], counts[Of.WON] + counts[Of.LOST])
    promised = agreed.get(("sals", "mqls"), agreed.get(("sals", "handoffs")))
    return Chain(
        feasibility.share(accepted, declared=assumed.accepted_ratio, agreed=promised),
        feasibility.share(confirmed, declared=assumed.confirmed_ratio, agreed=agreed.get(("sqls", "sals"))),
        feasibility.share(closed, declared=assumed.won_ratio, agreed=agreed.get(("wons", "sqls"))),
        feasibility.price(prices, declared=assumed.average_sale),
        assumed.sourced_ratio or 1.0,
    )


def _capacity(terms: Terms, *, now: datetime) -> Capacity | None:
    """What both sides assume that a rep can work, or the most that the agreement lets one be given, if that is less."""
    assumed = terms.assumptions or ASSUMED_NOTHING
    reps = float(assumed.rep_count) if assumed.rep_count else _reps()
    limits = [
        (clause.most_a_week, Basis.AGREED)
        for clause in terms.capacities
        if clause.most_a_week is not None and clause.team is None
    ]
    if assumed.leads_a_week:
        limits.append((assumed.leads_a_week, Basis.DECLARED))
    if not limits or not reps:
        return None
    most, basis = min(limits)
    return Capacity(reps, most, basis)


def _reps() -> float:
    """Reps at work, each as large as their share of the turn."""
    weights = func.sum(func.coalesce(RoutingProfile.weight, 100))
    query = (
        select(weights)
        .select_from(User)
        .join(Team, Team.id == User.team_id)
        .outerjoin(RoutingProfile, RoutingProfile.user_id == User.id)
        .where(User.role == Role.SALES_REP, User.disabled_at.is_(None), Team.department == Department.SALES)
    )
    return float(db.session.scalar(query) or 0) / 100


def _pace(counted: Mapping[date, int], workdays: Workdays, month_days: float, today: date) -> Pace | None:
    """Of the last quarter up to yesterday, from the first day that had any."""
    known = {day: count for day, count in counted.items() if count}
    if not known:
        return None
    counts = workdays.counts(known, Period(min(known), today))
    return feasibility.pace(counts[-HISTORY_DAYS:], month_days)


def _became_mqls(period: Period) -> Mapping[date, int]:
    return {day: counts.leads for day, counts in rollups.funnel(Cohort.MQL, Scope(period), By.DAY).items()}


def _answered(period: Period, zone: str) -> Mapping[date, int]:
    """Hand-offs answered by sales on each day."""
    quarter = cases.quarter_hour(Handoff.answered_at)
    columns: tuple[Any, ...] = (quarter, func.count())
    is_counted = (_span(period, zone).holds(Handoff.answered_at), Handoff.state != HandoffState.WITHDRAWN)
    query = select(*columns).where(*is_counted)
    found: dict[date, int] = {}
    for at, count in db.session.execute(query.group_by(quarter)):
        day = local_day(datetime.fromtimestamp(int(at), UTC), zone)
        found[day] = found.get(day, 0) + count
    return found
