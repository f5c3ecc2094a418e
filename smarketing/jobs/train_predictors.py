"""Train what was asked for: read, fit in a process of its own, judge, keep. It can be stopped at any moment.

scikit-learn is loaded by that process only, so that no web worker ever carries it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

import smarketing
from smarketing.db import db, transaction
from smarketing.domain import training
from smarketing.domain.judgement import ByPoints
from smarketing.domain.predictor import Predictor, matrix
from smarketing.models.predictors import PredictorState
from smarketing.services import predictors
from smarketing.services.predictors import Material, Task

LIBRARY = "sklearn"
ROOT = Path(smarketing.__file__).resolve().parent.parent
LOOK_EVERY = 0.5
"""Seconds between looks at whether it has been stopped."""

Read = TypeVar("Read")


class Stopped(Exception):
    """Somebody has removed what was being trained."""


def is_installed() -> bool:
    return find_spec(LIBRARY) is not None


def run(*, now: datetime) -> int:
    """How many trainings came to an end."""
    count = 0
    while (task := _reading(predictors.under_way)) is not None:
        try:
            _train(task, now=now)
        except Stopped:
            continue
        except (OperationalError, InterfaceError):
            raise  # the database is away: somebody begins anew after a while
        except Exception:
            db.session.rollback()
            with transaction():
                predictors.give_up(task, now=now)
            raise
        count += 1
    return count


def _reading(read: Callable[[], Read]) -> Read:
    db.session.connection(execution_options={"reads_only": True})
    found = read()
    db.session.rollback()
    return found


def _train(task: Task, *, now: datetime) -> None:
    if not is_installed():
        with transaction():
            predictors.refuse(task, [predictors.NOT_INSTALLED], now=now)
        return
    _enter(task, PredictorState.READING)
    material = _reading(lambda: predictors.read(task))
    if material.refusals:
        with transaction():
            predictors.refuse(task, material.refusals, now=now)
        return
    _enter(task, PredictorState.FITTING)
    fitted = _fit(task, _asked(material))
    predictor, by_points = _read(fitted, material)
    with transaction():
        predictors.keep(task, material, predictor, by_points, fitted["chances"], now=now)


def _enter(task: Task, state: PredictorState) -> None:
    with transaction():
        if not predictors.enter(task, state):
            raise Stopped


def _asked(material: Material) -> dict[str, Any]:
    earlier, held_out = material.parts
    usual = _usual_points(material)
    return {
        "distances": matrix(material.columns, (case.known for case in earlier)),
        "points": [usual if case.points is None else case.points for case in earlier],
        "came": [case.came for case in earlier],
        "held_out": matrix(material.columns, (case.known for case in held_out)),
    }


def _fit(task: Task, asked: dict[str, Any]) -> dict[str, Any]:
    """What `fit_predictor` makes of it."""
    with tempfile.TemporaryFile("w+") as question, tempfile.TemporaryFile("w+") as answer:
        json.dump(asked, question)
        question.seek(0)
        command = [sys.executable, "-m", "smarketing.jobs.fit_predictor"]
        with subprocess.Popen(command, stdin=question, stdout=answer, cwd=ROOT) as fitting:
            try:
                _wait_for(fitting, task)
            except BaseException:
                fitting.kill()
                raise
        answer.seek(0)
        fitted: dict[str, Any] = json.load(answer)
    return fitted


def _wait_for(fitting: "subprocess.Popen[bytes]", task: Task) -> None:
    while True:
        try:
            status = fitting.wait(LOOK_EVERY)
            break
        except subprocess.TimeoutExpired:
            if not _reading(lambda: predictors.is_wanted(task)):
                raise Stopped from None
    if status:
        raise RuntimeError(f"fitting ended with status {status}")


def _read(fitted: dict[str, Any], material: Material) -> tuple[Predictor, ByPoints]:
    weighed = zip(material.columns, fitted["weights"], strict=True)
    predictor = Predictor(
        columns=tuple(column.model_copy(update={"weight": weight}) for column, weight in weighed),
        intercept=fitted["intercept"],
        slope=fitted["slope"],
        offset=fitted["offset"],
        spreads=training.spreads(material.columns, material.parts.earlier),
    )
    intercept, weight = fitted["by_points"]
    return predictor, ByPoints(intercept, weight, _usual_points(material))


def _usual_points(material: Material) -> float:
    known = [case.points for case in material.parts.earlier if case.points is not None]
    return sum(known) / len(known) if known else 0.0
