"""The timetable as a whole: complete, and harmless to repeat."""

from pathlib import Path

import pytest
from flask import Flask

from smarketing.jobs import schedule
from smarketing.jobs.runner import Runner
from smarketing.jobs.schedule import Job

MACHINERY = {"__init__", "batches", "fit_predictor", "lease", "runner", "schedule", "scheduler"}


def test_every_job_is_in_the_timetable() -> None:
    modules = {path.stem for path in Path(schedule.__file__).parent.glob("*.py")} - MACHINERY
    assert {job.name for job in schedule.TIMETABLE} == modules


@pytest.mark.parametrize("job", schedule.TIMETABLE, ids=lambda job: job.name)
def test_a_job_does_no_harm_in_a_new_installation_and_finds_nothing_to_do_again(app: Flask, job: Job) -> None:
    runner = Runner(app, "here:1")
    first, second = runner.run(job), runner.run(job)
    assert (first.error, second.error) == (None, None)
    assert second.count == 0 or job.is_routine
