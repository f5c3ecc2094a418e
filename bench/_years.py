"""A company with the same flow of leads, a week or two years of it: what stands open is alike, the history is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import select, update

from bench import _leads
from smarketing.db import db, is_postgresql, transaction
from smarketing.demo import negotiations, seeding
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.tallies import DUE, Cohort
from smarketing.services import agreements, intake, tallies

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
LEADS_A_DAY = 140
BATCH = 70
OPEN = 100
"""Hand-offs that sales has yet to answer, the newest, whatever the history behind them."""


def live(count: int) -> None:
    """Leads come in, are scored and handed off until NOW, in an empty database."""
    step = timedelta(days=1) / LEADS_A_DAY
    begin = NOW - count * step
    _agree(begin - timedelta(days=20))
    rows = _distinct(count)
    for start in range(0, count, BATCH):
        arrivals = [begin + number * step for number in range(start, min(start + BATCH, count))]
        with transaction():
            batch = [_row(cells, at) for cells, at in zip(islice(rows, len(arrivals)), arrivals, strict=True)]
            intake.take(batch, now=arrivals[-1])
    _settle()


def _distinct(count: int) -> Iterator[tuple[str, ...]]:
    seen: set[str] = set()
    for cells in _leads.rows(count * 2):
        if cells[0] not in seen:
            seen.add(cells[0])
            yield cells


def _row(cells: tuple[str, ...], at: datetime) -> Row:
    facts = {name: text for name, text in zip(_leads.COLUMNS[:10], cells[:10], strict=True) if text}
    has_engaged = bool(cells[-1])
    return Row(facts, {"industry": cells[10]}, [("demo_request", at)] if has_engaged else (), arrived_at=at)


def _agree(at: datetime) -> None:
    with transaction():
        seeding.hire(now=at)
    with transaction():
        negotiations.agree(seeding.agreement(), effective_at=at + timedelta(days=4), now=at)
    with transaction():
        agreements.put_due_versions_in_force(now=at + timedelta(days=5))


def _settle() -> None:
    """Answer what is old in one stroke: lost after an hour, within the time allowed."""
    newest = select(Handoff.id).order_by(Handoff.offered_at.desc(), Handoff.id.desc()).limit(OPEN)
    is_old = Handoff.id.not_in(newest.scalar_subquery())
    old = select(Handoff.id).where(is_old)
    leads = select(Handoff.lead_id).where(is_old)
    with transaction():
        closed = {"state": HandoffState.LOST, "closed_at": Handoff.offered_at, "answered_at": Handoff.offered_at}
        met = {"outcome": Outcome.MET, "stopped_at": Clock.started_at, "elapsed_seconds": Clock.id % 14000}
        _update(update(Clock).where(Clock.handoff_id.in_(old)).values(met))
        _update(
            update(Lead).where(Lead.id.in_(leads)).values(stage=Stage.LOST, sal_at=Lead.mql_at, lost_at=Lead.mql_at)
        )
        _update(update(Handoff).where(Handoff.id.in_(old)).values(closed))
        for kind, column in ((Cohort.ARRIVED, Lead.arrived_on), (Cohort.MQL, Lead.mql_on), (DUE, Clock.due_on)):
            tallies.mark_stale(kind, db.session.scalars(select(column).distinct()))
    while True:
        with transaction():
            if not tallies.recount_stale(limit=500):
                break
    if is_postgresql():  # as its autovacuum does within minutes
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()


def _update(statement: object) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
