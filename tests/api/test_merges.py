"""Two records of one person merged by another system, and every number and key that led to either."""

import pytest
from sqlalchemy import select

from smarketing.domain.importing import Row
from smarketing.models.leads import Lead
from smarketing.services import intake
from tests.api.conftest import Acting
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db


@pytest.fixture
def two(session: Db, agreed: Cast, hands: Hands) -> tuple[int, int]:
    rows = [Row({"email": "one@example.com", "company": "Acme"}), Row({"email": "two@example.com", "company": "ACME"})]
    intake.take(rows, now=hands.now)
    one, other = session.scalars(select(Lead.id).order_by(Lead.id)).all()
    return one, other


def test_merging_leads_every_number_and_address_on(acting: Acting, agreed: Cast, two: tuple[int, int]) -> None:
    one, other = two
    system = acting(agreed.marta)
    sent = {"lead_id": other, "facts": {"company": "other"}}
    made = system.post(f"/leads/{one}/merges", sent)
    assert (made.status_code, made.json["absorbed_id"], made.json["ended_handoff_id"]) == (200, other, None)
    assert system.post(f"/leads/{one}/merges", sent).json == made.json, "twice is once"
    moved = system.get(f"/leads/{other}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/api/v1/leads/{one}")
    lead = system.get(f"/leads/{one}").json
    assert (lead["company"], lead["merged_ids"], lead["further_emails"]) == ("ACME", [other], ["two@example.com"])
    assert [each["id"] for each in system.get("/leads", email="Two@example.com").json["leads"]] == [one]
    acts = [{"email": "two@example.com", "kind": "webinar", "occurred_at": "2026-03-01T09:00:00Z"}]
    assert system.post("/engagements", {"engagements": acts}).json["changed"] == 1
    late = system.post(f"/leads/{other}/qualification", {"reason": "Rang"})
    assert (late.status_code, late.json["detail"]) == (409, f"This lead was merged into lead {one}.")
    back = system.post(f"/merges/{made.json['id']}/separation", {})
    assert back.json["separated_at"] is not None
    assert system.get(f"/leads/{other}").json["email"] == "two@example.com"


def test_who_may_not_merge_is_refused(acting: Acting, agreed: Cast, two: tuple[int, int]) -> None:
    one, other = two
    assert acting(agreed.saul).post(f"/leads/{one}/merges", {"lead_id": other}).status_code == 403
    assert acting(agreed.marta).post(f"/leads/{one}/merges", {"lead_id": one}).status_code == 422
    assert (
        acting(agreed.marta).post(f"/leads/{one}/merges", {"lead_id": other, "facts": {"email": "x"}}).status_code
        == 422
    )
