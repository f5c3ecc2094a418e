"""Where a clock stands on its ladders: the steps taken, those to come, and when the next is due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain import escalation, sla_clock
from smarketing.domain.escalation import Rung, StepKey
from smarketing.domain.pauses import Pause
from smarketing.domain.terms import Terms
from smarketing.domain.terms_escalation import EscalationClause
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.services import agreements
from smarketing.services.subjects import facts_of


def next_step_at(clock: Clock, terms: Terms) -> datetime | None:
    """By the pauses as they are written down; None where no step is left, or while it stands still before it."""
    if not escalation.ladders(terms, clock.clause_id):
        return None
    return escalation.next_at(rungs_of(clock, terms), taken([clock.id]).get(clock.id, ()))


def rungs_of(clock: Clock, terms: Terms) -> list[Rung]:
    clause = terms.clock(clock.clause_id)
    hours = sla_clock.counting(clause, terms.calendar(clock.calendar_id or clause.calendar))
    stood_still = [Pause(each.paused_at, each.resumed_at, each.reason) for each in clock.pauses]
    return escalation.rungs(terms, clause, hours, clock.started_at, stood_still)


def taken(clock_ids: Sequence[int]) -> dict[int, set[StepKey]]:
    """By clock; one that has taken none is not in it."""
    columns = (Escalation.clock_id, Escalation.ladder_id, Escalation.step)
    found: dict[int, set[StepKey]] = {}
    for clock_id, ladder_id, step in db.session.execute(select(*columns).where(among(Escalation.clock_id, clock_ids))):
        found.setdefault(clock_id, set()).add((ladder_id, step))
    return found


def warn_of(clocks: Sequence[Clock], *, now: datetime) -> set[int]:
    """Ids of those whose own ladders tell somebody while there is still time."""
    warning = {clock.id: _warning(clock) for clock in clocks}
    asked = [clock.lead_id for clock in clocks if any(ladder.when for ladder in warning[clock.id])]
    facts = facts_of(asked, now=now) if asked else {}
    return {
        clock.id
        for clock in clocks
        if any(escalation.applies(ladder, facts.get(clock.lead_id)) for ladder in warning[clock.id])
    }


def _warning(clock: Clock) -> list[EscalationClause]:
    terms = agreements.version(clock.agreement_version_id).terms
    if not escalation.ladders(terms, clock.clause_id):
        return []
    rungs = rungs_of(clock, terms)
    return [rung.ladder for rung in rungs if rung.step.calls_somebody and rung.at and rung.at < clock.due_at]
