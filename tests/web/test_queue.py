"""The queue: whose hand-offs, in which order, in how many queries, and what a row offers."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from smarketing.db import db
from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.reports import queue
from smarketing.services import clocks, handoffs, intake, qualification, routing
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, give, hand_off, start_selling, stop_selling, with_first_touch

SignIn = Callable[[User], FlaskClient]
ROW = re.compile(r'<tr id="handoff-(\d+)"')
GROUP = re.compile(r'data-group="(\w+)"')


def bring(session: Db, hands: Hands, count: int, *, to: User | None = None, **facts: str) -> list[int]:
    """Leads handed over at once; the ids of their hand-offs."""
    before = session.scalar(select(Handoff.id).order_by(Handoff.id.desc()).limit(1)) or 0
    known = {"job_title": "Sales director", "country": "FR"} | facts
    rows = [
        Row({"email": f"{before + n}@example.com", **known}, engagements=[("demo_request", None)]) for n in range(count)
    ]
    intake.take(rows, now=hands.now)
    ids = list(session.scalars(select(Handoff.id).where(Handoff.id > before).order_by(Handoff.id)))
    if to is not None:
        routing.reassign(ids, owner_id=to.id, actor=to, now=hands.now)
    return ids


def rows(client: FlaskClient, address: str = "/queue/") -> list[int]:
    page = client.get(address)
    assert page.status_code == 200
    return [int(handoff_id) for handoff_id in ROW.findall(page.text)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_rep_sees_their_own_and_the_teams_by_time_left(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hands.turn(minutes=60)
    (later,) = bring(session, hands, 1, to=agreed.saul)
    hands.turn(minutes=-30)
    (sooner,) = bring(session, hands, 1, to=agreed.saul)
    hands.turn(minutes=40)
    stop_selling(agreed, hands)
    (teams,) = bring(session, hands, 1)
    start_selling(agreed)
    (saras,) = bring(session, hands, 1, to=agreed.sara)
    assert rows(sign_in(agreed.saul)) == [sooner, later, teams]
    assert rows(sign_in(agreed.saul), "/queue/?owner=mine") == [sooner, later]
    assert rows(sign_in(agreed.saul), "/queue/?owner=none") == [teams]
    assert rows(sign_in(agreed.sara)) == [teams, saras]


def test_the_clock_that_runs_out_next_gives_the_place(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    agree(cast, hands.now, clocks=with_first_touch())
    first, second = bring(session, hands, 2, to=cast.saul)
    handoffs.accept(first, actor=cast.saul, now=hands.now)
    client = sign_in(cast.saul)
    page = client.get("/queue/").text
    assert rows(client) == [second, first], "once each, though both have two clocks"
    assert page.index("First answer") < page.index("First touch")
    assert "SQL decision" not in page


def test_groups_are_overdue_at_risk_today_and_later_in_the_readers_zone(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    start = hands.now
    (overdue,) = bring(session, hands, 1, to=agreed.saul)
    hands.set(start + timedelta(hours=4))
    (today,) = bring(session, hands, 1, to=agreed.saul)
    hands.set(start + timedelta(hours=6))
    (later,) = bring(session, hands, 1, to=agreed.saul)
    client = sign_in(agreed.saul)
    assert rows(client) == [overdue, today, later]
    assert GROUP.findall(client.get("/queue/").text) == ["overdue", "today", "later"]
    hands.set(start + timedelta(hours=7, minutes=30))
    assert GROUP.findall(client.get("/queue/").text) == ["overdue", "at_risk", "later"], "past 75 % of its time"
    clocks.breach_overdue(now=hands.now)
    assert rows(client) == [overdue, today, later], "swept or not, it waits for an answer"


def test_what_has_no_deadline_is_listed_apart(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    (confirmed, offered) = bring(session, hands, 2, to=agreed.saul)
    handoffs.accept(confirmed, actor=agreed.saul, now=hands.now)
    handoffs.confirm(confirmed, checklist=CHECKLIST, actor=agreed.saul, now=hands.now)
    client = sign_in(agreed.saul)
    assert rows(client) == [offered]
    assert rows(client, "/queue/?view=rest") == [confirmed]
    assert "Won" in client.get("/queue/?view=rest").text
    handoffs.win(confirmed, amount_cents=1, actor=agreed.saul, now=hands.now)
    assert rows(client, "/queue/?view=rest") == []


def test_what_is_closed_or_taken_back_is_gone(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    refused, withdrawn, stays = bring(session, hands, 3, to=agreed.saul)
    handoffs.refuse(refused, reason="bad-data", note="", actor=agreed.saul, now=hands.now)
    lead_id = session.get_one(Handoff, withdrawn).lead_id
    qualification.take_back(lead_id, reason="No", actor=agreed.marta, now=hands.now)
    assert rows(sign_in(agreed.saul)) == [stays]


def test_a_row_says_who_why_and_what_next(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    facts = {"first_name": "<b>Gaëlle</b>", "last_name": "Perrin", "company": "Fromagerie", "source": "Webinar"}
    (handoff_id,) = bring(session, hands, 1, to=agreed.saul, **facts)
    page = sign_in(agreed.saul).get("/queue/").text
    row = page[page.index(f'id="handoff-{handoff_id}"') :].partition("</tr>")[0]
    for shown in (
        "&lt;b&gt;Gaëlle&lt;/b&gt; Perrin",
        "Fromagerie",
        "Director",
        "Webinar",
        "MQL",
        ">90<",
        "First answer",
    ):
        assert shown in row
    assert "Asked for a demo, Is a director" in row, "what gave it most of its points"
    assert "<b>" not in row
    assert 'data-shortcut="a"' in row
    assert 'data-shortcut="r"' in row


def test_who_vouched_for_a_lead_is_its_reason(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    intake.take([Row({"email": "cold@example.com"})], now=hands.now)
    lead_id = session.scalars(select(Lead.id)).one()
    qualification.mark(lead_id, reason="Met at the fair", actor=agreed.marta, now=hands.now)
    seller = session.get_one(User, session.scalars(select(Handoff.owner_id)).one())
    assert "Marked by Marta Keller" in sign_in(seller).get("/queue/").text


@pytest.mark.parametrize(
    ("search", "found"),
    [("PERRIN", 1), ("gaelle from", 1), ("g.perrin@", 1), ("%", 0), ("_", 0), ("'; drop table leads", 0), (" ", 2)],
)
def test_a_search_ignores_case_accents_and_signs(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, search: str, found: int
) -> None:
    bring(session, hands, 1, to=agreed.saul)
    facts = {"email": "g.perrin@example.com", "first_name": "Gaëlle", "company": "Fromagerie"}
    bring(session, hands, 1, to=agreed.saul, **facts)
    client = sign_in(agreed.saul)
    page = client.get("/queue/", query_string={"q": search})
    assert len(ROW.findall(page.text)) == found
    assert (found > 0) != ("No open hand-off matches" in page.text)


def test_pages_go_forth_and_back_and_a_row_that_goes_shifts_nothing(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    for _ in range(3):
        bring(session, hands, 40, to=agreed.saul)
        hands.turn(seconds=1)
    client = sign_in(agreed.saul)

    def neighbour(address: str, rel: str) -> str | None:
        link = re.search(rf'rel="{rel}" href="([^"]+)"', client.get(address).text)
        return link.group(1).replace("&amp;", "&") if link else None

    first = rows(client)
    second_url = neighbour("/queue/", "next")
    assert second_url
    second = rows(client, second_url)
    third_url = neighbour(second_url, "next")
    assert third_url
    third = rows(client, third_url)
    assert [len(first), len(second), len(third)] == [50, 50, 20]
    assert len({*first, *second, *third}) == 120
    assert neighbour(third_url, "next") is None
    back = neighbour(third_url, "prev")
    assert back
    assert rows(client, back) == second
    back = neighbour(back, "prev")
    assert back
    assert rows(client, back) == first
    assert neighbour(back, "prev") is None
    handoffs.accept(first[0], actor=agreed.saul, now=hands.now)
    assert rows(client, second_url) == second


@pytest.mark.parametrize("place", ["", "x", "20260302T080000000000-", "20260302T080000000000-9x", "-1", "9" * 99])
def test_a_place_that_nobody_knows_is_the_head_of_the_list(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, place: str
) -> None:
    ids = bring(session, hands, 2, to=agreed.saul)
    assert rows(sign_in(agreed.saul), f"/queue/?after={place}") == ids
    assert rows(sign_in(agreed.saul), f"/queue/?before={place}") == ids


def test_a_manager_looks_at_everybody_or_at_one(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    (sauls,) = bring(session, hands, 1, to=agreed.saul)
    hands.turn(minutes=1)
    (saras,) = bring(session, hands, 1, to=agreed.sara)
    agreed.sara.disabled_at = hands.now
    manager = sign_in(agreed.manny)
    assert rows(manager) == [sauls, saras]
    assert rows(manager, f"/queue/?owner={agreed.sara.id}") == [saras], "also of whoever has left"
    assert rows(manager, "/queue/?owner=none") == []
    assert rows(manager, "/queue/?owner=99999") == [sauls, saras]
    assert "/acceptance" not in manager.get("/queue/").text


def test_a_rep_cannot_look_into_the_queue_of_another(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    bring(session, hands, 1, to=agreed.sara)
    client = sign_in(agreed.saul)
    assert rows(client, f"/queue/?owner={agreed.sara.id}") == []
    assert agreed.sara.name not in client.get("/queue/").text


@pytest.mark.parametrize(("who", "status"), [("marta", 403), ("ada", 403), ("saul", 200), ("sasha", 200)])
def test_the_queue_is_for_sales_and_for_managers(agreed: Cast, sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(getattr(agreed, who)).get("/queue/").status_code == status


def test_an_empty_queue_says_what_will_be_in_it(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.saul).get("/queue/").text
    assert "Nothing waits for you" in page
    assert "<table" not in page
    assert "Nothing without a deadline" in sign_in(agreed.saul).get("/queue/?view=rest").text


def test_a_queue_without_an_agreement_is_empty(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.saul).get("/queue/").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    bring(session, hands, 2, to=agreed.saul)
    client = sign_in(agreed.saul)
    client.get("/queue/")
    with counted() as few:
        assert len(rows(client)) == 2
    bring(session, hands, 40, to=agreed.saul)
    with counted() as many:
        assert len(rows(client)) == 42
    assert len(many) == len(few)


def test_the_order_comes_from_the_index(session: Db, agreed: Cast, hands: Hands) -> None:
    with counted() as sent:
        queue.places([agreed.saul.id, None], size=50)
    (statement,) = (each for each in sent if "UNION ALL" in each)
    explain = f"EXPLAIN QUERY PLAN {statement}"
    steps = [step[3] for step in session.connection().exec_driver_sql(explain, (1,) * statement.count("?"))]
    assert sum("INDEX ix_clocks_unstopped_owner_due_at" in step for step in steps) == 2, "its own and the team's"
    assert not [step for step in steps if step.startswith("SCAN clocks")]


def test_an_answered_row_shows_what_comes_next(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    agree(cast, hands.now, clocks=with_first_touch())
    handoff = hand_off(session, hands)
    seller = session.get_one(User, handoff.owner_id)
    give("accept", handoff, seller, hands)
    row = sign_in(seller).get("/queue/").text
    assert row.index("/touches") < row.index("/confirmation"), "the clock that runs out next asks for a touch"


def test_marks_follow_the_page_and_change_with_the_row(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    first, second = bring(session, hands, 2, to=agreed.saul)
    client = sign_in(agreed.saul)
    page = client.get("/queue/").text
    shown = dict(re.findall(r'<tr id="handoff-(\d+)" data-row data-mark="([^"]+)"', page))
    known = client.get("/queue/marks").get_json()
    assert known == {"rows": [[first, shown[str(first)]], [second, shown[str(second)]]], "is_last": True}
    handoffs.accept(first, actor=agreed.saul, now=hands.now)
    changed = dict(client.get("/queue/marks").get_json()["rows"])
    assert changed[first] != shown[str(first)]
    assert changed[second] == shown[str(second)]
    assert client.get("/queue/marks?owner=none").get_json()["rows"] == []


def test_a_row_that_somebody_else_has_says_who_and_since_when(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (handoff_id,) = bring(session, hands, 1, to=agreed.saul)
    routing.reassign([handoff_id], owner_id=None, actor=agreed.sasha, now=hands.now)
    handoffs.accept(handoff_id, actor=agreed.sara, now=hands.now)
    hands.turn(seconds=3)
    part = {"HX-Request": "true", "HX-Target": f"handoff-{handoff_id}"}
    row = sign_in(agreed.saul).get(f"/handoffs/{handoff_id}", headers=part).text
    assert "Sara Lindqvist accepted it," in row
    assert "3 seconds ago" in row
    assert "is-closed" in row
    assert "/touches" not in row
    assert "is-closed" not in sign_in(agreed.sara).get(f"/handoffs/{handoff_id}", headers=part).text


def context_of(client: FlaskClient, handoff_id: int) -> str:
    answer = client.get(f"/queue/{handoff_id}/context")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text.partition("<main")[2]))


def test_the_context_says_who_why_what_and_how_to_open(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    facts = {
        "first_name": "Gaëlle",
        "last_name": "Perrin",
        "company": "Fromagerie",
        "phone": "+33 1 23",
        "source": "Webinar",
    }
    (handoff_id,) = bring(session, hands, 1, to=agreed.saul, **facts)
    hands.turn(hours=2)
    said = context_of(sign_in(agreed.saul), handoff_id)
    for shown in (
        "Gaëlle Perrin",
        "Sales director, Fromagerie",
        "+33 1 23",
        "Director",
        "90 points",
        "Asked for a demo+40",
    ):
        assert shown in said
    assert "Start from what they did last: “Asked for a demo”, 2 hours ago." in said
    assert "Earlier hand-offs" not in said


def test_the_context_of_a_second_cycle_begins_with_the_first(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    (first,) = bring(session, hands, 1, to=agreed.saul)
    handoffs.refuse(first, reason="not-now", note="In <spring>", actor=agreed.saul, now=hands.now)
    hands.turn(days=1)
    lead_id = session.get_one(Handoff, first).lead_id
    qualification.mark(lead_id, reason="Called us", actor=agreed.marta, now=hands.now)
    second = session.scalars(select(Handoff.id).order_by(Handoff.id.desc())).first() or 0
    said = context_of(sign_in(agreed.sasha), second)
    assert "Sales knows them: Saul Berger refused it on Mar 2, 2026." in said
    assert "marked by Marta Keller" in said
    assert "Called us" in said
    assert "1. Refused: Not now In &lt;spring&gt;" in said
    assert "Earlier hand-offs" not in context_of(sign_in(agreed.sasha), first)
