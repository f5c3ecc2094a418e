"""`flask doctor`: what it finds, and what it makes of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, text, update

from smarketing.commands import doctor
from smarketing.commands.doctor import has_reset_fault
from smarketing.db import db, transaction
from smarketing.jobs.lease import Lease
from smarketing.models.runs import JobRun
from smarketing.wallclock import utc_now
from tests.commands.conftest import Command
from tests.conftest import application
from tests.post_office import opened


def line(output: str, subject: str) -> str:
    return next(line for line in output.splitlines() if line.split()[1] == subject)


def test_a_healthy_installation_passes(flask: Command, app: Flask) -> None:
    app.config["SCHEDULER"] = "embedded"
    Lease(app).renew()
    result = flask("doctor")
    assert result.exit_code == 0, result.output
    assert not [line for line in result.output.splitlines() if line.startswith("fail")]
    assert line(result.output, "scheduler").startswith("ok")


def test_a_missing_scheduler_fails_where_one_is_expected(flask: Command, app: Flask) -> None:
    app.config["SCHEDULER"] = "separate"
    result = flask("doctor")
    assert result.exit_code == 1
    assert line(result.output, "scheduler").startswith("fail")


def test_a_scheduler_switched_off_is_a_warning(flask: Command) -> None:
    result = flask("doctor")
    assert result.exit_code == 0
    assert line(result.output, "scheduler").startswith("warn")


def test_a_misspelt_scheduler_fails(flask: Command, app: Flask) -> None:
    app.config["SCHEDULER"] = "of"
    assert flask("doctor").exit_code == 1


def test_a_mail_server_is_tried(flask: Command, app: Flask) -> None:
    assert line(flask("doctor").output, "mail").startswith("warn")
    with opened() as office:
        app.config.update(office.settings)
        assert line(flask("doctor").output, "mail").startswith("ok")
    closed = flask("doctor")
    assert closed.exit_code == 1
    assert "cannot be used: ConnectionRefusedError" in line(closed.output, "mail")


def test_a_weak_secret_fails(flask: Command, app: Flask) -> None:
    app.config["SECRET_KEY"] = "a" * 40
    result = flask("doctor")
    assert result.exit_code == 1
    assert line(result.output, "secret").startswith("fail")


def test_a_folder_for_uploads_that_cannot_be_made_fails(flask: Command, app: Flask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    app.config["UPLOADS"] = str(tmp_path / "file" / "uploads")
    result = flask("doctor")
    assert result.exit_code == 1
    assert line(result.output, "uploads").startswith("fail")


def test_pending_migrations_fail_and_say_what_to_do(flask: Command, app: Flask) -> None:
    with app.app_context(), transaction():
        revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        db.session.execute(text("DELETE FROM alembic_version"))
    try:
        result = flask("doctor")
    finally:
        with app.app_context(), transaction():
            db.session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    assert result.exit_code == 1
    assert "run `flask db upgrade`" in line(result.output, "migrations")


def test_a_wrong_clock_fails(flask: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "utc_now", lambda: utc_now() + timedelta(minutes=3))
    result = flask("doctor")
    assert result.exit_code == 1
    assert "180 s apart" in line(result.output, "clock")


def test_a_job_that_failed_lately_is_a_warning(flask: Command, app: Flask) -> None:
    with app.app_context(), transaction():
        started = utc_now() - timedelta(hours=2)
        failed = {
            "job": "run_imports",
            "holder": "here:1",
            "started_at": started,
            "error": "ValueError: broken",
        }
        db.session.execute(insert(JobRun), [failed, failed])
    assert "run_imports has failed in the last day: 2 on record" in line(flask("doctor").output, "jobs")
    with app.app_context(), transaction():
        db.session.execute(update(JobRun).values(started_at=utc_now() - timedelta(hours=25)))
    assert line(flask("doctor").output, "jobs").startswith("ok")


def test_a_database_out_of_reach_fails(tmp_path: Path) -> None:
    app = application(f"sqlite:///{tmp_path}/nowhere/smarketing.db", UPLOADS=str(tmp_path))
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    assert "cannot be reached" in line(result.output, "database")


@pytest.mark.parametrize(
    ("version", "is_at_fault"),
    [
        ((3, 40, 1), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
    ],
)
def test_the_releases_of_sqlite_with_the_fault_are_known(version: tuple[int, ...], is_at_fault: bool) -> None:
    assert has_reset_fault(version) is is_at_fault
