"""What is trained on, what is held out, and what is refused with its name and numbers."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from smarketing.domain import training
from smarketing.domain.predictor import YES, Fact, Known
from smarketing.domain.training import Case, Cause

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def case(number: int, came: bool, late: frozenset[Fact] = frozenset(), **known: str) -> Case:
    """Its source, whether marked by hand, and points that say nothing."""
    words = {Fact.SOURCE: known.get("source", ""), Fact.BY_HAND: known.get("by_hand", "")}
    numbers = {Fact.FIT_POINTS: float(number % 7), Fact.LAST_ENGAGED: None}
    return Case(number, START + timedelta(hours=number), Known(numbers, words, late=late), number % 7, came)


def cases(count: int, *, ratio: float = 0.4, seed: int = 1) -> list[Case]:
    random = Random(seed)
    sources = ("Partner", "Webinar", "")
    return [case(number, random.random() < ratio, source=sources[number % 3]) for number in range(count)]


def refused(listed: list[Case], *left_out: Fact) -> list[tuple[Cause, Fact | None, str | None]]:
    parts = training.split(listed)
    found = training.refusals(parts, training.candidates(parts.earlier, left_out), left_out)
    return [(each.cause, each.fact, each.value) for each in found]


def test_the_later_ones_are_held_out_whatever_their_order() -> None:
    listed = cases(200)
    Random(5).shuffle(listed)
    earlier, held_out = training.split(listed)
    assert (len(earlier), len(held_out)) == (140, 60)
    assert max(each.offered_at for each in earlier) < min(each.offered_at for each in held_out)


@pytest.mark.parametrize(
    ("count", "ratio", "causes"),
    [
        (0, 0.5, [Cause.TOO_FEW, Cause.TOO_FEW_HELD_OUT]),
        (120, 0.5, [Cause.TOO_FEW, Cause.TOO_FEW_HELD_OUT]),
        (400, 0.1, [Cause.TOO_FEW, Cause.TOO_FEW_HELD_OUT]),
        (400, 0.95, [Cause.TOO_FEW, Cause.TOO_FEW_HELD_OUT]),
        (400, 0.4, []),
    ],
)
def test_too_few_of_either_outcome_are_refused_with_numbers(count: int, ratio: float, causes: list[Cause]) -> None:
    listed = cases(count, ratio=ratio)
    parts = training.split(listed)
    found = training.refusals(parts, training.candidates(parts.earlier))
    assert [each.cause for each in found] == causes
    if found:
        earlier = parts.earlier
        assert (found[0].came, found[0].total) == (sum(each.came for each in earlier), len(earlier))


def test_a_fact_that_knows_what_came_is_named() -> None:
    listed = [each._replace(known=case(0, True, source="Won" if each.came else "Web").known) for each in cases(400)]
    assert refused(listed) == [(Cause.KNOWS_TOO_MUCH, Fact.SOURCE, "Web")]
    assert refused(listed, Fact.SOURCE) == [(Cause.NOTHING_VARIES, None, None)]


def test_a_fact_that_is_often_written_after_the_hand_over_is_named() -> None:
    late = frozenset({Fact.COUNTRY})
    often = [each._replace(known=each.known._replace(late=late)) for each in cases(400)[:24]] + cases(400)[24:]
    assert refused(often) == [(Cause.WRITTEN_LATER, Fact.COUNTRY, None)]
    assert refused(often, Fact.COUNTRY) == []
    assert refused(often[5:]) == []


def test_facts_are_chosen_by_how_common_they_are_and_no_more_than_outcomes_allow() -> None:
    rare = [case(900 + number, number % 2 == 0, source="Fax", by_hand=YES) for number in range(19)]
    listed = [*cases(400), *rare]
    columns = training.candidates(listed)
    assert [(column.fact, column.value) for column in columns] == [
        (Fact.FIT_POINTS, None),
        (Fact.SOURCE, "Partner"),
        (Fact.SOURCE, ""),
        (Fact.SOURCE, "Webinar"),
    ]
    assert [len(training.affordable(columns, listed[:count])) for count in (400, 60, 20)] == [4, 2, 0]


def test_a_rule_that_says_what_the_source_says_is_not_used_twice() -> None:
    listed = [
        each._replace(known=each.known._replace(rules=frozenset({"came-by-" + each.known.words[Fact.SOURCE]})))
        for each in cases(300)
    ]
    assert [column.fact for column in training.candidates(listed)] == [Fact.FIT_POINTS, *[Fact.SOURCE] * 3]


def test_columns_are_in_standard_deviations() -> None:
    listed = cases(300)
    for column in training.candidates(listed):
        distances = [column.distance(each.known) for each in listed]
        assert sum(distances) == pytest.approx(0, abs=1e-9)
        assert sum(distance**2 for distance in distances) / len(distances) == pytest.approx(1)


def test_spreads_count_every_hand_off_once() -> None:
    listed = cases(300)
    for spread in training.spreads(training.candidates(listed), listed):
        assert sum(spread.counts) == 300
        assert spread.counts == tuple(spread.counted(each.known for each in listed))
