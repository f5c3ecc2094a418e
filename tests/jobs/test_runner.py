"""One run of a job: what is recorded of it, and that its fault stays its own."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from smarketing.db import db, transaction
from smarketing.jobs.runner import Runner
from smarketing.jobs.schedule import Job, Run
from smarketing.models.runs import JobRun
from tests.conftest import Hands


@pytest.fixture
def runner(app: Flask) -> Runner:
    return Runner(app, "here:1")


def job(run: Run, *, is_routine: bool = False) -> Job:
    return Job("count_sheep", run, timedelta(seconds=1), "Counts sheep", is_routine)


def runs(app: Flask) -> list[JobRun]:
    with app.app_context():
        return list(db.session.scalars(select(JobRun).order_by(JobRun.id)))


def test_a_run_is_recorded_with_its_count(app: Flask, runner: Runner, hands: Hands) -> None:
    runner.run(job(lambda *, now: 3))
    [run] = runs(app)
    assert (run.job, run.count, run.error, run.holder) == ("count_sheep", 3, None, "here:1")
    assert run.started_at == hands.now
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at


def test_a_job_is_told_the_time_of_the_application(runner: Runner, hands: Hands) -> None:
    told = []
    runner.run(job(lambda *, now: told.append(now) or 0))
    assert told == [hands.now]


def test_a_run_without_work_is_recorded_once_a_minute(app: Flask, runner: Runner) -> None:
    for _ in range(3):
        runner.run(job(lambda *, now: 0))
    assert [run.count for run in runs(app)] == [0]


def test_every_run_that_did_something_is_recorded(app: Flask, runner: Runner) -> None:
    for count in (0, 2, 2):
        runner.run(job(lambda *, now, count=count: count))
    assert [run.count for run in runs(app)] == [0, 2, 2]


def test_a_routine_is_recorded_once_a_minute_whatever_it_finds(app: Flask, runner: Runner) -> None:
    for _ in range(3):
        runner.run(job(lambda *, now: 9, is_routine=True))
    assert [run.count for run in runs(app)] == [9]


def fail(*, now: object) -> int:
    raise ValueError("no lead with e-mail (ana@example.org)\r\nforged line")


def test_an_error_is_recorded_without_the_address_it_quotes(
    app: Flask, runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    ended = runner.run(job(fail))
    [run] = runs(app)
    assert run.count is None
    assert run.error == ended.error
    assert str(run.error).startswith("ValueError: no lead with e-mail ([e-mail])")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_the_same_error_again_is_recorded_once_a_minute_and_another_at_once(app: Flask, runner: Runner) -> None:
    def fail_otherwise(*, now: object) -> int:
        raise KeyError("sheep")

    for run in (fail, fail, fail_otherwise, fail_otherwise):
        runner.run(job(run))
    assert [str(run.error).split(":")[0] for run in runs(app)] == ["ValueError", "KeyError"]


def test_recovery_is_recorded(app: Flask, runner: Runner) -> None:
    runner.run(job(fail))
    runner.run(job(lambda *, now: 0))
    assert [run.count for run in runs(app)] == [None, 0]


def test_what_a_failed_job_had_begun_is_rolled_back(app: Flask, runner: Runner) -> None:
    def begin_and_fail(*, now: object) -> int:
        db.session.execute(text("DELETE FROM job_runs"))
        raise ValueError("half way")

    runner.run(job(lambda *, now: 1))
    runner.run(job(begin_and_fail))
    assert [run.count for run in runs(app)] == [1, None]


@pytest.fixture
def no_table(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        db.session.execute(text("ALTER TABLE job_runs RENAME TO job_runs_away"))
    yield
    with app.app_context(), transaction():
        db.session.execute(text("ALTER TABLE job_runs_away RENAME TO job_runs"))


@pytest.mark.usefixtures("no_table")
def test_a_run_that_cannot_be_recorded_harms_nobody(runner: Runner, caplog: pytest.LogCaptureFixture) -> None:
    assert runner.run(job(lambda *, now: 4)).count == 4
    assert "could not be recorded" in caplog.text
