"""For the administrator: what happens by itself, who keeps the timetable, and how the runs ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Select, select

from smarketing.db import db
from smarketing.domain.roles import Permission
from smarketing.jobs.lease import TTL
from smarketing.jobs.schedule import TIMETABLE, Job
from smarketing.models.runs import JobRun
from smarketing.reports import readiness
from smarketing.web import paging
from smarketing.web.access import allows

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

FAILED = "failed"


class Planned(NamedTuple):
    job: Job
    latest: JobRun | None
    runs_url: str


@dataclass(frozen=True)
class Ran:
    job: str
    started_at: datetime
    milliseconds: int | None
    count: int | None
    error: str | None
    holder: str


@bp.get("/")
@allows(Permission.SEE_JOBS)
def index() -> str:
    leader = readiness.leader()
    page = paging.newest_first(_runs(), JobRun.id)
    return render_template(
        "jobs/index.html",
        leader=leader,
        heard_at=leader.expires_at - TTL if leader else None,
        timetable=[Planned(job, _latest(job), url_for(".index", job=job.name)) for job in TIMETABLE],
        page=page,
        runs=[_ran(run) for _id, run in page.rows],
        job=request.args.get("job", ""),
        ended=request.args.get("ended", ""),
        job_choices=[("", gettext("All")), *((job.name, job.name) for job in TIMETABLE)],
        ended_choices=[("", gettext("Any way")), (FAILED, gettext("Failed"))],
    )


def _latest(job: Job) -> JobRun | None:
    latest = select(JobRun).where(JobRun.job == job.name).order_by(JobRun.started_at.desc()).limit(1)
    return db.session.scalars(latest).first()


def _runs() -> Select[*tuple[Any, ...]]:
    query = select(JobRun.id, JobRun)
    if job := request.args.get("job"):
        query = query.where(JobRun.job == job)
    if request.args.get("ended") == FAILED:
        query = query.where(JobRun.error.is_not(None))
    return query


def _ran(run: JobRun) -> Ran:
    span = run.finished_at - run.started_at if run.finished_at else None
    milliseconds = None if span is None else span // timedelta(milliseconds=1)
    return Ran(run.job, run.started_at, milliseconds, run.count, run.error, run.holder)
