"""Where a lead may go in the company's own words, and how long it was where: literal cases under GitLab's statuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smarketing import library
from smarketing.domain import statuses, terms_text
from smarketing.domain.errors import Conflict, DomainError, InvalidInput
from smarketing.domain.lifecycle import Stage
from smarketing.domain.statuses import Change, Stay
from smarketing.domain.terms import Terms
from smarketing.domain.terms_faults import InvalidTerms
from tests.cast import clause, terms, words

GITLAB = terms_text.read_cached(library.text("gitlab"))
T = datetime(2026, 3, 2, 8, tzinfo=UTC)


def hours(count: int) -> datetime:
    return T + timedelta(hours=count)


def status(status_id: str, stage: str, *following: str, **more: Any) -> dict[str, Any]:
    return (
        clause(status_id, status_id.capitalize(), status_id.capitalize())
        | {"stage": stage, "meaning": words("It means.", "Cela veut dire."), "held_by": "sales", "next": [*following]}
        | more
    )


def test_each_stage_begins_with_its_first_status() -> None:
    assert statuses.firsts(GITLAB) == {
        Stage.INQUIRY: "status-raw",
        Stage.MQL: "status-mql",
        Stage.SAL: "status-accepted",
        Stage.SQL: "status-qualified",
        Stage.DISQUALIFIED: "status-disqualified",
        Stage.RECYCLED: "status-recycle",
    }


@pytest.mark.parametrize(
    ("before", "stage", "reason", "status"),
    [
        ("raw", "mql", None, "mql"),
        ("mql", "sal", None, "accepted"),
        ("accepted", "sql", None, "qualified"),
        ("mql", "disqualified", "disqualified-competitor", "disqualified"),
        ("mql", "disqualified", "ineligible-student", "ineligible"),
        ("mql", "disqualified", "bad-data-spam", "disqualified"),
        ("mql", "recycled", "not-now-no-budget", "recycle"),
        ("qualifying", "recycled", "recycle-no-response", "recycle"),
        ("qualified", "won", None, None),  # the agreement names no status of this stage
        (None, "sal", None, "accepted"),  # none yet: any may be the first
        ("mql", "disqualified", "of-an-older-version", "disqualified"),
        ("mql", "disqualified", None, InvalidInput),
        ("mql", "disqualified", "recycle-no-budget", InvalidInput),
        ("qualified", "recycled", "recycle-no-budget", Conflict),
        ("mql", "inquiry", None, Conflict),
    ],
)
def test_where_an_answer_leads(before: str | None, stage: str, reason: str | None, status: Any) -> None:
    came_from = before and f"status-{before}"
    if isinstance(status, type):
        assert not statuses.leads_on(GITLAB, came_from, Stage(stage), reason)
        with pytest.raises(DomainError) as refused:
            statuses.answered(GITLAB, came_from, Stage(stage), reason)
        assert type(refused.value) is status
        return
    found = statuses.answered(GITLAB, came_from, Stage(stage), reason)
    assert (found and found.id) == (status and f"status-{status}")


@pytest.mark.parametrize(
    ("stage", "reason", "status"),
    [
        ("recycled", "not-now-no-action", "status-recycle"),
        ("disqualified", "ineligible-student", "status-ineligible"),
        ("disqualified", None, "status-disqualified"),
        ("inquiry", None, "status-raw"),
        ("won", None, None),
    ],
)
def test_what_happens_by_itself_asks_for_no_leave(stage: str, reason: str | None, status: str | None) -> None:
    found = statuses.by_itself(GITLAB, Stage(stage), reason)
    assert (found and found.id) == status


@pytest.mark.parametrize(
    ("before", "stage", "is_with_sales", "offered"),
    [
        ("accepted", "sal", True, "qualifying"),
        ("qualifying", "sal", True, ""),
        ("mql", "mql", True, ""),
        ("raw", "inquiry", False, "inquiry recycle disqualified ineligible"),
        ("inquiry", "inquiry", False, "recycle disqualified ineligible"),
        ("recycle", "recycled", False, ""),  # back to MQL is marking it
    ],
)
def test_what_somebody_may_put_it_in(before: str, stage: str, is_with_sales: bool, offered: str) -> None:
    found = statuses.choices(GITLAB, f"status-{before}", Stage(stage), is_with_sales=is_with_sales)
    assert " ".join(each.id.removeprefix("status-") for each in found) == offered


@pytest.mark.parametrize(
    ("to", "reason", "field"),
    [
        ("status-qualifying", None, None),
        ("status-ineligible", "ineligible-student", None),
        ("status-ineligible", None, "reason"),
        ("status-ineligible", "bad-data-spam", "reason"),
        ("status-mql", None, "status"),
        ("status-lost", None, "status"),
    ],
)
def test_what_is_chosen_is_what_the_agreement_leads_to(to: str, reason: str | None, field: str | None) -> None:
    if field is None:
        assert statuses.chosen(GITLAB, "status-accepted", to, reason).id == to
        return
    with pytest.raises(InvalidInput) as refused:
        statuses.chosen(GITLAB, "status-accepted", to, reason)
    assert refused.value.field == field


def change(at: int, to: str | None, before: str | None, since: int | None, *, is_undoing: bool = False) -> Change:
    return Change(hours(at), to, None, before, None if since is None else hours(since), is_undoing)


@pytest.mark.parametrize(
    ("changes", "current", "expected"),
    [
        ([], None, []),
        ([], ("raw", 0), [("raw", 0, None)]),
        ([change(3, "mql", "raw", 0)], ("mql", 3), [("raw", 0, 3), ("mql", 3, None)]),
        (  # an answer that was undone has not been
            [change(3, "mql", "raw", 0), change(5, "bad", "mql", 3), change(6, "mql", "bad", 3, is_undoing=True)],
            ("mql", 3),
            [("raw", 0, 3), ("mql", 3, None)],
        ),
        (  # another version moved all leads in between, and its own line is not among those of the lead
            [change(3, "mql", "raw", 0), change(9, "sal", "new", 7)],
            ("sal", 9),
            [("raw", 0, 3), ("mql", 3, 7), ("new", 7, 9), ("sal", 9, None)],
        ),
        ([change(3, "mql", "raw", 0)], ("new", 7), [("raw", 0, 3), ("mql", 3, 7), ("new", 7, None)]),
        ([change(3, None, "raw", 0)], None, [("raw", 0, 3)]),
    ],
)
def test_how_long_it_was_where(changes: list[Change], current: Any, expected: list[Any]) -> None:
    stands = Stay(current[0], None, hours(current[1])) if current else None
    stays = [Stay(name, None, hours(since), None if until is None else hours(until)) for name, since, until in expected]
    assert statuses.stays(changes, stands) == stays


def named(**changes: Any) -> Terms:
    several = [status("new", "mql", "tried"), status("tried", "sal")]
    return terms(**({"statuses": several} | changes))


def test_a_road_that_stops_is_refused_to_who_writes_it() -> None:
    named()
    with pytest.raises(InvalidTerms) as refused:
        named(statuses=[status("new", "mql"), status("tried", "sal")])
    assert [(fault.path, fault.params) for fault in refused.value.faults] == [
        (("statuses", 0, "next"), {"onward": "tried"})
    ]


def test_a_rule_names_statuses_that_there_are() -> None:
    rule = {"field": "status", "one_of": ["tried", "gone"]}
    with pytest.raises(InvalidTerms) as refused:
        named(mql=clause("mql", "MQL", "MQL") | {"when": rule})
    assert refused.value.faults[0].params["named"] == "gone"
