"""Shares with their intervals, and times to an answer, against published numbers and a plain recount."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.attainment import Share, Standing, Tally, change, quantile, standing, tallied
from smarketing.domain.sla_clock import Outcome
from tests.survival import by_product

# Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
PUBLISHED_INTERVALS = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10: whether 0 lies outside the interval
PUBLISHED_DIFFERENCES = [
    (Share(56, 70), Share(48, 80), True),
    (Share(9, 10), Share(3, 10), True),
    (Share(6, 7), Share(2, 7), True),
    (Share(5, 56), Share(0, 29), False),
    (Share(0, 10), Share(0, 20), False),
    (Share(0, 10), Share(0, 10), False),
    (Share(10, 10), Share(0, 20), True),
    (Share(10, 10), Share(0, 10), True),
]

# weeks in remission, Freireich and others 1963, as in every textbook on survival
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
TREATED_AND_STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
UNTREATED = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


@pytest.mark.parametrize(("part", "total", "low", "high"), PUBLISHED_INTERVALS)
def test_the_interval_is_the_published_one(part: int, total: int, low: float, high: float) -> None:
    assert Share(part, total).interval() == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_lies_within_0_and_1_and_holds_its_share(numbers: tuple[int, int]) -> None:
    share = Share(*numbers)
    low, high = share.interval() or (2.0, -1.0)
    assert 0 <= low <= (share.ratio or 0) <= high <= 1
    assert Share(share.total - share.part, share.total).interval() == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_a_share_of_nothing_is_no_data() -> None:
    assert Share(0, 0).ratio is None
    assert Share(0, 0).interval() is None
    assert standing(Share(0, 0), 0.9) is Standing.NO_DATA


@pytest.mark.parametrize(("share", "earlier", "is_clear"), PUBLISHED_DIFFERENCES)
def test_a_change_is_clear_when_the_published_interval_leaves_out_zero(
    share: Share, earlier: Share, *, is_clear: bool
) -> None:
    found = change(share, earlier)
    assert found is not None
    assert found.is_clear is is_clear
    assert found.difference == pytest.approx(share.part / share.total - earlier.part / earlier.total)


def test_a_change_from_or_to_too_few_is_not_told() -> None:
    assert change(Share(4, 4), Share(50, 100)) is None
    assert change(Share(50, 100), Share(0, 0)) is None


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (Share(4, 4), Standing.TOO_FEW),
        (Share(5, 5), Standing.KEPT),
        (Share(18, 20), Standing.BARELY_KEPT),
        (Share(990, 1000), Standing.KEPT),
        (Share(17, 20), Standing.BARELY_MISSED),
        (Share(800, 1000), Standing.MISSED),
        (Share(0, 5), Standing.MISSED),
    ],
)
def test_a_share_stands_to_its_objective_by_the_margin_of_chance(share: Share, told: Standing) -> None:
    assert standing(share, 0.9) is told


@pytest.mark.parametrize(
    ("level", "weeks"), [(0.1, 6), (0.2, 10), (0.25, 13), (0.3, 13), (0.31, 16), (0.4, 22), (0.5, 23), (0.9, None)]
)
def test_the_time_to_an_answer_is_the_published_survival(level: float, weeks: int | None) -> None:
    assert quantile(TREATED, TREATED_AND_STILL_WELL, level) == weeks


@pytest.mark.parametrize(("level", "weeks"), [(0.5, 8), (0.9, 17), (1.0, 23)])
def test_without_anybody_waiting_it_is_the_plain_quantile(level: float, weeks: int) -> None:
    assert quantile(UNTREATED, [], level) == weeks


def test_leaving_the_slow_ones_out_would_flatter() -> None:
    quick, waiting = [60] * 10, [3600] * 11
    assert quantile(quick, [], 0.5) == 60
    assert quantile(quick, waiting, 0.5) is None


def test_nobody_answered_and_nobody_waits() -> None:
    assert quantile([], [], 0.5) is None
    assert quantile([], [30], 0.5) is None


@given(
    st.lists(st.integers(0, 30), max_size=40),
    st.lists(st.integers(0, 30), max_size=40),
    st.sampled_from([(0.5, Fraction(1, 2)), (0.9, Fraction(9, 10)), (0.25, Fraction(1, 4))]),
)
def test_it_equals_the_product_over_every_instant(
    answered: list[int], waiting: list[int], level: tuple[float, Fraction]
) -> None:
    in_floats, exact = level
    assert quantile(sorted(answered), sorted(waiting), in_floats) == by_product(answered, waiting, exact)


def test_settled_clocks_are_folded_by_key() -> None:
    rows = [
        ("a", Outcome.MET, 120, 2),
        ("a", Outcome.BREACHED, 900, 1),
        ("a", Outcome.BREACHED, None, 3),
        ("b", Outcome.MET, 30, 1),
        ("a", Outcome.MET, 60, 1),
    ]
    assert tallied(rows) == {"a": Tally(3, 7, [60, 120, 120, 900]), "b": Tally(1, 1, [30])}
    assert tallied([]) == {}


@pytest.mark.parametrize("total", [1, 2, 5, 10, 33, 100, 1234, 99_999])
def test_the_interval_is_that_of_statsmodels(total: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for part in sorted({0, 1, total // 3, total // 2, total - 1, total}):
        theirs = proportion.proportion_confint(part, total, alpha=0.05, method="wilson")
        assert Share(part, total).interval() == pytest.approx(theirs, abs=1e-9)


def test_the_interval_of_a_difference_is_what_statsmodels_says() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    random = Random(7)
    for _number in range(300):
        n, m = random.randrange(5, 400), random.randrange(5, 400)
        a, b = random.randrange(n + 1), random.randrange(m + 1)
        found = change(Share(a, n), Share(b, m))
        assert found is not None
        low, high = proportion.confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
        assert found.is_clear is not (found.low <= 0 <= found.high)
