"""One decision about many leads: each comes out for itself, and is undone where nothing has happened since."""

from typing import Any

import pytest
from sqlalchemy import literal, select

from smarketing.domain.bulks import BulkVerb
from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.jobs import run_bulks
from smarketing.models.bulks import Bulk, BulkRow
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import inbox
from smarketing.reports.inbox import Wanted
from smarketing.services import bulks, disputes, handoffs, intake
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

NEAR = 45


@pytest.fixture
def inquiries(session: Db, agreed: Cast, hands: Hands) -> list[int]:
    """Directors from near which is a few points short; and a stranger."""
    for name in "abc":
        facts = {"email": f"{name}@example.com", "job_title": "Director", "country": "FR", "source": name.upper()}
        intake.take([Row(facts)], now=hands.now)
    intake.take([Row({"email": "d@example.com"})], now=hands.now)
    return list(session.scalars(select(Lead.id).where(Lead.points >= NEAR).order_by(Lead.id)))


def begin(subjects: Any, cast: Cast, hands: Hands, verb: BulkVerb = BulkVerb.MARK, reason: str = "I know them") -> Bulk:
    return bulks.begin(verb, subjects, reason=reason, actor=cast.marta, now=hands.now)


def outcomes(session: Db) -> list[str]:
    return [state.value for state in session.scalars(select(BulkRow.state).order_by(BulkRow.id))]


def stages(session: Db, ids: list[int]) -> list[str]:
    session.expire_all()
    return [stage.value for stage in session.scalars(select(Lead.stage).where(Lead.id.in_(ids)).order_by(Lead.id))]


def test_all_that_match_are_marked_by_the_job_and_one_that_moved_on_says_why(
    session: Db, agreed: Cast, hands: Hands, inquiries: list[int]
) -> None:
    bulk = begin(inbox.near(NEAR, Wanted()), agreed, hands)
    assert (bulk.row_count, outcomes(session)) == (3, ["waiting"] * 3)
    session.get_one(Lead, inquiries[1]).stage = Stage.DISQUALIFIED
    session.commit()
    assert run_bulks.run(now=hands.now) == 3
    assert sorted(outcomes(session)) == ["done", "done", "not_done"]
    assert stages(session, inquiries) == ["mql", "disqualified", "mql"]
    said = session.scalars(select(BulkRow.message).where(BulkRow.message.is_not(None))).one()
    assert "cannot take the step" in said
    reasons = session.scalars(select(Event.data).where(Event.name == "lead.qualified")).all()
    assert reasons == [{"reason": "I know them"}] * 2
    session.commit()
    assert run_bulks.run(now=hands.now) == 0


def test_an_undo_takes_back_what_sales_has_not_answered(
    session: Db, agreed: Cast, hands: Hands, inquiries: list[int]
) -> None:
    bulk = begin(inbox.near(NEAR, Wanted()), agreed, hands)
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    answered = session.scalars(select(Handoff).where(Handoff.lead_id == inquiries[0])).one()
    handoffs.accept(answered.id, actor=owner(session, answered), now=hands.now)
    with pytest.raises(NotAllowed):
        bulks.undo(bulk.id, actor=agreed.manny, now=hands.now)
    bulks.undo(bulk.id, actor=agreed.marta, now=hands.now)
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    assert sorted(outcomes(session)) == ["stands", "undone", "undone"]
    assert stages(session, inquiries) == ["sal", "inquiry", "inquiry"]
    held = session.scalars(select(Lead.is_held).where(Lead.id.in_(inquiries))).all()
    assert not any(held), "the criteria may promote them as before"
    with pytest.raises(Conflict):
        bulks.undo(bulk.id, actor=agreed.marta, now=hands.now)


def test_what_is_undone_before_its_turn_does_not_happen(
    session: Db, agreed: Cast, hands: Hands, inquiries: list[int]
) -> None:
    bulk = begin(inbox.near(NEAR, Wanted()), agreed, hands)
    bulks.carry_on(bulk.id, now=hands.now, limit=1)
    bulks.undo(bulk.id, actor=agreed.marta, now=hands.now)
    assert bulks.unfinished() == bulk.id
    assert bulks.carry_on(bulk.id, now=hands.now, limit=9) == 1
    assert outcomes(session) == ["undone"] * 3
    assert set(stages(session, inquiries)) == {"inquiry"}


def test_filters_hold_for_all_that_match(session: Db, agreed: Cast, hands: Hands, inquiries: list[int]) -> None:
    assert begin(inbox.near(NEAR, Wanted(source="B")), agreed, hands).row_count == 1
    assert begin(inbox.near(NEAR, Wanted(text="b")), agreed, hands).row_count == 1
    with pytest.raises(InvalidInput) as fault:
        begin(inbox.near(NEAR, Wanted(source="Z")), agreed, hands)
    assert fault.value.field == "chosen"
    with pytest.raises(InvalidInput, match="Say why"):
        begin(inbox.near(NEAR, Wanted()), agreed, hands, reason="  ")


def test_too_many_are_refused(
    session: Db, agreed: Cast, hands: Hands, inquiries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulks, "MOST_AT_ONCE", 2)
    with pytest.raises(InvalidInput, match="At most 2"):
        begin(inbox.near(NEAR, Wanted()), agreed, hands)


@pytest.fixture
def refused(session: Db, agreed: Cast, hands: Hands) -> list[Handoff]:
    found = [hand_off(session, hands, f"{name}@example.com") for name in "xy"]
    told: dict[str, Any] = {"reason": "below-criteria", "note": "A student", "now": hands.now}
    return [handoffs.refuse(each.id, actor=owner(session, each), **told) for each in found]


def waiting(session: Db) -> list[int]:
    session.flush()
    return sorted(row.handoff_id for row in session.execute(inbox.refused(Wanted())))


def test_a_refusal_waits_until_it_is_agreed_with_or_contested(
    session: Db, agreed: Cast, hands: Hands, refused: list[Handoff]
) -> None:
    first, second = refused
    assert waiting(session) == [first.id, second.id]
    dispute = disputes.contest_refusal(first.id, ground="other", note="No", actor=agreed.marta, now=hands.now)
    assert waiting(session) == [second.id]
    bulk = begin(inbox.refused(Wanted()), agreed, hands, BulkVerb.AGREE, "")
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    assert waiting(session) == []
    assert [row.agreed_at for row in session.scalars(select(Disposition).order_by(Disposition.id))] == [None, hands.now]
    disputes.withdraw(dispute.id, actor=agreed.marta, now=hands.now)
    bulks.undo(bulk.id, actor=agreed.marta, now=hands.now)
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    assert waiting(session) == [first.id, second.id]
    names = session.scalars(select(Event.name).where(Event.name.startswith("refusal")).order_by(Event.id)).all()
    assert names == ["refusal.agreed", "refusal.reopened"]


def test_held_back_are_those_that_meet_the_criteria(
    session: Db, agreed: Cast, hands: Hands, refused: list[Handoff]
) -> None:
    ids = [row.id for row in session.execute(inbox.held(Wanted()).order_by(literal("id")))]
    assert sorted(ids) == [each.lead_id for each in refused]
    bulk = begin(inbox.held(Wanted()), agreed, hands)
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    assert session.execute(inbox.held(Wanted())).all() == []
    bulks.undo(bulk.id, actor=agreed.marta, now=hands.now)
    bulks.carry_on(bulk.id, now=hands.now, limit=9)
    assert len(session.execute(inbox.held(Wanted())).all()) == 2, "held back as before"
