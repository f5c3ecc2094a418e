"""Thousands of answers, twenty to each hand-off at the same moment, through a server of two workers and its scheduler:
one winner each, and everybody else is told who it was.

`SMARKETING_TEST_HANDOFFS=500` makes it ten thousand.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import NamedTuple

import pytest
from sqlalchemy import func, select, update

from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.importing import Row
from smarketing.domain.roles import Role
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import User
from smarketing.services import intake, tokens
from smarketing.wallclock import utc_now
from tests.cast import Cast, agree, person
from tests.conftest import Hands
from tests.services.desk import Db, start_selling, stop_selling

ROOT = Path(__file__).resolve().parent.parent.parent
HANDOFFS = int(os.environ.get("SMARKETING_TEST_HANDOFFS", "100"))
REPS, TOGETHER = 20, 25
PATIENCE = 300
"""Seconds that a slow machine is given for what takes none."""


class Answer(NamedTuple):
    handoff_id: int
    rep_id: int
    status: int
    detail: str | None


@pytest.fixture
def reps(session: Db, cast: Cast, hands: Hands) -> dict[int, str]:
    """Twenty of them, with the tokens of their systems."""
    hands.set(utc_now())
    agree(cast, hands.now)
    hired = [person(f"Rep{n} Lindgren", Role.SALES_REP, cast.saul.team, hands.now) for n in range(REPS)]
    session.add_all(hired)
    session.flush()
    return {rep.id: tokens.issue("faults", may_write=True, life=None, actor=rep, now=hands.now) for rep in hired}


@pytest.fixture
def waiting(session: Db, cast: Cast, reps: dict[int, str], hands: Hands) -> list[int]:
    """Hand-offs in the team's queue, for whoever is first."""
    are_hired = User.id.in_(reps)
    session.execute(update(User).where(are_hired).values(disabled_at=hands.now))
    stop_selling(cast, hands)
    facts = {"job_title": "Sales director", "country": "FR"}
    rows = [Row({"email": f"{n}@example.com", **facts}, engagements=[("demo_request", None)]) for n in range(HANDOFFS)]
    intake.take(rows, now=hands.now)
    session.execute(update(User).where(are_hired).values(disabled_at=None))
    start_selling(cast)
    session.commit()
    return list(session.scalars(select(Handoff.id).order_by(Handoff.id)))


@pytest.fixture
def port(database_url: str, tmp_path: Path) -> Iterator[int]:
    """Of a server as it is run in earnest."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = os.environ | {
        "SMARKETING_ENV": "test",
        "SMARKETING_DATABASE_URL": database_url,
        "SMARKETING_INSTANCE": str(tmp_path),
        "SMARKETING_LOG_LEVEL": "ERROR",
        "SECRET_KEY": "known to everybody who reads the tests",
    }
    granian = str(Path(sys.executable).with_name("granian"))
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 8 --no-log".split()
    server = subprocess.Popen([granian, *options, "wsgi:app"], cwd=ROOT, env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.1)


def answers_of(rep_id: int, token: str, *, port: int, handoff_ids: list[int], barrier: Barrier) -> Iterator[Answer]:
    """One rep after another hand-off, never far from the others."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for place, handoff_id in enumerate(handoff_ids):
        if place % TOGETHER == 0:
            barrier.wait(PATIENCE)
        path, headers = f"/api/v1/handoffs/{handoff_id}/acceptance", {"Authorization": f"Bearer {token}"}
        connection.request("POST", path, headers=headers)
        answer = connection.getresponse()
        yield Answer(handoff_id, rep_id, answer.status, json.loads(answer.read()).get("detail"))
    connection.close()


def test_of_twenty_who_answer_at_once_one_wins_and_the_others_are_told_who(
    session: Db, reps: dict[int, str], waiting: list[int], port: int
) -> None:
    barrier = Barrier(REPS)
    names = dict(session.execute(select(User.id, User.name)).all())
    session.commit()

    def answer_all(rep_id: int, token: str) -> list[Answer]:
        return list(answers_of(rep_id, token, port=port, handoff_ids=waiting, barrier=barrier))

    with ThreadPoolExecutor(REPS) as pool:
        answered = [pool.submit(answer_all, rep_id, token) for rep_id, token in reps.items()]
        answers = [answer for each in answered for answer in each.result()]
    assert Counter(answer.status for answer in answers) == {200: HANDOFFS, 409: HANDOFFS * (REPS - 1)}
    winners = {answer.handoff_id: answer.rep_id for answer in answers if answer.status == 200}
    assert sorted(winners) == waiting
    assert len(set(winners.values())) > 1, "they were at it together"
    for answer in answers:
        assert answer.status == 200 or f"{names[winners[answer.handoff_id]]} was quicker" in str(answer.detail)
    session.rollback()
    told = select(Disposition.handoff_id, Disposition.actor_id).where(Disposition.kind == DispositionKind.ACCEPTED)
    assert sorted(map(tuple, session.execute(told))) == sorted(winners.items())
    assert dict(map(tuple, session.execute(select(Handoff.id, Handoff.owner_id)))) == winners
    accepted = session.scalars(select(Event.subject_id).where(Event.name == "handoff.accepted"))
    assert sorted(accepted) == waiting
    assert session.scalar(select(func.count(Clock.id))) == 2 * HANDOFFS, "one decision is owed for each"
