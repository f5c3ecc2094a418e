"""Targets of every period and scope: written down once, closed when they end, restated when facts come late."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.periods import Period, local_day, month_of
from smarketing.domain.statements import PEOPLE, PERIODS, Verdict
from smarketing.jobs import close_targets, owe_targets
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort
from smarketing.models.targets import Target
from smarketing.reports import agreed as standing_of
from smarketing.reports import closing, obligations, pacing, volume
from smarketing.services import tallies, targets
from tests.cast import Cast, agree, document
from tests.conftest import Hands
from tests.reports import handed_off
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]
STEPS = [
    {"from_month": 0, "quota_ratio": 0.5, "routing_ratio": 0.5},
    {"from_month": 3, "quota_ratio": 1, "routing_ratio": 1},
]
KINDS: dict[str, dict[str, Any]] = {
    "sals-a-week": {"metric": "sals", "period": "week", "owed": 4, "side": "sales"},
    "sqls-of-each": {
        "metric": "sqls",
        "period": "month",
        "owed": 6,
        "side": "sales",
        "each": "person",
        "is_ramped": True,
    },
    "sqls-of-teams": {"metric": "sqls", "period": "month", "owed": 6, "side": "sales", "each": "team"},
    "value-a-quarter": {
        "metric": "mqls",
        "period": "quarter",
        "owed": 2_000_000,
        "worth": [{"persona": "director", "value": 100_000}],
    },
    "mqls-at-most": {"metric": "mqls", "bound": "at_most", "owed": 1000},
}


@pytest.fixture
def owing(session: Db, cast: Cast, hands: Hands) -> Cast:
    """An agreement with a clause of every kind, in force since March; June has begun."""
    hands.set(datetime(2026, 3, 2, 8, tzinfo=UTC))
    (plain,) = document()["targets"]
    agree(
        cast,
        hands.now,
        targets=[plain | {"id": name} | kind for name, kind in KINDS.items()],
        ramp={"id": "ramp", "title": plain["title"], "steps": STEPS},
    )
    handed_off.handoffs(120, cast, session.scalars(select(AgreementVersion.id)).one(), seed=12)
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    return cast


def owed_in(session: Db, at: datetime) -> list[Target]:
    targets.owe_current(now=at)
    session.flush()
    return [*session.scalars(select(Target).order_by(Target.id))]


def test_every_period_and_debtor_is_written_down_once(session: Db, owing: Cast) -> None:
    at = datetime(2026, 5, 6, 9, tzinfo=UTC)
    written = owed_in(session, at)
    assert targets.owe_current(now=at) == 0
    told = {(each.clause_id, each.user_id, each.team): (each.starts_on, each.owed, each.ramp_ratio) for each in written}
    assert told == {
        ("sals-a-week", None, None): (date(2026, 5, 4), 4, 1.0),
        ("sqls-of-each", owing.saul.id, None): (date(2026, 5, 1), 3, 0.5),
        ("sqls-of-each", owing.sara.id, None): (date(2026, 5, 1), 3, 0.5),
        ("sqls-of-teams", None, "inside-sales"): (date(2026, 5, 1), 6, 1.0),
        ("value-a-quarter", None, None): (date(2026, 4, 1), 2_000_000, 1.0),
        ("mqls-at-most", None, None): (date(2026, 5, 1), 1000, 1.0),
    }
    next_week = datetime(2026, 5, 11, 9, tzinfo=UTC)
    assert targets.owe_current(now=next_week) == 1
    june = {
        each.clause_id: each.owed
        for each in owed_in(session, datetime(2026, 6, 1, 9, tzinfo=UTC))
        if each.starts_on.month == 6
    }
    assert june["sqls-of-each"] == 6


def test_today_owes_what_is_not_yet_written_down(session: Db, owing: Cast) -> None:
    told = pacing.owed_on(NOW.date(), standing=standing_of.latest(), now=NOW)
    assert len(told) == 6
    targets.owe_current(now=NOW)
    session.flush()
    written = pacing.owed_on(NOW.date(), standing=standing_of.latest(), now=NOW)
    assert [(each.clause.id, each.debtor, each.owed) for each in written] == [
        (each.clause.id, each.debtor, each.owed) for each in told
    ]
    assert pacing.owed_on(date(2026, 6, 1), standing=standing_of.latest(), now=NOW)


def test_a_period_is_closed_once_and_restated_by_what_comes_late(session: Db, owing: Cast) -> None:
    owed_in(session, datetime(2026, 5, 6, 9, tzinfo=UTC))
    session.commit()
    assert close_targets.run(now=NOW) == 5
    assert close_targets.run(now=NOW) == 0
    week = session.scalars(select(Target).where(Target.clause_id == "sals-a-week")).one()
    period = Period(week.starts_on, week.ends_on)
    accepted = session.scalars(select(Disposition.occurred_at).where(Disposition.kind == DispositionKind.ACCEPTED))
    expected = sum(period.starts_on <= local_day(at, ZONE) < period.ends_on for at in accepted)
    assert (week.actual, week.closed_actual, week.closed_at, week.restated_at) == (expected, expected, NOW, None)
    late = session.scalars(select(Disposition).where(Disposition.kind == DispositionKind.CONFIRMED)).first()
    assert late
    late.kind, late.occurred_at = DispositionKind.LOST, late.occurred_at
    answer = session.scalars(select(Disposition).where(Disposition.kind == DispositionKind.ACCEPTED)).all()
    moved = next(each for each in answer if not period.starts_on <= local_day(each.occurred_at, ZONE) < period.ends_on)
    moved.occurred_at = datetime(2026, 5, 6, 9, tzinfo=UTC)
    session.commit()
    assert close_targets.run(now=NOW) >= 1
    session.refresh(week)
    assert (week.actual, week.closed_actual, week.restated_at) == (expected + 1, expected, NOW)


def test_persons_and_teams_add_up_to_all(session: Db, owing: Cast) -> None:
    owed = [each for each in pacing.owed_on(NOW.date(), standing=standing_of.latest(), now=NOW) if each.clause.each]
    each = volume.by_debtor([one for one in owed if one.clause.each == "person"], now=NOW)
    team = volume.by_debtor([one for one in owed if one.clause.each == "team"], now=NOW)
    confirmed = session.scalars(select(Disposition.occurred_at).where(Disposition.kind == DispositionKind.CONFIRMED))
    expected = sum(local_day(at, ZONE) >= month_of(NOW.date()).starts_on for at in confirmed)
    assert sum(one.actual for one in each) == sum(one.actual for one in team) == expected > 0
    assert [one.actual for one in each] == closing.actuals([one.owed for one in each], now=NOW)


def test_the_minute_of_a_month_says_how_many_reached_what_they_owed(session: Db, owing: Cast) -> None:
    for day in (1, 8, 15, 22, 29):
        targets.owe_current(now=datetime(2026, 5, day, 9, tzinfo=UTC))
    session.flush()
    minute = obligations.minute(month_of(date(2026, 5, 1)), now=NOW)
    assert minute
    told = {each.clause: each for each in minute.obligations if each.clause in KINDS}
    assert set(told) == set(KINDS) - {"value-a-quarter"}
    weekly = told["sals-a-week"]
    assert (weekly.unit, weekly.total, weekly.is_volume) == (PERIODS, 5, False)
    assert weekly.verdict is (Verdict.KEPT if weekly.met == weekly.total else Verdict.MISSED)
    assert (told["sqls-of-each"].unit, told["sqls-of-each"].total) == (PEOPLE, 2)
    limit = told["mqls-at-most"]
    assert (limit.is_limit, limit.verdict) == (True, Verdict.KEPT)
    assert limit._replace(met=1001).verdict is Verdict.MISSED


def test_a_quarter_is_told_in_the_month_it_ends_with_in_money(session: Db, owing: Cast) -> None:
    owed_in(session, datetime(2026, 5, 6, 9, tzinfo=UTC))
    minute = obligations.minute(month_of(date(2026, 6, 1)), now=NOW)
    assert minute
    (value,) = [each for each in minute.obligations if each.clause == "value-a-quarter"]
    (owed,) = [each for each in pacing.ended_within(month_of(date(2026, 6, 1))) if each.clause.id == value.clause]
    assert (value.unit, value.promised, value.is_volume) == ("EUR", 2_000_000, True)
    assert value.met == closing.actuals([owed], now=NOW)[0] > 0


def test_the_jobs_run_on_an_empty_database(session: Db, hands: Hands) -> None:
    assert owe_targets.run(now=hands.now) == 0
    assert close_targets.run(now=hands.now) == 0
