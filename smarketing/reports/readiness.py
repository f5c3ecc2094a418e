"""Is this installation fit to serve? Asked by the supervisor's endpoint and by the operator's doctor."""

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from smarketing.db import database_now, db
from smarketing.models.runs import SchedulerLease

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def is_database_reachable() -> bool:
    """Asked on a connection of its own, so that the session stays fit for what follows."""
    try:
        with db.engine.connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def is_schema_current() -> bool:
    return schema_heads() == expected_heads()


def schema_heads() -> frozenset[str]:
    """The migrations the database has reached; empty for a new one."""
    return frozenset(MigrationContext.configure(db.session.connection()).get_current_heads())


@cache
def expected_heads() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def leader() -> SchedulerLease | None:
    """Who keeps the timetable; None when nobody does."""
    return db.session.scalars(SchedulerLease.held(database_now())).first()
