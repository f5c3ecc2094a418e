"""Marked days are counted in bounded portions."""

from datetime import date, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import transaction
from smarketing.domain.importing import Row
from smarketing.jobs import close_days
from smarketing.models.tallies import Cohort, FunnelDay, StaleDay
from smarketing.services import intake, tallies
from tests.cast import Cast
from tests.conftest import Hands


def test_a_run_counts_a_bounded_number_of_days_and_the_next_one_the_rest(
    session: scoped_session[Session], hands: Hands
) -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(close_days.DAYS_A_RUN + 30)]
    with transaction():
        session.execute(insert(StaleDay), [{"kind": Cohort.ARRIVED, "day_on": day} for day in days])
    assert close_days.run(now=hands.now) == close_days.DAYS_A_RUN
    assert close_days.run(now=hands.now) == 30
    assert close_days.run(now=hands.now) == 0
    assert session.scalar(select(func.count()).select_from(StaleDay)) == 0


def test_run_late_and_twice_it_closes_each_day_once_with_the_same_numbers(
    session: scoped_session[Session], agreed: Cast, hands: Hands
) -> None:
    asked = [Row({"email": f"p{number}@example.com"}, arrived_at=hands.now) for number in range(3)]
    intake.take(asked, now=hands.now)
    session.commit()
    hands.turn(days=40)
    assert close_days.run(now=hands.now) == 1
    closed = session.execute(select(FunnelDay.day_on, FunnelDay.leads)).all()
    assert close_days.run(now=hands.turn(days=1)) == 0
    assert session.execute(select(FunnelDay.day_on, FunnelDay.leads)).all() == closed == [(date(2026, 3, 2), 3)]


def test_a_count_that_is_rolled_back_leaves_its_mark(session: scoped_session[Session], hands: Hands) -> None:
    with transaction():
        tallies.mark_stale(Cohort.ARRIVED, [date(2026, 3, 2)])
    tallies.recount_stale()
    session.rollback()
    assert close_days.run(now=hands.now) == 1
