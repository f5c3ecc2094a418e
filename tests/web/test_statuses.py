"""The company's own statuses on the pages: at the desk, for marketing, in the list and its file; nowhere without."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import intake
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import Db, give, hand_off, owner
from tests.services.lived_statuses import STATUSES

SignIn = Callable[[User], FlaskClient]
PAGES = ("/leads/", "/leads/criteria/", "/leads/file.csv", "/queue/", "/leads/{lead}")


@pytest.fixture
def handoff(session: Db, cast: Cast, hands: Hands) -> Handoff:
    agree(cast, hands.now, statuses=STATUSES)
    handoff = hand_off(session, hands)
    session.commit()
    return handoff


def test_a_rep_moves_a_lead_from_the_queue_and_takes_it_back(
    session: Db, sign_in: SignIn, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    rep, htmx = sign_in(owner(session, handoff)), {"HX-Request": "true", "HX-Target": f"handoff-{handoff.id}"}
    url = f"/handoffs/{handoff.id}/status"
    assert url not in rep.get("/queue/").text  # nothing but an answer leads on from here
    refusal = rep.get(f"/handoffs/{handoff.id}/refusal").text
    assert 'value="below-criteria"' not in refusal
    assert "becomes “Out”" in refusal
    assert rep.post(f"/handoffs/{handoff.id}/refusal", data={"reason": "below-criteria"}).status_code == 409
    rep.post(f"/handoffs/{handoff.id}/acceptance")
    assert "Tried" in rep.get("/queue/").text
    asked = rep.get(url, headers=htmx).text
    assert ('value="talking"' in asked, 'value="agreed"' in asked) == (True, False)
    assert rep.post(url, data={}, headers=htmx).status_code == 422
    assert rep.post(url, data={"status": "agreed"}, headers=htmx).status_code == 422
    row = rep.post(url, data={"status": "talking"}, headers=htmx).text
    assert "Talking" in row
    assert f"{url}/undoing" in row
    assert "Tried" in rep.post(f"{url}/undoing", headers=htmx).text


def test_marketing_changes_what_sales_does_not_have(
    session: Db, sign_in: SignIn, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    intake.take([Row({"email": "reader@example.com"})], now=hands.now)
    session.commit()
    lead_id = handoff.lead_id + 1
    marketer, url = sign_in(cast.marta), f"/leads/{lead_id}/status"
    assert url in marketer.get(f"/leads/{lead_id}").text
    page = marketer.get(url).text
    assert "Out: Bad data" in page
    refused = marketer.post(url, data={"status": "out"})
    assert (refused.status_code, "has its own reasons" in refused.text) == (422, True)
    marketer.post(url, data={"status": "out/bad-data"})
    shown = marketer.get(f"/leads/{lead_id}").text
    assert ("Bad data" in shown, "Time in each status" in shown) == (True, True)
    assert marketer.post(f"{url}/undoing").status_code == 303
    assert session.get_one(Lead, lead_id).status == "raw"
    assert marketer.get(f"/leads/{handoff.lead_id}/status").status_code == 409  # sales has it
    assert sign_in(cast.saul).get(url).status_code == 403


def test_the_list_filters_by_status_and_its_file_tells_it(
    session: Db, sign_in: SignIn, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    give("accept", handoff, owner(session, handoff), hands)
    intake.take([Row({"email": "reader@example.com"})], now=hands.now)
    session.commit()
    reader = sign_in(cast.marta)
    found = reader.get("/leads/?status=tried")
    assert ("g.perrin@" in found.text or "Perrin" in found.text, "reader@" in found.text) == (True, False)
    assert "was left out" in reader.get("/leads/?status=gone").text
    rule = '{"field": "status", "one_of": ["tried"]}'
    assert "The status is Tried" in reader.get("/leads/", query_string={"rule": rule}).text
    assert ",SAL,Tried,," in reader.get("/leads/file.csv?status=tried", buffered=True).text


@pytest.mark.parametrize("page", PAGES)
def test_without_them_no_page_says_a_word(session: Db, sign_in: SignIn, agreed: Cast, hands: Hands, page: str) -> None:
    handoff = hand_off(session, hands)
    session.commit()
    person: Any = owner(session, handoff) if page == "/queue/" else agreed.marta
    assert "Status" not in sign_in(person).get(page.format(lead=handoff.lead_id), buffered=True).text
