"""Read what came of judging a version over past days: the result that was kept, and its leads page by page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, distinct, func, select

from smarketing.db import db
from smarketing.domain.backtest import Comparison, Fate
from smarketing.domain.periods import Period
from smarketing.models.backtests import Backtest, BacktestLead
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User


class Run(NamedTuple):
    """One result of a version, to compare with the others."""

    id: int
    asked_at: datetime
    period: Period
    digest: str
    comparison: Comparison


def latest(version_id: int) -> int | None:
    return db.session.scalar(select(func.max(Backtest.id)).where(Backtest.version_id == version_id))


def result_of(found: Backtest) -> Comparison | None:
    """None while it is under way, and where it failed."""
    return Comparison.model_validate_json(found.result) if found.result else None


def runs(version_id: int) -> list[Run]:
    """All that came to an end, the latest first."""
    ended = (Backtest.version_id == version_id, Backtest.result.is_not(None))
    rows = db.session.scalars(select(Backtest).where(*ended).order_by(Backtest.id.desc())).all()
    return [
        Run(row.id, row.asked_at, Period(row.starts_on, row.ends_on), row.digest, comparison)
        for row in rows
        if (comparison := result_of(row))
    ]


def on_record(period: Period, zone: str) -> tuple[int, int]:
    """Leads that became MQLs in these days in fact: by the criteria, and by hand."""
    hand = Handoff.qualified_by_id
    days = (Handoff.mql_at >= period.starts_at(zone), Handoff.mql_at < period.ends_at(zone))
    leads = [func.count(distinct(case((is_so, Handoff.lead_id)))) for is_so in (hand.is_(None), hand.is_not(None))]
    row = db.session.execute(select(*leads).where(*days)).one()
    return row[0], row[1]


def names(user_ids: Sequence[int]) -> dict[int, str]:
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())


def oldest_arrival() -> datetime | None:
    return db.session.scalar(select(func.min(Lead.arrived_at)))


def leads_of(backtest_id: int, fate: Fate | None) -> Any:
    """Each with its lead; those that any of the two made an MQL, or of one fate."""
    query = select(BacktestLead.lead_id.label("id"), BacktestLead, Lead).join(Lead, Lead.id == BacktestLead.lead_id)
    query = query.where(BacktestLead.backtest_id == backtest_id)
    return query.where(BacktestLead.fate == fate) if fate else query


def batches(backtest_id: int, *, size: int) -> Iterator[Sequence[Any]]:
    """All of them in the order of their ids, so many at a time."""
    after = 0
    while True:
        query = leads_of(backtest_id, None).where(BacktestLead.lead_id > after)
        found = db.session.execute(query.order_by(BacktestLead.lead_id).limit(size)).all()
        if not found:
            return
        yield found
        after = found[-1].id


def first_of(backtest_id: int, fate: Fate, *, count: int = 8) -> Sequence[Any]:
    """As many as a glance takes, the latest leads first."""
    return db.session.execute(leads_of(backtest_id, fate).order_by(BacktestLead.lead_id.desc()).limit(count)).all()


def found(backtest_id: int) -> Backtest | None:
    return db.session.get(Backtest, backtest_id)
