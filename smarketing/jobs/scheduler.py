"""One process's bid to lead, and its timetable while it does.

Every web worker, or a process of its own, runs one of these; the lease lets one of them tick at a time.
"""

import logging
import multiprocessing.util
import time
from collections.abc import Sequence
from datetime import UTC, timedelta
from threading import Event, Thread

import click
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from flask.cli import FlaskGroup

from smarketing.jobs.lease import HEARTBEAT, TTL, Lease
from smarketing.jobs.runner import Runner
from smarketing.jobs.schedule import TIMETABLE, Job
from smarketing.wallclock import utc_now

CLOCK_STEP = timedelta(seconds=5)

log = logging.getLogger(__name__)


class Scheduler:
    def __init__(
        self,
        app: Flask,
        timetable: Sequence[Job] = TIMETABLE,
        *,
        ttl: timedelta = TTL,
        heartbeat: timedelta = HEARTBEAT,
    ) -> None:
        self.lease = Lease(app, ttl=ttl)
        self._heartbeat = heartbeat.total_seconds()
        self._runner = Runner(app, self.lease.holder)
        self._ticker = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(timetable))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in timetable:
            every = job.every.total_seconds()
            self._ticker.add_job(self._tick, "interval", seconds=every, args=[job], id=job.name, name=job.name)
        self._is_leading = False
        self._can_renew = True
        self._stopping = Event()
        self._bidder = Thread(target=self._bid, name="scheduler", daemon=True)

    def start(self) -> None:
        self._ticker.start(paused=True)
        self._bidder.start()

    def stop(self) -> None:
        """Finish the jobs that are running, then let another candidate lead. A second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._bidder.join()
        self._ticker.shutdown(wait=True)
        if self._is_leading:
            self.lease.release()
            log.info("stopped leading the timetable")

    @property
    def is_bidding(self) -> bool:
        return self._bidder.is_alive()

    def _bid(self) -> None:
        offset = _clock_offset()
        while True:
            self._renew()
            if (is_held := self.lease.is_held) != self._is_leading:
                self._change_lead(is_held)
            offset, before = _clock_offset(), offset
            if abs(offset - before) > CLOCK_STEP.total_seconds():
                log.warning("the clock of this machine was set by %+.0f s", offset - before)
                self._start_over()
            if self._stopping.wait(self._heartbeat):
                return

    def _renew(self) -> None:
        """A database out of reach does not end the lease at once: it ends at its own deadline."""
        try:
            self.lease.renew()
        except Exception as error:
            if self._can_renew:
                log.warning("the scheduler cannot reach its lease: %s", type(error).__name__, exc_info=error)
            self._can_renew = False
        else:
            self._can_renew = True

    def _change_lead(self, is_leading: bool) -> None:
        self._is_leading = is_leading
        if is_leading:
            log.info("leading the timetable as %s", self.lease.holder)
            self._start_over()
            self._ticker.resume()
        else:
            log.warning("no longer leading the timetable")
            self._ticker.pause()

    def _start_over(self) -> None:
        """Everything is due at once: the leader before us, or the clock before, may have left it undone."""
        for job in self._ticker.get_jobs():
            job.modify(next_run_time=utc_now())

    def _tick(self, job: Job) -> None:
        if self.lease.is_held:
            self._runner.run(job)


def start_embedded(app: Flask) -> None:
    """Bid for the lead from within a web worker; other commands that merely load the application do not."""
    if not _is_serving():
        return
    scheduler = Scheduler(app)
    scheduler.start()
    # atexit is not run in the forked workers of a server, multiprocessing's finalizers are run everywhere
    multiprocessing.util.Finalize(None, scheduler.stop, exitpriority=100)


def _is_serving() -> bool:
    context = click.get_current_context(silent=True)
    is_flask_command = context is not None and isinstance(context.find_root().command, FlaskGroup)
    return not is_flask_command or context.info_name == "run"  # type: ignore[union-attr]


def _clock_offset() -> float:
    """Changes only when somebody sets the wall clock (or the machine slept)."""
    return utc_now().timestamp() - time.monotonic()
