"""The rule language: a table of answers, the reasons, what is refused, and the laws that hold for every rule."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from smarketing.domain.criteria import MAX_DEPTH, Criterion, depth, personas_named
from smarketing.domain.criteria_fields import NUMBER_FIELDS
from smarketing.domain.facts import Facts
from smarketing.domain.verdicts import Reason, compile_test, judge

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
RULES: TypeAdapter[Criterion] = TypeAdapter(Criterion)

DIRECTOR: dict[str, str | int | None] = {
    "job_title": "Directrice Marketing",
    "country": "fr",
    "company": "",
    "phone": None,
    "points": 60,
    "custom.employees": " 250 ",
    "custom.budget": "about 10",
}
VISITS = [
    ("visit", NOW - timedelta(days=40)),
    ("visit", NOW - timedelta(days=7)),
    ("visit", NOW - timedelta(days=1)),
    ("visit", NOW - timedelta(days=1)),
    ("visit", NOW + timedelta(seconds=1)),
    ("demo_request", NOW),
]


def rule(document: Any) -> Criterion:
    return RULES.validate_python(document)


def facts(values: Mapping[str, str | int | None] = DIRECTOR, engagements: Sequence[Any] = VISITS) -> Facts:
    return Facts(values, engagements, NOW)


HELD = [
    {"field": "country", "one_of": ["BE", "FR"]},
    {"field": "job_title", "contains": ["vp", "DIRECTRICE"]},
    {"field": "job_title", "present": True},
    {"field": "phone", "present": False},
    {"field": "company", "present": False},
    {"field": "points", "at_least": 60},
    {"field": "points", "at_most": 60},
    {"field": "custom.employees", "at_least": 250},
    {"field": "custom.employees", "at_most": 250},
    {"engagement": "visit"},
    {"engagement": "demo_request", "within_days": 1},
    {"engagement": "visit", "at_least": 3},
    {"engagement": "visit", "at_least": 2, "within_days": 8},
    {"not": {"field": "country", "one_of": ["US"]}},
    {"all": [{"field": "points", "at_least": 1}, {"field": "country", "present": True}]},
    {"any": [{"field": "points", "at_least": 99}, {"field": "country", "present": True}]},
    {"not": {"all": [{"field": "points", "at_least": 1}, {"field": "points", "at_least": 99}]}},
]
NOT_HELD = [
    {"field": "country", "one_of": ["F", "France"]},
    {"field": "job_title", "contains": ["vp"]},
    {"field": "company", "present": True},
    {"field": "phone", "contains": ["3"]},
    {"field": "points", "at_least": 61},
    {"field": "points", "at_most": 59},
    {"field": "fit_points", "at_least": 0},
    {"field": "fit_points", "at_most": 1000},
    {"field": "custom.employees", "at_least": 251},
    {"field": "custom.budget", "at_least": 1},
    {"field": "custom.budget", "at_most": 1000},
    {"engagement": "webinar"},
    {"engagement": "visit", "at_least": 4},
    {"engagement": "visit", "at_least": 2, "within_days": 7},
    {"not": {"field": "country", "one_of": ["FR"]}},
    {"all": [{"field": "points", "at_least": 1}, {"field": "points", "at_least": 99}]},
    {"any": [{"field": "points", "at_least": 98}, {"field": "points", "at_least": 99}]},
]


@pytest.mark.parametrize("document", HELD, ids=json.dumps)
def test_a_rule_holds(document: Any) -> None:
    assert compile_test(rule(document))(facts()) is True


@pytest.mark.parametrize("document", NOT_HELD, ids=json.dumps)
def test_a_rule_does_not_hold(document: Any) -> None:
    assert compile_test(rule(document))(facts()) is False


def test_a_verdict_says_what_was_asked_and_found_in_the_order_written() -> None:
    asked = {
        "all": [
            {"field": "points", "at_least": 60},
            {"field": "points", "at_most": 50},
            {"any": [{"field": "country", "one_of": ["FR"]}, {"field": "company", "contains": ["Ltd"]}]},
            {"not": {"field": "phone", "present": True}},
            {"engagement": "visit", "at_least": 2, "within_days": 30},
            {"engagement": "webinar"},
            {"field": "phone", "present": False},
        ]
    }
    verdict = judge(rule(asked), facts())
    assert not verdict.held
    visits = {"count": 2, "engagement": "visit", "days": 30}
    webinars = {"engagement": "webinar"}
    assert [tuple(reason) for reason in verdict.reasons] == [
        (False, "all of these hold", {}, None, 0),
        (True, "%(field)s is at least %(bound)s", {"field": "points", "bound": 60}, 60, 1),
        (False, "%(field)s is at most %(bound)s", {"field": "points", "bound": 50}, 60, 1),
        (True, "at least one of these holds", {}, None, 1),
        (True, "%(field)s is one of: %(options)s", {"field": "country", "options": ["FR"]}, "fr", 2),
        (False, "%(field)s contains one of: %(options)s", {"field": "company", "options": ["Ltd"]}, "", 2),
        (True, "this does not hold", {}, None, 1),
        (False, "%(field)s is known", {"field": "phone"}, None, 2),
        (True, "at least %(count)s × “%(engagement)s” within %(days)s days", visits, 2, 1),
        (False, "“%(engagement)s”, at any time", webinars, 0, 1),
        (True, "%(field)s is not known", {"field": "phone"}, None, 1),
    ]


@pytest.mark.parametrize(
    ("document", "place", "fault"),
    [
        ({"field": "shoe_size", "present": True}, ("present", "field"), "There is no field “shoe_size”"),
        ({"field": "custom.", "present": True}, ("present", "field"), "There is no field “custom.”"),
        (
            {"all": [{"field": "points", "at_least": 1}, {"not": {"field": "naem", "present": True}}]},
            ("all", "all", 1, "not", "not", "present", "field"),
            "There is no field “naem”",
        ),
        ({"field": "country", "at_least": 3}, ("at_least", "field"), "cannot be compared"),
        ({"field": "country", "at_most": 3}, ("at_most", "field"), "cannot be compared"),
        ({"field": "points"}, (), "a criterion needs one of: all, any, not, engagement, at_least, at_most"),
        ({}, (), "a criterion needs one of"),
        ("points > 3", (), "a criterion needs one of"),
        (None, (), "a criterion needs one of"),
        ({"all": ["points"]}, ("all", "all", 0), "a criterion needs one of"),
        ({"all": []}, ("all", "all"), "at least 1 item"),
        ({"all": [{"engagement": "visit"}], "any": [{"engagement": "visit"}]}, ("all", "any"), "not permitted"),
        ({"field": "points", "at_least": 1, "at_most": 3}, ("at_least", "at_most"), "not permitted"),
        ({"field": "country", "one_of": []}, ("one_of", "one_of"), "at least 1 item"),
        ({"field": "country", "one_of": [""]}, ("one_of", "one_of", 0), "at least 1 character"),
        ({"field": "country", "contains": ["a", ""]}, ("contains", "contains", 1), "at least 1 character"),
        ({"engagement": "visit", "at_least": 0}, ("engaged", "at_least"), "greater than or equal to 1"),
        ({"engagement": "visit", "within_days": 0}, ("engaged", "within_days"), "greater than or equal to 1"),
        ({"engagement": "Visit!"}, ("engaged", "engagement"), "pattern"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_what_is_no_rule_is_refused_with_its_place_named(document: Any, place: tuple[Any, ...], fault: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(document)
    first = refused.value.errors()[0]
    assert first["loc"] == place
    assert fault in first["msg"]


def test_nesting_without_end_is_refused_and_does_no_harm() -> None:
    document: dict[str, Any] = {"engagement": "visit"}
    for _ in range(900):
        document = {"not": document}
    with pytest.raises(ValidationError):
        rule(document)


def test_depth_counts_levels() -> None:
    document: dict[str, Any] = {"engagement": "visit"}
    assert depth(rule(document)) == 1
    assert depth(rule({"not": {"any": [document, {"all": [document]}]}})) == 4


def test_the_personas_a_rule_asks_for() -> None:
    asked = {
        "any": [
            {"field": "persona", "one_of": ["director", "founder"]},
            {"not": {"field": "persona", "one_of": ["student"]}},
            {"field": "country", "one_of": ["FR"]},
        ]
    }
    assert personas_named(rule(asked)) == {"director", "founder", "student"}


# the laws

texts = st.sampled_from(["FR", "fr", "Be", "Director", "director of", "0", "17", "-3", " 60 ", "ß", "SS", "é"])
fields = st.sampled_from(["country", "job_title", "custom.size", "points"])
numbers = st.sampled_from(["points", "fit_points", "custom.size"])
kinds = st.sampled_from(["visit", "demo_request"])
leaves = st.one_of(
    st.fixed_dictionaries({"field": fields, "one_of": st.lists(texts, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"field": fields, "contains": st.lists(texts, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"field": fields, "present": st.booleans()}),
    st.fixed_dictionaries({"field": numbers, "at_least": st.integers(-20, 80)}),
    st.fixed_dictionaries({"field": numbers, "at_most": st.integers(-20, 80)}),
    st.fixed_dictionaries(
        {"engagement": kinds}, optional={"at_least": st.integers(1, 3), "within_days": st.integers(1, 20)}
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=12,
).filter(lambda document: depth(rule(document)) <= MAX_DEPTH)
text_or_none = st.one_of(st.none(), st.just(""), texts)
known = st.builds(
    Facts,
    st.fixed_dictionaries(
        {},
        optional={
            "country": text_or_none,
            "job_title": text_or_none,
            "custom.size": text_or_none,
            "points": st.one_of(st.none(), st.integers(-20, 80)),
            "fit_points": st.one_of(st.none(), st.integers(-20, 80)),
        },
    ),
    st.lists(st.tuples(kinds, st.integers(-20, 2).map(lambda days: NOW + timedelta(days=days))), max_size=5),
    st.just(NOW),
)


def _recount(reasons: list[Reason]) -> bool:
    """What the reasons amount to, worked out from the leaves alone; takes what it reads off the list."""
    head = reasons.pop(0)
    parts = []
    while reasons and reasons[0].depth > head.depth:
        parts.append(_recount(reasons))
    if not parts:
        return head.held
    answer = {
        "all of these hold": all(parts),
        "at least one of these holds": any(parts),
        "this does not hold": not parts[0],
    }[head.asked]
    assert answer is head.held
    return answer


@given(trees, known)
def test_the_verdict_the_quick_answer_and_the_reasons_agree(document: Any, facts: Facts) -> None:
    asked = rule(document)
    verdict = judge(asked, facts)
    assert verdict.held is compile_test(asked)(facts)
    assert _recount(list(verdict.reasons)) is verdict.held


@given(trees, known)
def test_not_is_two_valued(document: Any, facts: Facts) -> None:
    assert compile_test(rule({"not": document}))(facts) is not compile_test(rule(document))(facts)


@given(leaves, st.sampled_from([{}, {"country": None, "job_title": "", "custom.size": None, "points": None}]))
def test_a_missing_value_holds_only_where_its_absence_is_asked_for(document: Any, nothing: dict[str, Any]) -> None:
    held = compile_test(rule(document))(Facts(nothing, (), NOW))
    assert held is (document.get("present") is False)


@given(trees)
def test_a_rule_comes_back_from_json_the_same(document: Any) -> None:
    asked = rule(document)
    text = RULES.dump_json(asked, by_alias=True, exclude_none=True)
    again = RULES.validate_json(text)
    assert again == asked
    assert RULES.dump_json(again, by_alias=True, exclude_none=True) == text


def test_every_number_of_the_score_can_be_compared() -> None:
    for field in NUMBER_FIELDS:
        for comparison in ("at_least", "at_most"):
            assert compile_test(rule({"field": field, comparison: 5}))(facts({field: 5}))
