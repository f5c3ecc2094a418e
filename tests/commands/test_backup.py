"""`flask backup`: a copy of a database in use, checked, and back."""

from pathlib import Path
from stat import S_IMODE

import pytest
from flask import Flask
from sqlalchemy import insert, select

from smarketing.db import db, transaction
from smarketing.models.runs import JobRun
from smarketing.wallclock import utc_now
from tests.commands.conftest import Command


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def leave_run(app: Flask, name: str) -> None:
    with app.app_context(), transaction():
        db.session.execute(insert(JobRun).values(job=name, holder="here:1", started_at=utc_now()))


def jobs(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(JobRun.job).order_by(JobRun.id)))


def test_what_was_copied_comes_back(flask: Command, app: Flask, file: Path) -> None:
    leave_run(app, "before")
    created = flask("backup", "create", str(file))
    assert created.exit_code == 0, created.output
    leave_run(app, "after")
    restored = flask("backup", "restore", str(file), "--replace")
    assert restored.exit_code == 0, restored.output
    assert jobs(app) == ["before"]


def test_a_copy_is_of_one_instant_while_somebody_writes(flask: Command, app: Flask, file: Path) -> None:
    leave_run(app, "committed")
    with app.app_context():
        db.session.execute(insert(JobRun).values(job="open", holder="here:1", started_at=utc_now()))
        result = flask("backup", "create", str(file))
        db.session.rollback()
    assert result.exit_code == 0, result.output
    flask("backup", "restore", str(file), "--replace")
    assert jobs(app) == ["committed"]


def test_a_copy_is_for_its_owner_only(flask: Command, file: Path) -> None:
    flask("backup", "create", str(file))
    assert S_IMODE(file.stat().st_mode) == 0o600


def test_a_copy_never_replaces_a_file(flask: Command, file: Path) -> None:
    file.write_text("precious")
    assert flask("backup", "create", str(file)).exit_code == 1
    assert file.read_text() == "precious"


def test_a_database_in_use_is_not_replaced_by_accident(flask: Command, app: Flask, file: Path) -> None:
    flask("backup", "create", str(file))
    leave_run(app, "after")
    assert flask("backup", "restore", str(file)).exit_code == 1
    assert jobs(app) == ["after"]


def test_a_sound_copy_is_described(flask: Command, file: Path) -> None:
    flask("backup", "create", str(file))
    result = flask("backup", "verify", str(file))
    assert result.exit_code == 0
    assert "0 leads" in result.output
    assert "sound" in result.output


def test_a_damaged_copy_is_refused(flask: Command, app: Flask, file: Path) -> None:
    leave_run(app, "kept")
    flask("backup", "create", str(file))
    with file.open("r+b") as content:
        content.seek(3 * 4096)
        content.write(b"\xff" * 4096)
    for command in (["verify", str(file)], ["restore", str(file), "--replace"]):
        assert flask("backup", *command).exit_code == 1
    assert jobs(app) == ["kept"]


def test_another_file_is_refused(flask: Command, file: Path) -> None:
    file.write_text("not a database at all, but long enough to look at")
    result = flask("backup", "verify", str(file))
    assert result.exit_code == 1
    assert "is not a Smarketing database" in result.output


@pytest.mark.parametrize("database", ["postgresql"])
def test_one_is_sent_to_its_own_tools(flask: Command, file: Path) -> None:
    result = flask("backup", "create", str(file))
    assert result.exit_code == 1
    assert "pg_dump" in result.output
    assert not file.exists()
