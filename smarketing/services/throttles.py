"""Count tries to sign in, in the database: any number of workers count together."""

from datetime import datetime

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smarketing.db import db, is_postgresql
from smarketing.domain.passwords import FORGOTTEN_AFTER, Limit, Throttled, locked_until
from smarketing.models.people import SignInThrottle


def count(key: str, limit: Limit, *, now: datetime) -> None:
    """Count one more try as failed, in one statement: simultaneous ones cannot share a count. Raises Throttled."""
    is_forgotten = SignInThrottle.last_failed_at <= now - FORGOTTEN_AFTER
    is_open = or_(SignInThrottle.locked_until_at.is_(None), SignInThrottle.locked_until_at <= now)
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    counting = (
        insert(SignInThrottle)
        .values(key=key, failure_count=1, last_failed_at=now)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failure_count": case((is_forgotten, 1), else_=SignInThrottle.failure_count + 1),
                "last_failed_at": now,
            },
            where=is_open,
        )
    )
    failure_count = db.session.scalar(counting.returning(SignInThrottle.failure_count))
    if failure_count is None:
        until = db.session.scalar(select(SignInThrottle.locked_until_at).where(SignInThrottle.key == key))
        raise Throttled(until or now, now=now)
    _set(key, failure_count, locked_until_at=locked_until(failure_count, limit, now=now))


def give_back(key: str, limit: Limit) -> None:
    """The last try was none: take its count away, and what it locked."""
    throttle = db.session.get(SignInThrottle, key, with_for_update=True, populate_existing=True)
    if throttle is not None and throttle.failure_count > 0:
        left = throttle.failure_count - 1
        _set(key, left, locked_until_at=locked_until(left, limit, now=throttle.last_failed_at))


def forget(*keys: str) -> None:
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.key.in_(keys)))


def purge_forgotten(*, now: datetime) -> int:
    """Delete the counts that no longer count; how many."""
    is_forgotten = SignInThrottle.last_failed_at <= now - FORGOTTEN_AFTER
    return db.session.connection().execute(delete(SignInThrottle).where(is_forgotten)).rowcount


def _set(key: str, failure_count: int, *, locked_until_at: datetime | None) -> None:
    values = {"failure_count": failure_count, "locked_until_at": locked_until_at}
    db.session.execute(update(SignInThrottle).where(SignInThrottle.key == key).values(values))
