"""Merging two leads: the union in any order, which hand-off ends, and from when on the journal of the other counts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.errors import Conflict
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Milestones, Stage, stage_of
from smarketing.domain.merges import Joining, Open, Side, Status, differing, heard, joined, to_end, union
from smarketing.domain.scoring import scorer
from smarketing.domain.terms import canonical
from tests.cast import terms

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(hour: int) -> datetime:
    return MONDAY + timedelta(hours=hour)


hours = st.integers(0, 400).map(at)
maybe = st.none() | hours


def _stated(draw: st.DrawFn, milestones: Milestones) -> Stage:
    by_dates = stage_of(milestones)
    by_hand = st.sampled_from((Stage.INQUIRY, Stage.RECYCLED, Stage.DISQUALIFIED))
    return draw(by_hand) if by_dates is Stage.INQUIRY else by_dates


@st.composite
def sides(draw: st.DrawFn, number: int) -> Side:
    """A lead whose stage and hand-offs fit each other, as the services leave it."""
    milestones = Milestones(*(draw(maybe) for _ in Milestones._fields))
    arrived_at, recorded_at = draw(hours), draw(hours)
    is_worked, is_open = draw(st.booleans()), draw(st.booleans())
    stage = draw(st.sampled_from(Stage)) if is_worked else _stated(draw, milestones)
    latest = (draw(hours), number) if is_worked else None
    return Side(
        stage,
        Status(f"s{number}", None, draw(hours)) if draw(st.booleans()) else None,
        draw(st.integers(1, 3)) if is_worked else 0,
        draw(st.booleans()) if is_worked else False,
        date(2026, 6, number) if is_worked and draw(st.booleans()) else None,
        number if is_worked else None,
        None,
        arrived_at,
        arrived_at.date(),
        milestones.mql_at.date() if milestones.mql_at else None,
        recorded_at,
        number,
        milestones,
        draw(st.none() | st.integers(0, 9)),
        draw(st.integers(0, 9)) if is_worked else 0,
        latest,
        is_worked and is_open and number == 1,
    )


def without_import(side: Side) -> Side:
    """Of two that were recorded at the same instant either file may be told of."""
    return side._replace(import_id=None)


@given(st.tuples(*(sides(number) for number in (1, 2, 3))))
def test_the_order_of_merges_does_not_matter(three: tuple[Side, ...]) -> None:
    ways = {without_import(reduce(union, each)) for each in permutations(three)}
    ways |= {without_import(union(one, union(other, third))) for one, other, third in permutations(three)}
    assert len(ways) == 1
    (one,) = ways
    assert one.cycle == sum(side.cycle for side in three)
    assert one.arrived_at == min(side.arrived_at for side in three)
    assert one.milestones.sal_at == min((s.milestones.sal_at for s in three if s.milestones.sal_at), default=None)


acts = st.lists(st.tuples(st.sampled_from(["demo_request", "pricing_page"]), hours), max_size=12)
known = st.fixed_dictionaries(
    {}, optional={"job_title": st.just("Director"), "country": st.sampled_from(["FR", "DE"]), "source": st.just("Fair")}
)


@given(st.lists(st.tuples(known, acts), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_score_is_that_of_one_lead_which_had_all_the_facts(
    records: list[tuple[dict[str, str], list[tuple[str, datetime]]]], random: object
) -> None:
    score = scorer(canonical(terms())).score
    merged, engaged = reduce(
        lambda one, other: (joined(one[0], other[0], from_other=()), sorted({*one[1], *other[1]})), records
    )
    everything = [act for _facts, each in records for act in each]
    random.shuffle(everything)  # type: ignore[attr-defined]
    first: dict[str, str] = {}
    for facts, _acts in records:
        first = {**facts, **first}
    assert score(Facts(merged, engaged, at(500))) == score(Facts(first, list(set(everything)), at(500)))


@pytest.mark.parametrize(
    ("from_other", "expected"),
    [
        ((), {"first_name": "Ann", "phone": "1", "company": "Acme", "custom.size": "9"}),
        (("first_name",), {"first_name": "Anne", "phone": "1", "company": "Acme", "custom.size": "9"}),
        (("phone", "nonsense"), {"first_name": "Ann", "phone": "1", "company": "Acme", "custom.size": "9"}),
    ],
)
def test_what_one_does_not_say_the_other_fills_in(from_other: Iterable[str], expected: dict[str, str]) -> None:
    one, other = {"first_name": "Ann", "phone": "1"}, {"first_name": "Anne", "company": "Acme", "custom.size": "9"}
    assert joined(one, other, from_other=list(from_other)) == expected
    assert differing(one, other) == ["first_name"]


WAITING, LATER, TAKEN = Open(1, at(0), False, None), Open(2, at(1), False, "Saul"), Open(3, at(2), True, "Sara")


@pytest.mark.parametrize(
    ("handoffs", "ended"),
    [([], None), ([TAKEN], None), ([WAITING, LATER], 2), ([LATER, WAITING], 2), ([WAITING, TAKEN], 1)],
)
def test_of_two_open_hand_offs_the_one_that_nobody_has_answered_ends(handoffs: list[Open], ended: int | None) -> None:
    assert to_end(handoffs) == ended


def test_two_that_sales_works_on_are_not_merged() -> None:
    with pytest.raises(Conflict, match="Sara and Saul"):
        to_end([TAKEN, Open(4, at(3), True, "Saul")])


def test_what_another_record_did_counts_from_the_merge_on() -> None:
    into_two, into_three = Joining(10, 2, 1, True), Joining(20, 3, 2, True)
    assert heard(1, [into_two, into_three]) == {1: 0, 2: 10, 3: 20}
    assert heard(2, [into_two, into_three]) == {2: 0, 3: 20}
    assert heard(3, [into_two, into_three]) == {3: 0}
    assert heard(1, [into_two, Joining(30, 2, 1, False)]) == {1: 0}
    assert heard(1, [into_two, Joining(30, 2, 1, False), Joining(40, 2, 1, True)]) == {1: 0, 2: 40}
