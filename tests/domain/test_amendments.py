"""When the version in force may be amended, by when the other side answers, and what a request has to say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from smarketing.domain import amendments as rules
from smarketing.domain.allowances import end_of
from smarketing.domain.amendments import Written
from smarketing.domain.calendars import compiled
from smarketing.domain.errors import Conflict, DomainError, InvalidInput
from smarketing.domain.terms import Terms
from smarketing.domain.terms_allowances import Allowance
from tests.cast import clause, document, terms
from tests.clauses import SALES_VP

ANY = clause("any", "Any change", "Tout changement") | {
    "calendar": "office",
    "steps": [clause("any-answer", "Answer", "Réponse") | {"within": {"business_days": 10}}],
    "no_effect_on": ["fri"],
}
SCORING = clause("scoring-window", "Scoring window", "Fenêtre") | {
    "sections": ["scoring", "criteria"],
    "months": [10, 11, 12],
    "request_holds": [clause("impact", "The impact", "L’effet")],
}
ROUTING = clause("routing", "Routing", "Répartition") | {
    "sections": ["routing"],
    "calendar": "office",
    "steps": [
        clause("told", "Told", "Prévenus") | {"within": {"business_days": 1}},
        clause("feedback", "Feedback", "Retours")
        | {"within": {"business_days": 5}, "no_sooner_than": {"business_days": 3}},
        clause("approval", "Approval", "Accord") | {"within": {"business_days": 2}, "decided_by": ["vp-sales"]},
        clause("watch", "Watched", "Surveillance") | {"within": {"hours": 48}},
    ],
}
MARCH, OCTOBER = datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 10, 1, 9, tzinfo=UTC)
CHANGES: dict[str, dict[str, Any]] = {
    "criteria": {"mql": document()["mql"] | {"when": {"field": "points", "at_least": 70}}},
    "routing": {"capacities": [clause("load", "Load", "Charge") | {"most_open": 90}]},
    "the term": {"term_months": 6},
    "the times": {"clocks": [document()["clocks"][0] | {"allowance_minutes": 120}, document()["clocks"][1]]},
}


def amended(*clauses: dict[str, Any], **changes: Any) -> Terms:
    return terms(roles=[SALES_VP], amendments=list(clauses), **changes)


@pytest.mark.parametrize(
    ("changed", "governed_by"),
    [
        (["criteria"], ["scoring-window"]),
        (["routing"], ["routing"]),
        (["the times"], ["any"]),
        (["the term"], ["any"]),
        (["criteria", "the term"], ["any", "scoring-window"]),
        ([], []),
    ],
)
def test_a_change_is_governed_by_the_clauses_on_what_it_touches(changed: list[str], governed_by: list[str]) -> None:
    clauses = [ANY, SCORING, ROUTING]
    changes = {name: value for each in changed for name, value in CHANGES[each].items()}
    found = rules.governing(amended(*clauses), amended(*clauses, **changes))
    assert [each.id for each in found] == governed_by


@pytest.mark.parametrize(
    ("outside", "at", "is_correction", "refused"),
    [
        (None, OCTOBER, False, None),
        (None, MARCH, True, Conflict),
        ("nothing", MARCH, False, Conflict),
        ("corrections", MARCH, False, InvalidInput),
        ("corrections", MARCH, True, None),
        ("corrections", datetime(2026, 9, 30, 22, 30, tzinfo=UTC), False, None),
    ],
)
def test_outside_its_months_only_what_the_clause_allows(
    outside: str | None, at: datetime, is_correction: bool, refused: type[DomainError] | None
) -> None:
    agreed = amended(SCORING | ({"outside_window": outside} if outside else {}))
    if refused is None:
        rules.check_window(agreed, agreed.amendments, is_correction=is_correction, now=at)
        return
    with pytest.raises(refused, match="2026-10-01"):
        rules.check_window(agreed, agreed.amendments, is_correction=is_correction, now=at)


@pytest.mark.parametrize(
    ("months", "today", "opens_on"),
    [
        ([10, 11, 12], date(2026, 3, 4), date(2026, 10, 1)),
        ([1], date(2026, 12, 31), date(2027, 1, 1)),
        ([3], date(2026, 4, 1), date(2027, 3, 1)),
    ],
)
def test_the_next_opening_is_told(months: list[int], today: date, opens_on: date) -> None:
    agreed = amended(SCORING | {"months": months})
    at = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert rules.next_opening(agreed.amendments[0], agreed.zone, at) == opens_on


@pytest.mark.parametrize(
    ("clauses", "acceptable_at", "due_at"),
    [
        ([], MARCH, datetime(2026, 3, 11, 9, tzinfo=UTC)),
        ([ANY], MARCH, datetime(2026, 3, 18, 9, tzinfo=UTC)),
        ([ROUTING], datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 16, 9, tzinfo=UTC)),
        ([ANY, ROUTING], datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 18, 9, tzinfo=UTC)),
        ([SCORING], MARCH, datetime(2026, 3, 11, 9, tzinfo=UTC)),
    ],
)
def test_the_other_side_has_the_time_of_the_steps_up_to_the_decision(
    clauses: list[dict[str, Any]], acceptable_at: datetime, due_at: datetime
) -> None:
    agreed = amended(*clauses)
    assert rules.times(agreed, agreed.amendments, now=MARCH) == (acceptable_at, due_at)


@pytest.mark.parametrize(
    ("allowance", "end"),
    [
        ({"minutes": 90}, "2026-03-27T17:30"),
        ({"hours": 48}, "2026-03-29T16:00"),
        ({"days": 3}, "2026-03-30T15:00"),
        ({"weeks": 1}, "2026-04-03T15:00"),
        ({"months": 1}, "2026-04-27T15:00"),
        ({"business_minutes": 30}, "2026-03-27T16:30"),
        ({"business_hours": 2}, "2026-03-30T08:00"),
        ({"business_days": 7}, "2026-04-08T15:00"),
    ],
)
def test_a_time_granted_ends_when_people_say_it_does(allowance: dict[str, int], end: str) -> None:
    """From a Friday 17:00 in Paris, two days before summer time and ten before Easter Monday."""
    office = compiled(terms().calendar("office"))
    start = datetime(2026, 3, 27, 16, tzinfo=UTC)
    found = end_of(Allowance(**allowance), start, calendar=office, zone="Europe/Paris")
    assert found == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_request_says_what_the_agreement_asks_it_to() -> None:
    clauses = amended(SCORING).amendments
    with pytest.raises(InvalidInput) as missing:
        rules.check_written(Written("Seventy points", "Too many weak MQLs", {}), clauses)
    assert missing.value.field == "request.impact"
    kept = rules.check_written(Written(" Seventy ", "Why\r\nnot", {"impact": "−10 %", "other": "x"}), clauses)
    assert kept == ("Seventy", "Why\nnot", {"impact": "−10 %"}, False)


def test_nothing_takes_effect_on_a_day_that_is_ruled_out() -> None:
    old, new = amended(ANY), amended(ANY, term_months=6)
    rules.check_effect_day(old, new, datetime(2026, 3, 5, 9, tzinfo=UTC))
    with pytest.raises(InvalidInput, match="day of the week"):
        rules.check_effect_day(old, new, datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
