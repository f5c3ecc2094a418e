"""Roll-ups after any history equal those counted from nothing, however often and late the days are closed."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.errors import DomainError
from smarketing.domain.importing import Row
from smarketing.domain.periods import Period
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import DUE, Cohort, DayTally, FunnelDay, StaleDay
from smarketing.reports import attainment, funnel
from smarketing.reports.rollups import Scope
from smarketing.services import clocks, handoffs, intake, qualification, replays, tallies
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]
WHOLE = Period(date(2026, 1, 1), date(2026, 12, 1))
CHECKLIST = {"need": "Ten sites", "budget": "20 k€"}


def rolled_up(session: Db) -> tuple[list[Any], list[Any]]:
    session.expire_all()
    days = session.execute(select(*FunnelDay.__table__.columns).order_by(*FunnelDay.__table__.primary_key)).all()
    dues = session.execute(select(*DayTally.__table__.columns).order_by(*DayTally.__table__.primary_key)).all()
    return [tuple(row) for row in days], [tuple(row) for row in dues]


def close_all(session: Db) -> None:
    session.flush()
    while tallies.recount_stale(limit=7):
        pass


def from_nothing(session: Db) -> tuple[list[Any], list[Any]]:
    for table in (FunnelDay, DayTally, StaleDay):
        session.execute(delete(table))
    tallies.mark_stale(Cohort.ARRIVED, session.scalars(select(Lead.arrived_on)))
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    tallies.mark_stale(DUE, session.scalars(select(Clock.due_on)))
    close_all(session)
    return rolled_up(session)


def one_step(random: Random, session: Db, cast: Cast, hands: Hands) -> None:
    """Something that may happen of an afternoon; what is not possible just now does not."""
    hands.turn(minutes=random.randrange(5, 400))
    step = random.choice([bring, bring, answer, answer, answer, clocks_run, change_source, take_back])
    try:
        with session.begin_nested():
            step(random, session, cast, hands)
    except DomainError:
        pass


def bring(random: Random, _session: Db, _cast: Cast, hands: Hands) -> None:
    facts = {"email": f"p{random.randrange(60)}@example.com", "job_title": "Director", "country": "FR"}
    came_at = hands.now - timedelta(days=random.randrange(12))
    source = random.choice([{}, {"source": "Webinar"}, {"source": "Partner"}])
    intake.take([Row(facts | source, arrived_at=came_at, engagements=[("demo_request", came_at)])], now=hands.now)


def answer(random: Random, session: Db, _cast: Cast, hands: Hands) -> None:
    open_ones = session.scalars(select(Handoff).where(Handoff.closed_at.is_(None)).order_by(Handoff.id)).all()
    if not open_ones:
        return
    handoff = random.choice(open_ones)
    told: dict[str, Any] = {"actor": session.get_one(User, handoff.owner_id), "now": hands.now}
    if handoff.state is HandoffState.OFFERED and random.random() < 0.6:
        handoffs.accept(handoff.id, **told)
    elif handoff.state is HandoffState.OFFERED:
        handoffs.refuse(handoff.id, reason=random.choice(["below-criteria", "bad-data"]), note="", **told)
    elif handoff.state is HandoffState.ACCEPTED:
        handoffs.confirm(handoff.id, checklist=CHECKLIST, **told)
    else:
        handoffs.win(handoff.id, amount_cents=random.randrange(10**6), **told)


def clocks_run(random: Random, _session: Db, _cast: Cast, hands: Hands) -> None:
    clocks.breach_overdue(now=hands.now, limit=random.randrange(1, 6))


def change_source(random: Random, session: Db, _cast: Cast, hands: Hands) -> None:
    email = session.scalars(select(Lead.email).order_by(Lead.id)).first()
    if email:
        intake.take([Row({"email": email, "source": random.choice(["Webinar", "Fair"])})], now=hands.now)


def take_back(random: Random, session: Db, cast: Cast, hands: Hands) -> None:
    lead_id = session.scalars(select(Lead.id).where(Lead.mql_at.is_not(None)).order_by(Lead.id.desc())).first()
    if lead_id:
        qualification.take_back(lead_id, reason="A mistake", actor=cast.marta, now=hands.now)


@pytest.mark.parametrize("seed", range(4))
def test_after_a_random_history_they_equal_a_count_from_nothing(
    session: Db, agreed: Cast, hands: Hands, seed: int
) -> None:
    random = Random(seed)
    for _ in range(60):
        one_step(random, session, agreed, hands)
        if random.random() < 0.1:
            tallies.recount_stale(limit=random.randrange(1, 4))
    live = [funnel.by_source(cohort, Scope(WHOLE)) for cohort in Cohort]
    close_all(session)
    kept_up = rolled_up(session)
    assert {HandoffState.REFUSED, HandoffState.CONFIRMED} & set(session.scalars(select(Handoff.state)))
    assert any(met for *_key, met, _total, _seconds in kept_up[1])
    assert kept_up == from_nothing(session)
    assert [funnel.by_source(cohort, Scope(WHOLE)) for cohort in Cohort] == live


def test_closing_again_counts_nothing_and_changes_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    random = Random(1)
    for _ in range(20):
        one_step(random, session, agreed, hands)
    close_all(session)
    before = rolled_up(session)
    assert tallies.recount_stale() == 0
    assert rolled_up(session) == before


def test_what_comes_late_restates_its_own_day_and_no_other(session: Db, agreed: Cast, hands: Hands) -> None:
    facts = {"email": "g@example.com", "job_title": "Director", "country": "FR"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    handoff = session.scalars(select(Handoff)).one()
    answered_at = hands.turn(hours=2)
    hands.turn(days=9)
    clocks.breach_overdue(now=hands.now)
    close_all(session)
    due = Period(date(2026, 3, 2), date(2026, 3, 3))
    assert attainment.read(Scope(WHOLE), now=hands.now).kept("first-answer", due).share == (0, 1)
    told = {"kind": DispositionKind.ACCEPTED, "actor_id": handoff.owner_id, "recorded_at": hands.now}
    session.add(Disposition(handoff_id=handoff.id, occurred_at=answered_at, **told))
    replays.replay(handoff, now=hands.now)
    assert set(session.scalars(select(StaleDay.day_on))) == {due.starts_on}
    for _ in range(2):
        assert attainment.read(Scope(WHOLE), now=hands.now).kept("first-answer", due).share == (1, 1)
        close_all(session)


def test_a_day_is_marked_once_and_no_day_is_not_marked(session: Db, agreed: Cast, hands: Hands) -> None:
    tallies.mark_stale(Cohort.ARRIVED, [date(2026, 3, 2), None, date(2026, 3, 2)])
    assert session.scalar(select(func.count()).select_from(StaleDay)) == 1
    tallies.mark_stale(Cohort.ARRIVED, [None])
    assert session.scalar(select(func.count()).select_from(StaleDay)) == 1
    assert tallies.recount_stale() == 1
    assert tallies.recount_stale() == 0
