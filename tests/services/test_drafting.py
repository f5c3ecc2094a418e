"""A draft is edited part by part: two people at once, entries that are not finished, and every way back."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain import sections
from smarketing.domain.errors import Conflict, InvalidInput, Missing
from smarketing.domain.sections import Piece
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.drafts import Comment, Revision, UnfinishedPiece
from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.services import accounts, agreements, comments, drafting
from tests.cast import Cast, terms
from tests.conftest import Hands

Db = scoped_session[Session]
ANSWER, TARGET = "clocks/first-answer", "targets/mqls-a-month"


@pytest.fixture
def draft(session: Db, agreed: Cast, hands: Hands) -> AgreementVersion:
    return agreements.draft(terms(), actor=agreed.manny, now=hands.now)


def read(draft: AgreementVersion, address: str) -> tuple[Piece, Any, str]:
    """A part as an editor gets it: its value to change, and the mark of what it was."""
    piece = sections.piece(address)
    value = drafting.value_of(draft, piece)
    return piece, value, sections.mark(value)


def save(draft: AgreementVersion, address: str, actor: User, hands: Hands, **changes: Any) -> list[Any]:
    piece, value, base = read(draft, address)
    return drafting.save(draft, piece, value | changes, base=base, actor=actor, now=hands.now)


def numbers(session: Db, draft: AgreementVersion) -> list[int]:
    return [revision.number for revision in session.scalars(Revision.of(draft.id))]


def test_two_people_change_two_clauses_at_once_and_lose_nothing(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    answer, first, answer_base = read(draft, ANSWER)
    target, second, target_base = read(draft, TARGET)
    changed = first | {"allowance_minutes": 120}
    assert drafting.save(draft, answer, changed, base=answer_base, actor=agreed.manny, now=hands.now) == []
    owed = second | {"owed": 90}
    assert drafting.save(draft, target, owed, base=target_base, actor=agreed.sasha, now=hands.now) == []
    kept = parse(draft.terms)
    assert (kept.clock("first-answer").allowance_minutes, kept.targets[0].owed) == (120, 90)
    told = [(each.number, each.saved_by_id, each.piece) for each in session.scalars(Revision.of(draft.id))]
    assert told == [(3, agreed.sasha.id, TARGET), (2, agreed.manny.id, ANSWER), (1, agreed.manny.id, None)]


def test_of_two_who_change_one_clause_the_second_is_told_and_nothing_is_lost(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    piece, value, base = read(draft, ANSWER)
    drafting.save(draft, piece, value | {"objective": 0.95}, base=base, actor=agreed.manny, now=hands.now)
    with pytest.raises(drafting.Overtaken) as overtaken:
        drafting.save(draft, piece, value | {"objective": 0.8}, base=base, actor=agreed.sasha, now=hands.now)
    assert overtaken.value.theirs["objective"] == 0.95
    assert parse(draft.terms).clock("first-answer").objective == 0.95
    same = drafting.save(draft, piece, value | {"objective": 0.95}, base=base, actor=agreed.sasha, now=hands.now)
    assert same == []
    meant = sections.mark(overtaken.value.theirs)
    drafting.save(draft, piece, value | {"objective": 0.8}, base=meant, actor=agreed.sasha, now=hands.now)
    assert parse(draft.terms).clock("first-answer").objective == 0.8


def test_an_entry_that_is_not_sound_is_kept_beside_the_draft_until_it_is(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    faults = save(draft, ANSWER, agreed.manny, hands, objective="nine in ten")
    assert [fault.path for fault in faults] == [("clocks", 0, "objective")]
    assert draft.terms == agreements.canonical(terms())
    assert drafting.value_of(draft, sections.piece(ANSWER))["objective"] == "nine in ten"
    assert numbers(session, draft) == [1]
    with pytest.raises(Conflict, match="not finished"):
        agreements.propose(draft, effective_at=hands.turn(days=2), actor=agreed.manny, now=hands.now)
    assert save(draft, TARGET, agreed.sasha, hands, owed=70) == []
    assert save(draft, ANSWER, agreed.sasha, hands, objective=0.85) == []
    assert parse(draft.terms).clock("first-answer").objective == 0.85
    assert session.scalar(select(func.count()).select_from(UnfinishedPiece)) == 0
    save(draft, ANSWER, agreed.manny, hands, calendar="nowhere")
    drafting.drop_unfinished(draft, sections.piece(ANSWER))
    assert drafting.value_of(draft, sections.piece(ANSWER))["calendar"] == "office"


def test_going_on_with_a_clause_goes_on_with_its_revision(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    for minutes in (60, 90, 120):
        save(draft, ANSWER, agreed.manny, hands, allowance_minutes=minutes)
        hands.turn(minutes=4)
    assert numbers(session, draft) == [2, 1]
    hands.turn(minutes=4)
    save(draft, ANSWER, agreed.manny, hands, allowance_minutes=150)
    save(draft, ANSWER, agreed.sasha, hands, allowance_minutes=180)
    assert numbers(session, draft) == [4, 3, 2, 1]
    changes = select(func.count()).select_from(Event).where(Event.name == "version.changed")
    assert session.scalar(changes) == 5


def test_undoing_goes_back_step_by_step_and_stays_on_record(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    for minutes in (60, 90):
        save(draft, ANSWER, agreed.manny, hands, allowance_minutes=minutes)
        hands.turn(hours=1)
    seen = []
    while (earlier := drafting.before(draft)) is not None:
        drafting.restore(draft, earlier.number, actor=agreed.sasha, now=hands.now)
        seen.append(parse(draft.terms).clock("first-answer").allowance_minutes)
    assert seen == [60, 240]
    assert numbers(session, draft) == [5, 4, 3, 2, 1]
    drafting.restore(draft, 3, actor=agreed.sasha, now=hands.now)
    assert parse(draft.terms).clock("first-answer").allowance_minutes == 90
    with pytest.raises(Missing):
        drafting.restore(draft, 99, actor=agreed.sasha, now=hands.now)


def test_a_clause_is_taken_out_unless_others_need_it(draft: AgreementVersion, agreed: Cast, hands: Hands) -> None:
    drafting.remove(draft, sections.piece("clocks/sql-decision"), actor=agreed.manny, now=hands.now)
    assert [clock.id for clock in parse(draft.terms).clocks] == ["first-answer"]
    for needed in ("clocks/first-answer", "personas/director", "calendars/office"):
        with pytest.raises(InvalidInput):
            drafting.remove(draft, sections.piece(needed), actor=agreed.manny, now=hands.now)
    drafting.move(draft, sections.piece("handoff.refusal_reasons/bad-data"), by=-1, actor=agreed.manny, now=hands.now)
    assert [reason.id for reason in parse(draft.terms).handoff.refusal_reasons] == [
        "below-criteria",
        "bad-data",
        "not-now",
    ]


def test_a_new_persona_stands_before_the_one_that_takes_the_rest(
    draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    piece = sections.piece("personas/buyer")
    said = {"en": "Buyer", "fr": "Acheteur"}
    value = {"id": "buyer", "title": said, "description": said, "when": {"field": "company", "present": True}}
    assert drafting.save(draft, piece, value, base=sections.mark(None), actor=agreed.manny, now=hands.now) == []
    assert [persona.id for persona in parse(draft.terms).personas] == ["director", "buyer", "other"]


def test_what_was_proposed_is_edited_no_more(draft: AgreementVersion, agreed: Cast, hands: Hands) -> None:
    piece, value, base = read(draft, ANSWER)
    agreements.propose(draft, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    with pytest.raises(Conflict):
        drafting.save(draft, piece, value | {"objective": 0.5}, base=base, actor=agreed.manny, now=hands.now)
    with pytest.raises(Conflict):
        drafting.restore(draft, 1, actor=agreed.manny, now=hands.now)


def test_nothing_is_proposed_that_one_side_could_not_sign(draft: AgreementVersion, agreed: Cast, hands: Hands) -> None:
    accounts.disable_user(agreed.sasha, actor=agreed.ada, now=hands.now)
    with pytest.raises(Missing, match="Nobody can sign for sales"):
        agreements.propose(draft, effective_at=hands.now, actor=agreed.manny, now=hands.now)


def test_a_thread_is_begun_answered_settled_and_taken_up_again(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    thread = comments.write(draft, "first-answer", "Is 4 h enough?", actor=agreed.saul, now=hands.now)
    comments.answer(draft, thread.id, "We shall see.\r\n", actor=agreed.manny, now=hands.turn(hours=1))
    assert comments.open_by_clause(draft) == {"first-answer": 1}
    comments.resolve(draft, thread.id, actor=agreed.manny, now=hands.now)
    with pytest.raises(Conflict):
        comments.resolve(draft, thread.id, actor=agreed.sasha, now=hands.now)
    assert comments.open_count(draft) == 0
    comments.answer(draft, thread.id, "It was not.", actor=agreed.saul, now=hands.now)
    (told,) = comments.threads(draft)
    assert (told.resolved_at, [answer.body for answer in told.answers]) == (None, ["We shall see.", "It was not."])
    assert told.digest == draft.digest
    names = session.scalars(select(Event.name).where(Event.subject_type == "comment").order_by(Event.id)).all()
    assert names == [
        "comment.written",
        "comment.written",
        "comment.resolved",
        "comment.reopened",
        "comment.written",
    ]


@pytest.mark.parametrize("body", ["", "  \n", "x" * 4001])
def test_a_comment_says_something_and_not_too_much(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands, body: str
) -> None:
    with pytest.raises(InvalidInput):
        comments.write(draft, "first-answer", body, actor=agreed.saul, now=hands.now)
    assert session.scalar(select(func.count()).select_from(Comment)) == 0


def test_comments_and_revisions_go_with_a_draft_that_is_discarded_and_nothing_else(
    session: Db, draft: AgreementVersion, agreed: Cast, hands: Hands
) -> None:
    first = session.scalars(select(AgreementVersion).where(AgreementVersion.number == 1)).one()
    comments.write(first, "first-answer", "It works.", actor=agreed.saul, now=hands.now)
    comments.write(draft, "first-answer", "Shorter?", actor=agreed.saul, now=hands.now)
    agreements.discard(draft, actor=agreed.manny, now=hands.now)
    assert session.scalars(select(Comment.body)).all() == ["It works."]
    assert set(session.scalars(select(Revision.version_id))) == {first.id}
