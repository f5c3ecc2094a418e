"""Who leads: one candidate at a time, by the clock of the database."""

import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from smarketing.db import database_now, db, transaction
from smarketing.jobs.lease import Lease
from smarketing.models.runs import SchedulerLease

SHORT = timedelta(milliseconds=80)


def row(app: Flask) -> SchedulerLease:
    with app.app_context():
        return db.session.scalars(select(SchedulerLease)).one()


def test_the_first_candidate_leads_and_the_second_does_not(app: Flask) -> None:
    first, second = Lease(app), Lease(app)
    assert first.renew()
    assert not second.renew()
    assert first.is_held
    assert not second.is_held


def test_of_many_candidates_at_one_moment_one_leads(app: Flask) -> None:
    candidates = [Lease(app) for _ in range(6)]
    barrier = Barrier(len(candidates))

    def bid(lease: Lease) -> None:
        barrier.wait()
        lease.renew()

    threads = [Thread(target=bid, args=[lease]) for lease in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease.is_held for lease in candidates) == 1


def test_a_renewal_keeps_token_and_start(app: Flask) -> None:
    lease = Lease(app)
    lease.renew()
    before = row(app)
    time.sleep(0.01)
    assert lease.renew()
    after = row(app)
    assert (after.token, after.held_since) == (before.token, before.held_since)
    assert after.expires_at > before.expires_at


def test_an_expired_lease_is_taken_over_under_a_greater_token(app: Flask) -> None:
    dead, heir = Lease(app, ttl=SHORT), Lease(app)
    dead.renew()
    time.sleep(0.15)
    assert heir.renew()
    assert not dead.is_held
    assert not dead.renew()
    assert (row(app).holder, row(app).token) == (heir.holder, 2)


def test_a_holder_that_hung_knows_by_its_own_clock_before_the_database_lets_another_in(app: Flask) -> None:
    seconds = 100.0
    lease = Lease(app, ttl=timedelta(seconds=12), monotonic=lambda: seconds)
    lease.renew()
    seconds += 11.9
    assert lease.is_held
    seconds += 0.1
    assert not lease.is_held


def test_who_stops_lets_another_lead_at_once(app: Flask) -> None:
    first, second = Lease(app), Lease(app)
    first.renew()
    first.release()
    assert not first.is_held
    assert second.renew()
    assert row(app).token == 2


def test_only_the_holder_can_release(app: Flask) -> None:
    first, second = Lease(app), Lease(app)
    first.renew()
    second.release()
    assert not second.renew()


@pytest.mark.parametrize(("ahead", "is_free"), [(timedelta(seconds=20), False), (timedelta(hours=2), True)])
def test_a_clock_set_back_does_not_leave_the_timetable_without_a_leader(
    app: Flask, ahead: timedelta, is_free: bool
) -> None:
    Lease(app).renew()
    with app.app_context(), transaction():
        db.session.execute(update(SchedulerLease).values(expires_at=database_now() + ahead))
    assert Lease(app).renew() is is_free
