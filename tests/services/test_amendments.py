"""One side asks for a change of the version in force: frozen, discussed, answered in time or lapsed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.amendments import AmendmentState, Written
from smarketing.domain.clause_tests import FailedExample
from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.models.events import Event
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import agreements, amendments, comments
from tests.cast import Cast, agree, clause, document, terms
from tests.clauses import WHOLE
from tests.conftest import Hands

Db = scoped_session[Session]
WHY = Written("Answer in two hours", "Leads go cold", {})


def faster() -> Terms:
    first, *others = document()["clocks"]
    return terms(clocks=[first | {"allowance_minutes": 120}, *others])


@pytest.fixture
def amendment(session: Db, agreed: Cast, hands: Hands) -> Amendment:
    return sent(faster(), agreed.manny, hands)


def sent(changed: Terms, by: User, hands: Hands, written: Written = WHY) -> Amendment:
    drafted = agreements.draft(changed, actor=by, now=hands.now)
    return amendments.send(drafted, written, actor=by, now=hands.now)


def told(session: Db) -> list[tuple[Any, ...]]:
    of_amendments = select(Notice.kind, Notice.recipient_id).where(Notice.kind.startswith("amendment"))
    return [tuple(row) for row in session.execute(of_amendments.order_by(Notice.id))]


def journal(session: Db) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.subject_type == "amendment").order_by(Event.id)))


def test_an_amendment_is_frozen_and_the_other_side_told_of_its_time_to_answer(
    session: Db, amendment: Amendment, agreed: Cast, hands: Hands
) -> None:
    assert (amendment.state, amendment.side, amendment.base.number) == (AmendmentState.OPEN, "marketing", 1)
    assert amendment.answer_due_at == hands.now + timedelta(days=7)
    assert told(session) == [("amendment.sent", agreed.sasha.id)]
    version = amendment.version
    with pytest.raises(Conflict, match="Only a draft"):
        agreements.redraft(version, terms(), edition=version.edition, actor=agreed.manny, now=hands.now)
    with pytest.raises(Conflict, match="Only a draft"):
        agreements.propose(amendment.version, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    session.flush()
    with pytest.raises(DatabaseError, match="never edited"), session.begin_nested():
        session.execute(AgreementVersion.__table__.update().where(AgreementVersion.id == version.id).values(terms="{}"))


def test_accepted_it_becomes_a_draft_that_both_sides_sign(
    session: Db, amendment: Amendment, agreed: Cast, hands: Hands
) -> None:
    with pytest.raises(NotAllowed, match="sales"):
        amendments.accept(amendment.id, actor=agreed.manny, now=hands.now)
    drafted = amendments.accept(amendment.id, actor=agreed.sasha, now=hands.turn(days=1))
    assert (drafted.status, drafted.number, drafted.digest) == (VersionStatus.DRAFT, 3, amendment.version.digest)
    assert (amendment.state, amendment.draft_id, amendment.answered_by) == ("accepted", drafted.id, agreed.sasha)
    assert amendment.version.status is VersionStatus.AMENDMENT
    with pytest.raises(Conflict, match="closed already"):
        amendments.refuse(amendment.id, answer="No", actor=agreed.sasha, now=hands.now)
    agreements.propose(drafted, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    for signatory in (agreed.manny, agreed.sasha):
        agreements.sign(drafted, signed_digest=drafted.digest, actor=signatory, now=hands.now)
    agreements.put_due_versions_in_force(now=hands.now)
    assert agreements.required().terms.clock("first-answer").allowance_minutes == 120
    assert told(session)[1:] == [("amendment.accepted", agreed.manny.id)]
    assert journal(session) == ["amendment.sent", "amendment.accepted"]


def test_refused_with_a_reason_or_taken_back_what_is_in_force_stays(
    session: Db, amendment: Amendment, agreed: Cast, hands: Hands
) -> None:
    with pytest.raises(InvalidInput):
        amendments.refuse(amendment.id, answer="  ", actor=agreed.sasha, now=hands.now)
    assert amendment.state is AmendmentState.OPEN
    amendments.refuse(amendment.id, answer="We are two short", actor=agreed.sasha, now=hands.now)
    assert (amendment.state, amendment.answer) == (AmendmentState.REFUSED, "We are two short")
    other = sent(faster(), agreed.sasha, hands)
    with pytest.raises(NotAllowed, match="Sasha"):
        amendments.withdraw(other.id, actor=agreed.manny, now=hands.now)
    amendments.withdraw(other.id, actor=agreed.sasha, now=hands.now)
    assert (other.state, other.side) == (AmendmentState.WITHDRAWN, "sales")
    assert agreements.required().terms.clock("first-answer").allowance_minutes == 240
    kinds = ["amendment.sent", "amendment.refused", "amendment.sent", "amendment.withdrawn"]
    assert told(session) == list(
        zip(kinds, [each.id for each in (agreed.sasha, agreed.manny, agreed.manny, agreed.manny)], strict=True)
    )


def test_what_nobody_answers_lapses_at_its_deadline_however_late_that_is_noticed(
    session: Db, amendment: Amendment, agreed: Cast, hands: Hands
) -> None:
    due_at = amendment.answer_due_at
    assert amendments.lapse_overdue(now=hands.turn(days=6)) == 0
    late = hands.turn(days=4)
    assert amendment.state_at(late) is AmendmentState.LAPSED
    with pytest.raises(Conflict, match="has passed"):
        amendments.accept(amendment.id, actor=agreed.sasha, now=late)
    assert [amendments.lapse_overdue(now=late), amendments.lapse_overdue(now=late)] == [1, 0]
    assert (amendment.state, amendment.closed_at) == (AmendmentState.LAPSED, due_at)
    lapsed = session.scalars(select(Event).where(Event.name == "amendment.lapsed")).one()
    assert (lapsed.occurred_at, lapsed.recorded_at) == (due_at, late)
    assert told(session)[1:] == [("amendment.lapsed", agreed.manny.id), ("amendment.lapsed", agreed.sasha.id)]


def test_it_is_discussed_while_it_is_open(session: Db, amendment: Amendment, agreed: Cast, hands: Hands) -> None:
    thread = comments.write(amendment.version, comments.WHOLE, "And at night?", actor=agreed.saul, now=hands.now)
    comments.answer(amendment.version, thread.id, "Not then", actor=agreed.marta, now=hands.now)
    amendments.withdraw(amendment.id, actor=agreed.manny, now=hands.now)
    with pytest.raises(Conflict, match="past"):
        comments.write(amendment.version, "first-answer", "Too late", actor=agreed.saul, now=hands.now)


def test_it_must_change_something_and_what_it_changes_must_still_be_in_force(
    session: Db, amendment: Amendment, agreed: Cast, hands: Hands
) -> None:
    with pytest.raises(Conflict, match="change something"):
        sent(terms(), agreed.manny, hands)
    with pytest.raises(FailedExample, match="“Hot” does not hold"):
        sent(terms(examples=[clause("hot", "Hot", "Chaud") | {"about": "mql", "holds": "yes"}]), agreed.manny, hands)
    agree(agreed, hands.now, term_months=24)
    with pytest.raises(Conflict, match="meanwhile"):
        amendments.accept(amendment.id, actor=agreed.sasha, now=hands.now)


def test_the_window_and_the_steps_of_the_version_in_force_hold(session: Db, cast: Cast, hands: Hands) -> None:
    kinds = {"roles": WHOLE["roles"], "amendments": WHOLE["amendments"]}
    agree(cast, hands.now, **kinds)
    scoring = terms(**kinds, scoring=document()["scoring"] | {"fit_limit": 60})
    with pytest.raises(InvalidInput) as closed:
        sent(scoring, cast.manny, hands, WHY._replace(request={"impact": "Few"}))
    assert closed.value.field == "is_correction"
    amendment = sent(scoring, cast.manny, hands, Written("A typo", "It was 60", {"impact": "None"}, True))
    assert (amendment.request, amendment.is_correction) == ({"impact": "None"}, True)
    assert parse(amendment.version.terms).scoring.fit_limit == 60
