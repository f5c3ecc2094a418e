"""The course of a clock by what happened: pauses, parts, cadences, and what ends it, in the week of 2-9 March 2026."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.calendars import compiled
from smarketing.domain.courses import Course, course
from smarketing.domain.errors import InvalidInput
from smarketing.domain.happenings import Happening
from smarketing.domain.sla_clock import NOT_DUE, Outcome, counting, schedule
from smarketing.domain.terms_clocks import ClockClause
from tests.cast import document, terms

SMALL = terms()
OFFICE = compiled(SMALL.calendar("office"))


def at(text: str) -> datetime:
    """An instant of that week, as day and wall time in Paris: “2 09:30”."""
    day, clock_face = text.split()
    return datetime.fromisoformat(f"2026-03-0{day}T{clock_face}+01:00").astimezone(UTC)


def clause(**changes: Any) -> ClockClause:
    return ClockClause.model_validate(document()["clocks"][0] | changes)


def happened(*told: str) -> list[Happening]:
    """“2 09:30 touch.logged call”: when, what and its detail."""
    parts = [each.split(maxsplit=3) for each in told]
    return [Happening(at(f"{part[0]} {part[1]}"), part[2], part[3] if len(part) > 3 else None) for part in parts]


def run(agreed: ClockClause, *told: str, closed: str | None = None, started: str = "2 09:00") -> Course:
    facts = happened(f"{started} {agreed.starts_on} {agreed.engagement or ''}", *told)
    closed_at = at(closed) if closed else None
    calendar = counting(agreed, SMALL.calendar("office"))
    return course(agreed, calendar, started_at=at(started), happened=facts, closed_at=closed_at)


BY_HAND = {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"]}
CADENCE = {"stops_on": ["touch.logged"], "touches": 3, "channels": 2}


CANCELS = {"cancels_on": ["touch.logged"]}
TWO_DAYS = {"allowance_minutes": None, "allowance_days": 2}
WALL = {"time": "wall"}
LIMIT = {"limit_minutes": 480}
REPLIES = {"stops_on": ["handoff.accepted", "lead.engaged"]}
REPLIED = "lead.engaged reply"
RUNS, MET, LATE, VOID = Outcome.RUNNING, Outcome.MET, Outcome.BREACHED, Outcome.VOID
PAUSED = "handoff.paused x"
ON = "handoff.resumed"
YES = "handoff.accepted"
CALLED, WROTE = "touch.logged call", "touch.logged email"
CLOSED = "handoff.closed"


@pytest.mark.parametrize(
    ("changes", "told", "closed", "outcome", "stopped", "due", "ended_by"),
    [
        ({}, [], None, RUNS, None, "2 14:00", None),
        ({}, [f"2 14:00 {YES}"], None, MET, "2 14:00", "2 14:00", YES),
        ({}, [f"2 15:00 {YES}"], None, LATE, "2 15:00", "2 14:00", YES),
        ({}, [], "2 10:00", VOID, "2 10:00", "2 14:00", CLOSED),
        ({}, [], "2 15:00", LATE, "2 15:00", "2 14:00", CLOSED),
        (CANCELS, [f"2 10:00 {CALLED}"], None, VOID, "2 10:00", "2 14:00", "touch.logged"),
        (BY_HAND, [f"2 10:00 {PAUSED}", f"2 11:00 {ON}"], None, RUNS, None, "2 15:00", None),
        (BY_HAND, [f"2 10:00 {PAUSED}", f"3 09:30 {ON}", f"3 12:00 {YES}"], None, MET, "3 12:00", "3 12:30", YES),
        (BY_HAND, [f"2 15:00 {PAUSED}", f"3 09:30 {ON}"], None, RUNS, None, "2 14:00", None),
        (BY_HAND, [f"2 10:00 {PAUSED}", f"4 10:00 {YES}"], None, MET, "4 10:00", "4 14:00", YES),
        (BY_HAND, [f"2 10:00 {PAUSED}"], "4 10:00", VOID, "4 10:00", "4 14:00", CLOSED),
        ({}, [f"2 10:00 {PAUSED}"], None, RUNS, None, "2 14:00", None),
        (BY_HAND | LIMIT, [f"2 15:00 {PAUSED}"], None, RUNS, None, "2 14:00", None),
        (REPLIES, [f"2 12:00 {REPLIED}"], "2 10:00", VOID, "2 10:00", "2 14:00", CLOSED),
        (REPLIES, [f"2 10:00 {REPLIED}"], "2 10:00", MET, "2 10:00", "2 14:00", "lead.engaged"),
        (CANCELS, [f"2 10:00 {CALLED}", f"2 10:00 {YES}"], None, MET, "2 10:00", "2 14:00", YES),
        (CADENCE, [f"2 09:10 {CALLED}", f"2 09:20 {CALLED}", f"2 09:30 {CALLED}"], None, RUNS, None, "2 14:00", None),
        (CADENCE, [f"2 09:10 {CALLED}", f"2 09:20 {WROTE}", f"2 09:30 {CALLED}"], None, MET, "2 09:30", "2 14:00",
         "touch.logged"),
        (CADENCE, [f"2 08:50 {CALLED}", f"2 09:20 {WROTE}", f"2 09:30 {CALLED}"], None, RUNS, None, "2 14:00", None),
        (TWO_DAYS, [], None, RUNS, None, "4 09:00", None),
        (TWO_DAYS | WALL, [f"4 09:00 {YES}"], None, MET, "4 09:00", "4 09:00", YES),
        (WALL, [], None, RUNS, None, "2 13:00", None),
    ],
    ids=[
        "waits", "in time to the second", "late", "closed before it was due", "closed after it was due", "cancelled",
        "paused and gone on", "paused over night", "paused when it had run out", "answered while paused",
        "closed while paused", "not to be paused", "paused before its limit", "a reply after the end",
        "a reply at the end", "an answer and a touch at once", "three touches on one channel",
        "three touches on two channels", "a touch before the start", "business days", "calendar days", "wall minutes",
    ],
)  # fmt: skip
def test_a_course(
    changes: dict[str, Any],
    told: list[str],
    closed: str | None,
    outcome: Outcome,
    stopped: str | None,
    due: str,
    ended_by: str | None,
) -> None:
    found = run(clause(**changes), *told, closed=closed)
    assert found.ending == (outcome, at(stopped) if stopped else None)
    assert (found.schedule.due_at, found.ended_by) == (at(due), ended_by)
    assert found.again is None


def test_while_it_stands_still_a_clock_is_not_due() -> None:
    found = run(clause(**BY_HAND), "2 10:00 handoff.paused the lead is away")
    assert found.schedule[:2] == (NOT_DUE, NOT_DUE)
    assert (found.paused_at, found.stops[0].reason) == (at("2 10:00"), "the lead is away")


def test_another_owner_has_the_full_time_and_the_first_one_is_not_blamed() -> None:
    agreed = clause(on_reassign="restart")
    found = run(agreed, "2 11:00 handoff.reassigned", "2 12:00 handoff.accepted")
    assert (found.ending, found.ended_by) == ((Outcome.VOID, at("2 11:00")), "handoff.reassigned")
    assert found.again is not None
    assert found.again.at == at("2 11:00")
    late = run(agreed, "2 15:00 handoff.reassigned")
    assert late.ending == (Outcome.BREACHED, at("2 15:00"))
    onward = run(clause(), "2 11:00 handoff.reassigned", "2 12:00 handoff.accepted")
    assert onward.ending == (Outcome.MET, at("2 12:00"))


def test_a_part_goes_on_from_what_had_let_it_start() -> None:
    agreed = clause(on_reassign="restart")
    facts = happened("2 09:00 handoff.offered", "2 11:00 handoff.reassigned", "2 16:00 handoff.accepted")
    part = course(agreed, OFFICE, started_at=at("2 11:00"), happened=facts, closed_at=None)
    assert part.ending == (Outcome.MET, at("2 16:00"))
    assert part.schedule.due_at == at("2 16:00")


def test_a_clock_whose_start_was_undone_is_void_from_its_start() -> None:
    found = course(clause(), OFFICE, started_at=at("2 09:00"), happened=[], closed_at=None)
    assert found.ending == (Outcome.VOID, at("2 09:00"))


def test_an_undone_answer_restarts_only_the_clock_it_had_stopped() -> None:
    agreed = clause(on_reopen="restart")
    assert run(agreed, "2 10:00 handoff.answer_undone accepted").again is not None
    assert run(agreed, "2 10:00 handoff.answer_undone confirmed").again is None
    assert run(clause(), "2 10:00 handoff.answer_undone accepted").again is None


def test_a_repeating_clock_starts_on_its_kind_of_act_alone() -> None:
    agreed = clause(starts_on="lead.engaged", engagement="reply", stops_on=["touch.logged"])
    assert run(agreed, "2 10:00 touch.logged email").ending == (Outcome.MET, at("2 10:00"))
    other = happened("2 09:00 lead.engaged pricing_page")
    assert (
        course(agreed, OFFICE, started_at=at("2 09:00"), happened=other, closed_at=None).ending.outcome is Outcome.VOID
    )


def test_target_and_hard_limit_are_measured_by_one_clock() -> None:
    found = schedule(clause(limit_minutes=480), OFFICE, at("2 09:00"))
    assert (found.due_at, found.limit_at) == (at("2 14:00"), at("3 09:00") - timedelta(hours=15, minutes=0))


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"allowance_days": 2}, ("clocks", 0), "Grant minutes or days"),
        ({"limit_minutes": 240}, ("clocks", 0, "limit_minutes"), "The hard limit is more than the allowance"),
        ({"limit_days": 9}, ("clocks", 0, "limit_days"), "in the same unit"),
        ({"engagement": "reply"}, ("clocks", 0, "engagement"), "names the engagement that starts it"),
        ({"starts_on": "lead.engaged"}, ("clocks", 0, "starts_on"), "names the engagement that starts it"),
        ({"touches": 3}, ("clocks", 0, "touches"), "counted only where touch.logged"),
        ({"pauses_on": ["handoff.paused"]}, ("clocks", 0, "pauses_on"), "what lets it go on"),
    ],
)
def test_a_clause_that_cannot_be_measured_is_refused(
    changes: dict[str, Any], place: tuple[str | int, ...], sentence: str
) -> None:
    first, *others = document()["clocks"]
    with pytest.raises(InvalidInput) as refused:
        terms(clocks=[first | changes, *others])
    faults = refused.value.faults  # type: ignore[attr-defined]
    assert [(fault.path, sentence in fault.message) for fault in faults] == [(place, True)]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 600)), max_size=4),
    st.integers(0, 6000),
)
def test_pauses_never_make_time_and_only_move_the_end(pauses: list[tuple[int, int]], answered: int) -> None:
    """Whatever the pauses, met is exactly: no more open time outside of them than was granted."""
    agreed = clause(**BY_HAND)
    started = at("2 09:00")
    facts = [Happening(started, "handoff.offered")]
    clock = 0
    for gap, length in pauses:
        facts.append(Happening(started + timedelta(minutes=clock + gap), "handoff.paused", "x"))
        facts.append(Happening(started + timedelta(minutes=clock + gap + length), "handoff.resumed"))
        clock += gap + length
    answered_at = started + timedelta(minutes=clock + answered)
    facts.append(Happening(answered_at, "handoff.accepted"))
    found = course(agreed, OFFICE, started_at=started, happened=facts, closed_at=None)
    counted = OFFICE.elapsed(started, answered_at) - sum(
        (OFFICE.elapsed(stop.paused_at, stop.resumed_at or answered_at) for stop in found.stops), timedelta()
    )
    assert (found.ending.outcome is Outcome.MET) == (
        counted <= timedelta(hours=4) and answered_at <= found.schedule.due_at
    )
    assert (counted <= timedelta(hours=4)) or found.ending.outcome is Outcome.BREACHED
