"""Look an installation over and say what an operator should know; exit 1 when something must be mended."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import tzdata
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from smarketing.channels import email
from smarketing.db import database_now, db, is_postgresql
from smarketing.domain.letters import LetterState
from smarketing.models.events import Event
from smarketing.models.letters import IS_WAITING, Letter
from smarketing.models.people import User
from smarketing.models.runs import JobRun
from smarketing.reports import readiness
from smarketing.wallclock import utc_now

OK, WARN, FAIL = "ok", "warn", "fail"
COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}
SCHEDULERS = ("embedded", "separate", "off")
CLOCK_TOLERANCE = timedelta(seconds=5)
LARGE_LOG = 512 * 1024 * 1024
LITTLE_SPACE = 1024 * 1024 * 1024


class Finding(NamedTuple):
    level: str
    words: str


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check the database, the clock, the settings and the scheduler."""
    worst = OK
    for subject, check in _checks():
        for level, words in _found(check):
            click.echo(f"{click.style(f'{level:5}', fg=COLOURS[level])} {subject:10} {words}")
            worst = FAIL if FAIL in (level, worst) else worst
    raise SystemExit(worst == FAIL)


def _checks() -> Iterator[tuple[str, Callable[[], Iterator[Finding]]]]:
    yield "secret", check_secret
    yield "cookies", check_cookies
    yield "uploads", check_uploads
    yield "zones", check_zones
    yield "mail", check_mail
    yield "database", check_database
    if not readiness.is_database_reachable():
        return
    if not is_postgresql():
        yield "sqlite", check_sqlite
    yield "clock", check_clock
    yield "migrations", check_migrations
    if readiness.is_schema_current():
        yield "journal", check_journal
        yield "people", check_people
        yield "scheduler", check_scheduler
        yield "jobs", check_jobs
        yield "letters", check_letters


def _found(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        yield Finding(FAIL, f"could not be checked: {type(error).__name__}: {error}")


# the settings


def check_secret() -> Iterator[Finding]:
    secret = current_app.config["SECRET_KEY"]
    if len(secret) < 32 or len(set(secret)) < 10:
        yield Finding(FAIL, "SECRET_KEY is weak: it needs at least 32 varied characters")
    else:
        yield Finding(OK, f"SECRET_KEY has {len(secret)} characters")


def check_cookies() -> Iterator[Finding]:
    if current_app.config["HTTPS"]:
        yield Finding(OK, "are sent over HTTPS only")
    else:
        yield Finding(WARN, "are sent over plain HTTP too; behind HTTPS set SMARKETING_HTTPS=on")


def check_uploads() -> Iterator[Finding]:
    uploads = Path(current_app.config["UPLOADS"])
    uploads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=uploads) as file:
        file.write(b"smarketing")
    free = shutil.disk_usage(uploads).free
    words = f"{uploads} is writable, {free / 1e9:.1f} GB free"
    yield Finding(OK if free > LITTLE_SPACE else WARN, words)


def check_zones() -> Iterator[Finding]:
    ZoneInfo("Europe/Paris")
    yield Finding(OK, f"time zones can be read; the installed data is of {tzdata.IANA_VERSION}")


def check_mail() -> Iterator[Finding]:
    server = email.server_of(current_app.config)
    if server is None:
        yield Finding(WARN, "no mail server is set, so notices stay in the bell; see SMARKETING_SMTP_HOST")
        return
    try:
        with email.connected(server):
            yield Finding(OK, f"{server.host}:{server.port} answers; `flask mail test ADDRESS` sends a test")
    except email.Unreachable as error:
        yield Finding(FAIL, f"{server.host}:{server.port} cannot be used: {error}")
    if not current_app.config["PUBLIC_URL"]:
        yield Finding(WARN, "e-mails hold no links; set SMARKETING_URL")


# the database


def check_database() -> Iterator[Finding]:
    if not readiness.is_database_reachable():
        yield Finding(FAIL, f"{db.engine.dialect.name} cannot be reached; see SMARKETING_DATABASE_URL")
        return
    version = ".".join(map(str, db.engine.dialect.server_version_info or ()))
    name = "PostgreSQL" if is_postgresql() else "SQLite"
    yield Finding(OK, f"{name} {version} answers")


def check_sqlite() -> Iterator[Finding]:
    if has_reset_fault(sqlite3.sqlite_version_info):
        yield Finding(
            WARN,
            f"SQLite {sqlite3.sqlite_version} has the WAL-reset fault (mended in 3.51.3). Smarketing avoids"
            " it: none of its checkpoints ever meets a write. Let no other program write to this database",
        )
    file = Path(str(db.engine.url.database))
    log = file.with_name(file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG:
        yield Finding(WARN, f"the write-ahead log has grown to {size / 1e6:.0f} MB: is the scheduler running?")
    else:
        yield Finding(OK, f"the write-ahead log has {size / 1e6:.0f} MB")


def has_reset_fault(version: tuple[int, ...]) -> bool:
    """Whether checkpoints and a write at one instant can damage a database; older lines were mended too."""
    is_mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return not is_mended


def check_clock() -> Iterator[Finding]:
    apart = abs(utc_now() - database_now())
    if apart > CLOCK_TOLERANCE:
        yield Finding(FAIL, f"this machine and the database are {apart.total_seconds():.0f} s apart: set the clock")
    else:
        yield Finding(OK, "this machine and the database agree on the time")


def check_migrations() -> Iterator[Finding]:
    if readiness.is_schema_current():
        yield Finding(OK, "the schema is that of this release")
    else:
        found = ", ".join(sorted(readiness.schema_heads())) or "none"
        expected = ", ".join(sorted(readiness.expected_heads()))
        yield Finding(FAIL, f"the schema is at {found}, this release needs {expected}: run `flask db upgrade`")


# what it holds


def check_journal() -> Iterator[Finding]:
    latest = db.session.scalar(select(Event.recorded_at).order_by(Event.id.desc()).limit(1))
    if latest and latest > utc_now() + CLOCK_TOLERANCE:
        yield Finding(FAIL, f"its last line is of {latest:%Y-%m-%d %H:%M:%S} UTC, which is yet to come: set the clock")
    else:
        yield Finding(OK, f"its last line is of {latest:%Y-%m-%d %H:%M:%S} UTC" if latest else "is empty")


def check_people() -> Iterator[Finding]:
    for zone in db.session.scalars(select(User.zone).distinct()):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield Finding(FAIL, f"somebody reads the time in {zone!r}, a zone this machine does not know")
    count = db.session.scalar(select(func.count()).select_from(User).where(User.disabled_at.is_(None)))
    yield Finding(OK if count else WARN, f"{count} can sign in" if count else "nobody can sign in yet")


def check_scheduler() -> Iterator[Finding]:
    mode = current_app.config["SCHEDULER"]
    leader = readiness.leader()
    if mode not in SCHEDULERS:
        yield Finding(FAIL, f"SMARKETING_SCHEDULER is {mode!r}; it must be one of {', '.join(SCHEDULERS)}")
    if leader:
        yield Finding(OK, f"{leader.holder} has kept the timetable since {leader.held_since:%Y-%m-%d %H:%M:%S} UTC")
    elif mode == "off":
        yield Finding(WARN, "is off here and runs nowhere: no clock is swept, no file is imported")
    else:
        yield Finding(FAIL, "nobody keeps the timetable: start the server, or `flask jobs run`")


def check_jobs() -> Iterator[Finding]:
    failed = (
        select(JobRun.job, func.count(), func.max(JobRun.started_at))
        .where(JobRun.error.is_not(None), JobRun.started_at > utc_now() - timedelta(days=1))
        .group_by(JobRun.job)
    )
    rows = db.session.execute(failed).all()
    for job, count, at in rows:
        yield Finding(WARN, f"{job} has failed in the last day: {count} on record, lately at {at:%H:%M:%S} UTC")
    if not rows:
        yield Finding(OK, "none has failed in the last day")


def check_letters() -> Iterator[Finding]:
    failed = (Letter.state == LetterState.FAILED, Letter.created_at > utc_now() - timedelta(days=7))
    count = db.session.scalar(select(func.count()).select_from(Letter).where(*failed)) or 0
    late = (IS_WAITING, Letter.next_try_at < utc_now() - timedelta(hours=1))
    late_count = db.session.scalar(select(func.count()).select_from(Letter).where(*late)) or 0
    if count:
        yield Finding(WARN, f"{count} e-mails of the last week could not be sent; see the page E-mails")
    if late_count:
        yield Finding(WARN, f"{late_count} e-mails have been due for more than an hour; see the page E-mails")
    if not count and not late_count:
        yield Finding(OK, "every e-mail that was due has gone")
