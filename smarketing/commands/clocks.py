"""Recompute every clock from the journal, tell what differs, and set it right when asked."""

from datetime import datetime
from time import perf_counter

import click
from flask.cli import AppGroup

from smarketing.db import db, transaction
from smarketing.reports import clock_replay
from smarketing.services import locks, replays
from smarketing.wallclock import utc_now

SHOWN = 50
group = AppGroup("clocks", help="The clocks of the agreement.")


@group.command("replay")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only leads handed over on this day or later.")
@click.option("--repair", is_flag=True, help="Set right the clocks that differ; the journal says that they were.")
@click.option("--all", "shows_all", is_flag=True, help=f"List every difference, not the first {SHOWN} only.")
def replay(since: datetime | None, repair: bool, shows_all: bool) -> None:
    """Compare what is stored with what the journal tells, each clock under its own version.

    Ends with 1 when they differ and nothing was repaired.
    """
    began = perf_counter()
    found = clock_replay.replay(since=since.date() if since else None)
    db.session.rollback()
    click.echo(f"{found.clocks} clocks of {found.leads} leads replayed in {perf_counter() - began:.1f} s.")
    shown = found.differences if shows_all else found.differences[:SHOWN]
    for each in shown:
        click.echo(
            f"clock {each.clock_id} ({each.clause_id}, hand-off {each.handoff_id}): {each.field} is {each.stored},"
            f" replayed {each.replayed}: {each.cause % each.params}"
        )
    if len(shown) < len(found.differences):
        click.echo(f"… and {len(found.differences) - len(shown)} more; --all lists them.")
    if not found.differences:
        click.echo("What is stored is what the journal tells.")
    elif repair:
        click.echo(f"{_repair(sorted({each.handoff_id for each in found.differences}))} hand-offs were set right.")
    else:
        raise click.ClickException(f"{len(found.differences)} differences.")


def _repair(handoff_ids: list[int]) -> int:
    """A transaction for each, as when somebody answers it."""
    for handoff_id in handoff_ids:
        with transaction():
            replays.replay(locks.hold(handoff_id), now=utc_now())
    return len(handoff_ids)
