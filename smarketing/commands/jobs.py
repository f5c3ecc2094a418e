"""Run the timetable in a process of its own, show it, or run one of its jobs now."""

import signal
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from smarketing.jobs import schedule
from smarketing.jobs.runner import Runner
from smarketing.jobs.scheduler import Scheduler

group = AppGroup("jobs", help="What happens by itself: the timetable and its jobs.")


@group.command("run")
def run() -> None:
    """Bid for the lead and keep the timetable until SIGTERM or Ctrl+C."""
    scheduler = Scheduler(application())
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: sys.exit(0))
    scheduler.start()
    try:
        scheduler.wait()
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
