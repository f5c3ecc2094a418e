"""Hand-offs answered by other systems, once each."""

from typing import Any

import pytest
from sqlalchemy import func, select

from smarketing.domain.importing import Row
from smarketing.jobs import purge_replies
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.tokens import ApiReply
from smarketing.models.touches import Touch
from smarketing.services import intake
from tests.api.conftest import Acting
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db

DIRECTOR = {"email": "dora@example.com", "job_title": "Sales director", "country": "FR"}


@pytest.fixture
def offered(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    intake.take([Row(DIRECTOR, engagements=[("demo_request", None)])], now=hands.now)
    return session.scalars(select(Handoff)).one()


def owner(agreed: Cast, handoff: Handoff) -> tuple[User, User]:
    """Who has it, and who has not."""
    return (agreed.saul, agreed.sara) if handoff.owner_id == agreed.saul.id else (agreed.sara, agreed.saul)


def test_a_lead_is_taken_down_the_whole_road(acting: Acting, agreed: Cast, offered: Handoff, hands: Hands) -> None:
    system = acting(owner(agreed, offered)[0])
    path = f"/handoffs/{offered.id}"
    hands.turn(hours=1)
    clocks = system.get(path).json["clocks"]
    assert [clock["outcome"] for clock in clocks] == ["running"]
    assert system.post(f"{path}/acceptance").json["state"] == "accepted"
    touched = system.post(f"{path}/touches", {"channel": "call", "note": "Left a message"})
    assert touched.status_code == 200
    assert touched.json["clocks"][0]["outcome"] == "met"
    assert system.post(f"{path}/confirmation", {"checklist": CHECKLIST}).json["state"] == "confirmed"
    won = system.post(f"{path}/win", {"amount": 1250.5}).json
    assert (won["state"], won["closed_at"]) == ("won", hands.now.isoformat().replace("+00:00", "Z"))
    assert system.get("/handoffs", is_open=True).json["handoffs"] == []
    assert system.get("/handoffs", lead_id=offered.lead_id).json["handoffs"][0]["id"] == offered.id


def test_the_second_answer_is_told_so_and_changes_nothing(
    acting: Acting, agreed: Cast, offered: Handoff, session: Db
) -> None:
    theirs, others = owner(agreed, offered)
    path = f"/handoffs/{offered.id}"
    assert acting(others).post(f"{path}/acceptance").status_code == 403
    assert acting(theirs).post(f"{path}/acceptance").status_code == 200
    again = acting(theirs).post(f"{path}/refusal", {"reason": "below-criteria"})
    assert (again.status_code, again.json["title"]) == (409, "Conflict")
    assert acting(agreed.marta).post(f"{path}/acceptance").status_code == 403
    session.expire_all()
    assert session.get_one(Handoff, offered.id).state == "accepted"


@pytest.mark.parametrize(
    ("answer", "sent", "status", "field"),
    [
        ("refusal", {"reason": "too-blue"}, 422, "reason"),
        ("refusal", {}, 422, "reason"),
        ("refusal", {"reason": "below-criteria", "note": "x" * 2001}, 422, "note"),
        ("touches", {"channel": "pigeon"}, 422, "channel"),
        ("touches", {"channel": "call", "occurred_at": "2030-01-01T00:00:00Z"}, 422, "occurred_at"),
        ("win", {"amount": -1}, 422, "amount"),
    ],
)
def test_a_fault_names_its_field(
    acting: Acting, agreed: Cast, offered: Handoff, answer: str, sent: Any, status: int, field: str
) -> None:
    told = acting(owner(agreed, offered)[0]).post(f"/handoffs/{offered.id}/{answer}", sent)
    assert told.status_code == status
    assert [fault["field"] for fault in told.json["errors"]] == [field]


def test_an_unknown_hand_off_is_not_found(acting: Acting, agreed: Cast) -> None:
    assert acting(agreed.saul).post("/handoffs/77/acceptance").status_code == 404


def test_a_request_sent_again_with_its_key_is_answered_again_and_done_once(
    acting: Acting, agreed: Cast, offered: Handoff, session: Db, hands: Hands
) -> None:
    system = acting(owner(agreed, offered)[0])
    path = f"/handoffs/{offered.id}/touches"
    first = system.post(path, {"channel": "call"}, key="k-1")
    hands.turn(minutes=5)
    again = system.post(path, {"channel": "call"}, key="k-1")
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert session.scalar(select(func.count(Touch.id))) == 1
    other = system.post(path, {"channel": "email"}, key="k-1")
    assert (other.status_code, other.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert session.scalar(select(func.count(Touch.id))) == 1
    assert system.post(path, {"channel": "call"}, key="k-2").status_code == 200
    assert session.scalar(select(func.count(Touch.id))) == 2


def test_a_key_belongs_to_one_token_and_is_forgotten_after_a_day(
    acting: Acting, agreed: Cast, offered: Handoff, session: Db, hands: Hands
) -> None:
    person = owner(agreed, offered)[0]
    path = f"/handoffs/{offered.id}/touches"
    for system in (acting(person), acting(person)):
        assert system.post(path, {"channel": "call"}, key="k-1").status_code == 200
    assert session.scalar(select(func.count(Touch.id))) == 2
    session.commit()
    assert purge_replies.run(now=hands.turn(hours=23)) == 0
    assert purge_replies.run(now=hands.turn(hours=2)) == 2
    assert session.scalar(select(func.count(ApiReply.id))) == 0


def test_a_failed_request_may_be_sent_again(acting: Acting, agreed: Cast, offered: Handoff) -> None:
    system = acting(owner(agreed, offered)[0])
    path = f"/handoffs/{offered.id}/refusal"
    assert system.post(path, {"reason": "too-blue"}, key="k-1").status_code == 422
    assert system.post(path, {"reason": "below-criteria"}, key="k-1").json["state"] == "refused"
