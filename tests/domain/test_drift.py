"""Leads that have changed, and chances that come true no more; neither by chance."""

import numpy as np
import pytest
from scipy import stats

from smarketing.domain import drift, training
from smarketing.domain.predictor import Fact, Predictor
from smarketing.domain.training import Case
from tests.domain.test_training import cases


def trained(listed: list[Case]) -> Predictor:
    columns = training.candidates(listed)
    spreads = training.spreads(columns, listed)
    return Predictor(columns=tuple(columns), intercept=-0.4, slope=1, offset=0, spreads=spreads)


@pytest.mark.parametrize(
    ("then", "now"), [((90, 10), (40, 60)), ((30, 30, 40), (28, 33, 39)), ((5, 0, 95), (0, 5, 95))]
)
def test_the_index_is_the_written_formula(then: tuple[int, ...], now: tuple[int, ...]) -> None:
    before, after = ((np.array(counts) + 0.5) / (sum(counts) + 0.5 * len(counts)) for counts in (then, now))
    expected = ((after - before) * np.log(after / before)).sum()
    assert drift.stability_index(then, now) == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("bins", [2, 3, 5, 10])
def test_what_chance_explains_is_chi_squared(bins: int) -> None:
    expected = stats.chi2.ppf(0.99, bins - 1) * (1 / (100 * bins) + 1 / (50 * bins))
    assert drift.by_chance([100] * bins, [50] * bins) == pytest.approx(expected, rel=0.02)


def test_nothing_has_drifted_among_the_same_leads() -> None:
    listed = cases(400)
    seen = drift.drift(trained(listed), [each.known for each in listed[:100]], listed[:100])
    assert (seen.has_drifted, seen.since, seen.decided) == (False, 100, 100)
    assert seen.expected == pytest.approx(100 / (1 + np.exp(0.4)))


def test_a_source_that_takes_over_is_named() -> None:
    listed = cases(400)
    webinars = [each.known for each in listed if each.known.words[Fact.SOURCE] == "Webinar"]
    seen = drift.drift(trained(listed), webinars, [])
    assert [(shift.fact, shift.is_moved) for shift in seen.shifts] == [(Fact.SOURCE, True), (Fact.FIT_POINTS, False)]
    assert drift.drift(trained(listed), webinars[:49], []).shifts == ()


def test_chances_that_do_not_come_true_are_off_but_not_by_chance() -> None:
    chances = [0.4] * 100
    assert [drift.is_off(chances, came) for came in (40, 30, 52, 53, 27)] == [False, False, False, True, True]
    predictor, listed = trained(cases(400)), [each._replace(came=True) for each in cases(19)]
    assert not drift.drift(predictor, [], listed).is_off
    assert drift.drift(predictor, [], [*listed, *listed]).is_off
