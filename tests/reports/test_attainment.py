"""Promises kept equal a count over the clocks themselves, whatever is rolled up or swept."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.reports import attainment, attention
from smarketing.reports.attainment import Kept
from smarketing.reports.rollups import Scope
from smarketing.services import clocks
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports.invented import CLAUSES

Db = scoped_session[Session]

WHOLE = Period(date(2026, 2, 1), date(2026, 5, 1))
SOURCES = (None, "", "Webinar", "Nowhere")


def every_clock(session: Db, source: str | None) -> list[Clock]:
    of_source = [lead.id for lead in session.scalars(select(Lead)) if source is None or (lead.source or "") == source]
    return [clock for clock in session.scalars(select(Clock)) if clock.lead_id in of_source]


def kept(clocks: Iterable[Clock], hands: Hands) -> Kept:
    """Clock by clock: past its due instant it is missed, swept or not."""
    counting = [clock for clock in clocks if clock.outcome is not Outcome.VOID]
    pending = [clock for clock in counting if clock.outcome is Outcome.RUNNING and clock.due_at >= hands.now]
    met = [clock for clock in counting if clock.outcome is Outcome.MET]
    return Kept(Share(len(met), len(counting) - len(pending)), len(pending))


def test_each_week_of_each_clause_is_the_count_of_its_clocks(facts: list[Lead], session: Db, hands: Hands) -> None:
    for source in SOURCES:
        clocks, found = every_clock(session, source), attainment.read(Scope(WHOLE, source), now=hands.now)
        for clause in CLAUSES:
            for days in (WHOLE, *WHOLE.weeks()):
                due = [c for c in clocks if c.clause_id == clause and days.starts_on <= c.due_on < days.ends_on]
                assert found.kept(clause, days) == kept(due, hands)


def test_each_owner_is_the_count_of_their_clocks_in_the_order_of_names(
    facts: list[Lead], session: Db, hands: Hands
) -> None:
    names: dict[int | None, str | None] = {user.id: user.name for user in session.scalars(select(User))}
    for source in SOURCES:
        clocks = [clock for clock in every_clock(session, source) if clock.clause_id == "first-answer"]
        owners = attainment.by_owner("first-answer", Scope(WHOLE, source), now=hands.now)
        counting = {clock.owner_id for clock in clocks if clock.outcome is not Outcome.VOID}
        assert {owner.owner_id for owner in owners} == counting
        for owner in owners:
            assert owner.name == names.get(owner.owner_id)
            assert owner.kept == kept((clock for clock in clocks if clock.owner_id == owner.owner_id), hands)
        assert [owner.name for owner in owners] == sorted((o.name for o in owners), key=lambda name: name or "~")


def test_sweeping_late_moves_no_figure(facts: list[Lead], session: Db, hands: Hands) -> None:
    before = attainment.read(Scope(WHOLE), now=hands.now)
    told = [before.kept(clause, days) for clause in CLAUSES for days in WHOLE.weeks()]
    assert clocks.breach_overdue(now=hands.now) > 0
    after = attainment.read(Scope(WHOLE), now=hands.now)
    assert [after.kept(clause, days) for clause in CLAUSES for days in WHOLE.weeks()] == told


def test_what_falls_due_while_nobody_looks_moves_from_pending_to_missed(
    facts: list[Lead], session: Db, hands: Hands
) -> None:
    before = attainment.read(Scope(WHOLE), now=hands.now).kept("first-answer", WHOLE)
    later = hands.turn(days=30)
    after = attainment.read(Scope(WHOLE), now=later).kept("first-answer", WHOLE)
    assert after.pending == 0
    assert after.share == Share(before.share.part, before.share.total + before.pending)


def test_what_needs_attention_is_what_waits_past_its_deadline_or_near_it(
    facts: list[Lead], session: Db, agreed: Cast, hands: Hands
) -> None:
    hands.turn(days=-1)
    for source in SOURCES:
        waiting = [
            clock
            for clock in every_clock(session, source)
            if clock.stopped_at is None and clock.outcome is not Outcome.VOID
        ]
        overdue = sorted((c for c in waiting if c.due_at < hands.now), key=lambda clock: (clock.due_at, clock.id))
        near = [c for c in waiting if c.at_risk_at <= hands.now <= c.due_at]
        near.sort(key=lambda clock: (clock.due_at, clock.id))
        found = attention.read(source, now=hands.now)
        assert (found.overdue, found.at_risk) == (len(overdue), len(near))
        assert [urgent.clock for urgent in found.urgent] == [*overdue[:3], *near[:3]]
        assert all(urgent.lead.id == urgent.clock.lead_id for urgent in found.urgent)


def test_nothing_needs_attention_where_there_is_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    assert attention.read(None, now=hands.now + timedelta(days=1)) == attention.Attention(0, 0, 0, [])
