"""What the predictor that is switched on says of one hand-off: an aid beside it, and never more."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import ngettext

from smarketing.domain.drift import Drift
from smarketing.domain.predictor import Predictor, reasons
from smarketing.models.handoffs import Handoff
from smarketing.services import predictors
from smarketing.web.filters import percent
from smarketing.web.predictor_words import Names

SHOWN = 4
FEWEST_POINTS = 0.005
"""What moves the chance less is not worth a line."""


class Told(NamedTuple):
    """One fact: `points` is how far it moves the chance."""

    words: str
    points: str
    is_less: bool


class Estimate(NamedTuple):
    predictor_id: int
    chance: str
    usual: str
    reasons: Sequence[Told]
    has_drifted: bool


def of(handoff: Handoff | None) -> Estimate | None:
    """None while estimates are switched off, and for a lead that is not with sales."""
    shown = predictors.shown() if handoff else None
    known = predictors.known_of(handoff) if shown and handoff else None
    if shown is None or shown.numbers is None or known is None:
        return None
    predictor, names = Predictor.model_validate_json(shown.numbers), Names()
    told = [
        Told(names.found(known, each.fact, each.rule), _signed(each.points), each.points < 0)
        for each in reasons(predictor, known)
        if abs(each.points) >= FEWEST_POINTS
    ]
    drift = Drift.model_validate_json(shown.drift) if shown.drift else None
    return Estimate(
        shown.id,
        percent(predictor.chance(known), 0),
        percent(predictor.usual, 0),
        told[:SHOWN],
        drift is not None and drift.has_drifted,
    )


def _signed(points: float) -> str:
    whole = round(abs(points) * 100)
    if points < 0:
        return ngettext("−%(num)s point", "−%(num)s points", whole)
    return ngettext("+%(num)s point", "+%(num)s points", whole)
