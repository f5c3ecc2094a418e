"""The examples of an agreement are tried: each kind of clause, as expected and not, and why."""

from typing import Any

import pytest

from smarketing.domain.clause_tests import FailedExample, failures, tried
from smarketing.domain.terms import Terms, canonical, read_terms
from smarketing.domain.terms_faults import InvalidTerms
from tests.cast import clause, document, terms

DIRECTOR = [{"field": "job_title", "value": "Sales director"}, {"field": "country", "value": "FR"}]
DEMO = [{"engagement": "demo_request"}]
GRID = document()["scoring"] | {"grid": {"fit": [50, 30, 10], "engagement": [40, 20, 10]}}
TRIALS = document()["scoring"] | {
    "models": [
        clause("trials", "Trials", "Essais")
        | {
            "fit": [],
            "engagement": [clause("logged-in", "Logged in", "Connexion") | {"engagement": "login", "points": 10}],
            "starts_on": "trial",
            "criteria": {"field": "points", "at_least": 30},
        }
    ],
    "exclusions": [clause("rival", "A rival", "Un rival") | {"when": {"field": "company", "one_of": ["Rival"]}}],
}


def example(about: str, **told: Any) -> dict[str, Any]:
    return clause("example", "The example", "L’exemple") | {"about": about} | told


def with_example(about: str, *, changes: dict[str, Any] | None = None, **told: Any) -> Terms:
    return terms(**(changes or {}), examples=[example(about, **told)])


@pytest.mark.parametrize(
    ("about", "told", "held"),
    [
        ("director", {"facts": DIRECTOR, "holds": "yes"}, True),
        ("other", {"facts": DIRECTOR, "holds": "yes"}, False),
        ("other", {"holds": "yes"}, True),
        ("mql", {"facts": DIRECTOR, "engagements": DEMO, "holds": "yes"}, True),
        ("mql", {"facts": DIRECTOR, "engagements": DEMO, "holds": "no"}, False),
        ("mql", {"facts": DIRECTOR, "holds": "no"}, True),
        ("mql", {"facts": [{"field": "points", "value": "60"}], "holds": "yes"}, False),
        ("mql", {"facts": [{"field": "points", "value": "60"}, *DIRECTOR], "engagements": DEMO, "holds": "yes"}, True),
        ("mql", {"facts": [{"field": "points", "value": "59"}, *DIRECTOR], "engagements": DEMO, "holds": "yes"}, False),
        ("is-near", {"facts": [{"field": "country", "value": "be"}], "holds": "yes"}, True),
        ("is-director", {"facts": DIRECTOR, "holds": "yes"}, True),
        ("sql", {"answered": ["need", "budget"], "holds": "yes"}, True),
        ("sql", {"answered": ["need"], "holds": "yes"}, False),
        ("sql", {"answered": ["budget", "timing"], "holds": "no"}, True),
        ("scoring", {"facts": DIRECTOR, "engagements": DEMO, "points": 90}, True),
        ("scoring", {"facts": DIRECTOR, "engagements": DEMO, "points": 89}, False),
        ("scoring", {"facts": DIRECTOR, "at_least": 50, "at_most": 60}, True),
        ("scoring", {"facts": DIRECTOR, "at_least": 51}, False),
        ("scoring", {"engagements": [{"engagement": "pricing_page", "times": 3}], "points": 10}, True),
        ("scoring", {"engagements": [{"engagement": "demo_request", "times": 2, "days_ago": 400}], "points": 80}, True),
        ("scoring", {"facts": DIRECTOR, "engagements": DEMO, "grade": "A1", "changes": {"scoring": GRID}}, True),
        ("scoring", {"facts": DIRECTOR, "grade": "B4", "changes": {"scoring": GRID}}, False),
        ("trials", {"engagements": [{"engagement": "login", "times": 3}], "holds": "no"}, True),
        (
            "trials",
            {"engagements": [{"engagement": "trial"}, {"engagement": "login", "times": 3}], "points": 30},
            True,
        ),
        ("rival", {"facts": [{"field": "company", "value": "rival"}], "holds": "yes"}, True),
        (
            "mql",
            {"facts": [*DIRECTOR, {"field": "company", "value": "Rival"}], "engagements": DEMO, "holds": "no"},
            True,
        ),
    ],
)
def test_an_example_of_a_lead_holds_or_does_not(about: str, told: dict[str, Any], held: bool) -> None:
    changes = told.pop("changes", {"scoring": TRIALS} if about in ("trials", "rival") or "Rival" in str(told) else None)
    assert [each.held for each in tried(with_example(about, changes=changes, **told))] == [held]


@pytest.mark.parametrize(
    ("told", "found", "held"),
    [
        ({"started_at": "2026-03-02T17:00", "due_at": "2026-03-03T12:00"}, "due 2026-03-03 12:00", True),
        ({"started_at": "2026-03-02 17:00", "due_at": "2026-03-03T13:00"}, "due 2026-03-03 12:00", False),
        ({"started_at": "2026-03-06T17:00", "stopped_at": "2026-03-09T12:00", "outcome": "met"}, "kept", True),
        ({"started_at": "2026-03-06T17:00", "stopped_at": "2026-03-09T12:01", "outcome": "met"}, "missed", False),
        ({"started_at": "2026-03-06T17:00", "outcome": "breached"}, "missed", True),
        (
            {
                "started_at": "2026-03-02T09:00",
                "pauses": [{"paused_at": "2026-03-02T10:00", "resumed_at": "2026-03-03T10:00"}],
                "due_at": "2026-03-03T14:00",
            },
            "due 2026-03-03 14:00",
            True,
        ),
        ({"started_at": "2026-04-03T17:00", "due_at": "2026-04-07T12:00"}, "due 2026-04-07 12:00", True),
        ({"started_at": "9998-12-31T17:00", "due_at": "9999-01-01T12:00"}, "can be computed", False),
    ],
)
def test_a_situation_is_due_when_the_calendar_says(told: dict[str, Any], found: str, held: bool) -> None:
    (came,) = tried(terms(situations=[example("first-answer", **told)]))
    assert (came.held, found in str(came.found)) == (held, True)


def test_what_failed_names_the_clause_and_the_example_and_says_why() -> None:
    failed = with_example("mql", facts=DIRECTOR, holds="yes")
    (failure,) = failures(failed)
    assert isinstance(failure, FailedExample)
    assert str(failure) == (
        "“What an MQL is”: the example “The example” does not hold. Expected: it holds. It came to: it does not hold."
    )
    assert failure.piece == "examples/example"
    assert [(reason.held, reason.found) for reason in failure.tried.reasons[1:]] == [(False, 50), (False, 0)]
    (failure,) = failures(with_example("scoring", facts=DIRECTOR, points=60, at_most=55))
    assert "60 points and at most 55 points" in str(failure)
    assert "50 points: 50 for fit, 0 for engagement" in str(failure)
    assert [(part.rule, part.points) for part in failure.tried.parts] == [("is-director", 30), ("is-near", 20)]
    assert list(failures(terms())) == []


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"about": "nowhere", "holds": "yes"}, "no clause “nowhere” that judges leads"),
        ({"about": "mql"}, "Say what should come of it"),
        ({"about": "mql", "points": 5}, "gives no points"),
        ({"about": "scoring", "holds": "yes"}, "not whether it holds"),
        ({"about": "scoring", "grade": "A1"}, "no grades"),
        ({"about": "sql", "answered": ["nothing"], "holds": "no"}, "no item “nothing”"),
        ({"about": "mql", "holds": "no", "facts": [{"field": "shoe_size", "value": "42"}]}, "no field “shoe_size”"),
        ({"about": "mql", "holds": "no", "facts": [{"field": "persona", "value": "x"}]}, "follows from the facts"),
        ({"about": "mql", "holds": "no", "facts": [{"field": "mql_at", "value": "x"}]}, "how many days ago"),
        ({"about": "mql", "holds": "no", "facts": [{"field": "country", "days_ago": 2}]}, "as a value"),
    ],
)
def test_an_example_that_cannot_be_tried_is_a_fault_of_the_document(told: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTerms) as invalid:
        read_terms(document() | {"examples": [example(**told)]})
    assert any(message in str(fault) for fault in invalid.value.faults)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"about": "nowhere", "due_at": "2026-03-02T17:00"}, "no clock “nowhere”"),
        ({"due_at": "2026-02-30T17:00"}, "no day and time"),
        ({"due_at": "2026-02-28"}, "no day and time"),
        ({}, "Say when it should be due"),
        ({"stopped_at": "2026-03-01T17:00", "outcome": "met"}, "cannot be stopped before"),
        (
            {"outcome": "met", "pauses": [{"paused_at": "2026-03-02T17:00", "resumed_at": "2026-03-02T17:00"}]},
            "ends after it begins",
        ),
    ],
)
def test_a_situation_that_cannot_be_tried_is_a_fault_of_the_document(told: dict[str, Any], message: str) -> None:
    situation = example("first-answer", started_at="2026-03-02T09:00") | told
    with pytest.raises(InvalidTerms) as invalid:
        read_terms(document() | {"situations": [situation]})
    assert any(message in str(fault) for fault in invalid.value.faults)


def test_examples_are_signed_with_the_text_and_leave_no_trace_where_there_are_none() -> None:
    assert "examples" not in canonical(terms())
    assert '"about":"mql"' in canonical(with_example("mql", holds="no"))
