"""A weighted turn: in proportion, evenly, without a burst for whoever comes back; agreed rules go first."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.facts import Facts
from smarketing.domain.routing import Absent, Asking, Candidate, Rule, Table, ramped

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def asking(known: dict[str, int] | None = None, **values: Any) -> Asking:
    return Asking(1, Facts({key.replace("__", "."): text for key, text in values.items()}, [], NOW), known or {})


def table(*candidates: Candidate, rules: tuple[Rule, ...] = ()) -> Table:
    for each in candidates:
        each.team = each.team or "sales"
    return Table(candidates, rules, "sales")


def owners(dealing: Table, count: int, one: Asking | None = None) -> list[int | None]:
    return [dealing.deal(one or asking()).user_id for _ in range(count)]


@pytest.mark.parametrize(
    ("weights", "count", "dealt"),
    [
        ({}, 2, [None, None]),
        ({7: 100}, 2, [7, 7]),
        ({1: 100, 2: 100, 3: 100}, 4, [1, 2, 3, 1]),
        ({1: 200, 2: 100}, 6, [1, 2, 1, 1, 2, 1]),
        ({1: 100, 2: 0}, 2, [1, 1]),
    ],
    ids=["nobody", "one rep", "even", "twice the weight", "no share"],
)
def test_shares_follow_the_weights(weights: dict[int, int], count: int, dealt: list[int | None]) -> None:
    assert owners(table(*(Candidate(key, 0, weight=weight) for key, weight in weights.items())), count) == dealt


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 9), min_size=1, max_size=6))
def test_a_whole_round_gives_everybody_exactly_their_weight(weights: dict[int, int]) -> None:
    dealing = table(*(Candidate(key, 0, weight=weight) for key, weight in weights.items()))
    assert Counter(owners(dealing, sum(weights.values()))) == weights
    assert {each.turn for each in dealing.candidates} == {0}


@given(st.integers(1, 40), st.integers(2, 6))
def test_whoever_comes_back_is_given_no_burst(missed: int, count: int) -> None:
    dealing = table(*(Candidate(key, 0) for key in range(count)))
    dealing.candidates[0].is_away = True
    assert 0 not in owners(dealing, missed)
    dealing.candidates[0].is_away = False
    given_since = Counter(owners(dealing, 2 * count))
    assert given_since[0] <= 3


@pytest.mark.parametrize(
    ("candidate", "values", "absent"),
    [
        (Candidate(1, 0, is_away=True), {}, Absent.AWAY),
        (Candidate(1, 0, room=0), {}, Absent.FULL),
        (Candidate(1, 0, weight=0), {}, Absent.NO_SHARE),
        (Candidate(1, 0, countries=frozenset({"fr"})), {"country": "DE"}, Absent.ELSEWHERE),
        (Candidate(1, 0, countries=frozenset({"fr"})), {}, Absent.ELSEWHERE),
        (Candidate(1, 0, countries=frozenset({"fr"})), {"country": "FR"}, None),
        (Candidate(1, 0, languages=frozenset({"fr"})), {"custom__language": "en"}, Absent.OTHER_LANGUAGE),
        (Candidate(1, 0, languages=frozenset({"fr"})), {"custom__language": "FR"}, None),
    ],
)
def test_who_is_passed_over_and_why(candidate: Candidate, values: dict[str, str], absent: Absent | None) -> None:
    assert table(candidate).passed_over(candidate, asking(**values).facts) is absent


def test_who_is_full_is_given_no_more_and_the_rest_waits_for_the_team() -> None:
    assert owners(table(Candidate(1, 0, room=1), Candidate(2, 0, room=2)), 5) == [1, 2, 2, None, None]


def is_french(facts: Facts) -> bool:
    return facts.values.get("country") == "FR"


@pytest.mark.parametrize(
    ("rules", "one", "dealt"),
    [
        ((Rule("french", is_french, "turn", "north"),), asking(country="FR"), (3, "french")),
        ((Rule("french", is_french, "turn", "north"),), asking(country="DE"), (1, None)),
        ((Rule("known", lambda _f: True, "last_rep", None),), asking({"last_rep": 2}), (2, "known")),
        ((Rule("known", lambda _f: True, "last_rep", None),), asking(), (1, None)),
        ((Rule("known", lambda _f: True, "last_rep", None),), asking({"last_rep": 4}), (1, None)),
        ((Rule("boss", is_french, "manager", None),), asking(country="FR"), (None, "boss")),
    ],
    ids=["a team", "another country", "who knows it", "nobody knows it", "who knows it is away", "the manager"],
)
def test_the_first_route_that_fits_decides(rules: tuple[Rule, ...], one: Asking, dealt: tuple[int, str]) -> None:
    people = (Candidate(1, 0), Candidate(2, 5), Candidate(3, 9, team="north"), Candidate(4, 0, is_away=True))
    assert table(*people, rules=rules).deal(one) == dealt


@pytest.mark.parametrize(("months", "weight"), [(0, 0), (1, 50), (2, 50), (3, 100), (9, 100)])
def test_newcomers_grow_into_their_share(months: int, weight: int) -> None:
    assert ramped(100, [(0, 0.0), (1, 0.5), (3, 1.0)], months) == weight
