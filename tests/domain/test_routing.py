"""Round robin: in turn, evenly, and without a burst for whoever joins."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.routing import Candidate, deal


@pytest.mark.parametrize(
    ("turns", "count", "owners"),
    [
        ({}, 3, []),
        ({7: 0}, 0, []),
        ({7: 0}, 3, [7, 7, 7]),
        ({1: 0, 2: 0, 3: 0}, 4, [1, 2, 3, 1]),
        ({1: 5, 2: 3, 3: 4}, 4, [2, 3, 1, 2]),
        ({1: 90, 2: 91, 3: 0}, 4, [3, 1, 2, 3]),
    ],
    ids=["nobody", "no lead", "one rep", "all new: by id", "lowest turn first", "a newcomer"],
)
def test_deal(turns: dict[int, int], count: int, owners: list[int]) -> None:
    assert [dealt.user_id for dealt in deal([Candidate(*turn) for turn in turns.items()], count)] == owners


def test_the_order_in_which_reps_are_listed_does_not_matter() -> None:
    candidates = [Candidate(1, 4), Candidate(2, 2), Candidate(3, 2)]
    assert deal(candidates, 5) == deal(candidates[::-1], 5)


teams = st.dictionaries(st.integers(1, 50), st.integers(0, 100), min_size=1, max_size=8)


def _after(turns: dict[int, int], count: int) -> tuple[list[int], dict[int, int]]:
    dealt = deal([Candidate(*turn) for turn in turns.items()], count)
    return [one.user_id for one in dealt], turns | {one.user_id: one.turn for one in dealt}


@given(teams, st.integers(0, 30))
def test_nobody_gets_two_more_than_another(turns: dict[int, int], count: int) -> None:
    owners, _ = _after(turns, count)
    counts = [Counter(owners)[user_id] for user_id in turns]
    assert sum(counts) == count
    assert max(counts) - min(counts) <= 1


@given(teams, st.lists(st.integers(0, 7), max_size=6))
def test_a_batch_deals_as_its_parts_one_after_the_other(turns: dict[int, int], parts: list[int]) -> None:
    whole, whole_turns = _after(turns, sum(parts))
    one_by_one: list[int] = []
    for part in parts:
        owners, turns = _after(turns, part)
        one_by_one += owners
    assert (one_by_one, turns) == (whole, whole_turns)
