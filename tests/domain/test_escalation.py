"""When the steps of a ladder are due: literal instants of the week of 2 March 2026, in Paris."""

from datetime import UTC, datetime
from typing import Any

import pytest

from smarketing.domain import escalation
from smarketing.domain.calendars import compiled
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import counting
from smarketing.domain.terms import Terms
from tests.cast import clause, terms


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def ladder(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = [{"tell": ["owner"]} | step for step in steps]
    return clause("ladder", "Ladder", "Paliers") | {"promises": ["first-answer"], "steps": told} | changes


def first_at(agreed: Terms, started_at: str, *pauses: Pause) -> datetime | None:
    promise = agreed.clock("first-answer")  # four hours by the office, 9:00-12:30 and 13:30-18:00
    hours = counting(promise, agreed.calendar("office"))
    (rung,) = escalation.rungs(agreed, promise, hours, instant(started_at), pauses)
    return rung.at


@pytest.mark.parametrize(
    ("step", "started_at", "due_at"),
    [
        ({"at_ratio": 0.5}, "03-02T08:00", "03-02T10:00"),
        ({"at_ratio": 0.8}, "03-02T08:00", "03-02T11:12"),
        ({"at_ratio": 1}, "03-02T08:00", "03-02T13:00"),  # lunch does not count
        ({"at_ratio": 1.5}, "03-02T08:00", "03-02T15:00"),
        ({"at_ratio": 3}, "03-06T08:00", "03-09T13:00"),  # nor does the weekend
        ({"before": {"minutes": 30}}, "03-02T08:00", "03-02T12:30"),
        ({"before": {"minutes": 45}}, "03-02T08:00", "03-02T12:15"),  # at lunch: all time counts
        ({"before": {"business_minutes": 45}}, "03-02T08:00", "03-02T11:15"),  # before lunch
        ({"before": {"business_hours": 1}}, "03-02T13:30", "03-02T16:30"),  # due on Tuesday at 9:30
        ({"before": {"business_hours": 2}}, "03-06T15:30", "03-09T08:30"),  # due on Monday at 11:30
        ({"before": {"business_days": 1}}, "03-06T15:30", "03-06T15:30"),  # Friday morning was before it began
        ({"before": {"hours": 9}}, "03-02T08:00", "03-02T08:00"),  # so was this
        ({"after": {"minutes": 45}}, "03-02T11:00", "03-02T11:45"),
        ({"after": {"hours": 48}}, "03-06T08:00", "03-08T08:00"),  # all time counts
        ({"after": {"days": 2}}, "03-28T08:00", "03-30T08:00"),  # two times 24 hours, also when the clocks change
        ({"after": {"weeks": 1}}, "03-02T08:00", "03-09T08:00"),
        ({"after": {"months": 1}}, "03-02T08:00", "04-01T08:00"),
        ({"after": {"business_hours": 9}}, "03-02T08:00", "03-03T09:00"),
        ({"after": {"business_minutes": 30}}, "03-07T08:00", "03-09T08:30"),
        ({"after": {"business_days": 2}}, "03-05T09:00", "03-09T09:00"),
        ({"after": {"business_days": 1}}, "04-03T08:00", "04-07T08:00"),  # over Easter Monday
    ],
)
def test_a_step_is_due(step: dict[str, Any], started_at: str, due_at: str) -> None:
    agreed = terms(escalations=[ladder(step, calendar="office")])
    assert first_at(agreed, started_at) == instant(due_at)


@pytest.mark.parametrize(
    ("step", "pause", "due_at"),
    [
        ({"at_ratio": 0.5}, ("03-02T09:00", "03-02T09:30"), "03-02T10:30"),
        ({"after": {"hours": 2}}, ("03-02T09:00", "03-02T09:30"), "03-02T10:30"),
        ({"at_ratio": 0.5}, ("03-02T10:30", "03-02T12:00"), "03-02T10:00"),
        ({"at_ratio": 0.5}, ("03-02T09:00", None), None),
        ({"after": {"hours": 2}}, ("03-02T09:00", None), None),
        ({"at_ratio": 0.25}, ("03-02T09:30", None), "03-02T09:00"),
        ({"before": {"minutes": 30}}, ("03-02T09:00", "03-02T09:30"), "03-02T13:00"),
        ({"before": {"minutes": 30}}, ("03-02T09:00", None), None),
    ],
)
def test_time_in_which_the_clock_stands_still_does_not_count(
    step: dict[str, Any], pause: tuple[str, str | None], due_at: str | None
) -> None:
    paused_at, resumed_at = pause
    stood = Pause(instant(paused_at), instant(resumed_at) if resumed_at else None, "")
    at = first_at(terms(escalations=[ladder(step)]), "03-02T08:00", stood)
    assert at == (instant(due_at) if due_at else None)


def test_steps_of_several_ladders_come_in_the_order_of_their_time() -> None:
    agreed = terms(
        escalations=[
            ladder({"at_ratio": 0.5}, {"at_ratio": 1}, {"after": {"hours": 48}}),
            ladder({"after": {"hours": 3}}, id="second", promises=[]),
            ladder({"after": {"hours": 1}}, id="third", promises=["sql-decision"]),
        ]
    )
    promise = agreed.clock("first-answer")
    rungs = escalation.rungs(agreed, promise, compiled(agreed.calendar("office")), instant("03-02T08:00"))
    assert [rung.key for rung in rungs] == [("ladder", 0), ("second", 0), ("ladder", 1), ("ladder", 2)]
    assert escalation.next_at(rungs) == instant("03-02T10:00")
    assert escalation.next_at(rungs, {("ladder", 0), ("second", 0)}) == instant("03-02T13:00")
    assert escalation.next_at(rungs, {rung.key for rung in rungs}) is None
    late = escalation.due(rungs, {("second", 0)}, instant("03-02T13:00"))
    assert [rung.key for rung in late] == [("ladder", 0), ("ladder", 1)]
