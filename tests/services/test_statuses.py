"""A lead is in one status of the company at any time, whoever or whatever moves it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.models.criteria import matching
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.reports import clock_replay
from smarketing.services import (
    corrections,
    erasure,
    handoffs,
    intake,
    leaving,
    qualification,
    statuses,
    subjects,
    timeboxes,
)
from smarketing.web.criteria_rows import RULES
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, give, hand_off, other, owner
from tests.services.lived_statuses import STATUSES, status


@pytest.fixture
def handoff(session: Db, cast: Cast, hands: Hands) -> Handoff:
    """Handed off under an agreement that names statuses."""
    agree(cast, hands.now, statuses=STATUSES)
    return hand_off(session, hands)


def stands(session: Db, lead_id: int | None = None) -> tuple[Any, ...]:
    session.flush()
    session.expire_all()
    lead = session.get_one(Lead, lead_id) if lead_id else session.scalars(select(Lead)).one()
    return lead.stage, lead.status, lead.status_reason


def changes(session: Db) -> list[tuple[str | None, str | None]]:
    told = session.scalars(select(Event.data).where(Event.name == "lead.status_changed").order_by(Event.id))
    return [(data["before"], data["status"]) for data in told if data]


def inquiry(session: Db, hands: Hands) -> Lead:
    intake.take([Row({"email": "reader@example.com"})], now=hands.now)
    return session.scalars(select(Lead).order_by(Lead.id.desc()).limit(1)).one()


def test_it_follows_its_lead_from_the_first_day_to_the_last_answer(
    session: Db, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    rep = owner(session, handoff)
    assert stands(session) == ("mql", "new", None)
    assert handoff.lead.status_at == hands.now
    hands.turn(hours=1)
    give("accept", handoff, rep, hands)
    assert stands(session) == ("sal", "tried", None)
    hands.turn(hours=1)
    statuses.choose(handoff.lead_id, status="talking", reason=None, actor=rep, now=hands.now)
    assert stands(session) == ("sal", "talking", None)
    hands.turn(hours=1)
    handoffs.confirm(handoff.id, checklist=CHECKLIST, actor=rep, now=hands.now)
    assert stands(session) == ("sql", "agreed", None)
    give("win", handoff, rep, hands)
    assert stands(session) == ("won", None, None)  # the agreement names none of this stage
    assert changes(session) == [("new", "tried"), ("tried", "talking"), ("talking", "agreed"), ("agreed", None)]
    assert clock_replay.replay().differences == []


def test_what_the_agreement_does_not_lead_to_cannot_be_answered(
    session: Db, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    rep = owner(session, handoff)
    session.commit()
    with pytest.raises(Conflict, match="does not lead to the stage"):
        handoffs.refuse(handoff.id, reason="below-criteria", note="", actor=rep, now=hands.now)
    session.rollback()
    assert stands(session) == ("mql", "new", None)
    handoffs.refuse(handoff.id, reason="bad-data", note="", actor=rep, now=hands.now)
    assert stands(session) == ("disqualified", "out", "bad-data")


def test_an_answer_undone_brings_the_status_back_with_its_day(
    session: Db, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    rep, since = owner(session, handoff), hands.now
    hands.turn(hours=1)
    answered = handoffs.accept(handoff.id, actor=rep, now=hands.now).dispositions[-1]
    statuses.choose(handoff.lead_id, status="talking", reason=None, actor=rep, now=hands.now + timedelta(minutes=1))
    corrections.undo(handoff.id, answered.id, actor=rep, now=hands.turn(minutes=2))
    assert stands(session) == ("mql", "new", None)
    assert handoff.lead.status_at == since


def test_a_choice_can_be_undone_by_who_made_it_for_ten_minutes(
    session: Db, cast: Cast, handoff: Handoff, hands: Hands
) -> None:
    rep, lead_id = owner(session, handoff), handoff.lead_id
    give("accept", handoff, rep, hands)
    edition = handoff.edition
    statuses.choose(lead_id, status="talking", reason=None, actor=rep, now=hands.now)
    assert handoff.edition > edition
    with pytest.raises(NotAllowed):
        statuses.undo(lead_id, actor=other(cast, handoff), now=hands.now)
    statuses.undo(lead_id, actor=rep, now=hands.now)
    assert stands(session) == ("sal", "tried", None)
    for now in (hands.now, hands.turn(minutes=11)):
        with pytest.raises(Conflict):
            statuses.undo(lead_id, actor=rep, now=now)
    statuses.choose(lead_id, status="talking", reason=None, actor=rep, now=hands.now)
    with pytest.raises(Conflict, match="for 10 minutes"):
        statuses.undo(lead_id, actor=rep, now=hands.turn(minutes=11))
    give("recycle", handoff, rep, hands)
    with pytest.raises(Conflict):  # an answer, which takes its hand-off along
        statuses.undo(lead_id, actor=rep, now=hands.now)
    assert stands(session) == ("recycled", "later", "no-budget")


@pytest.mark.parametrize("chosen", ["new", "agreed", "later", "unheard-of", "tried"])
def test_nobody_chooses_what_is_not_next(session: Db, cast: Cast, handoff: Handoff, hands: Hands, chosen: str) -> None:
    rep = owner(session, handoff)
    give("accept", handoff, rep, hands)
    with pytest.raises(InvalidInput):
        statuses.choose(handoff.lead_id, status=chosen, reason="no-budget", actor=rep, now=hands.now)
    with pytest.raises(NotAllowed):
        statuses.choose(handoff.lead_id, status="talking", reason=None, actor=cast.marta, now=hands.now)
    assert stands(session) == ("sal", "tried", None)


def test_marketing_moves_what_sales_does_not_have(session: Db, cast: Cast, hands: Hands) -> None:
    agree(cast, hands.now, statuses=STATUSES)
    lead = inquiry(session, hands)
    assert stands(session) == ("inquiry", "raw", None)
    told: dict[str, Any] = {"actor": cast.marta, "now": hands.now}
    with pytest.raises(NotAllowed):
        statuses.choose(lead.id, status="read", reason=None, actor=cast.saul, now=hands.now)
    statuses.choose(lead.id, status="out", reason="bad-data", **told)
    assert stands(session) == ("disqualified", "out", "bad-data")
    statuses.undo(lead.id, **told)
    statuses.choose(lead.id, status="read", reason=None, **told)
    qualification.mark(lead.id, reason="Asked me", **told)
    assert stands(session) == ("mql", "new", None)
    with pytest.raises(NotAllowed):
        statuses.choose(lead.id, status="out", reason="bad-data", **told)
    with pytest.raises(Conflict):
        statuses.undo(lead.id, **told)
    qualification.take_back(lead.id, reason="By mistake", **told)
    assert stands(session) == ("inquiry", "raw", None)
    erasure.erase(lead.id, has_objected=False, actor=cast.manny, now=hands.now)
    assert stands(session) == ("disqualified", "out", None)


def test_what_happens_by_itself_comes_to_the_status_of_its_reason(session: Db, cast: Cast, hands: Hands) -> None:
    box = clause("silence", "Silence", "Silence") | {
        "stage": "mql", "after": {"hours": 24}, "outcome": "recycle", "reason": "not-now"
    }  # fmt: skip
    agree(cast, hands.now, statuses=STATUSES, timeboxes=[box])
    hand_off(session, hands)
    session.commit()
    assert timeboxes.end(now=hands.turn(hours=25)) == 1
    assert stands(session) == ("recycled", "later", "not-now")


def test_another_version_keeps_the_statuses_it_knows_and_begins_the_others(
    session: Db, cast: Cast, hands: Hands
) -> None:
    agree(cast, hands.now)
    hand_off(session, hands)
    assert stands(session) == ("mql", None, None)
    assert statuses.adopt(now=hands.now) == 0
    agree(cast, hands.turn(days=1), statuses=STATUSES)
    known, since = inquiry(session, hands), hands.now
    assert statuses.adopt(now=hands.now) == 1
    assert stands(session, known.id) == ("inquiry", "raw", None)
    kept = [each for each in STATUSES if each["stage"] != "mql"]
    renamed = [status("fresh", "mql", "tried", "later", "out"), *kept]
    renamed[1] = status("raw", "inquiry", "read", "fresh", "out")
    renamed[2] = status("read", "inquiry", "fresh")
    renamed[-2] = status("later", "recycled", "fresh", reasons=("not-now", "no-budget"))
    agree(cast, hands.turn(days=1), statuses=renamed)
    assert statuses.adopt(now=hands.now) == 1
    found = session.execute(select(Lead.stage, Lead.status, Lead.status_at).order_by(Lead.id)).all()
    assert [tuple(each) for each in found] == [("mql", "fresh", hands.now), ("inquiry", "raw", since)]
    agree(cast, hands.turn(days=1))
    assert statuses.adopt(now=hands.now) == 2
    assert set(session.scalars(select(Lead.status))) == {None}
    adopted = session.scalars(select(Event.data).where(Event.name == "statuses.adopted").order_by(Event.id))
    assert list(adopted) == [{"moved": 1}, {"moved": 1}, {"moved": 2}]
    assert changes(session) == []


def test_an_answer_under_an_older_version_leads_to_a_status_of_the_one_in_force(
    session: Db, cast: Cast, hands: Hands
) -> None:
    agree(cast, hands.now)
    handoff = hand_off(session, hands)
    agree(cast, hands.turn(hours=1), statuses=STATUSES)
    statuses.adopt(now=hands.now)
    give("accept", handoff, owner(session, handoff), hands)
    assert stands(session) == ("sal", "tried", None)


def test_the_leads_of_who_leaves_go_by_their_status(session: Db, cast: Cast, hands: Hands) -> None:
    leaver = clause("leaver", "Conversations", "Conversations") | {"statuses": ["talking"], "to": "manager"}
    agree(cast, hands.now, statuses=STATUSES, offboarding=[leaver])
    cast.sara.disabled_at = hands.now
    talking, tried = hand_off(session, hands, "a@example.com"), hand_off(session, hands, "b@example.com")
    for each in (talking, tried):
        give("accept", each, cast.saul, hands)
    statuses.choose(talking.lead_id, status="talking", reason=None, actor=cast.saul, now=hands.now)
    cast.saul.disabled_at = hands.now
    session.flush()
    assert leaving.hand_over(cast.saul, actor=cast.ada, now=hands.now) == 1
    session.expire_all()
    owners = dict(session.execute(select(Handoff.lead_id, Handoff.owner_id)).all())
    assert (owners[talking.lead_id], owners[tried.lead_id]) == (None, cast.saul.id)


def test_criteria_ask_for_it_in_both_ways(session: Db, cast: Cast, handoff: Handoff, hands: Hands) -> None:
    rule = RULES.validate_python({"field": "status", "one_of": ["new"]})
    (subject,) = subjects.subjects_of([handoff.lead_id])
    assert subject.values["status"] == "new"
    assert session.scalars(select(Lead.id).where(matching(rule, now=hands.now))).all() == [handoff.lead_id]
    assert Stage(handoff.lead.stage) is Stage.MQL
