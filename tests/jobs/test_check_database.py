"""A damaged SQLite file is noticed within a day."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, transaction
from smarketing.jobs import check_database
from smarketing.jobs.runner import Runner
from smarketing.jobs.schedule import BY_NAME
from tests.conftest import Hands


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


@pytest.fixture
def lost_entries(session: scoped_session[Session]) -> None:
    """An index that has lost its entries, as the fault of the write-ahead log leaves one."""
    connection = session.connection()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    with transaction():
        session.execute(text("CREATE TABLE sheep (name TEXT)"))
        session.execute(text("INSERT INTO sheep VALUES ('Dolly')"))
        session.execute(
            text(
                "INSERT INTO sqlite_master SELECT 'index', 'ix_sheep', 'sheep',"
                " (SELECT rootpage FROM sqlite_master WHERE name = 'ix_clocks_handoff_id'),"
                " 'CREATE INDEX ix_sheep ON sheep (name)'"
            )
        )
    db.session.remove()
    db.engine.dispose()


def test_a_sound_file_is_checked_once_a_day(app: Flask, hands: Hands) -> None:
    runner = Runner(app, "here:1")
    counts = []
    for _ in range(26):
        counts.append(runner.run(BY_NAME["check_database"]).count)
        hands.turn(hours=1)
    assert counts == [1, *[0] * 23, 1, 0]


@pytest.mark.usefixtures("lost_entries")
def test_a_damaged_file_is_reported(session: scoped_session[Session], hands: Hands) -> None:
    with pytest.raises(check_database.Damaged, match="ix_sheep"):
        check_database.run(now=hands.now)
