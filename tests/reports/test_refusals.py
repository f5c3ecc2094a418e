"""Refusals by reason equal a count over the dispositions, in days of the agreement's zone."""

from collections import Counter
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.periods import Period, local_day
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import refusals
from smarketing.reports.rollups import Scope
from tests.cast import Cast
from tests.reports.invented import ZONE

Db = scoped_session[Session]
WHOLE = Period(date(2026, 2, 1), date(2026, 5, 1))
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def test_each_reason_is_the_count_of_its_refusals_the_most_frequent_first(facts: list[Lead], session: Db) -> None:
    leads = dict(session.execute(select(Handoff.id, Handoff.lead_id)).all())
    sources = {lead.id: lead.source or "" for lead in facts}
    for period, source in ((WHOLE, None), (MARCH, None), (MARCH, "Webinar"), (WHOLE, "")):
        expected = Counter(
            refused.reason
            for refused in session.scalars(select(Disposition))
            if period.starts_on <= local_day(refused.occurred_at, ZONE) < period.ends_on
            and (source is None or sources[leads[refused.handoff_id]] == source)
        )
        found = refusals.by_reason(Scope(period, source), zone=ZONE)
        assert {reason.id: reason.refusals for reason in found} == expected
        assert [reason.refusals for reason in found] == sorted(expected.values(), reverse=True)
        assert all(reason.title for reason in found)


def test_a_month_ends_at_midnight_of_the_agreement(facts: list[Lead], session: Db, agreed: Cast) -> None:
    refused = session.scalars(select(Disposition).limit(2)).all()
    for disposition in session.scalars(select(Disposition)):
        disposition.occurred_at = datetime(2026, 1, 1, tzinfo=UTC)
    refused[0].occurred_at = datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)
    refused[1].occurred_at = datetime(2026, 3, 31, 22, tzinfo=UTC)
    refused[0].reason, refused[1].reason = "bad-data", "not-now"
    session.flush()
    assert [reason.id for reason in refusals.by_reason(Scope(MARCH), zone=ZONE)] == ["bad-data"]


def test_a_reason_that_no_version_knows_still_counts(facts: list[Lead], session: Db) -> None:
    for disposition in session.scalars(select(Disposition)):
        disposition.reason = "of-old"
    session.flush()
    (reason,) = refusals.by_reason(Scope(WHOLE), zone=ZONE)
    assert (reason.id, reason.title) == ("of-old", None)
