"""Ask SQLite once a day whether its file is sound, so that a fault is known while there is a good backup."""

from datetime import datetime, timedelta

from sqlalchemy import select, text

from smarketing.db import db
from smarketing.models.runs import JobRun

A_DAY = timedelta(days=1)


class Damaged(Exception):
    """The database file is not sound; the message holds what SQLite found first."""


def run(*, now: datetime) -> int:
    """1 when the file was checked and is sound, 0 when that was done within a day or is not ours to do.

    The full check: the quick one does not see an index that has lost entries.
    """
    if db.engine.dialect.name != "sqlite" or _was_checked_since(now - A_DAY):
        return 0
    with db.engine.connect().execution_options(reads_only=True) as connection:
        found = connection.scalars(text("PRAGMA integrity_check(5)")).all()
    if found != ["ok"]:
        raise Damaged("; ".join(found))
    return 1


def _was_checked_since(start: datetime) -> bool:
    done = (JobRun.job == "check_database", JobRun.count > 0, JobRun.started_at > start)
    with db.engine.connect().execution_options(reads_only=True) as connection:
        return connection.scalar(select(JobRun.id).where(*done).limit(1)) is not None
