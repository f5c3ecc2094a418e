"""The pages of the agreement: read by everybody, drafted and signed by managers, and nothing typed is lost."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements
from tests.cast import PASSWORD, Cast, terms
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def draft(session: Db, agreed: Cast, hands: Hands) -> AgreementVersion:
    """Version 2, a draft that gives sixty days' notice."""
    version = agreements.draft(terms(notice_days=60), actor=agreed.manny, now=hands.now)
    session.commit()
    return version


@pytest.fixture
def manny(sign_in: SignIn, agreed: Cast) -> FlaskClient:
    return sign_in(agreed.manny)


def versions(session: Db) -> list[tuple[int, str]]:
    session.rollback()
    session.expire_all()
    return [(version.number, version.status) for version in session.scalars(select(AgreementVersion))]


def test_everybody_reads_the_version_in_force_as_a_contract(sign_in: SignIn, agreed: Cast) -> None:
    for person in agreed:
        page = sign_in(person).get("/agreement/1")
        assert page.status_code == 200
        for words in ("Sales has 4 business hours", "Marketing owes at least 120 MQLs", "Manny Ortiz", "Sasha Petit"):
            assert words in page.text
    assert "What have we promised each other?" in sign_in(agreed.saul).get("/agreement/").text


def test_only_managers_are_offered_to_draft(sign_in: SignIn, agreed: Cast) -> None:
    for person in agreed:
        offered = "Draft a new version" in sign_in(person).get("/agreement/").text
        assert offered == (person in (agreed.manny, agreed.sasha))


def test_without_any_agreement_the_page_says_what_to_do(sign_in: SignIn, cast: Cast) -> None:
    assert "No agreement is in force" in sign_in(cast.saul).get("/agreement/").text
    text = sign_in(cast.manny).get("/agreement/drafts/new?template=simple").text
    assert "What an MQL is" in text
    assert sign_in(cast.manny).get("/agreement/drafts/new?template=../config").status_code == 404


def test_a_copy_is_a_draft_with_the_same_terms(session: Db, manny: FlaskClient) -> None:
    answer = manny.post("/agreement/1/copy")
    assert (answer.status_code, answer.location) == (303, "/agreement/2/edit")
    assert versions(session) == [(1, "in_force"), (2, "draft")]


def test_the_file_of_a_version_reads_back_as_the_same_version(session: Db, manny: FlaskClient, hands: Hands) -> None:
    file = manny.get("/agreement/1/terms.yaml")
    assert file.headers["Content-Disposition"] == 'attachment; filename="agreement-1.yaml"'
    assert terms_text.read(file.text) == terms()


@pytest.mark.parametrize("way", ["text", "file"])
def test_a_text_or_a_file_becomes_a_draft(session: Db, manny: FlaskClient, way: str) -> None:
    text = terms_text.write(terms(notice_days=45))
    sent = {"text": text} if way == "text" else {"text": "", "file": (BytesIO(text.encode()), "ours.yaml")}
    answer = manny.post("/agreement/drafts", data=sent)
    assert (answer.status_code, answer.location) == (303, "/agreement/2")
    assert parse(session.get_one(AgreementVersion, 2).terms).notice_days == 45


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"text": ""}, "The text is empty."),
        ({"text": "title: [en"}, "This is not YAML"),
        ({"text": "title: { en: A, fr: B }"}, "“preamble” is missing"),
        ({"text": library.text("simple").replace("objective: 0.9", "objective: 90")}, "clause “first-answer”"),
        ({"text": "", "file": (BytesIO(b"\xff\xfe\x00"), "ours.yaml")}, "is not UTF-8 text"),
        ({"text": "<script>alert(1)</script>: x"}, "&lt;script&gt;"),
    ],
)
def test_a_text_that_is_no_agreement_is_kept_and_its_faults_are_named(
    session: Db, manny: FlaskClient, sent: dict[str, object], says: str
) -> None:
    answer = manny.post("/agreement/drafts", data=dict(sent))
    assert answer.status_code == 422
    assert says in answer.text
    assert "<script>alert" not in answer.text
    assert versions(session) == [(1, "in_force")]


def test_a_figure_is_changed_in_its_form(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    page = manny.get("/agreement/2/figures").text
    assert 'value="120"' in page
    name = page.split('value="120"')[0].rsplit('name="', 1)[1].split('"')[0]
    answer = manny.post("/agreement/2/figures", data=figures(page) | {name: "150"})
    assert answer.status_code == 303
    session.expire_all()
    assert parse(draft.terms).targets[0].owed == 150
    assert parse(draft.terms).clocks == terms().clocks

    bad = manny.post("/agreement/2/figures", data=figures(manny.get("/agreement/2/figures").text) | {name: "many"})
    assert bad.status_code == 422
    assert 'value="many"' in bad.text
    session.expire_all()
    assert parse(draft.terms).targets[0].owed == 150


def figures(page: str) -> dict[str, str]:
    """The fields of the form with what stands in them."""
    form = page.split('class="figures-form"')[1].split("</form>")[0]
    found = {}
    for field in form.split("<input ")[1:]:
        tag = field.split(">")[0]
        if 'name="' in tag:
            found[tag.split('name="')[1].split('"')[0]] = tag.split('value="')[1].split('"')[0]
    return found


def test_of_two_who_save_a_text_the_second_sees_both(session: Db, manny: FlaskClient, draft: AgreementVersion) -> None:
    edition = draft.edition
    mine, theirs = (terms_text.write(terms(notice_days=days)) for days in (70, 80))
    assert manny.post("/agreement/2/text", data={"text": theirs, "edition": edition}).status_code == 303
    answer = manny.post("/agreement/2/text", data={"text": mine, "edition": edition})
    assert answer.status_code == 409
    assert "notice_days: 70" in answer.text
    assert "notice_days: 80" in answer.text
    session.expire_all()
    assert parse(draft.terms).notice_days == 80


def test_a_draft_is_proposed_signed_by_both_and_then_never_changes(
    session: Db, sign_in: SignIn, agreed: Cast, draft: AgreementVersion, hands: Hands
) -> None:
    manny = sign_in(agreed.manny)
    late = manny.post("/agreement/2/proposal", data={"effective_at": "2026-03-01T00:00"})
    assert late.status_code == 422
    assert "still to come" in late.text
    assert manny.post("/agreement/2/proposal", data={"effective_at": "soon"}).status_code == 422
    assert manny.post("/agreement/2/proposal", data={"effective_at": "2026-03-09T00:00"}).status_code == 303
    assert manny.get("/agreement/2/text").status_code == 404

    for person in (agreed.manny, agreed.sasha):
        browser = sign_in(person)
        assert f"Sign version 2 for {person.department.title() if person.department else ''}" in (
            browser.get("/agreement/2").text
        )
        wrong = browser.post("/agreement/2/signatures", data={"digest": draft.digest, "password": "not it"})
        assert wrong.status_code == 422
        assert "This is not your password." in wrong.text
        signed = browser.post("/agreement/2/signatures", data={"digest": draft.digest, "password": PASSWORD})
        assert signed.status_code == 303
    assert versions(session) == [(1, "in_force"), (2, "signed")]
    again = sign_in(agreed.sasha).post("/agreement/2/signatures", data={"digest": draft.digest, "password": PASSWORD})
    assert again.status_code == 409


def test_a_signature_under_another_text_is_refused(
    session: Db, sign_in: SignIn, agreed: Cast, draft: AgreementVersion, hands: Hands
) -> None:
    agreements.propose(draft, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    answer = sign_in(agreed.sasha).post("/agreement/2/signatures", data={"digest": "0" * 64, "password": PASSWORD})
    assert answer.status_code == 409
    assert "The text has changed since you read it" in answer.text
    session.expire_all()
    assert draft.signatures == []


def test_who_only_reads_can_do_none_of_it(session: Db, sign_in: SignIn, agreed: Cast, draft: AgreementVersion) -> None:
    for person in (agreed.marta, agreed.saul, agreed.ada):
        browser = sign_in(person)
        for step in ("copy", "discarding", "proposal", "withdrawal", "signatures", "text", "figures"):
            assert browser.post(f"/agreement/2/{step}", data={"password": PASSWORD}).status_code == 403
    assert versions(session) == [(1, "in_force"), (2, "draft")]


def test_a_proposal_is_withdrawn_and_a_draft_discarded(
    session: Db, manny: FlaskClient, agreed: Cast, draft: AgreementVersion, hands: Hands
) -> None:
    agreements.propose(draft, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    assert manny.post("/agreement/2/withdrawal").status_code == 303
    assert manny.post("/agreement/2/withdrawal").status_code == 409
    assert manny.post("/agreement/2/copy").status_code == 303
    assert manny.post("/agreement/3/discarding").status_code == 303
    assert versions(session) == [(1, "in_force"), (2, "withdrawn")]


def test_what_a_version_changes_is_told_clause_by_clause(manny: FlaskClient, draft: AgreementVersion) -> None:
    page = manny.get("/agreement/2/difference").text
    assert "30" in page
    assert "60" in page
    assert draft.status is VersionStatus.DRAFT
    assert manny.get("/agreement/1/difference").status_code == 404


@pytest.mark.parametrize("address", ["/agreement/99", "/agreement/99/terms.yaml", "/agreement/99/difference"])
def test_an_unknown_version_is_not_found(manny: FlaskClient, address: str) -> None:
    assert manny.get(address).status_code == 404


def test_the_signed_text_is_downloaded_byte_by_byte(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    version = session.scalars(select(AgreementVersion)).one()
    answer = sign_in(agreed.saul).get(f"/agreement/{version.id}/terms.json")
    assert sha256(answer.data).hexdigest() == version.digest
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agreement-1.json"'


def test_the_form_of_an_agreement_is_published(agreed: Cast, sign_in: SignIn) -> None:
    answer = sign_in(agreed.saul).get("/agreement/schema.json")
    assert answer.content_type.startswith("application/schema+json")
    assert (answer.json or {})["title"] == "Agreement between marketing and sales"
