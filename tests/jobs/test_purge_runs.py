"""Old runs are forgotten; what did something is kept longer than what did not."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import transaction
from smarketing.jobs import purge_runs
from smarketing.models.runs import JobRun
from tests.conftest import Hands


@pytest.mark.parametrize(
    ("age", "count", "is_kept"),
    [
        (timedelta(minutes=59), 0, True),
        (timedelta(minutes=61), 0, False),
        (timedelta(minutes=61), 1, True),
        (timedelta(minutes=61), None, True),
        (timedelta(days=6, hours=23), None, True),
        (timedelta(days=7, minutes=1), 1, False),
        (timedelta(days=7, minutes=1), None, False),
    ],
)
def test_a_run_is_kept_while_it_may_be_of_use(
    session: scoped_session[Session], hands: Hands, age: timedelta, count: int | None, is_kept: bool
) -> None:
    with transaction():
        session.execute(insert(JobRun).values(job="tick", holder="here:1", started_at=hands.now - age, count=count))
    assert purge_runs.run(now=hands.now) == (not is_kept)
    assert bool(session.scalar(select(JobRun.id))) == is_kept
