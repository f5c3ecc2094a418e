"""Shares of every period and scope: written down once, closed when they end, restated, and told in the statement."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.attainment import Share
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.periods import local_day, month_of
from smarketing.domain.statements import PEOPLE, PERIODS
from smarketing.jobs import close_targets, owe_targets
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Handoff
from smarketing.models.ratios import Ratio
from smarketing.reports import agreed as standing_of
from smarketing.reports import duties, obligations
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.reports import handed_off
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]
PLAIN = {"side": "sales", "counted": "sals", "among": "handoffs", "at_least": 0.5}
KINDS: dict[str, dict[str, Any]] = {
    "each-month": {},
    "each-week": {"period": "week"},
    "of-persons": {"each": "person", "is_ramped": True},
    "of-teams": {"each": "team", "period": "quarter"},
    "tasks": {"counted": "tasks_overdue", "among": "tasks"},
}
RAMP = clause("ramp", "Ramp", "Montée") | {
    "steps": [
        {"from_month": 0, "quota_ratio": 0.5, "routing_ratio": 0.5},
        {"from_month": 3, "quota_ratio": 1, "routing_ratio": 1},
    ]
}
MAY = datetime(2026, 5, 6, 9, tzinfo=UTC)


@pytest.fixture
def owing(session: Db, cast: Cast, hands: Hands) -> Cast:
    """An agreement with a share of every kind, in force since March; June has begun."""
    hands.set(datetime(2026, 3, 2, 8, tzinfo=UTC))
    ratios = [clause(name, name, name) | PLAIN | kind for name, kind in KINDS.items()]
    agree(cast, hands.now, ratios=ratios, ramp=RAMP)
    handed_off.handoffs(160, cast, session.scalars(select(AgreementVersion.id)).one(), seed=12)
    session.commit()
    return cast


def test_every_period_and_debtor_is_written_down_once(session: Db, owing: Cast) -> None:
    owe_targets.run(now=MAY)
    owe_targets.run(now=MAY)
    rows = session.scalars(select(Ratio)).all()
    told = {(each.clause_id, each.user_id, each.team): (each.starts_on, each.ramp_ratio) for each in rows}
    assert told == {
        ("each-month", None, None): (date(2026, 5, 1), 1.0),
        ("each-week", None, None): (date(2026, 5, 4), 1.0),
        ("of-persons", owing.saul.id, None): (date(2026, 5, 1), 0.5),
        ("of-persons", owing.sara.id, None): (date(2026, 5, 1), 0.5),
        ("of-teams", None, "inside-sales"): (date(2026, 4, 1), 1.0),
    }
    assert len(rows) == len(told)
    shown = duties.owed_on(MAY.date(), standing=standing_of.latest(), now=MAY)
    assert [(each.clause.id, *each.debtor) for each in shown] == [*told]


def test_a_period_is_closed_once_and_restated_by_what_comes_late(session: Db, owing: Cast) -> None:
    owe_targets.run(now=MAY)
    close_targets.run(now=NOW)
    week = session.scalars(select(Ratio).where(Ratio.clause_id == "each-week")).one()
    inside = [
        each
        for each in session.scalars(select(Handoff).where(Handoff.state != HandoffState.WITHDRAWN))
        if week.starts_on <= local_day(each.offered_at, ZONE) < week.ends_on
    ]
    answered = [each for each in inside if each.answered_at and each.state is not HandoffState.REFUSED]
    expected = (len(answered), len(inside))
    assert (week.part, week.total) == (week.closed_part, week.closed_total) == expected
    assert (week.closed_at, week.restated_at) == (NOW, None)
    running = session.scalars(select(Ratio).where(Ratio.clause_id == "of-teams")).one()
    assert running.part is None
    assert close_targets.run(now=NOW) == 0
    answered[0].state = HandoffState.REFUSED
    session.commit()
    assert close_targets.run(now=NOW) > 0
    session.refresh(week)
    assert (week.part, week.closed_part, week.restated_at) == (len(answered) - 1, len(answered), NOW)


def test_the_statement_tells_of_each_share_once(session: Db, owing: Cast) -> None:
    owe_targets.run(now=MAY)
    owe_targets.run(now=datetime(2026, 5, 12, 9, tzinfo=UTC))
    minute = obligations.minute(month_of(MAY.date()), now=NOW)
    assert minute
    told = {each.clause: each for each in minute.obligations if each.clause in KINDS}
    assert {name: each.unit for name, each in told.items()} == {
        "each-month": "",
        "each-week": PERIODS,
        "of-persons": PEOPLE,
    }
    of_persons = [each for each in duties.ended_within(month_of(MAY.date())) if each.clause.each]
    shares = duties.shares(of_persons, now=NOW)
    stands = [each.standing(share) for each, share in zip(of_persons, shares, strict=True) if share]
    assert (told["of-persons"].met, told["of-persons"].total) == (stands.count("kept"), 2)
    assert sum((Share(0, 0) if share is None else share).total for share in shares) <= told["each-month"].total
