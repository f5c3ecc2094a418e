"""A predictor beside the agreed score, both judged on the same hand-offs that neither was fitted to."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from smarketing.domain import accuracy
from smarketing.domain.accuracy import Band, BrierParts, Estimate
from smarketing.domain.predictor import probability
from smarketing.domain.training import Case


class ByPoints(NamedTuple):
    """What the points of the agreed score alone would say, fitted to the same hand-offs; `usual` points if unknown."""

    intercept: float
    weight: float
    usual: float

    def chance(self, points: int | None) -> float:
        return probability(self.intercept + self.weight * self.of(points))

    def of(self, points: int | None) -> float:
        return self.usual if points is None else float(points)


class Measures(BaseModel):
    """`area` under the ROC curve, `precision` on average, and what the chances that were said were worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: Estimate
    precision: Estimate
    brier: Estimate
    parts: BrierParts
    calibration_error: float
    bands: tuple[Band, ...]


class Judgement(BaseModel):
    """On `held_out` hand-offs of which `came` were confirmed. Gains are those of the predictor over the score."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_out: int
    came: int
    predictor: Measures
    score: Measures
    area_gain: Estimate
    brier_gain: Estimate

    @property
    def is_telling(self) -> bool:
        """Whether it surely ranks better than chance."""
        return self.predictor.area.low > 0.5

    @property
    def is_better(self) -> bool:
        """Whether it surely ranks better than the score."""
        return self.area_gain.low > 0


def judge(chances: Sequence[float], by_points: ByPoints, held_out: Sequence[Case]) -> Judgement:
    """`chances` are what the predictor says of those held out."""
    came = [case.came for case in held_out]
    points, points_chances = ([read(case.points) for case in held_out] for read in (by_points.of, by_points.chance))
    return Judgement(
        held_out=len(came),
        came=sum(came),
        predictor=_measures(chances, chances, came),
        score=_measures(points, points_chances, came),
        area_gain=accuracy.roc_auc_gain(chances, points, came),
        brier_gain=accuracy.brier_gain(chances, points_chances, came),
    )


def _measures(said: Sequence[float], chances: Sequence[float], came: Sequence[bool]) -> Measures:
    bands = accuracy.bands(chances, came)
    precision = accuracy.average_precision(said, came)
    return Measures(
        area=accuracy.roc_auc_interval(said, came),
        precision=precision or Estimate(0.0, 0.0, 0.0),
        brier=accuracy.brier(chances, came),
        parts=accuracy.brier_parts(chances, came),
        calibration_error=accuracy.calibration_error(bands),
        bands=tuple(bands),
    )
