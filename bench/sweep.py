"""Noticing breaches: a sweep with 1,000 clocks due among few or many open ones, an idle one, and how late it comes.

    python3 manage.py bench sweep [KIND] [MOST_CLOCKS]

Each breach is claimed, told to the owner and the managers, journalled, and its day marked to be counted again. The
bound is one UPDATE by the same partial index, taken back afterwards. The goals: among a million at most 1.3 × the time
among ten thousand; of 100,000 open clocks, 99 in 100 breaches are noticed within 5 s (PostgreSQL) or 10 s (SQLite) of
their due instant, by the scheduler as it runs in a web worker.
"""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, cycle, repeat
from statistics import median, quantiles
from time import perf_counter

from flask import Flask
from sqlalchemy import func, select, update

from bench import _year
from bench._databases import KINDS, application
from bench._years import NOW
from smarketing.db import bulk_insert, db, is_postgresql, next_ids, transaction
from smarketing.demo import negotiations, seeding
from smarketing.domain.event_names import EventName
from smarketing.domain.periods import local_day
from smarketing.domain.sla_clock import Outcome
from smarketing.jobs import sweep_breaches
from smarketing.jobs.schedule import BY_NAME
from smarketing.jobs.scheduler import Scheduler
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import agreements
from smarketing.services.agreements import Force
from smarketing.wallclock import utc_now

DUE = 1_000
ROUNDS = 5
SIZES = (10_000, 100_000, 1_000_000)
FAR = timedelta(days=300)
WATCHED = 100_000
WATCH = timedelta(seconds=40)
LATEST = {"sqlite": 10.0, "postgresql": 5.0}


def main() -> None:
    kinds = [kind for kind in sys.argv[1:] if kind in KINDS] or KINDS
    most = next((int(each) for each in sys.argv[1:] if each.isdecimal()), SIZES[-1])
    for kind in kinds:
        first = None
        for count in (size for size in SIZES if size <= most):
            with application(kind, WALLCLOCK=lambda: NOW):
                open_clocks(
                    count, due=[NOW + (1 + number // DUE) * timedelta(hours=1) for number in range(ROUNDS * DUE)]
                )
                first = tell(kind, count, first)
        with application(kind) as app:
            watch(app, kind)


def tell(kind: str, count: int, first: float | None) -> float:
    idle = median(timed(NOW) for _ in range(ROUNDS))
    bound = median(updated(_after(1)) for _ in range(ROUNDS))
    took = median(timed(_after(round), finds=DUE) for round in range(1, ROUNDS + 1))
    growth = took / (first or took)
    kept = "kept" if growth <= 1.3 else "MISSED"
    print(
        f"{kind}: {DUE:,} due among {count:,}: {took * 1e3:.0f} ms, {took / bound:.1f} × the bound, growth {growth:.2f}"
        f" (goal 1.3: {kept}); idle {idle * 1e3:.2f} ms"
    )
    return first or took


def _after(round: int) -> datetime:
    """When another thousand has run out."""
    return NOW + timedelta(hours=round, seconds=1)


def timed(now: datetime, *, finds: int = 0) -> float:
    began = perf_counter()
    found = sweep_breaches.run(now=now)
    seconds = perf_counter() - began
    if found != finds:
        raise SystemExit(f"The sweep found {found} clocks instead of {finds}.")
    return seconds


def updated(now: datetime) -> float:
    is_due = (Clock.outcome == Outcome.RUNNING, Clock.due_at < now)
    began = perf_counter()
    db.session.execute(update(Clock).where(*is_due).values(outcome=Outcome.BREACHED))
    seconds = perf_counter() - began
    db.session.rollback()
    return seconds


def open_clocks(count: int, *, due: list[datetime]) -> None:
    """So many running clocks: the first are due at these instants, the others in some months."""
    begin = min(due) - timedelta(days=2)
    with transaction():
        seeding.hire(now=begin - FAR)
    with transaction():
        negotiations.agree(seeding.agreement(), effective_at=begin - timedelta(days=100), now=begin - FAR)
    with transaction():
        agreements.put_due_versions_in_force(now=begin)
    with transaction():
        _write(count, begin, due)
    if is_postgresql():  # as its autovacuum does within minutes
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()


def _write(count: int, begin: datetime, due: list[datetime]) -> None:
    force = agreements.in_force()
    assert force
    owners = [*db.session.scalars(select(User.id).where(User.role == "sales_rep"))]
    ids = zip(
        *(next_ids(model, count) for model in (Lead, Handoff, Clock)), cycle(owners), _due(due, begin + FAR, count)
    )
    rows = [_rows(*each, begin, force) for each in ids]
    bulk_insert(Lead, _year.LEAD + _year.MILESTONES, [lead for lead, _, _ in rows])
    bulk_insert(Handoff, _year.HANDOFF, [handoff for _, handoff, _ in rows])
    bulk_insert(Clock, _year.CLOCK, [clock for _, _, clock in rows])


def _rows(
    lead: int, handoff: int, clock: int, owner: int, due_at: datetime, begin: datetime, force: Force
) -> tuple[_year.Row, _year.Row, _year.Row]:
    way, zone = _year.Way(begin, begin, None, None, None), force.terms.zone
    instants = (begin, due_at + FAR, due_at, local_day(due_at, zone))
    return (
        _year.lead_row(lead, way, owner, "", zone),
        _year.handoff_row(handoff, lead, way, owner, force.version_id),
        (clock, handoff, lead, force.version_id, "first-answer", owner, "running", *instants, None, None, "sales", 1),
    )


def _due(first: list[datetime], later: datetime, count: int) -> Iterator[datetime]:
    return chain(first, repeat(later, count - len(first)))


def watch(app: Flask, kind: str) -> None:
    """How long after its due instant each breach can be read by others, under the scheduler itself."""
    step = WATCH / DUE
    begin = utc_now() + timedelta(seconds=60)
    open_clocks(WATCHED, due=[begin + number * step for number in range(DUE)])
    scheduler = Scheduler(app, [BY_NAME["sweep_breaches"]])
    time.sleep(max((begin - utc_now()).total_seconds(), 0))
    scheduler.start()
    lateness: list[float] = []
    last = 0
    while len(lateness) < DUE and utc_now() < begin + 3 * WATCH:
        is_new = (Event.id > last, Event.name == EventName.CLOCK_BREACHED)
        rows = db.session.execute(select(Event.id, Event.occurred_at).where(*is_new).order_by(Event.id)).all()
        db.session.rollback()
        seen_at = utc_now()
        lateness += [(seen_at - due_at).total_seconds() for _id, due_at in rows]
        last = rows[-1][0] if rows else last
        time.sleep(0.1)
    scheduler.stop()
    open_count = db.session.scalar(select(func.count()).where(Clock.outcome == Outcome.RUNNING))
    worst = quantiles(lateness, n=100)[98]
    kept = "kept" if len(lateness) == DUE and worst <= LATEST[kind] else "MISSED"
    print(
        f"{kind}: {len(lateness):,} breaches over {WATCH.seconds} s among {open_count:,} open clocks: noticed after"
        f" {median(lateness):.1f} s, 99 in 100 within {worst:.1f} s (goal {LATEST[kind]:.0f} s: {kept})"
    )


if __name__ == "__main__":
    main()
