"""Views of the list that people keep, its chosen columns, and its rows as a workbook."""

from collections.abc import Callable
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.domain.importing import Row
from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.models.views import SavedView
from smarketing.services import intake
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db

SignIn = Callable[[User], FlaskClient]
QUERY = "q=perrin&stage=mql&stage=sal&sort=points&columns=stage,email"


def keep(client: FlaskClient, name: str, query: str = "stage=mql", **more: str) -> int:
    return client.post("/views/", data={"name": name, "query": query, **more}).status_code


def test_a_view_is_kept_and_leads_back_to_its_filters(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.marta)
    page = unescape(client.get(f"/leads/?{QUERY}").text)
    query = page.partition('name="query" value="')[2].partition('"')[0]
    answer = client.post("/views/", data={"name": "  To  call ", "query": query})
    assert (answer.status_code, answer.location) == (303, f"/leads/?{query}")
    listed = unescape(client.get(answer.location).text)
    assert f'<a href="/leads/?{query}" aria-current="page"><bdi>To call</bdi></a>' in listed
    assert session.scalars(select(Event.name).order_by(Event.id.desc())).first() == "view.saved"
    keep(client, "To call", "stage=sql")
    assert session.scalars(select(SavedView.query)).all() == ["stage=sql"], "the same name is kept once"


def test_only_the_team_sees_what_is_shared(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    intake.take([Row({"email": "g@example.com"})], now=hands.now)
    assert keep(sign_in(agreed.saul), "Hot ones", is_shared="yes") == 303
    assert keep(sign_in(agreed.saul), "Just mine") == 303
    sign_in(agreed.saul).get("/leads/")  # takes the message
    sara, marta = (sign_in(who).get("/leads/").text for who in (agreed.sara, agreed.marta))
    assert ("Hot ones" in sara, "Just mine" in sara) == (True, False)
    assert "Hot ones" not in marta


def test_only_its_owner_forgets_a_view(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    keep(sign_in(agreed.saul), "Hot ones", is_shared="yes")
    view_id = session.scalars(select(SavedView.id)).one()
    assert sign_in(agreed.sara).post(f"/views/{view_id}/forgetting").status_code == 404
    assert sign_in(agreed.saul).post(f"/views/{view_id}/forgetting").status_code == 303
    assert session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(session: Db, agreed: Cast, sign_in: SignIn, name: str) -> None:
    assert keep(sign_in(agreed.saul), name) == 422
    assert session.scalars(select(SavedView)).all() == []


def test_the_columns_are_those_that_are_chosen(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    intake.take([Row({"email": "g@example.com", "phone": "+33 1", "source": "Fair"})], now=hands.now)
    table = sign_in(agreed.saul).get("/leads/?columns=phone&columns=stage,nonsense").text.partition("<table")[2]
    assert ("+33 1" in table, "Inquiry" in table, "Fair" in table) == (True, True, False)
    assert "Fair" in sign_in(agreed.saul).get("/leads/?columns=nonsense").text.partition("<table")[2]


def test_the_workbook_holds_the_rows_of_the_list_and_no_formula(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    hostile = {
        "email": "a@example.com",
        "company": '=HYPERLINK("x")',
        "first_name": "-2",
        "last_name": "@SUM(1)",
    }
    intake.take([Row(hostile, engagements=[("demo_request", None)]), Row({"email": "b@example.org"})], now=hands.now)
    answer = sign_in(agreed.marta).get("/leads/file.xlsx?q=example.com", buffered=True)
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(BytesIO(answer.data))["Leads"]
    header, *rows = sheet.iter_rows()
    row = dict(zip((cell.value for cell in header), rows[0], strict=True))
    assert len(rows) == 1
    assert {cell.data_type for cell in rows[0]} <= {"s", "n"}
    assert (row["Company"].value, row["First name"].value) == (hostile["company"], "-2")
    assert row["Score"].data_type == "n"
