"""Several processes, one timetable: each tick happens once, and soon again after the leader is gone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from threading import enumerate as threads

import apscheduler.schedulers.base
import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import select

from smarketing.db import db
from smarketing.jobs import scheduler as scheduler_module
from smarketing.jobs.schedule import Job
from smarketing.jobs.scheduler import Scheduler, start_embedded
from smarketing.models.runs import JobRun, SchedulerLease
from smarketing.wallclock import utc_now

ROOT = Path(__file__).resolve().parent.parent.parent
TTL, HEARTBEAT = 1.5, 0.3


class Ticks(list[float]):
    """The instants of the ticks of one scheduler."""

    def job(self, name: str = "tick") -> Job:
        return Job(name, self.note, timedelta(seconds=0.05), "Ticks")

    def note(self, *, now: datetime) -> int:
        self.append(time.monotonic())
        return 0


def eventually(holds: Callable[[], object], within: float = 5.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def start(app: Flask) -> Iterator[Callable[..., Scheduler]]:
    with ExitStack() as stack:

        def start(*jobs: Job) -> Scheduler:
            ttl, heartbeat = timedelta(seconds=TTL), timedelta(seconds=HEARTBEAT)
            started = Scheduler(app, jobs, ttl=ttl, heartbeat=heartbeat)
            started.start()
            stack.callback(started.stop)
            return started

        yield start


def test_of_two_schedulers_one_ticks_until_it_stops(app: Flask, start: Callable[..., Scheduler]) -> None:
    first, second = Ticks(), Ticks()
    leader = start(first.job())
    eventually(lambda: len(first) > 2)
    start(second.job())
    time.sleep(2 * HEARTBEAT)
    assert second == []
    leader.stop()
    stopped_at, count = time.monotonic(), len(first)
    eventually(lambda: len(second) > 2)
    assert len(first) == count
    assert second[0] - stopped_at < HEARTBEAT + 0.5
    with app.app_context():
        assert db.session.scalars(select(SchedulerLease)).one().token == 2


def test_a_job_that_fails_stops_neither_itself_nor_the_others(app: Flask, start: Callable[..., Scheduler]) -> None:
    healthy, failures = Ticks(), Ticks()

    def fail(*, now: datetime) -> int:
        failures.note(now=now)
        raise RuntimeError("broken")

    start(Job("broken", fail, timedelta(seconds=0.05), "Fails"), healthy.job())
    eventually(lambda: len(failures) > 2 and len(healthy) > 2)
    with app.app_context():
        assert db.session.scalar(select(JobRun.error).where(JobRun.job == "broken")) == "RuntimeError: broken"


def test_a_clock_set_back_by_two_hours_does_not_stop_the_timetable(
    start: Callable[..., Scheduler], monkeypatch: pytest.MonkeyPatch
) -> None:
    class SetBack(datetime):
        by = timedelta(0)

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return utc_now() - cls.by

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SetBack)
    monkeypatch.setattr(scheduler_module, "utc_now", SetBack.now)
    ticks = Ticks()
    start(ticks.job())
    eventually(lambda: len(ticks) > 2)
    SetBack.by = timedelta(hours=2)
    set_at = time.monotonic()
    eventually(lambda: ticks[-1] > set_at + 2 * HEARTBEAT)


# processes


class Process:
    """A candidate of its own process and what it prints."""

    def __init__(self, url: str, ticks: "Queue[int]") -> None:
        command = [
            sys.executable,
            str(ROOT / "tests" / "jobs" / "candidate.py"),
            url,
            str(TTL),
            str(HEARTBEAT),
        ]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
        self.id = self._process.pid
        self._reader = Thread(target=self._read, args=[ticks])
        self._reader.start()

    def _read(self, ticks: "Queue[int]") -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            ticks.put(int(line))

    def send(self, name: signal.Signals) -> None:
        self._process.send_signal(name)

    def end(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def ticks() -> "Queue[int]":
    return Queue()


@pytest.fixture
def processes(database_url: str, ticks: "Queue[int]") -> Iterator[dict[int, Process]]:
    started = [Process(database_url, ticks) for _ in range(2)]
    yield {process.id: process for process in started}
    for process in started:
        process.end()


def drained(ticks: "Queue[int]") -> list[int]:
    found = []
    while True:
        try:
            found.append(ticks.get_nowait())
        except Empty:
            return found


def another_than(leader: int, ticks: "Queue[int]", *, timeout: float = 10) -> int:
    """Who ticks next, whatever of the leader's is still on its way."""
    while (found := ticks.get(timeout=timeout)) == leader:
        pass
    return found


def hung(leader: int, processes: dict[int, Process], ticks: "Queue[int]") -> tuple[float, int]:
    """When the leader was made to hang, and who took over. One that hangs with SQLite's lock in its hand keeps
    everybody from writing, so it is let go and hung again.
    """
    for _attempt in range(5):
        hung_at = time.monotonic()
        processes[leader].send(signal.SIGSTOP)
        try:
            return hung_at, another_than(leader, ticks, timeout=2 * TTL + 1)
        except Empty:
            processes[leader].send(signal.SIGCONT)
            time.sleep(0.17)
    raise AssertionError("nobody took over")


def test_when_the_leader_is_killed_or_hangs_another_takes_over_within_the_lease(
    processes: dict[int, Process], ticks: "Queue[int]"
) -> None:
    first = ticks.get(timeout=60)
    time.sleep(3 * HEARTBEAT)
    assert set(drained(ticks)) == {first}

    hung_at, second = hung(first, processes, ticks)
    assert time.monotonic() - hung_at < TTL + HEARTBEAT + 1

    processes[first].send(signal.SIGCONT)
    time.sleep(3 * HEARTBEAT)
    assert set(drained(ticks)) == {second}, "the one that hung found out and let go"

    killed_at = time.monotonic()
    processes[second].send(signal.SIGKILL)
    processes[second].end()
    assert another_than(second, ticks) == first
    assert time.monotonic() - killed_at < TTL + HEARTBEAT + 1


# who starts one


def schedulers() -> list[Thread]:
    return [thread for thread in threads() if thread.name == "scheduler"]


def test_a_command_that_loads_the_application_starts_no_scheduler(app: Flask) -> None:
    group = FlaskGroup(create_app=lambda: app, add_default_commands=False)
    found = []

    @group.command("look", with_appcontext=False)
    def look() -> None:
        start_embedded(app)
        found.append(schedulers())

    with pytest.raises(SystemExit):
        group.main(["look"], prog_name="flask")
    assert found == [[]]


def test_a_server_starts_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = []
    monkeypatch.setattr(
        scheduler_module.multiprocessing.util,
        "Finalize",
        lambda _owner, stop, exitpriority: stops.append(stop),
    )

    @click.command()
    def server() -> None:
        start_embedded(app)

    server.main([], standalone_mode=False)
    assert len(schedulers()) == 1
    stops[0]()
    assert schedulers() == []
