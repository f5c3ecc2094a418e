"""A year of leads, few or many, written straight into the tables: facts alone, then the roll-ups over them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select

from bench._leads import SOURCES
from bench._years import NOW
from smarketing.db import bulk_insert, db, is_postgresql, next_ids, transaction
from smarketing.demo import negotiations, seeding
from smarketing.domain import sla_clock
from smarketing.domain.calendars import compiled
from smarketing.domain.periods import local_day
from smarketing.domain.terms_clocks import ClockClause
from smarketing.jobs import close_days
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import DUE, Cohort
from smarketing.services import agreements, tallies
from smarketing.services.agreements import Force

YEAR = timedelta(days=365)
LEAD = "id external_id source custom search_text stage cycle is_held edition arrived_at arrived_on recorded_at".split()
MILESTONES = "mql_at mql_on sal_at sql_at won_at owner_id".split()
HANDOFF = "id lead_id cycle agreement_version_id owner_id state mql_at offered_at answered_at edition".split()
CLOCK = (
    "id handoff_id lead_id agreement_version_id clause_id owner_id outcome started_at at_risk_at due_at due_on"
    " stopped_at elapsed_seconds side part"
).split()
Row = tuple[Any, ...]


class Way(NamedTuple):
    """How far one lead came; None where it did not, or has not yet."""

    arrived_at: datetime
    mql_at: datetime | None
    sal_at: datetime | None
    sql_at: datetime | None
    won_at: datetime | None

    @property
    def stage(self) -> str:
        reached = zip(("won", "sql", "sal", "mql"), (self.won_at, self.sql_at, self.sal_at, self.mql_at), strict=True)
        return next((stage for stage, at in reached if at), "inquiry")


def live(count: int) -> None:
    with transaction():
        seeding.hire(now=NOW - 2 * YEAR)
    with transaction():
        negotiations.agree(seeding.agreement(), effective_at=NOW - YEAR - timedelta(days=9), now=NOW - 2 * YEAR)
    with transaction():
        agreements.put_due_versions_in_force(now=NOW)
    with transaction():
        _write(count)
    with transaction():
        for kind, column in ((Cohort.ARRIVED, Lead.arrived_on), (Cohort.MQL, Lead.mql_on), (DUE, Clock.due_on)):
            tallies.mark_stale(kind, db.session.scalars(select(column).distinct()))
    while close_days.run(now=NOW):
        pass
    if is_postgresql():  # as its autovacuum does within minutes
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()


def _write(count: int) -> None:
    random, force = Random(20260305), agreements.in_force()
    assert force
    reps = [*db.session.scalars(select(User.id).where(User.role == "sales_rep").order_by(User.id))]
    ways = [_way(random) for _ in range(count)]
    zone, owners = force.terms.zone, [random.choice(reps) if way.mql_at else None for way in ways]
    leads = list(zip(next_ids(Lead, count), ways, owners, strict=True))
    bulk_insert(Lead, LEAD + MILESTONES, [lead_row(*lead, random.choice(SOURCES), zone) for lead in leads])
    mqls = [lead for lead in leads if lead[1].mql_at]
    handoffs = list(zip(next_ids(Handoff, len(mqls)), mqls, strict=True))
    bulk_insert(Handoff, HANDOFF, [handoff_row(number, *lead, force.version_id) for number, lead in handoffs])
    clocks = [clock for number, lead in handoffs for clock in _clocks(number, lead, force, random)]
    ids = next_ids(Clock, len(clocks))
    bulk_insert(Clock, CLOCK, [(number, *clock) for number, clock in zip(ids, clocks, strict=True)])


def _way(random: Random) -> Way:
    at: datetime | None = NOW - YEAR + timedelta(seconds=random.randrange(int(YEAR.total_seconds())))
    reached: list[datetime | None] = [at]
    for share, hours in ((0.3, 24), (0.7, 9), (0.6, 90), (0.3, 900)):
        if at is not None:
            at += timedelta(seconds=random.randrange(hours * 3600))
            at = at if random.random() < share and at < NOW else None
        reached.append(at)
    return Way(*reached)  # type: ignore[arg-type]


def lead_row(number: int, way: Way, owner_id: int | None, source: str, zone: str) -> Row:
    known = (number, f"L{number}", source or None, "{}", "", way.stage, 1 if way.mql_at else 0, False, 1)
    came = (way.arrived_at, local_day(way.arrived_at, zone), way.arrived_at)
    mql_on = local_day(way.mql_at, zone) if way.mql_at else None
    return *known, *came, way.mql_at, mql_on, way.sal_at, way.sql_at, way.won_at, owner_id


def handoff_row(number: int, lead_id: int, way: Way, owner_id: int | None, version_id: int) -> Row:
    state = {"mql": "offered", "sal": "accepted", "sql": "confirmed"}.get(way.stage, "won")
    return number, lead_id, 1, version_id, owner_id, state, way.mql_at, way.mql_at, way.sal_at, 1


def _clocks(handoff_id: int, lead: tuple[int, Way, int | None], force: Force, random: Random) -> Iterator[Row]:
    """Most are answered; of a hundred one never is, and what began of late still runs."""
    lead_id, way, owner_id = lead
    for clause, started_at, stopped_at in (
        (force.terms.clock("first-answer"), way.mql_at, way.sal_at),
        (force.terms.clock("sql-decision"), way.sal_at, way.sql_at),
    ):
        if started_at:
            given_up = started_at + timedelta(days=2) if random.random() < 0.98 else None
            of_lead = (handoff_id, lead_id, force.version_id, clause.id, owner_id)
            yield *of_lead, *_measured(clause, force, started_at, stopped_at or given_up)


def _measured(clause: ClockClause, force: Force, started_at: datetime, stopped_at: datetime | None) -> Row:
    calendar = compiled(force.terms.calendar(clause.calendar))
    at_risk_at, due_at, _limit_at = sla_clock.schedule(clause, calendar, started_at)
    seconds = None
    if stopped_at is not None and stopped_at < NOW:
        outcome = sla_clock.outcome(due_at, stopped_at)
        seconds = int(calendar.elapsed(started_at, stopped_at).total_seconds())
    else:
        outcome, stopped_at = sla_clock.Outcome.RUNNING if due_at >= NOW else sla_clock.Outcome.BREACHED, None
    due_on = local_day(due_at, force.terms.zone)
    return outcome.value, started_at, at_risk_at, due_at, due_on, stopped_at, seconds, clause.side.value, 1
