"""The marketer's inbox: every part with its reasons, many at once with an undo, nothing lost at a fault."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.domain.importing import Row
from smarketing.jobs import run_bulks
from smarketing.models.bulks import Bulk
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import handoffs, intake
from smarketing.web import inbox
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def near(session: Db, agreed: Cast, hands: Hands) -> list[int]:
    for name in ("Ann", "Ben"):
        facts = {"email": f"{name}@example.com", "first_name": name, "job_title": "Director", "country": "FR"}
        intake.take([Row(facts)], now=hands.now)
    return list(session.scalars(select(Lead.id).order_by(Lead.id)))


def stages(session: Db, ids: list[int]) -> list[str]:
    session.expire_all()
    return [session.get_one(Lead, each).stage.value for each in ids]


def test_near_leads_say_what_is_missing_and_the_ticked_are_marked(
    session: Db, agreed: Cast, sign_in: SignIn, near: list[int]
) -> None:
    client = sign_in(agreed.marta)
    page = client.get("/inbox/").text
    assert "(10 short)" in page
    assert "All 2 that match" in page
    told: dict[str, Any] = {"scope": "chosen", "chosen": [str(near[0])], "reason": ""}
    faulty = client.post("/inbox/near", data=told)
    assert faulty.status_code == 422
    assert "Say why in a few words" in faulty.text
    assert f'value="{near[0]}"' in faulty.text
    assert "checked" in faulty.text, "what was ticked is ticked still"
    done = client.post("/inbox/near", data=told | {"reason": "Met at the <i>fair</i>"})
    assert (done.status_code, done.location) == (303, "/inbox/?view=near")
    page = client.get(done.location).text
    assert "1 lead is an MQL now." in page
    assert "/bulks/1/undoing" in page
    assert stages(session, near) == ["mql", "inquiry"]
    shown = client.get(client.post("/bulks/1/undoing").location).text
    assert "1 was undone." in shown
    assert "Met at the &lt;i&gt;fair&lt;/i&gt;" in shown
    assert stages(session, near) == ["inquiry", "inquiry"]


def test_nothing_ticked_is_said_and_changes_nothing(
    session: Db, agreed: Cast, sign_in: SignIn, near: list[int]
) -> None:
    for chosen in ([], ["999999"], ["x", "-1", "9" * 30]):
        answer = sign_in(agreed.marta).post("/inbox/near", data={"chosen": chosen, "reason": "Because"})
        assert answer.status_code == 422
        assert "Choose at least one lead." in answer.text
    assert session.scalars(select(Bulk)).all() == []


def test_many_go_on_by_themselves(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, near: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "AT_ONCE", 1)
    client = sign_in(agreed.marta)
    url = client.post("/inbox/near", data={"scope": "all", "reason": "All good"}).location
    assert url == "/bulks/1"
    assert "0 of 2" in client.get(url).text
    assert "hx-get" in client.get(f"{url}/progress").text
    session.commit()
    run_bulks.run(now=hands.now)
    assert client.get(f"{url}/progress").headers["HX-Redirect"] == url
    assert stages(session, near) == ["mql", "mql"]


def test_refusals_are_agreed_with_and_what_was_handed_over_tells_its_story(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    handoff = hand_off(session, hands)
    waits = hand_off(session, hands, "w@example.com")
    told: dict[str, Any] = {"reason": "below-criteria", "note": "Only a student", "now": hands.now}
    handoffs.refuse(handoff.id, actor=owner(session, handoff), **told)
    client = sign_in(agreed.marta)
    page = client.get("/inbox/?view=refused").text
    assert "Below the criteria" in page
    assert "Only a student" in page
    assert f"handoff={handoff.id}" in page
    assert "Below the criteria" in client.get("/inbox/?view=held").text
    handed = client.get("/inbox/?view=handed").text
    assert f"/leads/{waits.lead_id}" in handed
    assert "Only a student" in handed
    client.post("/inbox/refused", data={"scope": "all"})
    assert "1 refusal is agreed with." in client.get("/inbox/?view=refused").text
    assert "Every refusal has been answered." in client.get("/inbox/?view=refused").text
    assert session.scalars(select(Handoff.state).where(Handoff.id == handoff.id)).one() == "refused"


@pytest.mark.parametrize("url", ["/inbox/handed", "/inbox/nowhere"])
def test_nothing_is_decided_where_there_is_nothing_to_decide(agreed: Cast, sign_in: SignIn, url: str) -> None:
    assert sign_in(agreed.marta).post(url, data={"scope": "all"}).status_code == 404


def test_strange_filters_find_nothing_and_break_nothing(agreed: Cast, sign_in: SignIn, near: list[int]) -> None:
    page = sign_in(agreed.marta).get("/inbox/?view=oops&q=%00%25&source=%27&before=x")
    assert page.status_code == 200
