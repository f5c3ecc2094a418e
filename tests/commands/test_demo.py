"""The demo: the same company every time, a history that holds together, and queues that make sense at any hour."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import Base, UtcDateTime, db, transaction
from smarketing.demo import negotiations, seeding, staff
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.signing import VersionStatus
from smarketing.domain.sla_clock import Outcome, Urgency, urgency
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import DUE, DayTally, FunnelDay, StaleDay
from smarketing.services import replays, tallies
from tests.commands.conftest import Command
from tests.conftest import Hands, Store

Db = scoped_session[Session]
DAYS = 21
"""The shortest history that has room for two versions."""
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HOURS = {
    "on a Sunday night": datetime(2026, 3, 8, 22, 30, tzinfo=UTC),
    "on a Wednesday at noon": datetime(2026, 3, 11, 11, tzinfo=UTC),
    "on a Friday evening": datetime(2026, 3, 13, 18, tzinfo=UTC),
    "on a public holiday": datetime(2026, 5, 1, 13, tzinfo=UTC),
    "in the night in which summer time begins": datetime(2026, 3, 29, 1, tzinfo=UTC),
}
SET_FOR_LATER = {
    "due_at",
    "at_risk_at",
    "answer_due_at",
    "next_try_at",
    "escalates_at",
    "rescore_at",
    "effective_at",
    "until_on",
    "ends_on",
    "ends_at",
    "next_at",
    "expires_at",
}
"""What is rightly still to come."""


def seed(now: datetime) -> None:
    with transaction():
        seeding.seed(now=now, tell=lambda _what: None, days=DAYS)


def calendars(session: Db) -> dict[tuple[int, str], tuple[BusinessCalendar, timedelta]]:
    """Of each version and clock clause: the calendar it runs on and what it allows."""
    found = {}
    for version in session.scalars(select(AgreementVersion)):
        terms = parse(version.terms)
        for clause in terms.clocks:
            allowance = timedelta(minutes=clause.allowance_minutes)
            found[version.id, clause.id] = (compiled(terms.calendar(clause.calendar)), allowance)
    return found


def rows(session: Db) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is stored, but for what is random on purpose: the salt in a password's hash."""
    session.expire_all()
    return {
        table.name: sorted(
            map(
                tuple, session.execute(select(*(column for column in table.c if column.name != "password_hash"))).all()
            ),
            key=repr,
        )
        for table in Base.metadata.sorted_tables
    }


def test_the_history_of_the_demo_holds_together(session: Db, hands: Hands) -> None:
    seed(hands.now)
    each_clock_is_due_by_its_calendar_and_ended_as_the_record_says(session)
    nothing_has_happened_in_the_future(session, hands.now)
    counting_every_day_again_changes_no_figure(session)
    one_version_was_one_is_in_force_and_one_waits_for_a_signature(session, hands.now)


def each_clock_is_due_by_its_calendar_and_ended_as_the_record_says(session: Db) -> None:
    agreed, clocks = calendars(session), session.scalars(select(Clock)).all()
    assert len(clocks) > 200
    for clock in clocks:
        calendar, allowance = agreed[clock.agreement_version_id, clock.clause_id]
        assert clock.due_at == calendar.add(clock.started_at, allowance)
    for handoff in session.scalars(select(Handoff)):
        for clock, ending in replays.endings(handoff):
            stored = Outcome.RUNNING if replays.is_waiting(clock) else clock.outcome
            assert (stored, clock.stopped_at) == ending
    for lead in session.scalars(select(Lead)):
        assert lead.points == lead.fit_points + lead.engagement_points


def nothing_has_happened_in_the_future(session: Db, now: datetime) -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, UtcDateTime) and column.name not in SET_FOR_LATER:
                latest = session.scalar(select(func.max(column)).select_from(table))
                assert latest is None or latest <= now, column
    assert session.scalar(select(func.count()).select_from(Event).where(Event.occurred_at > Event.recorded_at)) == 0


def counting_every_day_again_changes_no_figure(session: Db) -> None:
    counted = {name: found for name, found in rows(session).items() if name in ("funnel_days", "day_tallies")}
    assert all(counted.values())
    with transaction():
        cohorts = session.execute(select(FunnelDay.cohort, FunnelDay.day_on).distinct()).all()
        days = session.execute(select(literal(DUE), DayTally.day_on).distinct()).all()
        session.execute(insert(StaleDay), [{"kind": kind, "day_on": day} for kind, day in [*cohorts, *days]])
        while tallies.recount_stale(limit=100):
            pass
    assert {name: found for name, found in rows(session).items() if name in counted} == counted


def one_version_was_one_is_in_force_and_one_waits_for_a_signature(session: Db, now: datetime) -> None:
    old, current, proposed, amendment = session.scalars(
        select(AgreementVersion).order_by(AgreementVersion.number)
    ).all()
    assert [old.status, current.status, proposed.status] == [
        VersionStatus.SUPERSEDED,
        VersionStatus.IN_FORCE,
        VersionStatus.PROPOSED,
    ]
    assert amendment.status is VersionStatus.AMENDMENT
    assert old.superseded_at == current.effective_at
    assert [len(version.signatures) for version in (old, current, proposed)] == [2, 2, 1]
    assert proposed.effective_at is not None
    assert proposed.effective_at > now
    assert set(session.scalars(select(Handoff.agreement_version_id).distinct())) == {old.id, current.id}


@on_sqlite
def test_the_demo_is_the_same_company_every_time(session: Db, store: Store, hands: Hands) -> None:
    seed(hands.now)
    first = rows(session)
    session.remove()
    db.engine.dispose()
    store.empty()
    seed(hands.now)
    assert rows(session) == first


@on_sqlite
@pytest.mark.parametrize("now", HOURS.values(), ids=HOURS)
def test_the_queues_make_sense_whenever_the_demo_is_started(session: Db, now: datetime) -> None:
    seed(now)
    waiting = session.scalars(select(Clock).where(Clock.clause_id == "first-answer", Clock.stopped_at.is_(None))).all()
    agreed = calendars(session)
    stands = Counter(
        urgency(outcome=each.outcome, at_risk_at=each.at_risk_at, due_at=each.due_at, stopped_at=None, now=now)
        for each in waiting
    )
    assert stands[Urgency.OVERDUE] >= 3
    assert stands[Urgency.AT_RISK] >= 3
    assert stands[Urgency.ON_TRACK] >= 5
    for each in waiting:
        calendar, allowance = agreed[each.agreement_version_id, each.clause_id]
        assert calendar.elapsed(each.started_at, now) <= 2 * allowance + timedelta(minutes=1)
    reps = set(session.scalars(select(User.id).where(User.role == "sales_rep")))
    assert {each.owner_id for each in waiting} == reps


@on_sqlite
def test_it_goes_into_an_empty_database_only_and_says_how_to_sign_in(session: Db, flask: Command) -> None:
    first = flask("demo", "seed", "--if-empty", "--days", str(DAYS))
    assert first.exit_code == 0
    assert all(sign_in.person.email in first.output for sign_in in staff.SIGN_INS)
    assert staff.PASSWORD in first.output
    before = rows(session)
    again = flask("demo", "seed", "--if-empty")
    assert again.exit_code == 0
    assert staff.SIGN_INS[0].person.email in again.output
    refused = flask("demo", "seed")
    assert refused.exit_code == 1
    assert "already holds people" in refused.output
    assert rows(session) == before


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 4), date(2026, 3, 3)),
        (date(2026, 3, 2), date(2026, 2, 27)),
        (date(2026, 3, 1), date(2026, 2, 27)),
    ],
)
def test_people_negotiate_on_working_days(day: date, before: date) -> None:
    assert negotiations.working_day_before(day) == before
