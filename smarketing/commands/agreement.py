"""Check, draft and show agreements as files, and say what form such a file has."""

import json
from typing import TextIO

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Select, select

from smarketing import library
from smarketing.db import db, transaction
from smarketing.domain import clause_tests, terms_schema, terms_text
from smarketing.domain.roles import Permission, may
from smarketing.domain.terms import Terms, canonical, digest, parse
from smarketing.domain.terms_faults import InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements

group = AppGroup("agreement", help="The agreement between marketing and sales as a file.")
FILE = click.File(encoding="utf-8")


@group.command("validate")
@click.argument("file", type=FILE)
def validate(file: TextIO) -> None:
    """Read an agreement (YAML or JSON, - for standard input), try its examples, and name every fault, or its digest."""
    terms = _read(file)
    _try(terms, file.name)
    click.echo(f"{terms.title.en} / {terms.title.fr}: {sum(1 for _ in terms.clauses())} clauses, no faults.")
    click.echo(f"SHA-256 {digest(canonical(terms))}")


@group.command("schema")
def schema() -> None:
    """Print the JSON Schema of an agreement, for editors and other programs."""
    click.echo(json.dumps(terms_schema.schema(), indent=2, ensure_ascii=False))


@group.command("templates")
@click.argument("name", required=False)
def templates(name: str | None) -> None:
    """List the agreements to start from, or print one as YAML."""
    if name is None:
        for each in library.names():
            click.echo(f"{each:12} {terms_text.read(library.text(each)).title.en}")
    elif name in library.names():
        click.echo(library.text(name), nl=False)
    else:
        raise click.ClickException(f"There is no template {name}; there are: {', '.join(library.names())}.")


@group.command("draft")
@click.argument("file", type=FILE)
@click.option("--as", "email", required=True, metavar="EMAIL", help="The manager who drafts it.")
def draft(file: TextIO, email: str) -> None:
    """Make a draft of an agreement, to be read, proposed and signed in the browser."""
    terms = _read(file)
    with transaction():
        author = _author(email)
        version = agreements.draft(terms, actor=author, now=current_app.config["WALLCLOCK"]())
        number, address = version.number, f"/agreement/{version.id}"
    click.echo(f"Version {number} is drafted. Propose it for signature at {address}.")


@group.command("show")
@click.argument("number", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the canonical JSON, of which the digest is taken.")
def show(number: int | None, as_json: bool) -> None:
    """Print a version as YAML: the one in force, or the one with this number."""
    query = AgreementVersion.in_force() if number is None else _numbered(number)
    version = db.session.scalars(query).first()
    if version is None:
        raise click.ClickException(f"There is no version {number}." if number else "No agreement is in force.")
    if as_json:
        click.echo(version.terms)
        return
    click.echo(f"# Version {version.number}, {version.status.replace('_', ' ')}. SHA-256 {version.digest}")
    click.echo(terms_text.write(parse(version.terms)), nl=False)


def _numbered(number: int) -> Select[AgreementVersion]:
    return select(AgreementVersion).where(AgreementVersion.number == number)


def _read(file: TextIO) -> Terms:
    try:
        return terms_text.read(file.read())
    except InvalidTerms as invalid:
        for fault in invalid.faults:
            click.echo(str(fault), err=True)
        count = len(invalid.faults)
        raise click.ClickException(f"{file.name}: {count} {'fault' if count == 1 else 'faults'}.") from None
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8 text: {error.reason} at byte {error.start}.") from None


def _try(terms: Terms, name: str) -> None:
    failed = list(clause_tests.failures(terms))
    for failure in failed:
        click.echo(f"clause “{failure.tried.clause.id}”, {failure.piece.replace('/', ' › ')}: {failure}", err=True)
    if failed:
        count = len(failed)
        raise click.ClickException(f"{name}: {count} {'example does' if count == 1 else 'examples do'} not hold.")


def _author(email: str) -> User:
    author = db.session.scalars(select(User).where(User.email_key == email.strip().lower())).one_or_none()
    if author is None:
        raise click.ClickException(f"There is no account with the e-mail address {email}.")
    if not author.is_active or not may(author.role, Permission.AUTHOR_AGREEMENT):
        raise click.ClickException(f"{author.name} may not draft agreements; a manager may.")
    return author
