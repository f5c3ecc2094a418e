"""Forget old job runs: those that did something after a week, idle ones after an hour."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_

from smarketing.db import db, transaction
from smarketing.models.runs import JobRun

KEPT = timedelta(days=7)
KEPT_IDLE = timedelta(hours=1)


def run(*, now: datetime) -> int:
    is_old = JobRun.started_at < now - KEPT
    is_idle = and_(JobRun.count == 0, JobRun.started_at < now - KEPT_IDLE)
    with transaction():
        return db.session.connection().execute(delete(JobRun).where(or_(is_old, is_idle))).rowcount
