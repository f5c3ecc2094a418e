"""How fast the stored numbers of a predictor give chances, beside scikit-learn: `python3 manage.py bench predictions`.

A million leads of twenty facts, rounds of theirs and ours in turn, medians. Goal: at most 3 times scikit-learn. One
lead in a web worker, which has neither it nor numpy, is measured as well.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from random import Random

import numpy as np
from sklearn.linear_model import LogisticRegression

from smarketing.domain.predictor import Column, Fact, Known, Predictor, reasons
from smarketing.jobs.fit_predictor import chances

LEADS, FACTS, ROUNDS = 1_000_000, 20, 7
GOAL = 3.0
IN_A_WORKER = """
import sys
import smarketing.web.estimates, smarketing.web.predictors
print(*sorted({"numpy", "scipy", "sklearn", "pandas"} & set(sys.modules)))
"""


def main() -> int:
    random = np.random.default_rng(7)
    distances = random.standard_normal((LEADS, FACTS))
    came = distances[:50_000] @ random.standard_normal(FACTS) + random.logistic(size=50_000) > 0
    model = LogisticRegression().fit(distances[:50_000], came)
    fitted = {"weights": model.coef_[0], "intercept": float(model.intercept_[0]), "slope": 1.0, "offset": 0.0}
    theirs, ours = [], []
    for _round in range(ROUNDS):
        theirs.append(_seconds(lambda: model.predict_proba(distances)))
        ours.append(_seconds(lambda: chances(fitted, distances)))
    apart = float(abs(model.predict_proba(distances)[:, 1] - chances(fitted, distances)).max())
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"scikit-learn {statistics.median(theirs) * 1000:.1f} ms, ours {statistics.median(ours) * 1000:.1f} ms")
    print(f"{ratio:.2f} times (goal: {GOAL:g}), at most {apart:.1e} apart")
    print(f"one lead, with its reasons, without numpy: {_one_lead() * 1e6:.0f} µs")
    carried = subprocess.run([sys.executable, "-c", IN_A_WORKER], capture_output=True, text=True, check=True).stdout
    print(f"a web worker carries: {carried.strip() or 'none of numpy, scipy, scikit-learn, pandas'}")
    return 0 if ratio <= GOAL and apart < 1e-12 and not carried.strip() else 1


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _one_lead() -> float:
    random = Random(7)
    columns = [
        Column(fact=Fact.RULE, value=str(place), mean=0.5, scale=0.5, weight=random.gauss(0, 1))
        for place in range(FACTS)
    ]
    predictor = Predictor(columns=tuple(columns), intercept=0.1, slope=1.0, offset=0.0)
    lead = Known({}, {}, frozenset(str(place) for place in range(0, FACTS, 2)))
    return statistics.median(_seconds(lambda: (predictor.chance(lead), reasons(predictor, lead))) for _ in range(2000))


if __name__ == "__main__":
    sys.exit(main())
