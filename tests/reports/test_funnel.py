"""Cohorts by day, month and source equal a count over the leads themselves, whatever is rolled up."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import Period, month_of
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort, FunnelCounts
from smarketing.reports import funnel
from smarketing.reports.rollups import NOTHING, Scope
from tests.conftest import Hands

WHOLE = Period(date(2026, 2, 1), date(2026, 5, 1))
PART = Period(date(2026, 3, 9), date(2026, 4, 3))
SENT_BACK = (Stage.INQUIRY, Stage.RECYCLED, Stage.DISQUALIFIED)

EVERY = [
    (cohort, scope)
    for cohort in Cohort
    for scope in (Scope(WHOLE), Scope(PART), Scope(PART, "Webinar"), Scope(WHOLE, ""), Scope(WHOLE, "Nowhere"))
]


def counted(leads: Iterable[Lead]) -> FunnelCounts:
    """Lead by lead, with nothing of the application's own counting."""
    leads = list(leads)
    wons = [lead for lead in leads if lead.won_at]
    sqls = [lead for lead in leads if lead.sql_at or lead.won_at]
    sals = [lead for lead in leads if lead.sal_at or lead.sql_at or lead.won_at]
    mqls = [lead for lead in leads if lead.mql_at or lead.sal_at or lead.sql_at or lead.won_at]
    refused = [lead for lead in mqls if lead not in sals and lead.stage in SENT_BACK]
    amount = sum(lead.amount_cents or 0 for lead in wons)
    return FunnelCounts(len(leads), len(mqls), len(sals), len(refused), len(sqls), len(wons), amount)


def day_of(lead: Lead, cohort: Cohort) -> date | None:
    return lead.arrived_on if cohort is Cohort.ARRIVED else lead.mql_on


def within(leads: Iterable[Lead], cohort: Cohort, scope: Scope) -> list[Lead]:
    first, end = scope.period
    of_days = [lead for lead in leads if (on := day_of(lead, cohort)) and first <= on < end]
    return [lead for lead in of_days if scope.source is None or (lead.source or "") == scope.source]


def grouped(leads: Iterable[Lead], key: Callable[[Lead], Any]) -> dict[Any, FunnelCounts]:
    groups = defaultdict(list)
    for lead in leads:
        groups[key(lead)].append(lead)
    return {name: counted(group) for name, group in groups.items()}


def test_the_total_is_the_count_of_the_leads(facts: list[Lead]) -> None:
    for cohort, scope in EVERY:
        assert funnel.total(cohort, scope) == counted(within(facts, cohort, scope))


def test_each_day_is_the_count_of_its_leads(facts: list[Lead]) -> None:
    for cohort, scope in EVERY:
        found = {day: counts for day, counts in funnel.by_day(cohort, scope).items() if counts != NOTHING}
        assert found == grouped(within(facts, cohort, scope), lambda lead, cohort=cohort: day_of(lead, cohort))


def test_each_month_is_the_count_of_its_leads_and_none_is_left_out(facts: list[Lead]) -> None:
    for cohort, scope in EVERY:
        leads = within(facts, cohort, scope)
        months = grouped(leads, lambda lead, cohort=cohort: month_of(day_of(lead, cohort)))
        expected = [(month, months.get(month, NOTHING)) for month in scope.period.months()]
        assert funnel.by_month(cohort, scope) == expected


def test_each_source_is_the_count_of_its_leads_the_largest_first(facts: list[Lead]) -> None:
    for cohort, scope in EVERY:
        found = funnel.by_source(cohort, scope)
        assert dict(found) == grouped(within(facts, cohort, scope), lambda lead: lead.source or "")
        assert [counts.leads for _source, counts in found] == sorted((c.leads for _s, c in found), reverse=True)


def test_the_span_reaches_from_the_first_lead_to_the_last(facts: list[Lead]) -> None:
    days = [lead.arrived_on for lead in facts]
    span = funnel.span(Cohort.ARRIVED)
    assert span is not None
    assert (span.starts_on, span.last_on) == (min(days), max(days))


def test_without_leads_there_is_no_span_and_no_source(session: object, hands: Hands) -> None:
    assert funnel.span(Cohort.MQL) is None
    assert funnel.sources() == []
    assert funnel.total(Cohort.ARRIVED, Scope(WHOLE)) == NOTHING


def test_sources_are_all_that_leads_came_from(facts: list[Lead]) -> None:
    assert set(funnel.sources()) == {lead.source or "" for lead in facts}


@pytest.mark.parametrize(("today", "is_mature"), [(date(2026, 6, 29), False), (date(2026, 6, 30), True)])
def test_a_month_has_grown_up_90_days_after_its_end(today: date, *, is_mature: bool) -> None:
    assert funnel.is_mature(month_of(date(2026, 3, 10)), today) is is_mature
