"""Leads are found by criteria put together from rows, and the rule goes with the list, its file and its views."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.criteria import Criterion
from smarketing.models.people import User
from smarketing.web.criteria_rows import Row, built, rows_of
from tests.cast import Cast
from tests.conftest import Hands
from tests.web.test_leads import bring, hot

SignIn = Callable[[User], FlaskClient]
RULES: TypeAdapter[Criterion] = TypeAdapter(Criterion)

NEAR = {"field": "country", "one_of": ["FR", "BE"]}
DEMO = {"engagement": "demo_request", "at_least": 2, "within_days": 30}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([Row("country", "one_of", "FR, BE")], NEAR),
        ([Row("country", "not one_of", "FR, BE,")], {"not": NEAR}),
        (
            [Row("country", "one_of", "FR, BE"), Row("engagement:demo_request", "times", "2", "30")],
            {"all": [NEAR, DEMO]},
        ),
        ([Row("engagement:demo_request", "not times", "2", "30")], {"not": DEMO}),
        ([Row("points", "between", "10, 60")], {"field": "points", "between": [10, 60]}),
        ([Row("arrived_at", "within_days", "7")], {"field": "arrived_at", "within_days": 7}),
        ([Row("phone", "not present")], {"field": "phone", "present": False}),
        ([Row("custom.size", "at_least", "-5")], {"field": "custom.size", "at_least": -5}),
        ([Row()], None),
    ],
)
def test_rows_make_a_rule_and_the_rule_makes_the_rows(rows: list[Row], rule: Any) -> None:
    made = built(rows, joined_by="all").rule
    assert (made and RULES.dump_python(made, mode="json", by_alias=True, exclude_none=True)) == rule
    if made:
        again = rows_of(made)
        assert again is not None
        assert built(again[1], joined_by=again[0]).rule == made


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row("points", "at_least", "many"), "Write a whole number."),
        (Row("points", "between", "9"), "Write two numbers"),
        (Row("points", "between", "9, 3"), "A range begins with the smaller number"),
        (Row("country", "at_least", "3"), "is text and cannot be compared"),
        (Row("country", "one_of", " , "), "Write what to compare with"),
        (Row("country", "times", "3"), "This comparison does not go with this field."),
        (Row("engagement:visit", "one_of", "3"), "This comparison does not go with this field."),
        (Row("shoe_size", "present"), "There is no field “shoe_size”"),
        (Row("arrived_at", "within_days", "0"), "This must be 1 or more."),
        (Row("arrived_at", "one_of", "2026"), "is an instant"),
    ],
)
def test_a_row_that_makes_no_criterion_says_why(row: Row, words: str) -> None:
    answer = built([row, Row("country", "present")], joined_by="any")
    assert answer.rule is None
    assert [words in each.fault for each in answer.rows] == [True, False]


def test_nested_criteria_are_not_torn_into_rows() -> None:
    assert rows_of(RULES.validate_python({"any": [{"all": [NEAR, DEMO]}, NEAR]})) is None


def test_the_rows_lead_to_the_leads_that_meet_them(
    session: scoped_session[Session], agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    bring(hands, hot("near@example.com"), hot("far@example.com", country="US"), demo=True)
    bring(hands, hot("cold@example.com"))
    page = sign_in(agreed.marta)
    asked = [("field", "country"), ("how", "one_of"), ("what", "fr"), ("days", "")]
    asked += [("field", "engagement:demo_request"), ("how", "times"), ("what", "1"), ("days", "7"), ("show", "1")]
    answer = page.get("/leads/criteria/", query_string=asked)
    assert answer.status_code == 303
    (rule,) = parse_qs(urlsplit(answer.location).query)["rule"]
    found = unescape(page.get(answer.location).text)
    assert "near@example.com" in found
    assert "far@example.com" not in found
    assert "cold@example.com" not in found
    assert "Country is one of: fr and “demo request” within the last 7 days" in found
    file = page.get("/leads/file.csv", query_string={"rule": rule}, buffered=True).text
    assert ("near@example.com" in file, "cold@example.com" in file) == (True, False)
    built_again = unescape(page.get("/leads/criteria/", query_string={"rule": rule}).text)
    assert 'value="fr"' in built_again
    assert '<option value="engagement:demo_request" selected>' in built_again


def test_a_faulty_row_is_shown_with_its_fault_and_loses_nothing(
    session: scoped_session[Session], agreed: Cast, sign_in: SignIn
) -> None:
    asked = {"field": "points", "how": "at_least", "what": "<b>many</b>", "show": "1"}
    answer = sign_in(agreed.marta).get("/leads/criteria/", query_string=asked)
    assert answer.status_code == 422
    assert "Write a whole number." in answer.text
    assert 'value="&lt;b&gt;many&lt;/b&gt;"' in answer.text


@pytest.mark.parametrize("rule", ["[", "{}", json.dumps({"field": "shoe_size", "present": True}), "1" * 5000])
def test_an_address_with_no_rule_filters_nothing_and_says_so(
    session: scoped_session[Session], agreed: Cast, hands: Hands, sign_in: SignIn, rule: str
) -> None:
    bring(hands, hot("near@example.com"))
    found = unescape(sign_in(agreed.marta).get("/leads/", query_string={"rule": rule}).text)
    assert "near@example.com" in found
    assert "is no value of the filter “rule”" in found
