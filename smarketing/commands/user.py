"""Keep accounts at the command line: the first administrator, and the last resort when nobody can sign in."""

from datetime import datetime
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smarketing.db import db, transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.roles import Role
from smarketing.models.people import User
from smarketing.services import accounts
from smarketing.services.accounts import Person

group = AppGroup("user", help="People who may sign in.")
PASSWORD = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="SMARKETING_PASSWORD",
    help="Asked for when absent. Better in SMARKETING_PASSWORD than here, where others on the machine may see it.",
)


@group.command("create")
@click.argument("email")
@click.option("--name", prompt=True, help="As others see it; asked for when absent.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.ADMIN.value, show_default=True)
@click.option("--team", metavar="KEY", help="The team; administrators may be in none.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--zone", default="UTC", show_default=True, help="Where they read the time, such as Europe/Paris.")
@PASSWORD
def create(email: str, name: str, role: str, team: str | None, language: str, zone: str, password: str) -> None:
    """Make an account that can sign in at once, an administrator unless told otherwise."""
    person = Person(email, name, Role(role), team, locale=language, zone=zone)
    try:
        with transaction():
            accounts.create_user(person, password=password, actor=None, now=_now())
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can sign in.")


@group.command("list")
def list_users() -> None:
    """Everybody, by name: e-mail address, role, team, and whether they can sign in."""
    people = db.session.scalars(select(User).options(joinedload(User.team)).order_by(User.name)).all()
    width = max((len(user.email) for user in people), default=0)
    for user in people:
        team = user.team.key if user.team else "-"
        state = "" if user.is_active else f"disabled {user.disabled_at:%Y-%m-%d}"
        click.echo(f"{user.email:{width}}  {user.role.value:10} {team:16} {user.name}  {state}".rstrip())


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """End every session of an account and let nobody sign in with it. Its open hand-offs stay where they are."""
    with transaction():
        user = _user(email)
        try:
            accounts.disable_user(user, actor=None, now=_now())
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{email} can no longer sign in.")


@group.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled account sign in again, with the password it had."""
    with transaction():
        accounts.enable_user(_user(email), actor=None, now=_now())
    click.echo(f"{email} can sign in.")


@group.command("password")
@click.argument("email")
@PASSWORD
def password(email: str, password: str) -> None:
    """Set a new password; every browser of the account is signed out, and guesses are forgiven."""
    try:
        with transaction():
            accounts.set_password(_user(email), password, actor=None, now=_now())
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} has a new password.")


def _user(email: str) -> User:
    user = db.session.scalars(select(User).where(User.email_key == email.strip().lower())).one_or_none()
    if user is None:
        raise click.ClickException(f"There is no account with the e-mail address {email}.")
    return user


def _now() -> datetime:
    return cast(datetime, current_app.config["WALLCLOCK"]())
