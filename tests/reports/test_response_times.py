"""The time to the first answer equals Kaplan and Meier's product over the clocks themselves."""

from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.calendars import compiled
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.reports import attainment, response_times
from smarketing.reports.rollups import Scope
from tests.cast import terms
from tests.conftest import Hands
from tests.survival import by_product

WHOLE = Period(date(2026, 2, 1), date(2026, 5, 1))
OFFICE = compiled(terms().calendar("office"))


def seconds(clocks: list[Clock], hands: Hands) -> tuple[list[int], list[int]]:
    """Of those answered and of those not, however they ended."""
    counting = [clock for clock in clocks if clock.outcome is not Outcome.VOID]
    answered = [clock.elapsed_seconds for clock in counting if clock.elapsed_seconds is not None]
    waiting = [
        int(OFFICE.elapsed(clock.started_at, clock.stopped_at or hands.now).total_seconds())
        for clock in counting
        if clock.elapsed_seconds is None
    ]
    return answered, waiting


def test_each_month_is_the_survival_of_its_clocks(
    facts: list[Lead], session: scoped_session[Session], hands: Hands
) -> None:
    for source in (None, "Webinar"):
        leads = {lead.id for lead in facts if source is None or lead.source == source}
        of_clause = session.scalars(select(Clock).where(Clock.clause_id == "first-answer"))
        clocks = [clock for clock in of_clause if clock.lead_id in leads]
        found = response_times.read("first-answer", Scope(WHOLE, source), now=hands.now)
        for days in (WHOLE, *WHOLE.months()):
            due = [clock for clock in clocks if days.starts_on <= clock.due_on < days.ends_on]
            answered, waiting = seconds(due, hands)
            times = found.times(days)
            assert (times.answered, times.waiting) == (len(answered), len(waiting))
            assert times.median == by_product(answered, waiting, Fraction(1, 2))
            assert times.p90 == by_product(answered, waiting, Fraction(9, 10))


def test_what_waits_may_be_handed_over_by_a_caller_that_has_read_it(facts: list[Lead], hands: Hands) -> None:
    waiting = attainment.read(Scope(WHOLE), now=hands.now).waiting
    given = response_times.read("first-answer", Scope(WHOLE), now=hands.now, waiting=waiting)
    assert given.times(WHOLE) == response_times.read("first-answer", Scope(WHOLE), now=hands.now).times(WHOLE)
