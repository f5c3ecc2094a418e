"""Checked cases of business time, each agreed on by several independent programs."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.local_time import local_instant
from smarketing.domain.opening_hours import Hours
from smarketing.domain.pauses import Pause

CASES = Path(__file__).parents[3] / "shared" / "data" / "business_time" / "cases_visible.json"
WEEKDAYS = "mon tue wed thu fri sat sun".split()


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _hours(spans: list[list[str]]) -> list[Hours]:
    return [Hours(_minute(start), _minute(end)) for start, end in spans]


def _by_date(spans: dict[str, list[list[str]]] | None) -> dict[date, list[Hours]]:
    return {date.fromisoformat(day): _hours(hours) for day, hours in (spans or {}).items()}


def _calendar(case: dict[str, Any]) -> BusinessCalendar:
    return BusinessCalendar(
        case["timezone"],
        {weekday: _hours(case["weekly_hours"][name]) for weekday, name in enumerate(WEEKDAYS)},
        holidays={date.fromisoformat(day): day for day in case["holidays"]},
        breaks=_by_date(case.get("date_breaks")),
        shifts=_by_date(case.get("date_shifts")),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _pauses(case: dict[str, Any]) -> list[Pause]:
    return [Pause(_instant(start), _instant(end) if end else None) for start, end in case.get("pauses") or []]


def _cases() -> list[Any]:
    if not CASES.exists():
        return []
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES.read_text())["cases"]]


@pytest.mark.skipif(not CASES.exists(), reason="the checked cases (../shared/data/business_time) are not here")
def test_the_cases_are_read() -> None:
    assert len(_cases()) == 300


@pytest.mark.parametrize("case", _cases())
def test_checked_case(case: dict[str, Any]) -> None:
    match case["operation"]:
        case "local_to_utc":
            day, _, clock_face = case["local"].partition(" ")
            minute = _minute(clock_face[:5])
            wall = datetime.fromisoformat(day) + timedelta(minutes=minute)
            assert local_instant(case["timezone"], wall) == _instant(case["expected"])
        case "elapsed":
            elapsed = _calendar(case).elapsed(_instant(case["start"]), _instant(case["end"]), _pauses(case))
            assert elapsed.total_seconds() == case["expected_seconds"]
        case "add":
            calendar, allowance = _calendar(case), timedelta(seconds=case["seconds"])
            due_at = calendar.add(_instant(case["start"]), allowance, _pauses(case))
            assert due_at == _instant(case["expected_earliest"])
            assert calendar.next_open(due_at) == _instant(case["expected_next_open"])
        case "subtract":
            allowance = timedelta(seconds=case["seconds"])
            assert _calendar(case).subtract(_instant(case["start"]), allowance) == _instant(case["expected"])
        case "add_business_days":
            moved = _calendar(case).add_business_days(_instant(case["start"]), case["days"])
            assert moved == _instant(case["expected"])
        case "is_open":
            assert _calendar(case).is_open(_instant(case["at"])) is case["expected"]
        case "is_holiday":
            assert _calendar(case).is_holiday(_instant(case["at"])) is case["expected"]
        case unknown:
            pytest.fail(f"unknown operation {unknown}")
