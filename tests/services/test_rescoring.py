"""Scores that time alone changes are brought up to date, those of other leads are left alone."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.jobs import put_versions_in_force
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead, Score
from smarketing.services import agreements, handoffs, intake, qualification, rescoring
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands

Db = scoped_session[Session]
DEMO = [("demo_request", None)]


def take(hands: Hands, *emails: str, engagements: Any = DEMO, **facts: str) -> None:
    rows = [
        Row({"email": email, "job_title": "Sales director", "country": "FR", **facts}, engagements=engagements)
        for email in emails
    ]
    intake.take(rows, now=hands.now)


def lead(session: Db, email: str = "g@example.com") -> Lead:
    session.flush()
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.email_key == email)).one()


def scores(session: Db) -> int:
    return session.scalar(select(func.count()).select_from(Score)) or 0


def fading(half_life_days: int = 10) -> dict[str, Any]:
    return document()["scoring"] | {"decay": {"half_life_days": half_life_days}}


def rescore(hands: Hands) -> int:
    return rescoring.rescore_due(now=hands.now, limit=100)


def test_points_fade_with_time_and_only_leads_that_can_change_are_touched(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    agree(agreed, hands.turn(minutes=1), scoring=fading())
    take(hands, "g@example.com")
    take(hands, "cold@example.com", engagements=())
    assert lead(session, "cold@example.com").rescore_at is None
    first = lead(session)
    assert (first.points, first.rescore_at) == (90, hands.now + timedelta(days=1))
    assert rescore(hands) == 0
    hands.turn(days=1)
    assert rescore(hands) == 1
    again = lead(session)
    assert (again.points, again.engagement_points, again.stage) == (87, 37, Stage.MQL)
    assert again.rescore_at == hands.now + timedelta(days=1)
    assert scores(session) == 3


def test_a_lead_that_comes_out_as_before_leaves_no_score_and_no_line(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    before, edition = scores(session), lead(session).edition
    told = session.scalar(select(func.count()).select_from(Event))
    lead(session).rescore_at = hands.now
    session.flush()
    edition = lead(session).edition
    assert rescore(hands) == 1
    assert scores(session) == before
    assert session.scalar(select(func.count()).select_from(Event)) == told
    assert (lead(session).rescore_at, lead(session).edition) == (None, edition)


def test_who_meets_the_criteria_by_the_passing_of_time_becomes_an_mql_at_once(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    patient = document()["mql"] | {"when": {"field": "arrived_at", "older_than_days": 3}}
    agree(agreed, hands.turn(minutes=1), mql=patient)
    take(hands, "g@example.com", engagements=())
    assert (lead(session).stage, lead(session).rescore_at) == (Stage.INQUIRY, hands.now + timedelta(days=3))
    hands.turn(days=3)
    assert rescore(hands) == 1
    assert (lead(session).stage, lead(session).rescore_at) == (Stage.MQL, None)
    (handoff,) = session.scalars(select(Handoff))
    assert (handoff.mql_at, handoff.points) == (hands.now, 50)
    qualified = session.scalars(select(Event).where(Event.name == "lead.qualified")).one()
    assert (qualified.actor_id, qualified.data["points"]) == (None, 50)


def test_a_recycled_lead_is_judged_when_it_is_sent_back_and_again_on_its_day(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    take(hands, "g@example.com")
    (handoff,) = session.scalars(select(Handoff))
    rep = agreed.saul if handoff.owner_id == agreed.saul.id else agreed.sara
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(hours=1))
    until = date(2026, 3, 10)
    handoffs.recycle(handoff.id, reason="no-budget", until=until, note="", actor=rep, now=hands.turn(hours=1))
    assert rescore(hands) == 1
    assert lead(session).stage is Stage.RECYCLED
    back_at = lead(session).rescore_at
    assert back_at is not None
    assert rescore(hands) == 0
    hands.turn(seconds=(back_at - hands.now).total_seconds())
    assert rescore(hands) == 1
    assert (lead(session).stage, lead(session).cycle) == (Stage.MQL, 2)


def test_a_reset_takes_what_was_done_before_sales_sent_it_back(session: Db, agreed: Cast, hands: Hands) -> None:
    scoring = document()["scoring"] | {"resets": [clause("reset-recycled", "Back", "Retour") | {"on": "recycled"}]}
    agree(agreed, hands.turn(minutes=1), scoring=scoring)
    take(hands, "g@example.com")
    handoff = session.scalars(select(Handoff)).one()
    rep = agreed.saul if handoff.owner_id == agreed.saul.id else agreed.sara
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(hours=1))
    until = date(2026, 3, 10)
    handoffs.recycle(handoff.id, reason="no-budget", until=until, note="", actor=rep, now=hands.turn(hours=1))
    assert rescore(hands) == 1
    assert (lead(session).points, lead(session).engagement_points) == (50, 0)
    assert (handoff.points, handoff.score.engagement_points) == (90, 40)


def test_other_criteria_in_force_are_put_to_all_who_could_be_an_mql(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "g@example.com", engagements=())
    easier = document()["mql"] | {"when": {"field": "points", "at_least": 50}}
    agree(agreed, hands.turn(days=1), mql=easier)
    assert rescoring.judge_all_anew(now=hands.now) == 1
    assert rescore(hands) == 1
    assert lead(session).stage is Stage.MQL
    assert put_versions_in_force.run(now=hands.now) == 0


def test_leads_that_came_before_the_first_agreement_are_judged_by_it(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    take(hands, "cold@example.com", engagements=())
    assert lead(session).points is None
    agree(cast, hands.turn(days=1))
    assert rescoring.judge_all_anew(now=hands.now) == 2
    assert rescore(hands) == 2
    assert (lead(session).stage, lead(session).points) == (Stage.MQL, 90)
    assert (lead(session, "cold@example.com").stage, lead(session, "cold@example.com").points) == (Stage.INQUIRY, 50)
    assert session.scalars(select(Handoff)).one().lead_id == lead(session).id


def test_a_grade_is_kept_with_the_lead(session: Db, agreed: Cast, hands: Hands) -> None:
    grid = {"fit": [50, 30, 10], "engagement": [80, 40, 10]}
    agree(agreed, hands.turn(minutes=1), scoring=document()["scoring"] | {"grid": grid})
    take(hands, "g@example.com")
    assert lead(session).grade == "A2"
    score = session.scalars(select(Score).order_by(Score.id.desc()).limit(1)).one()
    assert score.explanation["grade"] == "A2"


def test_without_an_agreement_nothing_is_due(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, "g@example.com")
    assert rescore(hands) == 0
    assert agreements.in_force() is None
    assert qualification.rescore([lead(session).id], now=hands.now) == 0
