"""Volumes on working days against a plain recount, and what is still owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.calendars import compiled
from smarketing.domain.periods import Period
from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed as standing_of
from smarketing.reports import counts, pacing, volume
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


def test_the_standing_adds_up(session: Db, agreed: Cast) -> None:
    handed_off.handoffs(200, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=6)
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    owed = pacing.owed_on(NOW.date(), standing=standing_of.latest(), now=NOW)
    assert owed
    for found in volume.standings(owed, now=NOW):
        counted = counts.by_day(found.owed.clause, found.owed.period, ZONE, now=NOW)
        assert found.actual == sum(counted.values())
        if found.per_day is not None:
            assert found.actual + found.per_day * found.days_left == pytest.approx(found.owed.owed)
        assert found.outlook is not None
        assert found.actual <= found.outlook.low <= found.outlook.median <= found.outlook.high
        proof = volume.proof(found.owed, now=NOW)
        assert proof.held <= proof.made


def test_a_month_without_working_days_says_nothing_of_the_pace() -> None:
    sunday = Period(date(2026, 3, 8), date(2026, 3, 9))
    assert OFFICE.of(sunday) == []
    assert OFFICE.left(sunday.starts_at(ZONE), sunday.ends_at(ZONE), sunday) == 0
    assert OFFICE.counts({date(2026, 3, 8): 3}, sunday) == []
