"""A program of its own, run by `train_predictors`: hand-offs come in as JSON, the fitted numbers go out as JSON.

It knows no database, and what it loads is gone with it. Hand-offs are in the order of time; `distances` are rows of
facts in standard deviations, `points` those of the agreed score, `came` what became of each.
"""

import json
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Outcomes = NDArray[np.bool_]
FOLDS = 5
STEPS = 1000


def main() -> None:
    json.dump(answered(json.load(sys.stdin)), sys.stdout)


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """The fitted numbers, those of the points alone, and the chances of the hand-offs that were held out."""
    came = np.array(asked["came"], dtype=bool)
    fitted = fit(np.array(asked["distances"], dtype=float), came)
    return {
        **fitted,
        "by_points": by_points(np.array(asked["points"], dtype=float), came),
        "chances": chances(fitted, np.array(asked["held_out"], dtype=float)).tolist(),
    }


def fit(distances: Numbers, came: Outcomes) -> dict[str, Any]:
    """Weights by penalised logistic regression, and the slope and offset that make its log-odds come true.

    These two are fitted to what each fifth of the hand-offs is said by the other four (Platt).
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression

    calibrated = CalibratedClassifierCV(LogisticRegression(max_iter=STEPS), cv=FOLDS, ensemble=False)
    (whole,) = calibrated.fit(distances, came).calibrated_classifiers_
    (scale,) = whole.calibrators
    return {
        "weights": whole.estimator.coef_[0].tolist(),
        "intercept": float(whole.estimator.intercept_[0]),
        "slope": -float(scale.a_),
        "offset": -float(scale.b_),
    }


def by_points(points: Numbers, came: Outcomes) -> tuple[float, float]:
    """The intercept and the weight of a point that make chances of the agreed score."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = float(points.mean()), float(points.std()) or 1.0
    fitted = LogisticRegression(max_iter=STEPS).fit(((points - middle) / spread)[:, np.newaxis], came)
    weight = float(fitted.coef_[0, 0]) / spread
    return float(fitted.intercept_[0]) - weight * middle, weight


def chances(fitted: dict[str, Any], distances: Numbers) -> Numbers:
    """What domain/predictor.py says of each, for many at once; needs numpy alone."""
    weights = np.multiply(fitted["weights"], -fitted["slope"])
    found: Numbers = distances @ weights
    found -= fitted["slope"] * fitted["intercept"] + fitted["offset"]
    np.exp(found, out=found)
    found += 1
    return np.reciprocal(found, out=found)


if __name__ == "__main__":
    main()
