"""Marked days are counted in bounded portions."""

from datetime import date, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import transaction
from smarketing.jobs import close_days
from smarketing.models.tallies import Cohort, StaleDay
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
