"""A refusal, an MQL and a breach are contested: evidence is frozen, an answer or a ruling corrects the figures."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.disputes import DisputeState
from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.reports import dispute_list, excuses, refusals
from smarketing.reports.rollups import Scope
from smarketing.services import clocks, disputes, evidence, handoffs, tallies
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

NOTE = "They asked for a demo twice."


def by(actor: User, hands: Hands, **told: Any) -> dict[str, Any]:
    return {"note": NOTE, "actor": actor, "now": hands.now} | told


@pytest.fixture
def refused(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    handoff = hand_off(session, hands)
    told: dict[str, Any] = {"reason": "bad-data", "note": "Wrong number", "now": hands.now}
    return handoffs.refuse(handoff.id, actor=owner(session, handoff), **told)


@pytest.fixture
def breached(session: Db, agreed: Cast, hands: Hands) -> Clock:
    hand_off(session, hands)
    hands.turn(days=2)
    clocks.breach_overdue(now=hands.now)
    return session.scalars(select(Clock)).one()


def month(hands: Hands) -> Scope:
    first = hands.now.date().replace(day=1)
    return Scope(Period(first, first + timedelta(days=31)))


def told(session: Db) -> list[tuple[str, int]]:
    of_disputes = select(Notice.kind, Notice.recipient_id).where(Notice.kind.startswith("dispute"))
    return [tuple(row) for row in session.execute(of_disputes.order_by(Notice.id))]


def test_a_refusal_that_sales_takes_back_does_not_count_and_the_lead_goes_to_sales_again(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    zone = "Europe/Paris"
    assert [each.refusals for each in refusals.by_reason(month(hands), zone=zone)] == [1]
    dispute = disputes.contest_refusal(refused.id, ground="meets_criteria", **by(agreed.marta, hands))
    seller = refused.dispositions[0].actor_id
    assert told(session) == [("dispute.raised", seller), ("dispute.raised", agreed.sasha.id)]
    disputes.concede(dispute.id, **by(agreed.sasha, hands, note=""))
    session.flush()
    assert dispute.state is DisputeState.UPHELD
    assert refused.dispositions[0].overturned_at == hands.now
    assert refusals.by_reason(month(hands), zone=zone) == []
    assert refused.lead.stage is Stage.MQL
    again = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert again is not None
    assert (again.cycle, again.state) == (2, "offered")
    names = session.scalars(select(Event.name).where(Event.subject_type == "dispute").order_by(Event.id)).all()
    assert names == ["dispute.raised", "dispute.answered", "dispute.ruled"]


def test_an_objection_goes_to_the_arbiters_of_both_sides(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    dispute = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    with pytest.raises(Conflict, match="still has time"):
        disputes.vote(dispute.id, verdict="upheld", **by(agreed.manny, hands))
    disputes.object_to(dispute.id, **by(agreed.sasha, hands))
    disputes.vote(dispute.id, verdict="upheld", **by(agreed.manny, hands))
    disputes.vote(dispute.id, verdict="dismissed", **by(agreed.sasha, hands))
    assert dispute.state is DisputeState.CONTESTED, "they differ"
    disputes.vote(dispute.id, verdict="dismissed", **by(agreed.manny, hands, note="Précédent du 12 mars"))
    assert dispute.state is DisputeState.DISMISSED
    assert refused.dispositions[0].overturned_at is None
    assert session.scalars(select(Handoff)).all() == [refused]
    assert " precedent" in dispute.search_text
    with pytest.raises(Conflict):
        disputes.vote(dispute.id, verdict="upheld", **by(agreed.manny, hands))


def test_whoever_lets_the_time_pass_leaves_the_ruling_to_the_arbiters(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    dispute = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    hands.set(dispute.answer_due_at + timedelta(seconds=1))
    for manager in (agreed.manny, agreed.sasha):
        disputes.vote(dispute.id, verdict="upheld", **by(manager, hands))
    assert dispute.state is DisputeState.UPHELD


def test_an_excuse_needs_the_other_side_and_leaves_the_breach_as_it_is(
    session: Db, agreed: Cast, hands: Hands, breached: Clock
) -> None:
    with pytest.raises(NotAllowed):
        disputes.ask_excuse(breached.id, ground="outage", **by(agreed.marta, hands))
    dispute = disputes.ask_excuse(breached.id, ground="outage", **by(agreed.saul, hands))
    with pytest.raises(NotAllowed):
        disputes.concede(dispute.id, **by(agreed.sasha, hands))
    assert excuses.excused(month(hands)) == {}
    disputes.concede(dispute.id, **by(agreed.manny, hands))
    tallies.recount_stale()
    (kept,) = excuses.kept(month(hands))
    assert (kept.raw, kept.excused, kept.adjusted.ratio) == ((0, 1), 1, None)
    session.refresh(breached)
    assert (breached.outcome, breached.excused_at) == (Outcome.BREACHED, hands.now)
    assert "clock.excused" in session.scalars(select(Event.name)).all()


def test_an_mql_that_was_none_does_not_count(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    dispute = disputes.contest_mql(handoff.id, ground="fails_criteria", **by(agreed.saul, hands))
    disputes.concede(dispute.id, **by(agreed.marta, hands))
    session.expire_all()
    assert (handoff.state, handoff.lead.stage, handoff.lead.mql_at) == ("withdrawn", Stage.INQUIRY, None)
    assert handoff.lead.is_held


def test_a_refused_mql_that_was_none_does_not_count_either(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    dispute = disputes.contest_mql(refused.id, ground="wrong_data", **by(agreed.saul, hands))
    disputes.concede(dispute.id, **by(agreed.manny, hands))
    assert (refused.lead.mql_at, refused.lead.mql_on) == (None, None)


def test_the_evidence_is_what_stood_when_it_was_raised(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    dispute = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    disputes.concede(dispute.id, **by(agreed.sasha, hands))
    session.expire_all()
    facts = json.loads(dispute.evidence)
    assert (facts["state"], facts["points"], facts["score"]["is_mql"]) == ("refused", 90, True)
    assert evidence.digest(dispute.evidence) == dispute.digest
    assert "perrin" not in dispute.evidence.lower()


def test_nothing_is_contested_twice_and_nothing_that_did_not_happen(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    with pytest.raises(Conflict, match="no refusal"):
        disputes.contest_refusal(handoff.id, ground="other", **by(agreed.marta, hands))
    clock = session.scalars(select(Clock)).one()
    with pytest.raises(Conflict, match="not run out"):
        disputes.ask_excuse(clock.id, ground="other", **by(agreed.saul, hands))
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    with pytest.raises(Conflict, match="settled"):
        disputes.contest_mql(handoff.id, ground="other", **by(agreed.saul, hands))
    assert session.scalars(select(Dispute)).all() == []


def test_a_second_dispute_about_the_same_is_refused_until_the_first_is_taken_back(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    first = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    with pytest.raises(Conflict, match="contested already"):
        disputes.contest_refusal(refused.id, ground="other", **by(agreed.manny, hands))
    with pytest.raises(NotAllowed):
        disputes.withdraw(first.id, actor=agreed.manny, now=hands.now)
    disputes.withdraw(first.id, actor=agreed.marta, now=hands.now)
    disputes.contest_refusal(refused.id, ground="other", **by(agreed.manny, hands))
    with pytest.raises(InvalidInput):
        disputes.object_to(first.id + 1, **by(agreed.sasha, hands, note=" "))


def test_named_arbiters_rule_and_nobody_else(session: Db, cast: Cast, hands: Hands) -> None:
    named = {"answer_minutes": 60, "calendar": "office", "arbiters": ["Saul@example.com", "gone@example.com"]}
    agree(cast, hands.now, disputes=clause("disputes", "Disputes", "Différends") | named)
    handoff = hand_off(session, hands)
    dispute = disputes.contest_mql(handoff.id, ground="other", **by(cast.sara, hands))
    disputes.object_to(dispute.id, **by(cast.marta, hands))
    for nobody in (cast.sasha, cast.marta, cast.sara, cast.ada):
        with pytest.raises(NotAllowed, match="Only the arbiters"):
            disputes.vote(dispute.id, verdict="dismissed", **by(nobody, hands))
    disputes.vote(dispute.id, verdict="dismissed", **by(cast.saul, hands))
    disputes.vote(dispute.id, verdict="dismissed", **by(cast.manny, hands, note="No arbiter of marketing is named"))
    assert dispute.state is DisputeState.DISMISSED


def test_what_is_upheld_counts_as_restated_in_its_days_only(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    before = Period(hands.now.date() - timedelta(days=9), hands.now.date())
    dispute = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    assert dispute_list.upheld(month(hands)) == {}
    disputes.concede(dispute.id, **by(agreed.sasha, hands))
    assert dispute_list.upheld(month(hands)) == {"refusal": 1}
    assert dispute_list.upheld(month(hands)._replace(source="Webinar")) == {"refusal": 1}
    assert dispute_list.upheld(month(hands)._replace(source="Fair")) == {}
    assert dispute_list.upheld(Scope(before)) == {}


def test_an_overturned_refusal_is_vouched_for_by_whoever_contested_it(
    session: Db, agreed: Cast, hands: Hands, refused: Handoff
) -> None:
    dispute = disputes.contest_refusal(refused.id, ground="other", **by(agreed.marta, hands))
    disputes.concede(dispute.id, **by(agreed.sasha, hands))
    again = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert again is not None
    assert again.qualified_by == agreed.marta
