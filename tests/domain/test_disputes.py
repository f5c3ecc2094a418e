"""Who may contest what, when the arbiters may begin, and when their words are a ruling."""

from datetime import UTC, datetime, timedelta

import pytest

from smarketing.domain.disputes import (
    GROUNDS,
    DisputeKind,
    DisputeState,
    Ground,
    answer_due_at,
    check_ground,
    is_for_arbiters,
    raised_by,
    ruling,
)
from smarketing.domain.errors import InvalidInput
from smarketing.domain.roles import Department
from tests.cast import clause, terms

MARKETING, SALES = Department.MARKETING, Department.SALES
WITHIN = timedelta(hours=48)
UPHELD, DISMISSED = DisputeState.UPHELD, DisputeState.DISMISSED
RAISED_AT = datetime(2026, 3, 6, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "promised_by", "side"),
    [
        (DisputeKind.REFUSAL, None, MARKETING),
        (DisputeKind.MQL, None, SALES),
        (DisputeKind.BREACH, SALES, SALES),
        (DisputeKind.BREACH, MARKETING, MARKETING),
    ],
)
def test_each_side_contests_what_the_other_did(
    kind: DisputeKind, promised_by: Department | None, side: Department
) -> None:
    assert raised_by(kind, promised_by) is side


@pytest.mark.parametrize(
    ("state", "after", "expected"),
    [
        (DisputeState.RAISED, timedelta(0), False),
        (DisputeState.RAISED, WITHIN, False),
        (DisputeState.RAISED, WITHIN + timedelta(seconds=1), True),
        (DisputeState.CONTESTED, timedelta(0), True),
        (DisputeState.UPHELD, timedelta(days=9), False),
        (DisputeState.TAKEN_BACK, timedelta(days=9), False),
    ],
)
def test_arbiters_rule_once_it_is_contested_or_nobody_answered(
    state: DisputeState, after: timedelta, expected: bool
) -> None:
    assert is_for_arbiters(state, answer_due_at=RAISED_AT + WITHIN, now=RAISED_AT + after) is expected


@pytest.mark.parametrize(
    ("votes", "ruled"),
    [
        ({}, None),
        ({SALES: UPHELD}, None),
        ({SALES: UPHELD, MARKETING: DISMISSED}, None),
        ({SALES: UPHELD, MARKETING: UPHELD}, UPHELD),
        ({SALES: DISMISSED, MARKETING: DISMISSED}, DISMISSED),
    ],
)
def test_a_ruling_is_what_both_sides_say(votes: dict[Department, DisputeState], ruled: DisputeState | None) -> None:
    assert ruling(votes) is ruled


@pytest.mark.parametrize(
    ("ground", "note", "field"),
    [("outage", "x", "ground"), ("", "x", "ground"), ("other", "  ", "note"), ("other", "x" * 2001, "note")],
)
def test_a_dispute_needs_a_ground_of_its_kind_and_a_note(ground: str, note: str, field: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        check_ground(DisputeKind.REFUSAL, ground, note)
    assert fault.value.field == field


def test_every_kind_has_grounds_and_every_ground_a_kind() -> None:
    assert set(GROUNDS) == set(DisputeKind)
    assert {ground for grounds in GROUNDS.values() for ground in grounds} == set(Ground)


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (None, datetime(2026, 3, 10, 17, tzinfo=UTC)),
        (60, datetime(2026, 3, 9, 9, tzinfo=UTC)),
        (24 * 60, datetime(2026, 3, 11, 17, tzinfo=UTC)),
    ],
)
def test_the_time_to_answer_is_business_time(minutes: int | None, due: datetime) -> None:
    """Friday evening: the office opens again on Monday at nine in Paris."""
    agreed = clause("disputes", "Disputes", "Différends") | {"answer_minutes": minutes, "calendar": "office"}
    assert answer_due_at(terms(disputes=agreed if minutes else None), RAISED_AT) == due
