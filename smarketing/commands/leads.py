"""Bring leads in from a CSV file, as the pages do, and say what became of every row."""

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from smarketing.db import db, transaction
from smarketing.domain import rejection
from smarketing.domain.column_names import suggested
from smarketing.domain.errors import DomainError
from smarketing.domain.importing import ImportState
from smarketing.domain.mapping import Options
from smarketing.domain.roles import Permission, Role, may
from smarketing.jobs import run_imports
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.people import User
from smarketing.services import imports, uploads

group = AppGroup("leads", help="Leads and the files they come in.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Once per column; guessed when never given.")
@click.option("--zone", metavar="ZONE", help="Where the file’s clocks stand, such as Europe/Paris; else the person’s.")
@click.option("--day-first/--month-first", default=None, help="How 3/4/2026 is meant; else as the file has it.")
@click.option("--source", default="", help="For rows that name none.")
@click.option(
    "--rejected", type=click.File("w", encoding="utf-8-sig", lazy=True), help="Where rejected rows go, as CSV."
)
@click.option("--dry-run", is_flag=True, help="Check every row, write nothing.")
@click.option("--as", "email", metavar="EMAIL", help="Who brings them in; else the first administrator.")
@click.option("--delimiter", help="What parts the cells; else found out. “tab” is one.")
@click.option("--encoding", help="Such as cp1252; else found out.")
def import_file(
    file: Path,
    maps: Sequence[str],
    zone: str | None,
    day_first: bool | None,
    source: str,
    rejected: IO[str] | None,
    dry_run: bool,
    email: str | None,
    delimiter: str | None,
    encoding: str | None,
) -> None:
    """Bring the leads of a CSV file in: score them, hand the MQLs to sales. The same file twice changes nothing.

    Fields are external_id, email, first_name, last_name, full_name, phone, company, job_title, country, source,
    campaign, landing_page, arrived_at, mql_at, sal_at, sql_at, won_at, lost_at, amount, engagement, engaged_at,
    custom.KEY for a further fact, and engagement.KIND for a column that tells when that happened.
    """
    try:
        brought = _begin(file, maps, Options(zone or "", day_first, source), email, dry_run, delimiter, encoding)
        _read(brought)
        if rejected:
            _write_rejected(brought, rejected)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    _tell(brought, dry_run=dry_run)


def _begin(
    file: Path,
    maps: Sequence[str],
    options: Options,
    email: str | None,
    dry_run: bool,
    delimiter: str | None,
    encoding: str | None,
) -> Import:
    with transaction():
        actor = _actor(email)
        with file.open("rb") as stream:
            brought = imports.upload(
                stream,
                file.name,
                folder=_folder(),
                limit=_limit(),
                actor=actor,
                now=_now(),
                encoding=encoding,
                delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter),
            )
        try:
            mapping = _mapping(maps) or suggested(brought.headers)
            if options.day_first is None:
                options = options._replace(day_first=imports.options_of(brought).day_first)
            options = options._replace(zone=options.zone or actor.zone)
            if dry_run:
                imports.begin_check(brought, mapping, options, edition=brought.edition)
            else:
                imports.begin_unchecked(brought, mapping, options, now=_now())
        except BaseException:
            uploads.remove(brought.stored_as, _folder())
            raise
    return brought


def _read(brought: Import) -> None:
    """Progress goes to standard error, a line that is written over."""
    count = 0
    is_shown = sys.stderr.isatty()
    for outcome in run_imports.read(brought.id):
        count += outcome.new + outcome.changed + outcome.unchanged + len(outcome.rejected)
        if is_shown:
            click.echo(f"\r{count:,} rows", nl=False, err=True)
        for number in outcome.early:
            click.echo(f"Row {number}: the lead reached a stage before it arrived; taken as it is.", err=True)
    if is_shown:
        click.echo("\r", nl=False, err=True)


def _tell(brought: Import, *, dry_run: bool) -> None:
    with transaction():
        ended = db.session.get_one(Import, brought.id, populate_existing=True)
        state, error, stored_as = ended.state, ended.error, ended.stored_as
        verb = "would be" if dry_run else "are"
        counts = (
            f"{ended.new_count:,} new, {ended.changed_count:,} changed, {ended.unchanged_count:,} unchanged,"
            f" {ended.rejected_count:,} rejected; {ended.mql_count:,} {verb} MQLs now."
        )
        if dry_run:
            imports.discard(ended, edition=ended.edition)
    uploads.remove(stored_as, _folder())
    click.echo(counts)
    if error:
        raise click.ClickException(error["message"] % error["params"] if error["params"] else error["message"])
    if state not in (ImportState.CHECKED, ImportState.DONE):
        raise click.ClickException("The import was stopped.")


def _write_rejected(brought: Import, file: IO[str]) -> None:
    writer = csv.writer(file)
    writer.writerow(rejection.header_line(brought.headers))
    rows = select(RejectedRow).where(RejectedRow.import_id == brought.id).order_by(RejectedRow.row_number)
    for row in db.session.scalars(rows.execution_options(yield_per=1000)):
        reason = row.message % row.params if row.params else row.message
        writer.writerow(rejection.line(row.row_number, row.field, reason, row.cells, brought.headers))
    db.session.rollback()


def _mapping(maps: Sequence[str]) -> dict[str, str]:
    """The column may hold a =, the field may not."""
    pairs = [each.rpartition("=") for each in maps]
    if wrong := next((field or column for column, sign, field in pairs if not sign or not column), None):
        raise click.BadParameter(f"“{wrong}” is not COLUMN=FIELD.", param_hint="--map")
    return {column: field for column, _sign, field in pairs if field}


def _actor(email: str | None) -> User:
    query = select(User).where(User.disabled_at.is_(None)).order_by(User.id).limit(1)
    query = query.where(User.email_key == email.strip().lower()) if email else query.where(User.role == Role.ADMIN)
    actor = db.session.scalar(query)
    if actor is None and email:
        raise click.ClickException(f"There is no account with the e-mail address {email}.")
    if actor is None:
        raise click.ClickException("There is no administrator to bring leads in; name somebody with --as EMAIL.")
    if not may(actor.role, Permission.IMPORT_LEADS):
        raise click.ClickException(f"{actor.name} may not bring leads in.")
    return actor


def _folder() -> Path:
    return Path(current_app.config["UPLOADS"])


def _limit() -> int:
    """A file that is on this machine already may be of any size."""
    return 1 << 62


def _now() -> Any:
    now: datetime = current_app.config["WALLCLOCK"]()
    return now
