"""What would have to change for a verdict to hold."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from smarketing.domain.criteria import Criterion
from smarketing.domain.facts import Facts
from smarketing.domain.shortfall import lacks
from smarketing.domain.verdicts import judge

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POINTS = {"field": "points", "at_least": 60}
FRENCH = {"field": "country", "one_of": ["FR"]}
PHONE = {"field": "phone", "present": True}
STUDENT = {"field": "job_title", "contains": ["student"]}
DEMO = {"engagement": "demo_request", "at_least": 2}


def missing(rule: dict[str, Any], **values: Any) -> list[tuple[Any, ...]]:
    """The field or kind at fault, whether it must hold, whether it is one of several, and by how much."""
    read: Criterion = TypeAdapter(Criterion).validate_python(rule)
    engaged = [("demo_request", NOW)] if values.pop("demo", False) else []
    verdict = judge(read, Facts(values, engaged, NOW))
    found = lacks([list(reason) for reason in verdict.reasons])
    assert bool(found) is not verdict.held
    return [
        (lack.line[2].get("field") or lack.line[2]["engagement"], lack.must_hold, lack.is_choice, lack.short_by)
        for lack in found
    ]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (POINTS, {"points": 60}, []),
        (POINTS, {"points": 41}, [("points", True, False, 19)]),
        (POINTS, {}, [("points", True, False, None)]),
        (DEMO, {"demo": True}, [("demo_request", True, False, 1)]),
        ({"all": [POINTS, FRENCH]}, {"points": 70, "country": "DE"}, [("country", True, False, None)]),
        ({"all": [POINTS, FRENCH]}, {"points": 59}, [("points", True, False, 1), ("country", True, False, None)]),
        ({"any": [FRENCH, PHONE]}, {"phone": "1"}, []),
        ({"any": [FRENCH, PHONE]}, {}, [("country", True, True, None), ("phone", True, True, None)]),
        ({"not": STUDENT}, {"job_title": "Student"}, [("job_title", False, False, None)]),
        ({"not": {"not": FRENCH}}, {}, [("country", True, False, None)]),
        (
            {"not": {"all": [FRENCH, PHONE]}},
            {"country": "FR", "phone": "1"},
            [("country", False, True, None), ("phone", False, True, None)],
        ),
        (
            {"all": [{"any": [FRENCH, PHONE]}, {"any": [POINTS, STUDENT]}]},
            {"country": "FR", "points": 10},
            [("points", True, True, 50), ("job_title", True, True, None)],
        ),
    ],
)
def test_only_what_is_at_fault_is_named(rule: dict[str, Any], values: dict[str, Any], expected: list[Any]) -> None:
    assert missing(rule, **values) == expected


def test_a_lead_that_was_never_judged_lacks_nothing() -> None:
    assert lacks([]) == []
