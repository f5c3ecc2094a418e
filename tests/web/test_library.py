"""A manager chooses an agreement to start from, reads it, and makes a draft of it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing import library
from smarketing.domain.roles import Department
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import Team
from tests.cast import Cast

Db = scoped_session[Session]


def test_every_template_is_offered_with_what_it_holds(cast: Cast, sign_in: type[FlaskClient]) -> None:
    text = sign_in(cast.manny).get("/agreement/library/").text
    for name in library.names():
        assert f'href="/agreement/library/{name}"' in text
        assert f'action="/agreement/library/{name}/draft"' in text
    assert "Marketing and sales development at GitLab" in text
    assert "View Z1" in text
    assert "After the handbook of GitLab" in text


@pytest.mark.parametrize("name", library.names())
def test_a_template_is_read_as_a_contract(cast: Cast, sign_in: type[FlaskClient], name: str) -> None:
    page = sign_in(cast.manny).get(f"/agreement/library/{name}")
    assert page.status_code == 200
    assert "It binds nobody" in page.text or "it binds nobody" in page.text
    assert 'id="clause-mql"' in page.text


def test_a_draft_is_made_of_a_template(session: Db, cast: Cast, sign_in: type[FlaskClient]) -> None:
    answer = sign_in(cast.manny).post("/agreement/library/pme/draft")
    version = session.scalars(select(AgreementVersion)).one()
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/agreement/{version.id}")
    agreed = parse(version.terms)
    assert version.status == "draft"
    assert agreed.title.en == "Agreement between marketing and sales of an SME"
    assert {holiday.on.year for holiday in agreed.calendars[0].holidays} == {2026, 2027}
    assert "Fête nationale" in {holiday.name for holiday in agreed.calendars[0].holidays}


def test_a_draft_names_the_teams_that_there_are(session: Db, cast: Cast, sign_in: type[FlaskClient]) -> None:
    session.scalars(select(Team).where(Team.department == Department.SALES)).one().key = "vente-directe"
    session.commit()
    sign_in(cast.manny).post("/agreement/library/simple/draft")
    agreed = parse(session.scalars(select(AgreementVersion)).one().terms)
    assert [party.team for party in agreed.parties] == ["marketing", "vente-directe"]
    assert agreed.handoff.team == "vente-directe"


def test_what_the_library_does_not_hold_is_not_found(session: Db, cast: Cast, sign_in: type[FlaskClient]) -> None:
    manny = sign_in(cast.manny)
    for name in ("nothing", "..%2Fconfig", "simple.yaml"):
        assert manny.get(f"/agreement/library/{name}").status_code == 404
        assert manny.post(f"/agreement/library/{name}/draft").status_code == 404
    assert session.scalar(select(func.count()).select_from(AgreementVersion)) == 0


def test_only_who_authors_the_agreement_starts_one(cast: Cast, sign_in: type[FlaskClient]) -> None:
    assert sign_in(cast.saul).post("/agreement/library/simple/draft").status_code in (403, 404)
