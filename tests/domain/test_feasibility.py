"""The funnel walked backwards against plain arithmetic and against chance itself, and what a month can hold."""

from math import sqrt
from random import Random

import pytest

from smarketing.domain import feasibility
from smarketing.domain.attainment import Share
from smarketing.domain.feasibility import Answer, Basis, Capacity, Chain, Estimate, Pace, Prices, Range

HALF = Estimate(0.5, 0.4, 0.625, Basis.HISTORY)
FIFTH = Estimate(0.2, 0.15, 0.25, Basis.HISTORY)
SALE = Estimate(1_000_000, 1_000_000, 1_000_000, Basis.DECLARED)


@pytest.mark.parametrize(
    ("counted", "declared", "agreed", "found"),
    [
        (Share(19, 19), None, None, None),
        (Share(19, 19), 0.6, 0.5, Estimate(0.6, 0.6, 0.6, Basis.DECLARED)),
        (Share(0, 0), None, 0.5, Estimate(0.5, 0.5, 0.5, Basis.AGREED)),
        (Share(10, 20), 0.9, 0.9, Estimate(0.5, 0.2993, 0.7007, Basis.HISTORY)),
    ],
)
def test_what_was_counted_counts_for_more_than_what_is_said(
    counted: Share, declared: float | None, agreed: float | None, found: Estimate | None
) -> None:
    share = feasibility.share(counted, declared=declared, agreed=agreed)
    assert (share is None) == (found is None)
    if share and found:
        assert share[:3] == pytest.approx(found[:3], abs=1e-4)
        assert share.basis is found.basis


@pytest.mark.parametrize(
    ("metric", "owed", "value"),
    [("mqls", 80, 80), ("sals", 80, 160), ("sqls", 80, 320), ("wons", 8, 160), ("revenue", 8_000_000, 160)],
)
def test_the_chain_is_walked_back_step_by_step(metric: str, owed: float, value: float) -> None:
    chain = Chain(HALF, HALF, FIFTH, SALE)
    needed = feasibility.asked(metric, owed, chain)
    assert needed is not None
    assert needed.value == pytest.approx(value)
    assert needed.low <= needed.value <= needed.high


def test_one_share_alone_gives_its_own_interval_back() -> None:
    needed = feasibility.asked("sals", 100, Chain(HALF, None, None, None))
    assert needed == pytest.approx((100 / 0.625, 200, 100 / 0.4))


def test_only_marketings_part_of_the_revenue_asks_for_its_leads() -> None:
    whole = feasibility.asked("revenue", 8_000_000, Chain(HALF, HALF, FIFTH, SALE))
    part = feasibility.asked("revenue", 8_000_000, Chain(HALF, HALF, FIFTH, SALE, 0.25))
    assert whole
    assert part
    assert part.value == pytest.approx(whole.value / 4)


@pytest.mark.parametrize("won", [None, Estimate(0.0, 0.0, 0.1, Basis.HISTORY)])
def test_a_step_that_nobody_knows_or_nobody_has_come_through_leaves_it_open(won: Estimate | None) -> None:
    assert feasibility.asked("wons", 8, Chain(HALF, HALF, won, SALE)) is None
    assert feasibility.asked("sqls", 8, Chain(HALF, HALF, won, SALE)) is not None


def test_the_interval_of_a_chain_holds_as_often_as_it_says() -> None:
    """Drawn again and again from a known truth: about 95 of 100 intervals hold it."""
    random, held, rounds = Random(7), 0, 400
    rates, truth = (0.62, 0.48, 0.3), 10 / (0.62 * 0.48 * 0.3)
    for _round in range(rounds):
        total, steps = 300, []
        for rate in rates:
            part = sum(random.random() < rate for _case in range(total))
            steps.append(feasibility.share(Share(part, total), declared=None, agreed=None))
            total = part
        needed = feasibility.asked("wons", 10, Chain(*steps, None))
        assert needed is not None
        held += needed.low <= truth <= needed.high
    assert 0.93 <= held / rounds <= 0.98


def test_the_interval_of_a_price_is_that_of_the_mean() -> None:
    amounts = [900, 1100] * 50
    price = feasibility.price(Prices(100, sum(amounts), sum(each**2 for each in amounts)), declared=5)
    assert price is not None
    spread = sqrt(sum((each - 1000) ** 2 for each in amounts) / 99)
    assert price.value == 1000
    assert price.high - price.value == pytest.approx(1.96 * spread / 10, rel=0.02)
    assert price.value - price.low == pytest.approx(1.96 * spread / 10, rel=0.02)
    assert feasibility.price(Prices(19, 19_000, 1e9), declared=5) == Estimate(5, 5, 5, Basis.DECLARED)
    assert feasibility.price(Prices(0, 0, 0), declared=None) is None


@pytest.mark.parametrize(
    ("promised", "answer"),
    [(120, Answer.YES), (119, Answer.LIKELY), (100, Answer.LIKELY), (99, Answer.UNLIKELY), (79, Answer.NO)],
)
def test_a_promise_is_held_against_the_whole_interval(promised: float, answer: Answer) -> None:
    assert feasibility.enough(promised, Range(80, 100, 120)) is answer


def test_a_month_is_read_from_a_quarter_and_from_its_best_four_weeks() -> None:
    even, rush = [5] * 45, [10] * 20
    seen = feasibility.pace([*even, *rush], 21)
    assert seen is not None
    mean = (5 * 45 + 10 * 20) / 65 * 21
    assert seen.low < seen.median < seen.high
    assert seen.median == pytest.approx(mean, abs=2)
    assert seen.best == 210
    assert feasibility.pace([5] * 19, 21) is None


@pytest.mark.parametrize(
    ("owed", "answer"),
    [(80, Answer.YES), (100, Answer.LIKELY), (130, Answer.UNLIKELY), (131, Answer.NO)],
)
def test_what_has_been_delivered_says_what_will_be(owed: float, answer: Answer) -> None:
    assert feasibility.delivered(owed, Pace(80, 100, 120, 130)) is answer
    assert feasibility.delivered(owed, None) is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("load", "a_week", "seen", "answer"),
    [
        (100, None, Pace(80, 100, 120, 130), Answer.YES),
        (130, None, Pace(80, 100, 120, 130), Answer.LIKELY),
        (131, None, Pace(80, 100, 120, 130), Answer.UNLIKELY),
        (131, 20, Pace(80, 100, 120, 130), Answer.LIKELY),
        (100, 4, Pace(80, 100, 120, 130), Answer.NO),
        (100, None, None, Answer.UNKNOWN),
        (100, 20, None, Answer.LIKELY),
        (174, 20, None, Answer.NO),
    ],
)
def test_more_than_was_ever_asked_is_doubtful_and_only_a_limit_makes_it_impossible(
    load: float, a_week: int | None, seen: Pace | None, answer: Answer
) -> None:
    limit = Capacity(2, a_week, Basis.DECLARED) if a_week else None
    assert feasibility.workable(load, limit, seen) is answer


def test_the_worst_answer_is_the_answer_and_none_of_none() -> None:
    assert feasibility.altogether([Answer.YES, Answer.UNKNOWN, Answer.LIKELY]) is Answer.UNKNOWN
    assert feasibility.altogether([Answer.NO, Answer.UNKNOWN]) is Answer.NO
    assert feasibility.altogether([]) is None
