"""A draft judged over past days: by what was known then, in chunks, with a result that is kept."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.backtest import Comparison, Fate
from smarketing.domain.errors import Conflict, InvalidInput
from smarketing.domain.importing import Row
from smarketing.domain.periods import Period, local_day, week_of
from smarketing.jobs import run_backtests
from smarketing.models.agreements import AgreementVersion
from smarketing.models.backtests import Backtest, BacktestLead
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.services import agreements, backtests, handoffs, intake, rosters
from smarketing.services.rosters import Takes
from tests.cast import Cast, document, terms
from tests.conftest import Hands
from tests.services.desk import owner

Db = scoped_session[Session]
DIRECTOR = {"job_title": "Sales director", "country": "FR"}


def draft(cast: Cast, hands: Hands, points: int, **changes: Any) -> AgreementVersion:
    when = {"all": [{"field": "points", "at_least": points}, {"field": "engagement_points", "at_least": 1}]}
    mql = document()["mql"] | {"when": when}
    return agreements.draft(terms(mql=mql, **changes), actor=cast.sasha, now=hands.now)


def take(hands: Hands, email: str, *kinds: str, **facts: str) -> None:
    acts = [(kind, None) for kind in kinds]
    intake.take([Row({"email": email, **facts}, engagements=acts)], now=hands.now)


def this_week(hands: Hands) -> Period:
    return week_of(local_day(hands.now, "Europe/Paris"))


def judged(session: Db, version: AgreementVersion, cast: Cast, hands: Hands, period: Period) -> Backtest:
    begun = backtests.begin(version, period, actor=cast.sasha, now=hands.now)
    while chunk := backtests.judge_next(begun.id, limit=2):
        assert backtests.keep(chunk, now=hands.now)
    return begun


def result(backtest: Backtest) -> Comparison:
    return Comparison.model_validate_json(backtest.result or "")


def fates(session: Db) -> dict[str, str]:
    rows = session.execute(select(Lead.email, BacktestLead.fate).join(BacktestLead, BacktestLead.lead_id == Lead.id))
    return {email.partition("@")[0]: fate.value for email, fate in rows}


def test_a_lower_threshold_gains_leads_and_says_what_they_lacked(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, "both@example.com", "demo_request", **DIRECTOR)
    handoff = session.scalars(select(Handoff)).one()
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    hands.turn(hours=1)
    take(hands, "gained@example.com", "pricing_page", job_title="Director")
    take(hands, "neither@example.com", "pricing_page")
    hands.turn(hours=1)
    version = draft(agreed, hands, 40)
    found = judged(session, version, agreed, hands, this_week(hands))
    assert (found.lead_count, found.judged_count, found.partly_known_count) == (3, 3, 0)
    assert fates(session) == {"both": "both", "gained": "gained"}
    counted = result(found)
    assert [(week.base, week.draft) for week in counted.weeks] == [(1, 2)]
    assert (counted.base.acceptance, counted.gained.handed) == ((1, 1), 0)
    gained = session.scalars(select(BacktestLead).where(BacktestLead.fate == Fate.GAINED)).one()
    assert (gained.draft_points, gained.other_points, gained.base_at) == (40, 40, None)
    assert [(line[0], line[3]) for line in gained.other_reasons or ()][1] == (False, 40)
    told = session.scalars(select(Event).where(Event.name == "version.backtested")).one()
    assert (told.subject_id, told.actor_id) == (version.id, agreed.sasha.id)


def test_the_version_in_force_judged_again_makes_the_mqls_on_record(session: Db, agreed: Cast, hands: Hands) -> None:
    starts = this_week(hands)
    for number in range(4):
        take(hands, f"{number}@example.com", "demo_request", **DIRECTOR)
        hands.turn(hours=7)
    take(hands, "cold@example.com", **DIRECTOR)
    found = judged(session, draft(agreed, hands, 95), agreed, hands, starts)
    on_record = {row.lead_id: row.mql_at for row in session.scalars(select(Handoff))}
    assert {row.lead_id: row.base_at for row in session.scalars(select(BacktestLead))} == on_record
    assert set(fates(session).values()) == {"lost"}
    assert result(found).lost.mqls == 4


def test_what_was_written_later_is_left_out(session: Db, agreed: Cast, hands: Hands) -> None:
    starts = this_week(hands)
    take(hands, "g@example.com", "demo_request", country="FR")
    hands.turn(days=1)
    take(hands, "g@example.com", job_title="Director")
    made_at = session.scalars(select(Handoff.mql_at)).one()
    found = judged(session, draft(agreed, hands, 50), agreed, hands, starts)
    assert found.partly_known_count == 1
    assert [row.base_at for row in session.scalars(select(BacktestLead))] == [made_at]


def test_who_is_with_sales_already_is_not_made_again_until_sent_back(session: Db, agreed: Cast, hands: Hands) -> None:
    for name in ("open", "back", "out"):
        take(hands, f"{name}@example.com", "demo_request", **DIRECTOR)
    handed = {row.lead.email: row for row in session.scalars(select(Handoff).order_by(Handoff.id))}
    hands.turn(hours=1)
    for name, reason in (("back", "not-now"), ("out", "bad-data")):
        each = handed[f"{name}@example.com"]
        handoffs.refuse(each.id, reason=reason, note="", actor=owner(session, each), now=hands.now)
    until = session.scalars(select(Lead.recycled_until).where(Lead.email == "back@example.com")).one()
    hands.turn(days=400)
    starts_on = (hands.now - timedelta(days=390)).date()
    judged(session, draft(agreed, hands, 40), agreed, hands, Period(starts_on, hands.now.date()))
    rows = session.scalars(select(BacktestLead)).all()
    assert fates(session) == {"back": "both"}
    assert until is None or local_day(rows[0].draft_at or hands.now, "Europe/Paris") >= until


def test_each_reps_part_is_held_against_what_they_can_take(session: Db, agreed: Cast, hands: Hands) -> None:
    rosters.change(agreed.saul, Takes(50, 2, (), (), None), actor=agreed.sasha, now=hands.now)
    found = judged(session, draft(agreed, hands, 40), agreed, hands, this_week(hands))
    loads = {load.user_id: (round(load.share, 3), load.most_a_week) for load in result(found).loads}
    assert loads == {agreed.saul.id: (0.333, 10), agreed.sara.id: (0.667, None)}


def test_one_that_is_asked_for_anew_takes_the_place_of_one_under_way(session: Db, agreed: Cast, hands: Hands) -> None:
    version = draft(agreed, hands, 40)
    first = backtests.begin(version, this_week(hands), actor=agreed.sasha, now=hands.now)
    chunk = backtests.judge_next(first.id, limit=9)
    assert chunk is not None
    hands.turn(minutes=1)
    second = backtests.begin(version, this_week(hands), actor=agreed.sasha, now=hands.now)
    assert backtests.keep(chunk, now=hands.now) is False
    assert backtests.unfinished() == second.id
    for _number in range(backtests.KEPT + 2):
        judged(session, version, agreed, hands, this_week(hands))
    assert len(session.scalars(select(Backtest)).all()) == backtests.KEPT
    agreements.discard(version, actor=agreed.sasha, now=hands.now)
    session.expire_all()
    assert session.scalars(select(Backtest)).all() == []


def test_what_cannot_be_judged_is_refused(session: Db, agreed: Cast, hands: Hands) -> None:
    in_force = session.scalars(AgreementVersion.in_force()).one()
    with pytest.raises(Conflict, match="not in force yet"):
        backtests.begin(in_force, this_week(hands), actor=agreed.sasha, now=hands.now)
    coming = Period(hands.now.date() + timedelta(days=9), hands.now.date() + timedelta(days=19))
    with pytest.raises(InvalidInput, match="still to come"):
        backtests.begin(draft(agreed, hands, 40), coming, actor=agreed.sasha, now=hands.now)


def test_the_job_goes_on_until_all_are_judged(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_backtests, "LEADS_AT_ONCE", 2)
    for number in range(3):
        take(hands, f"{number}@example.com", "demo_request", **DIRECTOR)
    hands.turn(minutes=1)
    for points in (40, 95):
        backtests.begin(draft(agreed, hands, points), this_week(hands), actor=agreed.sasha, now=hands.now)
    session.commit()
    assert run_backtests.run(now=hands.now) == 6
    assert run_backtests.run(now=hands.now) == 0
    counted = [result(each) for each in session.scalars(select(Backtest).order_by(Backtest.id))]
    assert [(each.both.mqls, each.lost.mqls) for each in counted] == [(3, 0), (0, 3)]


def test_one_that_fails_ends_without_a_result(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_id = backtests.begin(draft(agreed, hands, 40), this_week(hands), actor=agreed.sasha, now=hands.now).id
    monkeypatch.setattr(backtests, "pasts_of", lambda *_args, **_told: 1 / 0)
    take(hands, "g@example.com", **DIRECTOR)
    session.commit()
    with pytest.raises(ZeroDivisionError):
        run_backtests.run(now=hands.now)
    failed = session.get_one(Backtest, begun_id, populate_existing=True)
    assert (failed.finished_at, failed.result, backtests.unfinished()) == (hands.now, None, None)
