"""Leads and what they did, told by other systems."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from tests.api.conftest import Acting, System
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db

DIRECTOR = {"email": "Dora@Example.com", "job_title": "Sales director", "country": "France"}
ASKED = {"kind": "demo_request"}


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


def counts(taken: Any) -> tuple[int, int, int, int, int]:
    return taken["new"], taken["changed"], taken["unchanged"], taken["mqls"], len(taken["rejected"])


def test_leads_are_scored_and_handed_off_at_once_and_the_same_again_changes_nothing(
    acting: Acting, agreed: Cast, session: Db, hands: Hands
) -> None:
    system = acting(agreed.marta)
    at = (hands.now - timedelta(hours=1)).isoformat()
    sent = {"leads": [{**DIRECTOR, "engagements": [{**ASKED, "occurred_at": at}]}, {"external_id": "crm-7"}]}
    assert counts(system.post("/leads", sent).json) == (2, 0, 0, 1, 0)
    assert session.scalar(select(func.count(Handoff.id))) == 1
    told = session.scalar(select(func.count(Event.id)))
    assert counts(system.post("/leads", sent).json) == (0, 0, 2, 0, 0)
    assert session.scalar(select(func.count(Event.id))) == told


def test_a_lead_tells_its_score_and_why(acting: Acting, agreed: Cast, session: Db) -> None:
    system = acting(agreed.marta)
    system.post("/leads", {"leads": [{**DIRECTOR, "engagements": [ASKED], "custom": {"size": "40"}}]})
    (found,) = system.get("/leads", email="dora@example.COM").json["leads"]
    lead = system.get(f"/leads/{found['id']}").json
    assert (lead["email"], lead["country"], lead["custom"]) == ("Dora@Example.com", "FR", {"size": "40"})
    assert (lead["stage"], lead["persona"], lead["points"], lead["is_mql"]) == ("mql", "director", 90, True)
    assert lead["explanation"]
    assert system.get("/leads/1000000").status_code == 404


def test_a_bad_lead_is_told_by_place_and_field_and_the_others_are_taken(
    acting: Acting, agreed: Cast, session: Db, hands: Hands
) -> None:
    soon = (hands.now + timedelta(days=1)).isoformat()
    sent = [
        {"email": "not an address"},
        {"company": "Nobody’s"},
        {"email": "a@example.com"},
        {"email": "b@example.com", "arrived_at": soon},
        {"email": "c@example.com", "arrived_at": "0001-01-01T00:00:00Z"},
        {"email": "d@example.com", "engagements": [{"kind": "1!"}]},
    ]
    taken = acting(agreed.marta).post("/leads", {"leads": sent}).json
    assert taken["new"] == 1
    found = [(each["place"], each["field"]) for each in taken["rejected"]]
    assert found == [(0, "email"), (1, ""), (3, "arrived_at"), (4, "arrived_at"), (5, "engagements")]
    assert session.scalars(select(Lead.email)).all() == ["a@example.com"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "leads"),
        ({"leads": []}, "leads"),
        ({"leads": [{"emial": "a@example.com"}]}, "leads.0.emial"),
        ({"leads": [{"email": 7}]}, "leads.0.email"),
        ({"leads": [{"email": "a@example.com", "arrived_at": "2026-03-01T10:00:00"}]}, "leads.0.arrived_at"),
        ({"leads": [{"email": "a@example.com", "custom": {"Size!": "4"}}]}, "leads.0.custom.Size!.[key]"),
    ],
)
def test_what_is_not_asked_for_is_refused_with_its_place(
    acting: Acting, agreed: Cast, session: Db, sent: Any, field: str
) -> None:
    answer = acting(agreed.marta).post("/leads", sent)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert session.scalar(select(func.count(Lead.id))) == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status"), [("{", "application/json", 400), ("leads=1", "text/plain", 415)]
)
def test_what_is_not_json_is_refused(acting: Acting, agreed: Cast, body: str, content_type: str, status: int) -> None:
    system = acting(agreed.marta)
    answer = system.client.post(
        "/api/v1/leads", data=body, content_type=content_type, headers={"Authorization": f"Bearer {system.token}"}
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_leads_are_read_page_by_page_each_once(acting: Acting, agreed: Cast) -> None:
    system = acting(agreed.marta)
    system.post("/leads", {"leads": [{"external_id": f"x-{number}"} for number in range(25)]})
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        page = system.get("/leads", after=after, limit=10).json
        seen += [lead["external_id"] for lead in page["leads"]]
        after = page["next_after"]
    assert seen == [f"x-{number}" for number in range(25)]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"after": -1}, {"stage": "loved"}, {"colour": "red"}])
def test_an_absurd_question_is_refused(acting: Acting, agreed: Cast, query: dict[str, Any]) -> None:
    assert acting(agreed.marta).get("/leads", **query).status_code == 422


def test_a_marketer_marks_an_mql_with_a_reason(acting: Acting, agreed: Cast) -> None:
    system = acting(agreed.marta)
    system.post("/leads", {"leads": [{"external_id": "crm-7"}]})
    lead_id = system.get("/leads", external_id="crm-7").json["leads"][0]["id"]
    assert acting(agreed.saul).post(f"/leads/{lead_id}/qualification", {"reason": "Mine"}).status_code == 403
    assert system.post(f"/leads/{lead_id}/qualification", {"reason": "Met at the fair"}).json["stage"] == "mql"
    assert system.post(f"/leads/{lead_id}/qualification", {"reason": "Again"}).status_code == 409


def test_engagements_score_the_same_in_any_order_and_told_twice(acting: Acting, agreed: Cast, hands: Hands) -> None:
    system = acting(agreed.marta)
    acts = [
        {"kind": "pricing_page", "occurred_at": (hands.now - timedelta(days=2)).isoformat()},
        {"kind": "demo_request", "occurred_at": (hands.now - timedelta(hours=1)).isoformat()},
        {"kind": "pricing_page", "occurred_at": (hands.now - timedelta(hours=3)).isoformat()},
    ]
    points = set()
    for number, order in enumerate(permutations(acts)):
        system.post("/leads", {"leads": [{"email": f"{number}@example.com"}]})
        for act in (*order, order[0]):
            told = {"engagements": [{**act, "email": f"{number}@Example.com"}]}
            assert system.post("/engagements", told).status_code == 200
        points.add(system.get("/leads", email=f"{number}@example.com").json["leads"][0]["engagement_points"])
    assert points == {60}


def test_an_engagement_makes_the_mql_at_once_and_one_of_nobody_is_refused(
    acting: Acting, agreed: Cast, session: Db, hands: Hands
) -> None:
    system = acting(agreed.marta)
    system.post("/leads", {"leads": [{**DIRECTOR, "external_id": "crm-1"}]})
    at = hands.now.isoformat()
    told = [
        {**ASKED, "external_id": "crm-1", "occurred_at": at},
        {**ASKED, "email": "no@example.com", "occurred_at": at},
    ]
    taken = system.post("/engagements", {"engagements": told}).json
    assert counts(taken) == (0, 1, 0, 1, 1)
    assert taken["rejected"] == [{"place": 1, "field": "", "message": "No lead is known by this id or e-mail."}]
    assert session.scalar(select(func.count(Lead.id))) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
LEAD = st.fixed_dictionaries(
    {"email": st.text(max_size=20) | JSON},
    optional={
        name: st.text(max_size=30) | JSON for name in ("company", "country", "custom", "engagements", "arrived_at")
    },
)


@given(sent=st.lists(LEAD, max_size=3).map(lambda leads: {"leads": leads}) | JSON)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_nothing_breaks(marketing: System, sent: Any) -> None:
    answer = marketing.post("/leads", sent)
    assert answer.status_code in (200, 400, 422), answer.text


@pytest.fixture
def marketing(acting: Acting, agreed: Cast) -> System:
    return acting(agreed.marta)
