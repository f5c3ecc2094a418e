"""What sales can answer when, and amounts of money as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.dispositions import (
    ANSWERS,
    MOVE_AFTER_REFUSAL,
    OPEN_STATES,
    DispositionKind,
    HandoffState,
    NextStep,
    check_possible,
    is_possible,
    parse_amount,
)
from smarketing.domain.errors import Conflict, InvalidInput

OFFERED, ACCEPTED, CONFIRMED = HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.CONFIRMED
POSSIBLE = {
    (OFFERED, DispositionKind.ACCEPTED): ACCEPTED,
    (OFFERED, DispositionKind.REFUSED): HandoffState.REFUSED,
    (ACCEPTED, DispositionKind.CONFIRMED): CONFIRMED,
    (ACCEPTED, DispositionKind.RECYCLED): HandoffState.RECYCLED,
    (CONFIRMED, DispositionKind.RECYCLED): HandoffState.RECYCLED,
    (CONFIRMED, DispositionKind.WON): HandoffState.WON,
    (CONFIRMED, DispositionKind.LOST): HandoffState.LOST,
}


@pytest.mark.parametrize("kind", DispositionKind)
@pytest.mark.parametrize("state", HandoffState)
def test_each_answer_in_each_state(state: HandoffState, kind: DispositionKind) -> None:
    assert is_possible(state, kind) is ((state, kind) in POSSIBLE)
    if (state, kind) in POSSIBLE:
        check_possible(state, kind)
        assert ANSWERS[kind][1] is POSSIBLE[state, kind]
        return
    with pytest.raises(Conflict) as refused:
        check_possible(state, kind)
    assert refused.value.params == {"state": state.value}
    assert f"“{state}”" in str(refused.value)


def test_a_closed_hand_off_takes_no_answer() -> None:
    closed = set(HandoffState) - set(OPEN_STATES)
    assert not any(is_possible(state, kind) for state in closed for kind in DispositionKind)


def test_every_step_after_a_refusal_moves_the_lead() -> None:
    assert set(MOVE_AFTER_REFUSAL) == set(NextStep)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        ("0.00", 0),
        ("1250", 125_000),
        ("007", 700),
        ("1250.5", 125_050),
        ("1250,50", 125_050),
        ("1250.", 125_000),
        ("1,250", 125_000),
        ("1.250", 125_000),
        ("1 250", 125_000),
        ("1,250.50", 125_050),
        ("1.250,50", 125_050),
        ("1 250,50", 125_050),
        ("1 250.50", 125_050),
        ("1\u202f250,50", 125_050),
        ("1\u00a0250\u00a0000,5", 125_000_050),
        ("1'250.50", 125_050),
        ("1’250.50", 125_050),
        ("1,250,000", 125_000_000),
        ("1.250.000,99", 125_000_099),
        ("  12.34 ", 1_234),
        ("0,05", 5),
        ("1000000000000", 10**14),
        ("1,000,000,000,000.00", 10**14),
    ],
)
def test_an_amount_in_english_or_french(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "1250 €", "$5", "1e3", "NaN", "inf", "0x10", "١٢", "½", "1_000"),
        *("-3", "+3", "−3", ".50", ",5", "."),
        *("0.125", "0,125", "1250.505", "1,250.500", "12,5000"),
        *("1,25,50", "1,250,5", "1.250.5", "1,250 000", "1 2 50", "12 50", "1250 000", "1,,250", "1..5", "1 250 50"),
    ],
)
def test_what_is_no_amount_is_refused_as_written(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_amount(text)
    assert refused.value.field == "amount"
    assert refused.value.params == {"text": text}


@pytest.mark.parametrize("text", ["1000000000000.01", "10000000000000", "9" * 13, "9" * 6000])
def test_an_amount_beyond_the_bound_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="too large"):
        parse_amount(text)


@given(st.integers(0, 10**14))
def test_an_amount_comes_back_however_it_is_written(cents: int) -> None:
    english = f"{cents // 100:,}.{cents % 100:02d}"
    french = english.replace(",", "\u202f").replace(".", ",")
    german = english.translate(str.maketrans(",.", ".,"))
    plain = f"{cents // 100}.{cents % 100:02d}"
    assert [parse_amount(text) for text in (english, french, german, plain)] == [cents] * 4


@given(st.text(alphabet="0123456789., '’\u202f-", max_size=40))
def test_any_text_is_an_amount_or_is_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert 0 <= parse_amount(text) <= 10**14
