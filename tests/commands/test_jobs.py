"""`flask jobs`: the timetable at the prompt."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from smarketing.db import db
from smarketing.jobs import schedule
from smarketing.models.runs import JobRun
from smarketing.reports import readiness
from tests.commands.conftest import Command

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60
"""Seconds that a process may take on a busy machine."""


def test_the_timetable_is_listed(flask: Command) -> None:
    words = flask("jobs", "list").output
    assert [line.split()[0] for line in words.splitlines()] == [job.name for job in schedule.TIMETABLE]


def test_a_job_is_run_once(flask: Command, app: Flask) -> None:
    result = flask("jobs", "once", "sweep_breaches")
    assert (result.exit_code, result.output) == (0, "sweep_breaches: 0\n")
    with app.app_context():
        assert db.session.scalars(select(JobRun.job)).all() == ["sweep_breaches"]


def test_an_unknown_job_is_refused(flask: Command) -> None:
    assert flask("jobs", "once", "count_sheep").exit_code == 2


def test_a_job_that_fails_says_so(flask: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, now: object) -> int:
        raise ValueError("broken")

    monkeypatch.setitem(schedule.BY_NAME, "purge_runs", schedule.BY_NAME["purge_runs"]._replace(run=fail))
    result = flask("jobs", "once", "purge_runs")
    assert result.exit_code == 1
    assert "purge_runs failed: ValueError: broken" in result.output


def test_a_process_of_its_own_leads_and_lets_go_when_told_to_stop(app: Flask, database_url: str) -> None:
    environment = {
        "SMARKETING_ENV": "test",
        "SMARKETING_DATABASE_URL": database_url,
        "SMARKETING_SCHEDULER": "separate",
        "SECRET_KEY": app.config["SECRET_KEY"],
        "PYTHONPATH": ":".join(sys.path),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            wait_for_leader(app)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            process.kill()
    assert leader(app) is None


def wait_for_leader(app: Flask) -> None:
    deadline = time.monotonic() + PATIENCE
    while leader(app) is None:
        assert time.monotonic() < deadline, "nobody took the lead"
        time.sleep(0.05)


def leader(app: Flask) -> str | None:
    with app.app_context():
        found = readiness.leader()
        return found.holder if found else None
