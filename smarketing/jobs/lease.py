"""One process leads the timetable: a row that expires by the database's clock, renewed while it lives.

A holder that hangs cannot know that its time is up, so it also keeps a deadline by its own monotonic clock,
which lies before the expiry in the database. It serves SQLite and PostgreSQL alike, also behind a pooler.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import case, or_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smarketing.db import database_now, db, is_postgresql, transaction
from smarketing.models.runs import SchedulerLease

NAME = "timetable"
TTL = timedelta(seconds=12)
HEARTBEAT = timedelta(seconds=3)


class Lease:
    """A candidate's view of the lease."""

    def __init__(self, app: Flask, *, ttl: timedelta = TTL, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._app = app
        self._ttl = ttl
        self._monotonic = monotonic
        self._deadline = monotonic()

    @property
    def is_held(self) -> bool:
        return self._monotonic() < self._deadline

    def renew(self) -> bool:
        """Take the lease if it is free, keep it if it is ours; whether we hold it now."""
        asked_at = self._monotonic()
        with self._app.app_context(), transaction():
            token = claim(self.holder, ttl=self._ttl)
        self._deadline = asked_at if token is None else asked_at + self._ttl.total_seconds()
        return token is not None

    def release(self) -> None:
        """Let another candidate take over at its next heartbeat instead of after the expiry."""
        self._deadline = self._monotonic()
        with self._app.app_context(), transaction():
            is_ours = SchedulerLease.holder == self.holder
            ended = database_now() - timedelta(milliseconds=1)
            db.session.execute(update(SchedulerLease).where(is_ours).values(expires_at=ended))


def claim(holder: str, *, ttl: timedelta) -> int | None:
    """The fencing token, which grows with each change of holder; None while another holds the lease."""
    now = database_now()
    row = SchedulerLease
    is_ours = row.holder == holder
    was_clock_set_back = row.expires_at > now + 2 * TTL
    renewal = (
        update(row)
        .where(row.name == NAME, or_(is_ours, row.expires_at < now, was_clock_set_back))
        .values(
            holder=holder,
            token=case((is_ours, row.token), else_=row.token + 1),
            held_since=case((is_ours, row.held_since), else_=now),
            expires_at=now + ttl,
        )
        .returning(row.token)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(renewal) or _first_claim(holder, now=now, ttl=ttl)


def _first_claim(holder: str, *, now: datetime, ttl: timedelta) -> int | None:
    insert = postgresql_insert if is_postgresql() else sqlite_insert
    first = (
        insert(SchedulerLease)
        .values(name=NAME, holder=holder, token=1, held_since=now, expires_at=now + ttl)
        .on_conflict_do_nothing()
        .returning(SchedulerLease.token)
    )
    return db.session.scalar(first)
