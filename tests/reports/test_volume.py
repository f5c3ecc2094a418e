"""Volumes on working days against a plain recount, and what is still owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.calendars import compiled
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.periods import Period, local_day, month_of
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed as standing_of
from smarketing.reports import volume
from smarketing.reports.volume import Workdays
from smarketing.services import tallies
from tests.cast import Cast, terms
from tests.reports import handed_off
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]
OFFICE = Workdays(compiled(terms().calendar("office")), ZONE)
WEEK = Period(date(2026, 3, 2), date(2026, 3, 9))


def test_what_comes_on_a_day_off_counts_on_the_next_working_day() -> None:
    two_weeks = Period(WEEK.starts_on, WEEK.ends_on + timedelta(days=7))
    counted = {date(2026, 3, 6): 1, date(2026, 3, 7): 2, date(2026, 3, 8): 4, date(2026, 3, 9): 8}
    assert OFFICE.counts(counted, two_weeks) == [0, 0, 0, 0, 1, 14, 0, 0, 0, 0]
    assert sum(OFFICE.counts({date(2026, 3, 8): 5, date(2026, 3, 2): 1}, WEEK)) == 6


def test_the_days_left_are_in_parts() -> None:
    tuesday_noon = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
    assert OFFICE.left(tuesday_noon, WEEK.ends_at(ZONE), WEEK) == pytest.approx(3 + 4.5 / 8)
    assert OFFICE.left(WEEK.ends_at(ZONE), WEEK.ends_at(ZONE), WEEK) == 0


@pytest.mark.parametrize(("metric", "kind"), [("sqls", DispositionKind.CONFIRMED), ("sals", DispositionKind.ACCEPTED)])
def test_each_day_has_what_a_recount_says(session: Db, agreed: Cast, metric: str, kind: DispositionKind) -> None:
    handed_off.handoffs(120, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=2)
    period = Period(date(2026, 4, 1), date(2026, 6, 1))
    expected: dict[date, int] = {}
    for at in session.scalars(select(Disposition.occurred_at).where(Disposition.kind == kind)):
        day = local_day(at, ZONE)
        if period.starts_on <= day < period.ends_on:
            expected[day] = expected.get(day, 0) + 1
    assert dict(volume.by_day(metric, period, ZONE)) == expected
    assert expected


def test_the_standing_adds_up(session: Db, agreed: Cast) -> None:
    handed_off.handoffs(200, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=6)
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    for owed in volume.owed_in(month_of(NOW.date()), standing=standing_of.latest(), now=NOW):
        found = volume.standing(owed, now=NOW)
        assert found.actual == sum(volume.by_day(owed.clause.metric, owed.month, ZONE).values())
        if found.per_day is not None:
            assert found.actual + found.per_day * found.days_left == pytest.approx(owed.owed)
        assert found.outlook is not None
        assert found.actual <= found.outlook.low <= found.outlook.median <= found.outlook.high
        assert found.proof.held <= found.proof.made


def test_a_month_without_working_days_says_nothing_of_the_pace() -> None:
    sunday = Period(date(2026, 3, 8), date(2026, 3, 9))
    assert OFFICE.of(sunday) == []
    assert OFFICE.left(sunday.starts_at(ZONE), sunday.ends_at(ZONE), sunday) == 0
    assert OFFICE.counts({date(2026, 3, 8): 3}, sunday) == []
