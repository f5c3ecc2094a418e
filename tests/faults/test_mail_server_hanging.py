"""A mail server takes the call and says nothing: letters wait, and nothing else does."""

import time
from collections.abc import Callable
from datetime import timedelta
from socket import create_server
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from smarketing.domain.letters import LetterState
from smarketing.domain.reach import Choice, Reach, Topic
from smarketing.domain.sla_clock import Outcome
from smarketing.jobs import schedule
from smarketing.jobs.scheduler import Scheduler
from smarketing.models.clocks import Clock
from smarketing.models.letters import Letter
from smarketing.services import reach, routing
from tests.cast import Cast
from tests.conftest import Hands
from tests.faults import reckoning
from tests.services.desk import Db, hand_off, other

PATIENCE = 30.0
TIMETABLE = [
    schedule.BY_NAME[name]._replace(every=timedelta(seconds=0.2)) for name in ("deliver_letters", "sweep_breaches")
]


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


def test_what_is_due_is_seen_while_a_letter_waits_for_the_server(
    app: Flask, session: Db, agreed: Cast, hands: Hands
) -> None:
    handed = hand_off(session, hands)
    taker = other(agreed, handed)
    always = Reach("Europe/Paris", 0, 0, frozenset(), choices={Topic.GIVEN: Choice.AT_ONCE})
    reach.settle(taker, always, now=hands.now)
    routing.reassign([handed.id], owner_id=taker.id, actor=agreed.sasha, now=hands.now)
    session.commit()
    with create_server(("127.0.0.1", 0)) as silent:
        app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=silent.getsockname()[1], SMTP_SECURITY="none",
                          SMTP_FROM="notices@smarketing.example", SMTP_TIMEOUT=2)  # fmt: skip
        scheduler = Scheduler(app, TIMETABLE)
        scheduler.start()
        try:
            eventually(lambda: seen(session, Letter.attempt_count) == [1])
            hands.turn(hours=9)
            eventually(lambda: seen(session, Clock.outcome) == [Outcome.BREACHED])
            assert seen(session, Letter.attempt_count)[0] == 1, "the letter still hangs"
        finally:
            scheduler.stop()
    assert set(seen(session, Letter.state)) == {LetterState.WAITING}, "nothing is lost or taken as sent"
    assert reckoning.of_clocks(now=hands.now) == []


def seen(session: Db, column: Any) -> list[Any]:
    """What is stored by now; the database is let go of at once."""
    found = session.scalars(select(column)).all()
    session.rollback()
    return list(found)


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)
