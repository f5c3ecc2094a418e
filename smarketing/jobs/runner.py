"""Run one job: its application context, its line in the log, its row on record. Errors end here."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import insert

from smarketing.db import db, transaction
from smarketing.jobs.schedule import Job
from smarketing.logs import redacted
from smarketing.models.runs import JobRun

SIGN_OF_LIFE = 60.0
"""Seconds after which a job that has no news is recorded all the same, so that it is seen to be alive."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    started_at: datetime
    finished_at: datetime
    count: int | None
    """On how many things it acted; None when it failed."""
    fault: Exception | None

    @property
    def error(self) -> str | None:
        return redacted(f"{type(self.fault).__name__}: {self.fault}")[:2000] if self.fault else None


class Runner:
    def __init__(self, app: Flask, holder: str) -> None:
        self._app = app
        self._holder = holder
        self._told: dict[str, tuple[float, str | None]] = {}

    def run(self, job: Job) -> Ended:
        with self._app.app_context():
            ended = _timed(job, started_at=self._app.config["WALLCLOCK"]())
            if self._has_news(job, ended):
                self._tell(job, ended)
        return ended

    def _has_news(self, job: Job, ended: Ended) -> bool:
        """Every act and every new fault is news, and the same as before is once a minute."""
        told_at, told_error = self._told.get(job.name, (-SIGN_OF_LIFE, None))
        is_act = bool(ended.count) and not job.is_routine
        return is_act or ended.error != told_error or time.monotonic() - told_at >= SIGN_OF_LIFE

    def _tell(self, job: Job, ended: Ended) -> None:
        self._told[job.name] = time.monotonic(), ended.error
        duration = ended.finished_at - ended.started_at
        fields = {
            "job": job.name,
            "count": ended.count,
            "duration_ms": round(duration.total_seconds() * 1000),
        }
        if ended.fault is None:
            level = logging.INFO if ended.count and not job.is_routine else logging.DEBUG
            log.log(level, "job %s: %s", job.name, ended.count, extra={"fields": fields})
        else:
            log.error("job %s failed", job.name, exc_info=ended.fault, extra={"fields": fields})
        try:
            with transaction():
                db.session.execute(insert(JobRun).values(job=job.name, holder=self._holder, **_row(ended)))
        except Exception:
            log.exception("the run of job %s could not be recorded", job.name)


def _timed(job: Job, *, started_at: datetime) -> Ended:
    began = time.monotonic()
    count, fault = None, None
    try:
        count = job.run(now=started_at)
    except Exception as error:
        db.session.rollback()
        fault = error
    return Ended(started_at, started_at + timedelta(seconds=time.monotonic() - began), count, fault)


def _row(ended: Ended) -> dict[str, object]:
    return {
        "started_at": ended.started_at,
        "finished_at": ended.finished_at,
        "count": ended.count,
        "error": ended.error,
    }
