"""The minute of a month: composed by itself, restated until somebody signs, signed by both, then as it is for good."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.statements import read
from smarketing.jobs import close_periods
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.models.statements import Statement
from smarketing.services import tallies
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands
from tests.reports import handed_off

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def month(session: Db, agreed: Cast, hands: Hands) -> None:
    """June 2026 has begun; May is over."""
    hands.set(handed_off.NOW)
    handed_off.handoffs(90, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=4)
    tallies.mark_stale("due", session.scalars(select(Clock.due_on)))
    session.commit()


def composed(hands: Hands) -> Statement:
    db.session.commit()
    close_periods.run(now=hands.now)
    return db.session.scalars(select(Statement).order_by(Statement.number.desc())).first()  # type: ignore[return-value]


def sign(client: FlaskClient, statement: Statement, password: str = PASSWORD, digest: str | None = None) -> int:
    form = {"password": password, "digest": digest or statement.digest}
    return client.post(f"/statements/{statement.id}/signatures", data=form).status_code


@pytest.mark.usefixtures("month")
def test_it_says_what_a_recount_says_and_is_composed_once(session: Db, hands: Hands) -> None:
    statement = composed(hands)
    clocks = session.scalars(select(Clock).where(Clock.due_on >= "2026-05-01", Clock.due_on < "2026-06-01")).all()
    due = [clock for clock in clocks if clock.outcome in (Outcome.MET, Outcome.BREACHED)]
    (told,) = [each for each in read(statement.text).obligations if each.clause == "first-answer"]
    assert (told.met, told.total) == (sum(clock.outcome is Outcome.MET for clock in due), len(due))
    assert told.total > 5
    session.commit()
    assert close_periods.run(now=hands.now) == 0
    assert len(session.scalars(select(Statement)).all()) == 1


@pytest.mark.usefixtures("month")
def test_late_facts_make_another_edition_until_somebody_signs(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    first = composed(hands)
    excuse_one(session, hands)
    second = composed(hands)
    assert (first.number, second.number) == (1, 2)
    client = sign_in(agreed.manny)
    assert sign(client, first) == 409
    assert "Go to the latest edition" in client.get(f"/statements/{first.id}").text
    assert sign(client, second) == 303
    excuse_one(session, hands)
    assert composed(hands).id == second.id
    assert "what was signed stays" in client.get(f"/statements/{second.id}").text


def excuse_one(session: Db, hands: Hands) -> None:
    missed = (Clock.outcome == Outcome.BREACHED, Clock.due_on >= "2026-05-01", Clock.due_on < "2026-06-01")
    clock = session.scalars(select(Clock).where(*missed, Clock.excused_at.is_(None))).first()
    assert clock
    clock.excused_at = hands.now
    session.commit()


@pytest.mark.usefixtures("month")
def test_both_sides_sign_and_nobody_signs_twice(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    statement = composed(hands)
    client = sign_in(agreed.manny)
    assert sign(client, statement, password="not the one") == 422
    assert sign(client, statement, digest="0" * 64) == 409
    assert statement.signatures == []
    assert sign(client, statement) == 303
    assert sign(client, statement) == 409
    assert "signed by Marketing" in client.get("/statements/").text
    assert sign(sign_in(agreed.sasha), statement) == 303
    page = client.get(f"/statements/{statement.id}").text
    assert "Manny Ortiz" in page
    assert "Sasha Petit" in page
    assert re.sub(r"\s", "", re.findall(r'<code class="digest">(.*?)</code>', page)[0]) == statement.digest
    names = session.scalars(select(Event.name).where(Event.name.like("statement.%"))).all()
    assert sorted(names) == ["statement.composed", "statement.signed", "statement.signed"]


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("change", ["UPDATE statements SET text = 'other'", "DELETE FROM statements"])
def test_the_database_refuses_to_change_it(session: Db, hands: Hands, change: str) -> None:
    composed(hands)
    with pytest.raises(DBAPIError, match="does not change"):
        session.execute(text(change))


@pytest.mark.usefixtures("month")
def test_a_rep_reads_it_and_cannot_sign(agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    statement = composed(hands)
    client = sign_in(agreed.saul)
    assert "Sign the statement" not in client.get(f"/statements/{statement.id}").text
    assert sign(client, statement) == 403


def test_without_an_agreement_there_is_none(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    session.commit()
    assert close_periods.run(now=hands.now) == 0
    assert "No statements yet" in sign_in(cast.manny).get("/statements/").text


def test_a_month_before_the_agreement_has_none(session: Db, agreed: Cast, hands: Hands) -> None:
    session.commit()
    assert close_periods.run(now=hands.now) == 0
