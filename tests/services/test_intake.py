"""Leads come in, come again and come changed; nothing is told or scored twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import is_unique_violation
from smarketing.domain import importing
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Milestones, Stage
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Engagement, Lead, Score
from smarketing.models.tallies import StaleDay
from smarketing.services import handoffs, intake, leads, qualification
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]


def director(email: str = "g.perrin@example.com", **facts: str) -> dict[str, str]:
    return {"email": email, "job_title": "Sales director", "country": "FR", "source": "Webinar"} | facts


def lead(session: Db, email: str = "g.perrin@example.com") -> Lead:
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.email_key == email)).one()


def story(session: Db) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.lead_id.is_not(None)).order_by(Event.id)))


def count(session: Db, model: type) -> int | None:
    return session.scalar(select(func.count()).select_from(model))


def test_a_lead_that_meets_the_criteria_arrives_at_a_rep(session: Db, agreed: Cast, hands: Hands) -> None:
    asked_at = hands.now - timedelta(hours=1)
    outcome = intake.take(
        [Row(director(company="Fromagerie Perrin"), engagements=[("demo_request", asked_at)])], now=hands.now
    )
    assert outcome[:4] == (1, 0, 0, 1)
    taken = lead(session)
    assert (taken.stage, taken.cycle, taken.points, taken.mql_at) == (Stage.MQL, 1, 90, hands.now)
    assert taken.arrived_at == hands.now
    assert taken.search_text == "fromagerie perrin sales director g perrin example com"
    handoff = session.scalars(select(Handoff)).one()
    assert handoff.owner_id == taken.owner_id in (agreed.saul.id, agreed.sara.id)
    assert session.scalars(select(Clock)).one().handoff_id == handoff.id
    assert story(session) == [
        "lead.arrived",
        "lead.engaged",
        "lead.scored",
        "lead.qualified",
        "handoff.offered",
        "clock.started",
    ]


def test_the_same_rows_again_change_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    rows = [
        Row(director(), {"industry": "paper"}, engagements=[("demo_request", None)]),
        Row({"external_id": "L2", "first_name": "José"}, milestones=Milestones(mql_at=hands.now)),
    ]
    intake.take(rows, now=hands.now)
    told, marked = story(session), count(session, StaleDay)
    outcome = intake.take(rows, now=hands.turn(days=3))
    assert outcome[:4] == (0, 0, 2, 0)
    assert story(session) == told
    assert count(session, StaleDay) == marked
    assert count(session, Score) == 2
    assert lead(session).edition == 1


def test_a_lead_with_its_own_stage_dates_is_scored_but_not_handed_off(session: Db, agreed: Cast, hands: Hands) -> None:
    won_at = datetime(2025, 5, 8, 20, tzinfo=UTC)
    mql_at = datetime(2025, 4, 30, 22, 30, tzinfo=UTC)
    row = Row(
        director(),
        engagements=[("demo_request", mql_at)],
        milestones=Milestones(mql_at=mql_at, won_at=won_at),
        amount_cents=125_050,
    )
    assert intake.take([row], now=hands.now).mqls == 0
    taken = lead(session)
    assert (taken.stage, taken.points, taken.cycle, taken.owner_id) == (Stage.WON, 90, 0, None)
    assert (taken.arrived_at, taken.mql_at, taken.won_at) == (mql_at, mql_at, won_at)
    assert (taken.arrived_on, taken.mql_on, taken.amount_cents) == (date(2025, 5, 1), date(2025, 5, 1), 125_050)
    assert count(session, Handoff) == 0
    assert "lead.qualified" not in story(session)


def test_without_an_agreement_leads_are_taken_unscored_and_judged_by_nobody(
    session: Db, cast: Cast, hands: Hands
) -> None:
    outcome = intake.take([Row(director(), engagements=[("demo_request", None)])], now=hands.now, actor=cast.marta)
    assert outcome[:4] == (1, 0, 0, 0)
    assert (lead(session).stage, lead(session).points, lead(session).arrived_on) == (
        Stage.INQUIRY,
        None,
        date(2026, 3, 2),
    )
    assert story(session) == ["lead.arrived", "lead.engaged"]
    assert set(session.scalars(select(Event.actor_id).where(Event.lead_id.is_not(None)))) == {cast.marta.id}


def test_a_known_lead_that_now_meets_the_criteria_is_handed_off(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row(director())], now=hands.now)
    assert lead(session).stage is Stage.INQUIRY
    later = hands.turn(hours=2)
    again = Row({"email": "G.Perrin@Example.com", "phone": "04 50"}, engagements=[("demo_request", later)])
    outcome = intake.take([again], now=later)
    assert outcome[:4] == (0, 1, 0, 1)
    taken = lead(session)
    assert (taken.stage, taken.email, taken.phone) == (Stage.MQL, "g.perrin@example.com", "04 50")
    assert taken.job_title == "Sales director"
    assert story(session)[2:5] == ["lead.updated", "lead.engaged", "lead.scored"]
    updated = session.scalars(select(Event).where(Event.name == "lead.updated")).one()
    assert updated.data == {"fields": ["phone"]}


def test_stage_dates_are_set_once_and_the_earliest_arrival_counts(session: Db, agreed: Cast, hands: Hands) -> None:
    first, second = (datetime(2025, 5, day, tzinfo=UTC) for day in (1, 9))
    intake.take([Row(director(), arrived_at=second, milestones=Milestones(mql_at=second))], now=hands.now)
    scores = count(session, Score)
    closed = Milestones(mql_at=first, won_at=second)
    intake.take([Row(director(), arrived_at=first, milestones=closed, amount_cents=5)], now=hands.now)
    taken = lead(session)
    assert (taken.arrived_at, taken.mql_at, taken.won_at) == (first, second, second)
    assert (taken.stage, taken.amount_cents) == (Stage.WON, 5)
    assert count(session, Score) == scores + 1  # arrived_at is no stage date, so it is judged again


def test_a_lead_at_work_in_sales_takes_no_stage_dates_from_a_file(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row(director(), engagements=[("demo_request", None)])], now=hands.now)
    closed = Row(director(phone="1"), milestones=Milestones(won_at=hands.now), number=7, cells=["…"])
    outcome = intake.take([closed, Row(director(phone="2"))], now=hands.now)
    (rejected,) = outcome.rejected
    assert (rejected.number, rejected.field, rejected.cells) == (7, "won_at", ["…"])
    assert "handed to sales here" in rejected.message
    assert (lead(session).stage, lead(session).won_at, lead(session).phone) == (Stage.MQL, None, "2")


def test_an_identity_that_contradicts_itself_is_rejected_alone(session: Db, agreed: Cast, hands: Hands) -> None:
    known = [Row({"external_id": "A", "email": "a@example.com"}), Row({"email": "b@example.com"})]
    intake.take(known, now=hands.now)
    rows = [
        Row({"external_id": "B", "email": "a@example.com"}, number=2),
        Row({"external_id": "A", "email": "b@example.com"}, number=3),
        Row({"external_id": "B", "email": "b@example.com"}, number=4),
        Row({"external_id": "C", "email": "B@example.com"}, number=5),
        Row({"external_id": "A", "email": "new@example.com"}, number=6),
    ]
    outcome = intake.take(rows, now=hands.now)
    assert [rejected.number for rejected in outcome.rejected] == [2, 3, 5]
    assert {rejected.field for rejected in outcome.rejected} == {"email"}
    assert lead(session, "b@example.com").external_id == "B"
    assert lead(session, "new@example.com").external_id == "A"
    assert count(session, Lead) == 2


def test_rows_of_one_lead_are_merged_and_the_first_to_state_a_fact_wins(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    rows = [
        Row(director(company="First"), engagements=[("webinar", hands.now - timedelta(days=2))]),
        Row(director(company="Second", phone="1"), engagements=[("webinar", hands.now - timedelta(days=1))]),
        Row(director(company="Third"), engagements=[("webinar", hands.now - timedelta(days=1))]),
    ]
    outcome = intake.take(rows, now=hands.now)
    assert outcome[:3] == (1, 1, 1)
    assert (lead(session).company, lead(session).phone) == ("First", "1")
    assert count(session, Engagement) == 2
    assert intake.take(rows, now=hands.now)[:3] == (0, 0, 3)


def test_a_stage_date_before_the_arrival_is_taken_and_pointed_out(session: Db, agreed: Cast, hands: Hands) -> None:
    won_at = hands.now - timedelta(days=9)
    row = Row(director(), arrived_at=hands.now, milestones=Milestones(won_at=won_at), number=12)
    assert intake.take([row], now=hands.now).early == [12]
    assert lead(session).won_at == won_at


def test_changed_facts_do_not_move_a_lead_that_has_history(session: Db, agreed: Cast, hands: Hands) -> None:
    past = hands.now - timedelta(days=30)
    intake.take([Row({"email": "g.perrin@example.com"}, milestones=Milestones(mql_at=past))], now=hands.now)
    intake.take([Row(director(), engagements=[("demo_request", past)])], now=hands.now)
    assert (lead(session).stage, lead(session).points, lead(session).mql_at) == (Stage.MQL, 90, past)
    assert count(session, Handoff) == 0


def test_a_new_source_marks_every_day_the_lead_counts_in(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row(director(), engagements=[("demo_request", None)])], now=hands.now)
    handoffs.accept(session.scalars(select(Handoff.id)).one(), actor=owner(session, agreed), now=hands.turn(hours=1))
    session.execute(StaleDay.__table__.delete())  # type: ignore[attr-defined]
    intake.take([Row(director(source="Trade show"))], now=hands.now)
    assert set(session.scalars(select(StaleDay.kind))) == {"arrived", "mql", "due"}


def test_a_held_lead_is_scored_again_but_stays_held(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row(director(), engagements=[("demo_request", None)])], now=hands.now)
    qualification.take_back(lead(session).id, reason="Not yet", actor=agreed.marta, now=hands.now)
    assert intake.take([Row(director(country="BE"))], now=hands.turn(hours=1)).mqls == 0
    assert lead(session).stage is Stage.INQUIRY


def test_a_lead_that_somebody_else_brings_at_the_same_moment_is_known_by_its_fault(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    row = Row({"external_id": "L1"})
    intake.take([row], now=hands.now)
    batch, _fates, _rejected = intake.merge([row], [], now=hands.now)  # as if nobody had known it yet
    batch.new[0].lead_id = 99
    standing = leads.Standing(Stage.INQUIRY, 0, None, None, None, None, None, None, None)
    with pytest.raises(IntegrityError) as fault:
        leads.insert(batch.new, [standing], statuses={}, zone="UTC", import_id=None, now=hands.now)
    assert is_unique_violation(fault.value)
    session.rollback()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Gaëlle Perrin", "gaelle perrin"), ("ÉCLAIR 😀", "eclair 😀"), ("مرحبا", "مرحبا"), ("Straße", "strasse")],
)
def test_search_text_is_lower_case_without_accents(text: str, folded: str) -> None:
    assert importing.folded(text) == folded


def owner(session: Db, cast: Cast) -> object:
    owner_id = session.scalars(select(Handoff.owner_id)).one()
    return next(person for person in cast if person.id == owner_id)
