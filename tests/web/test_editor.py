"""A manager edits a draft by its forms: saved while he writes, told what is missing, never overwritten."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements, comments
from tests.cast import Cast, terms
from tests.conftest import Hands
from tests.web.forms import fields_of

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
ANSWER = "/agreement/2/edit/clocks/first-answer"


@pytest.fixture
def draft(session: Db, agreed: Cast, hands: Hands) -> AgreementVersion:
    return agreements.draft(terms(), actor=agreed.manny, now=hands.now)


@pytest.fixture
def manny(sign_in: SignIn, agreed: Cast, draft: AgreementVersion) -> FlaskClient:
    return sign_in(agreed.manny)


def form(browser: FlaskClient, address: str = ANSWER) -> dict[str, list[str]]:
    return fields_of(browser.get(address).text, "part-form")


def followed(browser: FlaskClient, answer: TestResponse) -> TestResponse:
    assert answer.status_code == 303
    return browser.get(answer.location)


def told(session: Db, draft: AgreementVersion) -> int | None:
    session.expire_all()
    return parse(draft.terms).clock("first-answer").allowance_minutes


def test_every_section_and_clause_has_a_page(manny: FlaskClient) -> None:
    page = manny.get("/agreement/2/edit").text
    places = set(re.findall(r'href="(/agreement/2/edit/[^"]+)"', page))
    assert len(places) > 40
    for place in sorted(places):
        answer = manny.get(place)
        assert answer.status_code == 200, place
        for within in sorted(set(re.findall(r'class="part-link" href="([^"]+)"', answer.text))):
            assert manny.get(within).status_code == 200, within


def test_a_clause_is_changed_by_its_form(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    sent = form(manny) | {"f.allowance_minutes": ["1:30"], "f.objective": ["92,5"]}
    answer = manny.post(ANSWER, data=sent)
    assert (answer.status_code, answer.location) == (303, ANSWER)
    assert told(session, draft) == 90
    assert parse(draft.terms).clock("first-answer").objective == 0.925
    page = manny.get(ANSWER).text
    assert "Sales has 90 business minutes" in page
    assert "<ins>90</ins>" in page.replace("\n", "").replace("  ", "")


def test_what_is_typed_is_kept_though_it_is_not_sound(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    answer = followed(manny, manny.post(ANSWER, data=form(manny) | {"f.allowance_minutes": ["soon"]}))
    assert 'value="soon"' in answer.text
    assert "One thing to mend" in answer.text
    assert told(session, draft) == 240
    outline = manny.get("/agreement/2/edit").text
    assert "“First answer” (Manny Ortiz) is not finished: 1 to mend." in outline
    refused = manny.post("/agreement/2/proposal", data={"effective_at": "2026-03-09T00:00"})
    assert (refused.status_code, "not finished" in refused.text) == (409, True)
    dropped = followed(manny, manny.post("/agreement/2/droppings", data={"piece": "clocks/first-answer"}))
    assert 'value="4:00"' in dropped.text


def test_saved_while_he_types_it_answers_with_what_stands_beside(
    session: Db, manny: FlaskClient, draft: AgreementVersion
) -> None:
    page = form(manny)
    sent = page | {"silent": ["yes"], "f.allowance_minutes": ["2:00"]}
    answer = manny.post(ANSWER, data=sent)
    assert answer.status_code == 200
    assert "Sales has 2 business hours" in answer.text
    assert "<html" not in answer.text
    base = re.search(r'id="base" name="base" value="(\w+)"', answer.text)
    assert base is not None
    assert [base[1]] != page["base"]
    wrong = manny.post(ANSWER, data=sent | {"base": [base[1]], "f.objective": ["300"], "f.limit_minutes": ["soon"]})
    assert wrong.status_code == 200
    assert "This must be 100 or less." in wrong.text
    assert "Write hours and minutes, such as 4:30." in wrong.text
    assert told(session, draft) == 120


def test_the_second_of_two_sees_both_and_decides(
    session: Db, sign_in: SignIn, agreed: Cast, draft: AgreementVersion
) -> None:
    sasha = sign_in(agreed.sasha)
    hers = form(sasha)
    manny = sign_in(agreed.manny)
    assert manny.post(ANSWER, data=form(manny) | {"f.allowance_minutes": ["2:00"]}).status_code == 303
    sasha = sign_in(agreed.sasha)
    mine = hers | {"f.allowance_minutes": ["3:00"]}
    refused = sasha.post(ANSWER, data=mine)
    assert refused.status_code == 409
    assert "Somebody has changed this clause" in refused.text
    assert 'value="3:00"' in refused.text
    assert told(session, draft) == 120
    quietly = sasha.post(ANSWER, data=mine | {"silent": ["yes"]})
    assert (quietly.status_code, "Not saved" in quietly.text) == (200, True)
    assert told(session, draft) == 120
    again = mine | {"base": fields_of(refused.text, "part-form")["base"]}
    assert sasha.post(ANSWER, data=again).status_code == 303
    assert told(session, draft) == 180


def test_a_clause_is_added_filled_in_moved_and_taken_out(
    session: Db, manny: FlaskClient, draft: AgreementVersion
) -> None:
    added = manny.post("/agreement/2/additions", data={"section": "clocks", "title": "Première visite à l’œuvre"})
    assert added.location == "/agreement/2/edit/clocks/premiere-visite-a-l-oeuvre"
    page = manny.get(added.location).text
    assert "Fill this in." in page
    sent = fields_of(page, "part-form") | {
        "f.side": ["sales"],
        "f.starts_on": ["handoff.accepted"],
        "f.stops_on": ["touch.logged"],
        "f.allowance_minutes": ["8"],
        "f.calendar": ["office"],
        "f.objective": ["80"],
    }
    manny.post(added.location, data=sent)
    session.expire_all()
    assert parse(draft.terms).clocks[-1].allowance_minutes == 480
    manny.post("/agreement/2/moves", data={"piece": "clocks/premiere-visite-a-l-oeuvre", "by": "-1"})
    session.expire_all()
    assert [clock.id for clock in parse(draft.terms).clocks][1] == "premiere-visite-a-l-oeuvre"
    manny.post("/agreement/2/removals?piece=clocks/premiere-visite-a-l-oeuvre")
    session.expire_all()
    assert parse(draft.terms) == terms()
    undone = followed(manny, manny.post("/agreement/2/undoing"))
    assert "Undone: Première visite à l’œuvre." in undone.text
    refused = followed(manny, manny.post("/agreement/2/removals?piece=calendars/office"))
    assert "cannot be taken out" in refused.text


def test_an_optional_part_is_agreed_on_and_given_up(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    added = manny.post("/agreement/2/additions", data={"section": "renewal"})
    assert added.location == "/agreement/2/edit/renewal"
    manny.post(added.location, data=form(manny, added.location) | {"f.mode": ["tacit"], "f.months": ["6"]})
    session.expire_all()
    renewal = parse(draft.terms).renewal
    assert renewal is not None
    assert (renewal.mode, renewal.months) == ("tacit", 6)
    manny.post("/agreement/2/removals?piece=renewal")
    session.expire_all()
    assert parse(draft.terms).renewal is None


def test_a_condition_is_added_to_a_rule(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    manny.post("/agreement/2/edit/mql", data=form(manny, "/agreement/2/edit/mql") | {"act": ["add:when.parts"]})
    sent = form(manny, "/agreement/2/edit/mql")
    sent |= {
        "f.when.parts.2.asked": ["one_of"],
        "f.when.parts.2.field": ["country"],
        "f.when.parts.2.texts": ["FR, BE"],
    }
    manny.post("/agreement/2/edit/mql", data=sent)
    session.expire_all()
    rule = parse(draft.terms).mql.when.model_dump(by_alias=True)
    assert rule["all"][2] == {"field": "country", "one_of": ("FR", "BE")}


@pytest.mark.parametrize("place", ["nowhere", "clocks/unknown", "mql/x", "purpose/x", "clocks/../../etc"])
def test_a_part_that_there_is_not_is_not_found(manny: FlaskClient, place: str) -> None:
    assert manny.get(f"/agreement/2/edit/{place}").status_code == 404


def test_a_version_that_is_no_draft_has_no_editor(
    session: Db, manny: FlaskClient, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    sent = form(manny)
    agreements.propose(draft, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    assert manny.get(ANSWER).status_code == 404
    assert manny.post(ANSWER, data=sent | {"f.allowance_minutes": ["1:00"]}).status_code == 409
    assert told(session, draft) == 240


def test_revisions_tell_who_changed_what_and_bring_it_back(
    session: Db, manny: FlaskClient, draft: AgreementVersion
) -> None:
    manny.post(ANSWER, data=form(manny) | {"f.allowance_minutes": ["2:00"]})
    page = manny.get("/agreement/2/revisions").text
    assert "Promises in time › First answer" in page
    between = manny.get("/agreement/2/revisions/difference?from=2&to=1").text
    assert "1 clause differs." in between
    assert manny.get("/agreement/2/revisions/difference?from=1&to=9").status_code == 404
    assert manny.get("/agreement/2/revisions/difference").status_code == 404
    assert manny.post("/agreement/2/revisions/1/restoration").status_code == 303
    assert told(session, draft) == 240


def test_both_sides_discuss_a_clause(session: Db, sign_in: SignIn, agreed: Cast, draft: AgreementVersion) -> None:
    saul = sign_in(agreed.saul)
    address = "/agreement/2/comments/first-answer"
    empty = saul.post(address, data={"body": " "})
    assert empty.status_code == 422
    assert saul.post(address, data={"body": "<b>4 h</b> is too short"}).status_code == 303
    page = saul.get(address).text
    assert "&lt;b&gt;4 h&lt;/b&gt; is too short" in page
    (thread,) = comments.threads(draft)
    marta = sign_in(agreed.marta)
    assert marta.post(address, data={"body": "Why?", "answers": str(thread.id)}).status_code == 303
    assert marta.post(f"{address}/{thread.id}/resolution").status_code == 403
    manny = sign_in(agreed.manny)
    assert "1 open comment" in manny.get("/agreement/2").text
    assert manny.post(f"{address}/{thread.id}/resolution").status_code == 303
    assert manny.post(f"{address}/{thread.id}/resolution").status_code == 409
    assert "1 settled thread" in manny.get("/agreement/2/comments").text
    assert manny.get("/agreement/2/comments/nothing").status_code == 404
    assert manny.post("/agreement/2/comments/nothing", data={"body": "x"}).status_code == 404
    assert sign_in(agreed.ada).post(address, data={"body": "x"}).status_code == 403
