"""SQLite's write-ahead log: it stays small, and no checkpoint is taken while somebody may write."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, transaction
from smarketing.jobs import checkpoint_wal
from tests.conftest import Hands

PAGE = 4096


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


@pytest.fixture
def log(app: Flask, session: scoped_session[Session]) -> Path:
    with transaction():
        session.execute(text("CREATE TABLE ballast (content BLOB)"))
    return Path(f"{db.engine.url.database}-wal")


@pytest.fixture
def write(session: scoped_session[Session]) -> Callable[[int], None]:
    def write(pages: int) -> None:
        with transaction():
            session.execute(text("INSERT INTO ballast VALUES (zeroblob(:size))"), {"size": pages * PAGE})
            session.execute(text("DELETE FROM ballast"))

    return write


@pytest.fixture
def reader(app: Flask) -> Iterator[sqlite3.Connection]:
    """A connection in the midst of reading, as during a long export."""
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM ballast").fetchone()
        yield connection


def test_without_a_checkpoint_the_log_grows(log: Path, write: Callable[[int], None]) -> None:
    for _ in range(10):
        write(200)
    assert log.stat().st_size > 10 * 200 * PAGE


def test_with_checkpoints_the_log_is_used_again(log: Path, write: Callable[[int], None], hands: Hands) -> None:
    for _ in range(10):
        write(200)
        checkpoint_wal.run(now=hands.now)
    assert log.stat().st_size < 3 * 200 * PAGE


def test_what_the_log_held_is_in_the_file_afterwards(log: Path, session: scoped_session[Session], hands: Hands) -> None:
    with transaction():
        session.execute(text("INSERT INTO ballast VALUES ('kept')"))
    assert checkpoint_wal.run(now=hands.now) > 0
    with closing(sqlite3.connect(f"file:{db.engine.url.database}?immutable=1", uri=True)) as file_alone:
        assert file_alone.execute("SELECT content FROM ballast").fetchall() == [("kept",)]


def test_a_reader_is_not_disturbed_and_the_next_run_does_the_rest(
    log: Path, write: Callable[[int], None], reader: sqlite3.Connection, hands: Hands
) -> None:
    write(20)
    before = checkpoint_wal.run(now=hands.now)
    assert reader.execute("SELECT count(*) FROM ballast").fetchone() == (0,)
    reader.execute("COMMIT")
    assert checkpoint_wal.run(now=hands.now) > before


@pytest.mark.parametrize("does_reader_see_the_end", [False, True])
def test_a_long_log_begins_anew_although_somebody_is_reading_it(
    log: Path,
    write: Callable[[int], None],
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
    does_reader_see_the_end: bool,
) -> None:
    monkeypatch.setattr(checkpoint_wal, "READERS_LEAVE", 0.6)
    reader = sqlite3.connect(str(db.engine.url.database), isolation_level=None, check_same_thread=False)
    if does_reader_see_the_end:
        write(2 * checkpoint_wal.LONG_LOG)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ballast").fetchone()
    if not does_reader_see_the_end:
        write(2 * checkpoint_wal.LONG_LOG)
    leaving = Timer(0.3, reader.close)
    leaving.start()
    checkpoint_wal.run(now=hands.now)
    write(20)
    assert checkpoint_wal.run(now=hands.now) < checkpoint_wal.LONG_LOG
    leaving.join()


@pytest.fixture
def impatient(session: scoped_session[Session]) -> Iterator[None]:
    """Connections that do not wait ten seconds for a lock."""

    def hurry(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(db.engine, "checkout", hurry)
    yield
    event.remove(db.engine, "checkout", hurry)


@pytest.mark.usefixtures("impatient")
def test_no_checkpoint_is_taken_while_somebody_writes(log: Path, write: Callable[[int], None], hands: Hands) -> None:
    file = Path(str(db.engine.url.database))
    write(20)
    before = file.read_bytes()
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            checkpoint_wal.run(now=hands.now)
    assert file.read_bytes() == before
    checkpoint_wal.run(now=hands.now)
    assert file.read_bytes() != before
