"""The only checkpoint of SQLite's write-ahead log, taken while nobody can write.

Every connection has automatic checkpoints off. This one runs while a second connection holds the write lock,
so that no commit can restart the log under it: see docs/decisions/0003-sqlite-in-wal.md.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from smarketing.db import db

LONG_LOG = 1000
"""Pages of the log from which it is worth holding up the writers to begin it anew."""

READERS_LEAVE = 0.05
"""Seconds in which readers of the old log are expected to have finished."""


def run(*, now: datetime) -> int:
    """The pages brought into the database file; 0 on PostgreSQL, which looks after itself."""
    if db.engine.dialect.name != "sqlite":
        return 0
    with closing(db.engine.raw_connection()) as guard, closing(db.engine.raw_connection()) as checkpointer:
        with _writers_held_up(guard):
            in_log, copied = _copy(checkpointer)
            if in_log > LONG_LOG and copied < in_log:
                time.sleep(READERS_LEAVE)
                in_log, copied = _copy(checkpointer)
        if LONG_LOG < in_log == copied:
            _begin_anew(guard)
    return int(max(copied, 0))


def _copy(checkpointer: Any) -> tuple[int, int]:
    """Pages in the log, and how many of those are in the file now: the ones before any reader's snapshot."""
    _busy, in_log, copied = checkpointer.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return in_log, copied


def _begin_anew(guard: Any) -> None:
    """Write once after everything is copied and the readers of the old log have left: the log then restarts.

    Without this a steady stream of readers lets it grow for as long as the writers are busy. If a writer or a
    slow reader comes in between, the next run tries again.
    """
    with _writers_held_up(guard):
        time.sleep(READERS_LEAVE)
        version = guard.cursor().execute("PRAGMA user_version").fetchone()[0]
        guard.cursor().execute(f"PRAGMA user_version = {version}")
        guard.cursor().execute("COMMIT")


@contextmanager
def _writers_held_up(guard: Any) -> Iterator[None]:
    guard.cursor().execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if guard.in_transaction:
            guard.cursor().execute("ROLLBACK")
