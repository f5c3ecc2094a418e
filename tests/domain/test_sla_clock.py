"""When a clock is at risk and due, and how it stands, in the week of 2-9 March 2026."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import NOT_DUE, Outcome, Urgency, outcome, schedule, urgency
from smarketing.domain.terms_clocks import ClockClause
from tests.cast import terms

SMALL = terms()
FIRST_ANSWER = SMALL.clock("first-answer")
OFFICE = compiled(SMALL.calendar("office"))
ALWAYS = BusinessCalendar.always()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def clause(minutes: int, ratio: float) -> ClockClause:
    return FIRST_ANSWER.model_copy(update={"allowance_minutes": minutes, "at_risk_ratio": ratio})


@pytest.mark.parametrize(
    ("started", "at_risk", "due"),
    [
        ("2026-03-02T09:00+01:00", "2026-03-02T12:00+01:00", "2026-03-02T14:00+01:00"),
        ("2026-03-02T09:30+01:00", "2026-03-02T12:30+01:00", "2026-03-02T14:30+01:00"),
        ("2026-03-02T17:00+01:00", "2026-03-03T11:00+01:00", "2026-03-03T12:00+01:00"),
        ("2026-03-02T06:00+01:00", "2026-03-02T12:00+01:00", "2026-03-02T14:00+01:00"),
        ("2026-03-02T13:30+01:00", "2026-03-02T16:30+01:00", "2026-03-02T17:30+01:00"),
        ("2026-03-02T14:00+01:00", "2026-03-02T17:00+01:00", "2026-03-02T18:00+01:00"),
        ("2026-03-06T17:00+01:00", "2026-03-09T11:00+01:00", "2026-03-09T12:00+01:00"),
        ("2026-03-07T12:00+01:00", "2026-03-09T12:00+01:00", "2026-03-09T14:00+01:00"),
        ("2026-03-27T17:00+01:00", "2026-03-30T11:00+02:00", "2026-03-30T12:00+02:00"),
        ("2026-04-03T17:00+02:00", "2026-04-07T11:00+02:00", "2026-04-07T12:00+02:00"),
    ],
    ids=[
        "a morning", "at risk at noon", "over night", "before opening", "after lunch", "due at closing",
        "over the weekend", "from a Saturday", "over the night that loses an hour", "over Easter Monday",
    ],
)  # fmt: skip
def test_four_business_hours(started: str, at_risk: str, due: str) -> None:
    assert schedule(FIRST_ANSWER, OFFICE, at(started)) == (at(at_risk), at(due), None)


def test_a_pause_moves_both_instants() -> None:
    started = at("2026-03-02T09:00+01:00")
    pause = Pause(at("2026-03-02T10:00+01:00"), at("2026-03-02T11:30+01:00"))
    assert schedule(FIRST_ANSWER, OFFICE, started, (pause,)) == (
        at("2026-03-02T14:30+01:00"),
        at("2026-03-02T15:30+01:00"),
        None,
    )


def test_a_clock_that_stands_still_has_no_due_instant() -> None:
    started = at("2026-03-02T09:00+01:00")
    for paused, at_risk_at in (("10:00", NOT_DUE), ("12:30", at("2026-03-02T12:00+01:00"))):
        still = (Pause(at(f"2026-03-02T{paused}+01:00"), None),)
        assert schedule(FIRST_ANSWER, OFFICE, started, still) == (at_risk_at, NOT_DUE, None)


@pytest.mark.parametrize(("minutes", "ratio", "seconds"), [(100, 0.29, 1740), (240, 0.75, 10800), (1, 0.999, 60)])
def test_the_fraction_at_risk_is_rounded_to_the_nearest_second(minutes: int, ratio: float, seconds: int) -> None:
    started = at("2026-03-02T09:00+01:00")
    assert schedule(clause(minutes, ratio), ALWAYS, started).at_risk_at == started + timedelta(seconds=seconds)


@given(
    st.integers(1, 10_000),
    st.floats(0.001, 0.999),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
)
def test_a_clock_is_at_risk_before_it_is_due(minutes: int, ratio: float, started: datetime) -> None:
    at_risk_at, due_at, _limit_at = schedule(clause(minutes, ratio), OFFICE, started)
    assert started <= at_risk_at <= due_at
    assert OFFICE.elapsed(started, due_at) == timedelta(minutes=minutes)


START, RISK, DUE = at("2026-03-02T09:00+01:00"), at("2026-03-02T12:00+01:00"), at("2026-03-02T14:00+01:00")
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("stopped_at", "expected"),
    [(START, Outcome.MET), (DUE, Outcome.MET), (DUE + TICK, Outcome.BREACHED)],
    ids=["at once", "at the due instant", "just after it"],
)
def test_met_or_breached(stopped_at: datetime, expected: Outcome) -> None:
    assert outcome(DUE, stopped_at) is expected


@pytest.mark.parametrize(
    ("ended", "stopped_at", "now", "expected"),
    [
        (Outcome.RUNNING, None, RISK - TICK, Urgency.ON_TRACK),
        (Outcome.RUNNING, None, RISK, Urgency.AT_RISK),
        (Outcome.RUNNING, None, DUE, Urgency.AT_RISK),
        (Outcome.RUNNING, None, DUE + TICK, Urgency.OVERDUE),
        (Outcome.BREACHED, None, DUE + timedelta(days=3), Urgency.OVERDUE),
        (Outcome.MET, DUE, DUE + timedelta(days=3), Urgency.MET),
        (Outcome.BREACHED, DUE + TICK, DUE + timedelta(days=3), Urgency.LATE),
        (Outcome.VOID, RISK, DUE + timedelta(days=3), Urgency.VOID),
        (Outcome.VOID, None, START, Urgency.VOID),
    ],
)
def test_how_a_clock_stands(ended: Outcome, stopped_at: datetime | None, now: datetime, expected: Urgency) -> None:
    standing = urgency(outcome=ended, at_risk_at=RISK, due_at=DUE, stopped_at=stopped_at, now=now)
    assert standing is expected
