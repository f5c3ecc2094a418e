"""Run the timetable in a process of its own, show it, or run one of its jobs now."""

import signal

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from smarketing.jobs import schedule
from smarketing.jobs.runner import Runner
from smarketing.jobs.scheduler import Scheduler

STOPS = {signal.SIGTERM, signal.SIGINT}
group = AppGroup("jobs", help="What happens by itself: the timetable and its jobs.")


@group.command("run")
def run() -> None:
    """Bid for the lead and keep the timetable until SIGTERM or Ctrl+C."""
    scheduler = Scheduler(application())
    # waited for rather than handled: an exception raised by a handler is lost where Python cannot let it through
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    scheduler.start()
    try:
        while scheduler.is_bidding and signal.sigtimedwait(STOPS, 1) is None:
            pass
    finally:
        scheduler.stop()


@group.command("list")
def list_jobs() -> None:
    """The timetable: every how many seconds, and what for."""
    for job in schedule.TIMETABLE:
        click.echo(f"{job.name:22} every {job.every.total_seconds():>6g} s   {job.purpose}")


@group.command("once")
@click.argument("name", type=click.Choice(list(schedule.BY_NAME)))
def once(name: str) -> None:
    """Run one job now, whoever leads; it is as safe as its next regular run."""
    ended = Runner(application(), "command line").run(schedule.BY_NAME[name])
    if ended.error:
        raise click.ClickException(f"{name} failed: {ended.error}")
    click.echo(f"{name}: {ended.count}")


def application() -> Flask:
    """The application itself: the proxy `current_app` means nothing to the threads of a scheduler."""
    return current_app._get_current_object()  # type: ignore[attr-defined]
