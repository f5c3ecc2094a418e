"""A chance by plain numbers, and why: every fact with what it does, adding up to the whole."""

from math import exp, log1p

import pytest
from pydantic import ValidationError

from smarketing.domain.predictor import YES, Column, Fact, Known, Predictor, probability, reasons

PARTNER = Column(fact=Fact.SOURCE, value="Partner", mean=0.2, scale=0.4, weight=0.8)
WEBINAR = Column(fact=Fact.SOURCE, value="Webinar", mean=0.5, scale=0.5, weight=0.3)
DEMO = Column(fact=Fact.RULE, value="asked-for-demo", mean=0.5, scale=0.5, weight=0.5)
POINTS = Column(fact=Fact.FIT_POINTS, mean=40, scale=10, weight=-0.25)
AGE = Column(fact=Fact.ARRIVED, mean=1.0, scale=0.5, weight=-0.4)
PREDICTOR = Predictor(columns=(PARTNER, WEBINAR, DEMO, POINTS, AGE), intercept=-0.5, slope=1.2, offset=0.1)
LEAD = Known(
    {Fact.FIT_POINTS: 60, Fact.ARRIVED: 3.0}, {Fact.SOURCE: "Partner", Fact.BY_HAND: YES}, frozenset({"asked-for-demo"})
)


def test_the_chance_is_the_written_formula() -> None:
    parts = 0.8 * 0.8 / 0.4 + 0.3 * -1 + 0.5 * 1 - 0.25 * 2 - 0.4 * (log1p(3.0) - 1) / 0.5
    assert PREDICTOR.chance(LEAD) == pytest.approx(1 / (1 + exp(-(1.2 * (-0.5 + parts) + 0.1))), abs=1e-15)
    assert PREDICTOR.usual == pytest.approx(1 / (1 + exp(0.5)))


def test_reasons_add_up_and_the_values_of_one_fact_are_one_reason() -> None:
    found = reasons(PREDICTOR, LEAD)
    assert sum(reason.log_odds for reason in found) == pytest.approx(PREDICTOR.log_odds(LEAD) - (1.2 * -0.5 + 0.1))
    assert [(reason.fact, reason.rule) for reason in found] == [
        (Fact.SOURCE, None),
        (Fact.RULE, "asked-for-demo"),
        (Fact.FIT_POINTS, None),
        (Fact.ARRIVED, None),
    ]
    source = found[0]
    without = PREDICTOR.log_odds(LEAD) - source.log_odds
    assert source.points == pytest.approx(PREDICTOR.chance(LEAD) - probability(without))
    assert [reason.points > 0 for reason in found] == [True, True, False, False]


def test_what_is_not_known_moves_nothing() -> None:
    nobody = Known({}, {Fact.SOURCE: ""})
    assert {reason.fact: reason.log_odds for reason in reasons(PREDICTOR, nobody)}[Fact.FIT_POINTS] == 0


def test_it_survives_being_written_down_and_another_form_is_refused() -> None:
    assert Predictor.model_validate_json(PREDICTOR.model_dump_json()) == PREDICTOR
    with pytest.raises(ValidationError):
        Predictor.model_validate({**PREDICTOR.model_dump(), "form": 2})


def test_no_log_odds_are_too_many() -> None:
    assert (probability(-1e4), probability(0), probability(1e4)) == (0, 0.5, 1)
