"""Kaplan–Meier with its interval and Aalen–Johansen, against lifelines."""

from random import Random

import pytest

from smarketing.domain.survival import answered_by, outcomes, restricted_mean, steps, time_of

lifelines = pytest.importorskip("lifelines")
restricted_mean_survival_time = pytest.importorskip("lifelines.utils").restricted_mean_survival_time
CLOSE = {"abs": 1e-9, "rel": 1e-9}


def cases(seed: int) -> list[tuple[int, bool]]:
    random = Random(seed)
    return [(random.randint(1, 60), random.random() < 0.7) for _ in range(random.randint(2, 80))]


@pytest.mark.parametrize("seed", range(25))
def test_the_steps_and_their_intervals_are_those_of_lifelines(seed: int) -> None:
    listed = cases(seed)
    fitted = lifelines.KaplanMeierFitter().fit([at for at, _ in listed], [seen for _, seen in listed])
    bands = fitted.confidence_interval_survival_function_
    for step in steps(listed):
        assert step.surviving == pytest.approx(fitted.survival_function_at_times(step.at).item(), **CLOSE)
        if 0 < step.surviving < 1:
            assert (step.low, step.high) == pytest.approx(tuple(bands.loc[step.at]), **CLOSE)


@pytest.mark.parametrize("seed", range(25))
def test_the_median_is_that_of_lifelines(seed: int) -> None:
    listed = cases(seed)
    fitted = lifelines.KaplanMeierFitter().fit([at for at, _ in listed], [seen for _, seen in listed])
    median = fitted.median_survival_time_
    assert time_of(steps(listed), 0.5) == (None if median == float("inf") else median)


@pytest.mark.parametrize("seed", range(25))
def test_the_mean_up_to_a_time_is_that_of_lifelines(seed: int) -> None:
    listed = cases(seed)
    fitted = lifelines.KaplanMeierFitter().fit([at for at, _ in listed], [seen for _, seen in listed])
    for until in (1, 20, 45):
        expected = restricted_mean_survival_time(fitted, t=until)
        assert restricted_mean(steps(listed), until) == pytest.approx(expected, **CLOSE)
    assert restricted_mean([], 30) == 30


@pytest.mark.parametrize("seed", range(10))
def test_ways_to_end_add_up_with_what_is_open_and_equal_lifelines(seed: int) -> None:
    random = Random(seed)
    times = random.sample(range(1, 1000), 60)
    listed = [(at, random.choice(["accepted", "refused", None])) for at in times]
    codes = {"accepted": 1, "refused": 2, None: 0}
    fitted = lifelines.AalenJohansenFitter(calculate_variance=False)
    fitted.fit([at for at, _ in listed], [codes[how] for _, how in listed], event_of_interest=1)
    open_shares = {step.at: step.surviving for step in steps((at, how is not None) for at, how in listed)}
    for chance in outcomes(listed):
        assert sum(chance.shares.values()) + open_shares[chance.at] == pytest.approx(1, **CLOSE)
        assert chance.shares["accepted"] == pytest.approx(fitted.cumulative_density_.loc[chance.at].item(), **CLOSE)


def test_leads_that_nobody_answered_do_not_make_it_look_quick() -> None:
    answered_only = [(60, True)] * 4
    assert time_of(steps(answered_only), 0.5) == 60
    assert time_of(steps([*answered_only, *[(90, False)] * 6]), 0.5) is None


def test_nothing_answered_within_a_time_before_the_first() -> None:
    found = steps([(10, True), (20, True)])
    assert [answered_by(found, at) for at in (9, 10, 25)] == [0, 0.5, 1]
    assert steps([]) == []
    assert steps([(5, False)]) == []
