"""The list of leads under the filters of its address, the page of one, and what marketing does there."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.dispositions import Channel
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import DUE, Cohort
from smarketing.services import handoffs, intake, tallies, touches
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import invented

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

DIRECTOR = {"job_title": "Sales director", "country": "FR"}
LINK = re.compile(r'<a href="(/leads/\?[^"]+)">([^<]+)</a>')
HOSTILE = {
    "first_name": "<script>alert(1)</script>",
    "last_name": '"><img src=x onerror=alert(1)>',
    "email": "a'b@example.com",
    "company": '=HYPERLINK("http://evil.example","x")' + "x" * 140,
    "phone": "+33 1 23 45 67 89",
    "job_title": "@SUM(1+1)*cmd|' /C calc'!A0",
    "country": "\u202eمرحبا 🚀",
    "source": "-2+3 {{ 7*7 }} %s %(x)s",
    "campaign": "javascript:alert(1)",
    "landing_page": "javascript:alert(document.cookie)//" + "p" * 300,
}


def bring(hands: Hands, *people: dict[str, str], demo: bool = False, **custom: str) -> list[int]:
    """Take leads in and give their ids; one with an engagement is a director who has asked for a demo."""
    rows = [Row(facts, custom, engagements=[("demo_request", None)] if demo else []) for facts in people]
    intake.take(rows, now=hands.now)
    db.session.commit()
    return list(db.session.scalars(select(Lead.id).order_by(Lead.id.desc()).limit(len(people))))[::-1]


def invent(session: Db, cast: Cast, hands: Hands) -> None:
    """Two months of leads, none of whose days is rolled up."""
    hands.set(invented.NOW)
    invented.leads(60, cast, session.scalars(select(AgreementVersion.id)).one(), seed=7)
    for kind, column in ((Cohort.ARRIVED, Lead.arrived_on), (Cohort.MQL, Lead.mql_on), (DUE, Clock.due_on)):
        tallies.mark_stale(kind, session.scalars(select(column)))


def hot(email: str = "g@example.com", **facts: str) -> dict[str, str]:
    return {"email": email, **DIRECTOR, **facts}


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def row_count(page: str) -> int:
    return page.count("<tr data-row")


def shown_count(page: str) -> int:
    """The number under the list."""
    found = re.search(r'class="pager-shown">([\d,]+) ', page)
    assert found, text(page)[-300:]
    return int(found[1].replace(",", ""))


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


# figures and their leads


@pytest.mark.parametrize("by", ["arrived", "mql"])
@pytest.mark.parametrize("source", ["", "Webinar", "~none", "Ads · “été” 100 %"])
def test_every_number_of_the_report_leads_to_as_many_rows(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, by: str, source: str
) -> None:
    invent(session, agreed, hands)
    client = sign_in(agreed.manny)
    report = client.get("/reports/", query_string={"by": by, "source": source}).text
    figures = [(unescape(url), int(number)) for url, number in LINK.findall(report) if number.isdigit()]
    assert len(figures) > 30
    for url, number in dict(figures).items():
        page = client.get(url).text
        assert "is no value of the filter" not in page
        assert shown_count(page) == number, url


def test_every_figure_of_the_dashboard_leads_to_leads(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    invent(session, agreed, hands)
    client = sign_in(agreed.manny)
    board = client.get("/", query_string={"period": "last-90-days"}).text
    urls = {unescape(url) for url in re.findall(r'href="(/leads/\?[^"]+)"', board)}
    assert len(urls) >= 4
    for url in urls:
        assert row_count(client.get(url).text) > 0


# the list


def test_a_chip_takes_off_its_own_filter_and_keeps_the_others(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(hands, hot(source="Webinar"), demo=True)
    page = (
        sign_in(agreed.marta).get("/leads/?stage=mql&stage=sal&source=Webinar&q=G&due_from=2026-03-01&sort=points").text
    )
    chips = dict(re.findall(r'chip-name">([^<]+)</span> <bdi class="chip-value">([^<]+)</bdi>', page))
    assert chips == {"Search": "G", "Stage": "MQL or SAL", "Source": "Webinar", "Due": "from Mar 1, 2026"}
    urls = [unescape(url) for url in re.findall(r'class="chip" href="([^"]+)"', page)]
    assert "/leads/?q=G&stage=mql&stage=sal&due_from=2026-03-01&sort=points" in urls
    assert "/leads/?q=G&source=Webinar&due_from=2026-03-01&sort=points" in urls
    assert all("sort=points" in url for url in urls)


def test_the_form_of_filters_carries_those_it_has_no_control_for(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(hands, hot(), demo=True)
    page = sign_in(agreed.marta).get("/leads/?clause=first-answer&clock=running&stage=mql&sort=points").text
    form = page[page.index('<form class="filters"') :].partition("</form>")[0]
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', form))
    assert carried == {"clause": "first-answer", "clock": "running", "sort": "points"}
    assert '<option value="mql" selected>' in page


@pytest.mark.parametrize(
    "query",
    [
        "stage=nonsense",
        "arrived_from=yesterday",
        "owner=me",
        "owner=99999999999999999999",
        "import=-1",
        "clock=late",
        "reached=inquiry",
        "furthest=lost",
        "q=%00",
        f"source={'x' * 201}",
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_left_out(
    agreed: Cast, hands: Hands, sign_in: SignIn, query: str
) -> None:
    bring(hands, hot())
    answer = sign_in(agreed.marta).get(f"/leads/?{query}")
    assert answer.status_code == 200
    assert f"is no value of the filter “{query.partition('=')[0]}”" in answer.text
    assert row_count(answer.text) == 1


@pytest.mark.parametrize(
    "place", ["before=x", "before=1", "after=1.2.3", "before=9999999999999999999999.1", "after=.", "sort=up"]
)
def test_a_place_that_makes_no_sense_is_the_head_of_the_list(
    agreed: Cast, hands: Hands, sign_in: SignIn, place: str
) -> None:
    bring(hands, hot())
    answer = sign_in(agreed.marta).get(f"/leads/?{place}")
    assert (answer.status_code, row_count(answer.text)) == (200, 1)


@pytest.mark.parametrize("sort", ["newest", "points"])
def test_pages_hold_every_lead_once_there_and_back(agreed: Cast, hands: Hands, sign_in: SignIn, sort: str) -> None:
    for day in range(4):
        hands.turn(days=1)
        people = [
            hot(f"{day}-{number}@example.com", **({} if number % 3 else {"job_title": "Clerk"})) for number in range(33)
        ]
        bring(hands, *people)
    client = sign_in(agreed.marta)
    forth, url = [], f"/leads/?sort={sort}&stage=inquiry"
    while url:
        page = client.get(url).text
        forth.append(re.findall(r'class="row-link" href="([^"]+)"', page))
        last, url = url, next(iter(unescape(found) for found in re.findall(r'rel="next" href="([^"]+)"', page)), "")
    assert [len(each) for each in forth] == [50, 50, 32]
    assert len({row for page in forth for row in page}) == 132
    back, url = [], last
    while url:
        page = client.get(url).text
        back.append(re.findall(r'class="row-link" href="([^"]+)"', page))
        url = next(iter(unescape(found) for found in re.findall(r'rel="prev" href="([^"]+)"', page)), "")
    assert back[::-1] == forth


def test_the_address_of_the_next_page_cannot_be_bent_to_another_site(
    agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    bring(hands, *(hot(f"{number}@example.com") for number in range(51)))
    page = sign_in(agreed.marta).get("/leads/?_external=1&_scheme=javascript&_anchor=x&q=example").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert unescape(following).startswith("/leads/?")


def test_a_page_asks_as_often_for_fifty_rows_as_for_one(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    client = sign_in(agreed.marta)
    bring(hands, hot("first@example.com"), demo=True)
    with counted_statements() as few:
        assert row_count(client.get("/leads/?stage=mql").text) == 1
    bring(hands, *(hot(f"{number}@example.com") for number in range(48)), demo=True)
    with counted_statements() as many:
        assert row_count(client.get("/leads/?stage=mql").text) == 49
    assert len(many) == len(few) <= 13


def test_nothing_at_all_and_nothing_that_matches_are_told_apart(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    client = sign_in(agreed.marta)
    assert "No leads yet" in client.get("/leads/").text
    bring(hands, hot())
    nothing = client.get("/leads/?q=nobody").text
    assert "No lead matches all of these filters" in nothing
    assert "No leads yet" not in nothing


# the file


def read_file(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/leads/file.csv{query}", buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_file_holds_all_rows_of_the_list_in_its_order(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(hands, *({"email": f"{number:04}@example.com"} for number in range(2100)), demo=True)
    bring(hands, {"email": "other@example.org"})
    rows = read_file(sign_in(agreed.marta), "?q=example.com&sort=points")
    assert [row["E-mail"] for row in rows] == [f"{number:04}@example.com" for number in reversed(range(2100))]


def test_the_file_gives_numbers_and_instants_plainly(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(hands, hot(), demo=True, industry="paper")
    handoff = session.scalars(select(Handoff)).one()
    owner = handoff.owner
    assert owner
    handoffs.accept(handoff.id, actor=owner, now=hands.turn(hours=1))
    (row,) = read_file(sign_in(agreed.marta))
    assert (row["Stage"], row["Score"], row["Owner"], row["Further facts"]) == (
        "SAL",
        "90",
        owner.name,
        "industry: paper",
    )
    assert (row["Arrived"], row["SAL since"]) == ("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z")
    (clock,) = read_file(sign_in(agreed.marta), "?clause=first-answer&clock=met")
    assert (clock["Clause"], clock["Due"], clock["Clock"]) == ("first-answer", "2026-03-02T13:00:00Z", "met")


def test_no_cell_of_the_file_is_a_formula(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(hands, HOSTILE, formula="=1+1")
    (row,) = read_file(sign_in(agreed.marta))
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert row["Company"] == "'" + HOSTILE["company"]
    assert row["Landing page"] == HOSTILE["landing_page"]


def test_the_file_of_no_leads_has_its_header(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.marta)
    answer = client.get("/leads/file.csv", buffered=True)
    assert answer.get_data().decode("utf-8-sig").startswith("Number,Id in the other system,E-mail")
    assert read_file(client) == []


# one lead


def test_hostile_facts_are_shown_as_they_are_written(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    (lead_id,) = bring(hands, HOSTILE, **{'"><b>': "<script>x</script>"})
    client = sign_in(agreed.marta)
    for url in (
        "/leads/",
        f"/leads/{lead_id}",
        f"/leads/{lead_id}/facts",
        "/leads/?source=-2%2B3+{{+7*7+}}+%25s+%25(x)s",
    ):
        page = client.get(url).text
        assert "<script>alert" not in page
        assert "<script>x" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"-2\+3 ([^ ]*)", page)
        assert not re.search(r'(?:href|src|action)="\s*javascript:', page)
        assert "<script>alert(1)</script>" in unescape(page)


def test_the_parts_of_the_score_stand_beside_it_and_say_what_is_missing(
    agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(job_title="Clerk"), demo=False)
    page = text(sign_in(agreed.marta).get(f"/leads/{lead_id}").text)
    assert "It is not an MQL: this is missing." in page
    assert "Score is at least 60 found: 20 40 short" in page
    assert "Engagement points is at least 1 found: 0 1 short" in page
    assert "Is near +20 Score 20" in page


def test_a_lead_that_was_taken_back_says_why_it_is_no_mql_though_it_meets_the_criteria(
    agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(), demo=True)
    client = sign_in(agreed.marta)
    client.post(f"/leads/{lead_id}/withdrawal", data={"reason": "A competitor."})
    assert "becomes an MQL again only when a marketer marks it" in text(client.get(f"/leads/{lead_id}").text)


def test_a_deadline_says_what_was_promised_and_leads_to_its_explanation(
    agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hands.turn(hours=3)
    (lead_id,) = bring(hands, hot(), demo=True)
    page = sign_in(agreed.marta).get(f"/leads/{lead_id}").text
    assert "4 business hours of the calendar “office” (Europe/Paris)" in text(page)
    assert 'href="/clocks/1"' in page


def test_the_history_tells_who_did_what_under_which_version(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(), demo=True)
    handoff = session.scalars(select(Handoff)).one()
    owner = handoff.owner
    assert owner
    handoffs.accept(handoff.id, actor=owner, now=hands.turn(hours=1))
    touches.log(handoff.id, channel=Channel.CALL, note="Rang.", occurred_at=hands.now, actor=owner, now=hands.now)
    page = sign_in(agreed.marta).get(f"/leads/{lead_id}").text
    history = text(page[page.index('id="history"') :])
    for line in (
        f"A touch was logged: Call Mar 2, 2026, 10:00 AM {owner.name} · version 1",
        f"Sales accepted the lead Mar 2, 2026, 10:00 AM {owner.name} · version 1",
        "A clock started: First answer Mar 2, 2026, 9:00 AM by the agreed rules · version 1",
        f"Handed to sales: to {owner.name}",
        "The lead was scored: 90 points",
        "The lead engaged: demo request",
    ):
        assert line in history
    assert history.index("Sales accepted") < history.index("The lead arrived")
    assert "Rang." in page


def test_a_long_history_has_pages(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    (lead_id,) = bring(hands, hot())
    for number in range(35):
        intake.take([Row({"email": "g@example.com", "company": f"Company {number}"})], now=hands.turn(minutes=1))
    client = sign_in(agreed.marta)
    first = client.get(f"/leads/{lead_id}").text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert unescape(older).endswith("#history")
    seen, url = first.count("timeline-entry"), unescape(older)
    while url:
        page = client.get(url.partition("#")[0]).text
        seen += page.count("timeline-entry")
        url = next(iter(unescape(found) for found in re.findall(r'rel="next" href="([^"]+)"', page)), "")
    assert seen == session.query(Event).filter(Event.lead_id == lead_id).count()


def test_the_page_of_a_lead_asks_as_often_whatever_has_happened(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(), demo=True)
    client = sign_in(agreed.marta)
    refuse(session, hands)
    with counted_statements() as few:
        client.get(f"/leads/{lead_id}")
    for _ in range(4):
        client.post(f"/leads/{lead_id}/qualification", data={"reason": "Again."})
        refuse(session, hands)
    with counted_statements() as many:
        page = client.get(f"/leads/{lead_id}").text
    assert page.count('class="cycle"') == 5
    assert len(many) == len(few)


def refuse(session: Db, hands: Hands) -> None:
    """Whoever has the open hand-off logs a touch and refuses it."""
    handoff = session.scalars(select(Handoff).where(Handoff.closed_at.is_(None))).one()
    owner = handoff.owner
    assert owner
    now = hands.turn(hours=1)
    touches.log(handoff.id, channel=Channel.EMAIL, note="Wrote.", occurred_at=now, actor=owner, now=now)
    handoffs.refuse(handoff.id, reason="below-criteria", note="Too small.", actor=owner, now=now)


@pytest.mark.parametrize("url", ["/leads/404", "/leads/404/facts", "/leads/99999999999"])
def test_a_lead_that_does_not_exist_is_not_found(agreed: Cast, sign_in: SignIn, url: str) -> None:
    assert sign_in(agreed.marta).get(url).status_code == 404


# marking and taking back


def test_marking_hands_the_lead_over_and_taking_back_undoes_it(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot())
    client = sign_in(agreed.marta)
    marked = client.post(f"/leads/{lead_id}/qualification", data={"reason": "Met at the fair."})
    assert (marked.status_code, marked.location) == (303, f"/leads/{lead_id}")
    page = client.get(f"/leads/{lead_id}").text
    assert session.get_one(Lead, lead_id).stage is Stage.MQL
    assert "The lead became an MQL: by hand: Met at the fair." in text(page).replace(" :", ":")
    (undo,) = re.findall(rf'action="(/leads/{lead_id}/withdrawal\?[^"]+)"', page)
    assert client.post(unescape(undo)).status_code == 303
    session.expire_all()
    lead = session.get_one(Lead, lead_id)
    assert (lead.stage, lead.mql_at, lead.owner_id) == (Stage.INQUIRY, None, None)
    (redo,) = re.findall(rf'action="(/leads/{lead_id}/qualification\?[^"]+)"', client.get(f"/leads/{lead_id}").text)
    assert client.post(unescape(redo)).status_code == 303
    session.expire_all()
    assert (lead.stage, lead.cycle) == (Stage.MQL, 2)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_reason_that_says_nothing_or_too_much_changes_nothing_and_is_kept(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, reason: str
) -> None:
    (lead_id,) = bring(hands, hot())
    answer = sign_in(agreed.marta).post(f"/leads/{lead_id}/qualification", data={"reason": reason})
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert reason.strip() in answer.text
    assert session.get_one(Lead, lead_id).stage is Stage.INQUIRY
    assert session.scalars(select(Handoff)).all() == []


def test_a_page_that_is_out_of_date_marks_nothing_twice(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot())
    client = sign_in(agreed.marta)
    client.post(f"/leads/{lead_id}/qualification", data={"reason": "Once."})
    again = client.post(f"/leads/{lead_id}/qualification", data={"reason": "Twice."})
    assert again.status_code == 409
    assert "A lead at stage MQL cannot take the step “qualify”." in text(again.text)
    assert len(session.scalars(select(Handoff)).all()) == 1


def test_what_sales_has_accepted_cannot_be_taken_back(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    (lead_id,) = bring(hands, hot(), demo=True)
    handoff = session.scalars(select(Handoff)).one()
    assert handoff.owner
    handoffs.accept(handoff.id, actor=handoff.owner, now=hands.turn(hours=1))
    client = sign_in(agreed.marta)
    assert f"/leads/{lead_id}/withdrawal" not in client.get(f"/leads/{lead_id}").text
    assert client.post(f"/leads/{lead_id}/withdrawal", data={"reason": "Late."}).status_code == 409
    session.expire_all()
    assert session.get_one(Lead, lead_id).stage is Stage.SAL


def test_only_marketing_and_managers_mark_and_only_who_imports_corrects(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot())
    seen = sign_in(agreed.saul).get(f"/leads/{lead_id}").text
    assert "qualification" not in seen
    assert f"/leads/{lead_id}/facts" not in seen
    for url in (
        f"/leads/{lead_id}/qualification",
        f"/leads/{lead_id}/withdrawal",
        f"/leads/{lead_id}/facts",
        "/leads/new",
    ):
        assert sign_in(agreed.saul).post(url, data={"reason": "Mine."}).status_code == 403
    assert sign_in(agreed.ada).post(f"/leads/{lead_id}/qualification", data={"reason": "Root."}).status_code == 403
    session.expire_all()
    assert session.get_one(Lead, lead_id).stage is Stage.INQUIRY


# typing


def test_a_lead_typed_with_what_it_did_is_scored_and_shown(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    client = sign_in(agreed.marta)
    assert '<option value="demo_request">demo request</option>' in client.get("/leads/new").text
    answer = client.post("/leads/new", data=hot(first_name=" Gilles ") | {"engagement": "demo_request"})
    lead = session.scalars(select(Lead)).one()
    assert (answer.status_code, answer.location) == (303, f"/leads/{lead.id}")
    assert (lead.first_name, lead.country, lead.points, lead.stage) == ("Gilles", "FR", 90, Stage.MQL)
    assert lead.owner
    told = f"Gilles scored 90 points, is an MQL and was handed to {lead.owner.name}."
    assert told in text(client.get(f"/leads/{lead.id}").text)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "nowhere"}, "email"),
        ({"company": "Perrin"}, "email"),
        ({"email": "a@example.com", "company": "x" * 201}, "company"),
        ({"email": "a@example.com", "engagement": "nonsense"}, "engagement"),
    ],
)
def test_what_cannot_be_typed_is_named_at_its_field_and_kept(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, typed: dict[str, str], field: str
) -> None:
    answer = sign_in(agreed.marta).post("/leads/new", data={"last_name": "Perrin", **typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert 'value="Perrin"' in answer.text
    assert session.scalars(select(Lead)).all() == []


def test_a_lead_that_is_here_already_is_named_with_the_way_to_it(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(company="Perrin"))
    answer = sign_in(agreed.marta).post("/leads/new", data={"email": "G@example.com", "company": "Other"})
    assert answer.status_code == 422
    assert f'href="/leads/{lead_id}"' in answer.text
    session.expire_all()
    assert session.get_one(Lead, lead_id).company == "Perrin"


def test_a_correction_is_saved_and_one_made_on_an_old_page_is_not(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (lead_id,) = bring(hands, hot(company="Perin"))
    client = sign_in(agreed.marta)
    form = client.get(f"/leads/{lead_id}/facts").text
    (edition,) = re.findall(r'name="edition"[^>]* value="(\d+)"', form)
    data = hot(company="Perrin") | {"edition": edition}
    assert client.post(f"/leads/{lead_id}/facts", data=data).status_code == 303
    stale = client.post(f"/leads/{lead_id}/facts", data=data | {"company": "Perron"})
    assert stale.status_code == 409
    assert 'value="Perron"' in stale.text
    assert "Somebody changed this lead after you opened it" in stale.text
    session.expire_all()
    assert session.get_one(Lead, lead_id).company == "Perrin"


@pytest.mark.parametrize("edition", ["", "x", "-1", "²", "9" * 30])
def test_a_form_without_its_edition_saves_nothing(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, edition: str
) -> None:
    (lead_id,) = bring(hands, hot(company="Perrin"))
    answer = sign_in(agreed.marta).post(f"/leads/{lead_id}/facts", data=hot() | {"edition": edition})
    assert answer.status_code == 409
    session.expire_all()
    assert session.get_one(Lead, lead_id).company == "Perrin"


def test_the_page_says_what_would_make_it_an_mql_and_what_came_too_soon(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    facts = {"email": "g@example.com", **DIRECTOR, "country": "US"}
    (lead_id,) = bring(hands, facts)
    page = unescape(sign_in(agreed.marta).get(f"/leads/{lead_id}").text)
    assert "1 × Asked for a demo" in page
    assert "then 70 points" in page
    acts = [("pricing_page", hands.now), ("pricing_page", hands.turn(hours=-1)), ("pricing_page", hands.turn(hours=2))]
    intake.take([Row({"email": "g@example.com"}, engagements=acts)], now=hands.now)
    db.session.commit()
    page = unescape(sign_in(agreed.marta).get(f"/leads/{lead_id}").text)
    assert "2 more came too soon to count" in page
