"""Read what was trained: all of them, one, and what came of it."""

from collections.abc import Sequence

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.drift import Drift
from smarketing.domain.judgement import Judgement
from smarketing.domain.predictor import Predictor
from smarketing.domain.training import Refusal
from smarketing.models.predictors import TrainedPredictor


def found(predictor_id: int) -> TrainedPredictor | None:
    return db.session.get(TrainedPredictor, predictor_id)


def newest_first() -> Sequence[TrainedPredictor]:
    return db.session.scalars(select(TrainedPredictor).order_by(TrainedPredictor.id.desc())).all()


def numbers_of(trained: TrainedPredictor) -> Predictor | None:
    """None unless it was trained; the same holds for its judgement."""
    return Predictor.model_validate_json(trained.numbers) if trained.numbers else None


def judgement_of(trained: TrainedPredictor) -> Judgement | None:
    return Judgement.model_validate_json(trained.judgement) if trained.judgement else None


def drift_of(trained: TrainedPredictor) -> Drift | None:
    """None before it was looked for."""
    return Drift.model_validate_json(trained.drift) if trained.drift else None


def refusals_of(trained: TrainedPredictor) -> list[Refusal]:
    return [Refusal.model_validate(each) for each in trained.refusals or ()]
