"""Copies of a SQLite database that is in use, and back. PostgreSQL has pg_dump: see docs/operations.md."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

import click
from flask.cli import AppGroup

from smarketing.db import db

group = AppGroup("backup", help="Copy a SQLite database while it is in use, check a copy, bring it back.")
existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command("create")
@click.argument("file", type=click.Path(path_type=Path))
def create(file: Path) -> None:
    """Copy the database to FILE, as it is at one instant, and check the copy."""
    _require_sqlite()
    if file.exists():
        raise click.ClickException(f"{file} exists already; name a new file.")
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with closing(db.engine.raw_connection()) as source:
        source.cursor().execute("VACUUM INTO ?", (str(unfinished),))
    described = _checked(unfinished)
    with unfinished.open("rb") as copy:
        os.fsync(copy.fileno())
    unfinished.rename(file)
    click.echo(f"{file}: {described}")


@group.command("verify")
@click.argument("file", type=existing_file)
def verify(file: Path) -> None:
    """Check that FILE is a sound copy."""
    click.echo(f"{file}: {_checked(file)}")


@group.command("restore")
@click.argument("file", type=existing_file)
@click.option("--replace", is_flag=True, help="Overwrite a database that holds something.")
def restore(file: Path, replace: bool) -> None:
    """Make the database what FILE holds. Stop the servers first: they would go on with what they had read."""
    _require_sqlite()
    described = _checked(file)
    with closing(db.engine.raw_connection()) as target, closing(_opened(file)) as source:
        if not replace and target.cursor().execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise click.ClickException("The database is not empty. Add --replace to lose what it holds now.")
        source.backup(cast(sqlite3.Connection, target.driver_connection))
    click.echo(f"Restored {described}")


def _require_sqlite() -> None:
    if db.engine.dialect.name != "sqlite":
        raise click.ClickException("This database is PostgreSQL: use pg_dump and pg_restore (docs/operations.md).")


def _checked(file: Path) -> str:
    """What the copy holds, in words. Raises ClickException when it is damaged or no database of ours."""
    try:
        with closing(_opened(file)) as copy:
            faults = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
            strays = copy.execute("PRAGMA foreign_key_check").fetchall()
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            leads = copy.execute("SELECT count(*) FROM leads").fetchone()[0]
            events = copy.execute("SELECT count(*) FROM events").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{file} is not a Smarketing database: {error}") from error
    if faults != ["ok"] or strays:
        raise click.ClickException(f"{file} is damaged: {'; '.join(faults)}; {len(strays)} stray references")
    return f"schema {revision}, {leads} leads, {events} journal lines, {file.stat().st_size / 1e6:.1f} MB, sound"


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
