"""Fill an empty database with the company of the demo, and say how to sign in."""

import click
from flask import current_app
from flask.cli import AppGroup

from smarketing.db import transaction
from smarketing.demo import seeding, staff

group = AppGroup("demo", help="An invented company to look around in.")


@group.command("seed")
@click.option("--if-empty", is_flag=True, help="Leave a database that already holds people as it is.")
@click.option("--days", type=click.IntRange(21, 365), default=seeding.DAYS, show_default=True, help="Of history.")
def seed(if_empty: bool, days: int) -> None:
    """Bring in Cadran Boréal: people, an agreement in force, and the leads of the last days, up to now."""
    if seeding.is_empty():
        now = current_app.config["WALLCLOCK"]()
        with transaction():
            seeding.seed(now=now, tell=lambda what: click.echo(f"  {what} …"), days=days)
    elif not if_empty:
        raise click.ClickException("This database already holds people; the demo goes into an empty one only.")
    if seeding.is_demo():
        tell_sign_ins()


def tell_sign_ins() -> None:
    width = max(len(sign_in.person.email) for sign_in in staff.SIGN_INS)
    click.echo("\nSign in to the demo as one of:")
    for sign_in in staff.SIGN_INS:
        click.echo(f"  {sign_in.what:20} {sign_in.person.email:{width}}   {sign_in.person.name}")
    click.echo(f"  Everybody’s password: {staff.PASSWORD}\n")
