"""Leads are scored in batches, promoted when they meet the criteria, and marked or taken back by a marketer's word."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import HandoffState
from smarketing.domain.errors import IllegalMove, InvalidInput, Missing
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead, Score
from smarketing.models.tallies import StaleDay
from smarketing.services import agreements, handoffs, intake, qualification
from smarketing.services.subjects import subjects_of
from tests.cast import Cast, agree, document
from tests.conftest import Hands

Db = scoped_session[Session]

DEMO = [("demo_request", None)]


def take(hands: Hands, *emails: str, hot: bool = False) -> None:
    """Directors from France; the hot ones have asked for a demo."""
    facts = {"job_title": "Sales director", "country": "FR"}
    rows = [Row({"email": email, **facts}, engagements=DEMO if hot else ()) for email in emails]
    intake.take(rows, now=hands.now)


def lead(session: Db, email: str = "g@example.com") -> Lead:
    session.flush()
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.email_key == email)).one()


def latest_score(session: Db, of: Lead) -> Score:
    return session.scalars(select(Score).where(Score.lead_id == of.id).order_by(Score.id.desc()).limit(1)).one()


def handoffs_of(session: Db, of: Lead) -> list[Handoff]:
    session.flush()
    session.expire_all()
    return list(session.scalars(select(Handoff).where(Handoff.lead_id == of.id).order_by(Handoff.id)))


def told(session: Db, of: Lead, *names: str) -> list[Event]:
    query = select(Event).where(Event.lead_id == of.id, Event.name.in_(names)).order_by(Event.id)
    return list(session.scalars(query))


def count(session: Db, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# by the criteria


def test_a_score_is_kept_with_its_parts_its_verdict_and_its_version(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    score = latest_score(session, lead(session))
    assert (score.fit_points, score.engagement_points, score.points) == (50, 40, 90)
    assert (score.is_mql, score.scored_at) == (True, hands.now)
    assert score.agreement_version_id == session.scalars(select(AgreementVersion.id)).one()
    assert score.explanation == {
        "fit": [["is-director", 30, 1, None], ["is-near", 20, 1, None]],
        "engagement": [["asked-for-demo", 40, 1, hands.now.isoformat()]],
        "reasons": [
            [True, "all of these hold", {}, None, 0],
            [True, "%(field)s is at least %(bound)s", {"field": "points", "bound": 60}, 90, 1],
            [True, "%(field)s is at least %(bound)s", {"field": "engagement_points", "bound": 1}, 40, 1],
        ],
    }
    (scored,) = told(session, lead(session), "lead.scored")
    assert scored.data == {"score": score.id, "points": 90}


def test_a_lead_below_the_criteria_is_told_why_and_stays(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    score = latest_score(session, lead(session))
    assert (score.is_mql, score.points) == (False, 50)
    held = [(reason[0], reason[3]) for reason in score.explanation["reasons"]]
    assert held == [(False, None), (False, 50), (False, 0)]
    assert (lead(session).stage, lead(session).points, lead(session).owner_id) == (Stage.INQUIRY, 50, None)
    assert count(session, Handoff) == 0
    assert told(session, lead(session), "lead.qualified") == []


def test_a_batch_is_dealt_out_in_turn_and_the_next_goes_on_where_it_ended(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    take(hands, "a@example.com", "b@example.com", "c@example.com", hot=True)
    take(hands, "d@example.com", hot=True)
    owners = list(session.scalars(select(Handoff.owner_id).order_by(Handoff.lead_id)))
    assert owners == [agreed.saul.id, agreed.sara.id, agreed.saul.id, agreed.sara.id]
    clocks = list(session.execute(select(Clock.owner_id, Clock.clause_id).order_by(Clock.lead_id)))
    assert clocks == [(owner_id, "first-answer") for owner_id in owners]


def test_what_was_frozen_at_the_hand_off_is_the_score_that_earned_it(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    (handoff,) = handoffs_of(session, lead(session))
    score = latest_score(session, lead(session))
    assert (handoff.score_id, handoff.points, handoff.persona_id) == (score.id, 90, score.persona_id)
    assert (handoff.agreement_version_id, handoff.cycle) == (score.agreement_version_id, 1)
    assert (handoff.mql_at, handoff.offered_at, handoff.qualified_by_id) == (hands.now, hands.now, None)


def test_leads_are_judged_again_under_the_version_that_has_come_into_force(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    take(hands, "g@example.com")
    before = latest_score(session, lead(session)).agreement_version_id
    easier = document()["mql"] | {"when": {"field": "points", "at_least": 50}}
    agree(agreed, hands.turn(days=1), mql=easier)
    assert qualification.rescore([lead(session).id], now=hands.now) == 1
    score = latest_score(session, lead(session))
    assert score.is_mql
    assert score.agreement_version_id > before
    (handoff,) = handoffs_of(session, lead(session))
    assert handoff.agreement_version_id == score.agreement_version_id
    assert count(session, Score) == 2


def test_a_lead_that_is_with_sales_is_scored_again_but_not_handed_off_twice(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    take(hands, "g@example.com", hot=True)
    owner_id = lead(session).owner_id
    assert qualification.rescore([lead(session).id], now=hands.turn(days=1)) == 0
    assert (lead(session).stage, lead(session).cycle, lead(session).owner_id) == (Stage.MQL, 1, owner_id)
    assert count(session, Score) == 2
    assert len(handoffs_of(session, lead(session))) == 1


def test_a_recycled_lead_is_promoted_again_on_its_day_and_not_before(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    (handoff,) = handoffs_of(session, lead(session))
    rep = agreed.saul if handoff.owner_id == agreed.saul.id else agreed.sara
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(hours=1))
    until = date(2026, 3, 10)
    handoffs.recycle(handoff.id, reason="no-budget", until=until, note="", actor=rep, now=hands.turn(hours=1))
    first_mql_at = lead(session).mql_at
    assert qualification.rescore([lead(session).id], now=hands.turn(days=7)) == 0
    assert lead(session).stage is Stage.RECYCLED
    assert qualification.rescore([lead(session).id], now=hands.turn(days=1)) == 1
    assert (lead(session).stage, lead(session).cycle, lead(session).mql_at) == (Stage.MQL, 2, first_mql_at)
    assert [each.cycle for each in handoffs_of(session, lead(session))] == [1, 2]


def test_without_an_agreement_nothing_is_scored(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    assert qualification.rescore([lead(session).id], now=hands.now) == 0
    assert count(session, Score) == 0


# by hand


def test_a_marketer_vouches_for_a_lead_below_the_criteria(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    marked_at = hands.turn(hours=1)
    qualification.mark(lead(session).id, reason=" Met them at the fair. ", actor=agreed.marta, now=marked_at)
    marked = lead(session)
    assert (marked.stage, marked.cycle, marked.mql_at, marked.mql_on) == (Stage.MQL, 1, marked_at, date(2026, 3, 2))
    (handoff,) = handoffs_of(session, marked)
    assert (handoff.qualified_by_id, handoff.points) == (agreed.marta.id, 50)
    assert handoff.score_id == latest_score(session, marked).id
    assert handoff.owner_id == marked.owner_id in (agreed.saul.id, agreed.sara.id)
    assert session.scalars(select(Clock)).one().outcome is Outcome.RUNNING
    (event,) = told(session, marked, "lead.qualified")
    assert (event.actor_id, event.data) == (agreed.marta.id, {"reason": "Met them at the fair."})
    assert count(session, Score) == 1


def test_taking_back_undoes_a_mark(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    qualification.mark(lead(session).id, reason="At the fair", actor=agreed.marta, now=hands.turn(hours=1))
    qualification.take_back(lead(session).id, reason="The wrong one", actor=agreed.marta, now=hands.turn(minutes=1))
    again = lead(session)
    assert (again.stage, again.mql_at, again.mql_on, again.owner_id) == (Stage.INQUIRY, None, None, None)
    (handoff,) = handoffs_of(session, again)
    assert (handoff.state, handoff.closed_at) == (HandoffState.WITHDRAWN, hands.now)
    assert session.scalars(select(Clock)).one().outcome is Outcome.VOID
    (event,) = told(session, again, "lead.taken_back")
    assert (event.actor_id, event.data) == (agreed.marta.id, {"reason": "The wrong one"})


def test_marking_undoes_a_take_back_with_a_hand_off_and_a_clock_of_its_own(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    take(hands, "g@example.com", hot=True)
    qualification.take_back(lead(session).id, reason="Not yet", actor=agreed.marta, now=hands.turn(minutes=1))
    qualification.mark(lead(session).id, reason="After all", actor=agreed.marta, now=hands.turn(minutes=1))
    again = lead(session)
    assert (again.stage, again.cycle, again.is_held, again.mql_at) == (Stage.MQL, 2, False, hands.now)
    states = [handoff.state for handoff in handoffs_of(session, again)]
    assert states == [HandoffState.WITHDRAWN, HandoffState.OFFERED]
    outcomes = list(session.scalars(select(Clock.outcome).order_by(Clock.id)))
    assert outcomes == [Outcome.VOID, Outcome.RUNNING]


def test_what_was_taken_back_stays_back_until_somebody_marks_it(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    qualification.take_back(lead(session).id, reason="Not yet", actor=agreed.marta, now=hands.turn(minutes=1))
    assert qualification.rescore([lead(session).id], now=hands.turn(days=1)) == 0
    assert (lead(session).stage, lead(session).is_held, lead(session).points) == (Stage.INQUIRY, True, 90)
    assert latest_score(session, lead(session)).is_mql
    assert len(handoffs_of(session, lead(session))) == 1


def test_the_days_on_which_a_lead_counts_are_counted_again(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    session.execute(StaleDay.__table__.delete())  # type: ignore[attr-defined]
    qualification.take_back(lead(session).id, reason="Not yet", actor=agreed.marta, now=hands.turn(days=1))
    marked = set(session.execute(select(StaleDay.kind, StaleDay.day_on)))
    assert marked == {(kind, date(2026, 3, 2)) for kind in ("arrived", "mql", "due")}


def test_an_mql_cannot_be_marked_again(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    with pytest.raises(IllegalMove):
        qualification.mark(lead(session).id, reason="Again", actor=agreed.marta, now=hands.now)
    assert (lead(session).cycle, count(session, Handoff)) == (1, 1)


def test_what_sales_has_accepted_cannot_be_taken_back(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", hot=True)
    (handoff,) = handoffs_of(session, lead(session))
    rep = agreed.saul if handoff.owner_id == agreed.saul.id else agreed.sara
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(hours=1))
    with pytest.raises(IllegalMove):
        qualification.take_back(lead(session).id, reason="Mine", actor=agreed.marta, now=hands.now)
    assert handoffs_of(session, lead(session))[0].state is HandoffState.ACCEPTED
    assert told(session, lead(session), "lead.taken_back") == []


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_word_is_owed_for_what_is_done_by_hand(session: Db, agreed: Cast, hands: Hands, reason: str) -> None:
    take(hands, "cold@example.com")
    take(hands, "hot@example.com", hot=True)
    for verb, email in ((qualification.mark, "cold@example.com"), (qualification.take_back, "hot@example.com")):
        with pytest.raises(InvalidInput) as refused:
            verb(lead(session, email).id, reason=reason, actor=agreed.marta, now=hands.now)
        assert refused.value.field == "reason"
    assert (lead(session, "cold@example.com").stage, lead(session, "hot@example.com").stage) == (
        Stage.INQUIRY,
        Stage.MQL,
    )
    assert count(session, Handoff) == 1


def test_nothing_is_done_to_a_lead_that_does_not_exist(session: Db, agreed: Cast, hands: Hands) -> None:
    for verb in (qualification.mark, qualification.take_back):
        with pytest.raises(Missing):
            verb(7, reason="Why not", actor=agreed.marta, now=hands.now)
    assert count(session, Handoff) == 0


def test_nobody_is_marked_without_an_agreement(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    with pytest.raises(Missing):
        qualification.mark(lead(session).id, reason="At the fair", actor=cast.marta, now=hands.now)
    assert lead(session).stage is Stage.INQUIRY


# dry runs


def test_foreseeing_writes_nothing_and_says_who_would_be_promoted(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "cold@example.com", "held@example.com")
    easier = document()["mql"] | {"when": {"field": "points", "at_least": 50}}
    lead(session, "held@example.com").is_held = True
    agree(agreed, hands.turn(days=1), mql=easier)
    scores = count(session, Score)
    force = agreements.required()
    subjects = subjects_of([lead(session, f"{name}@example.com").id for name in ("cold", "held")])
    foreseen = qualification.foresee(subjects, force=force, now=hands.now)
    assert foreseen == {lead(session, "cold@example.com").id}
    assert (count(session, Score), count(session, Handoff)) == (scores, 0)
    assert lead(session, "cold@example.com").stage is Stage.INQUIRY
