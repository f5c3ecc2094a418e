"""The ladders of one clock: what was done at each step, and what will be."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain import escalation
from smarketing.domain.calendars import Calendar
from smarketing.domain.escalation import Rung
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import Outcome, counting
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.reports.clock_history import History
from smarketing.web import filters
from smarketing.web.articles.consequences import deed

LATE = timedelta(minutes=1)
"""From here on it is said that a step was taken late."""


class StepLine(NamedTuple):
    """`at` is None while the clock stands still before it; `state` is one of those a badge knows."""

    at: datetime | None
    words: str
    state: str
    notes: Sequence[str]


def lines(history: History, calendar: Calendar) -> Iterator[StepLine]:
    """Every step of a clock that climbs; none of one that started before clocks did."""
    clock, terms = history.clock, history.version.terms
    if not (clock.escalates_at or clock.paused_at or history.steps):
        return
    clause = terms.clock(clock.clause_id)
    stood_still = [Pause(each.paused_at, each.resumed_at, each.reason) for each in clock.pauses]
    taken = {(step.ladder_id, step.step): step for step in history.steps}
    for rung in escalation.rungs(terms, clause, counting(clause, calendar), clock.started_at, stood_still):
        step = taken.get(rung.key)
        if step:
            yield StepLine(step.due_at, deed(rung.step), "void" if step.is_void else "met", list(_notes(step, clock)))
        else:
            yield _to_come(rung, clock)


def _to_come(rung: Rung, clock: Clock) -> StepLine:
    if clock.stopped_at is not None or clock.outcome is Outcome.VOID:
        return StepLine(rung.at, deed(rung.step), "void", [gettext("not needed: the clock stopped before")])
    if rung.at is None:
        return StepLine(None, deed(rung.step), "paused", [gettext("once the clock goes on")])
    return StepLine(rung.at, deed(rung.step), "on_track", [gettext("unless it is answered before")])


def _notes(step: Escalation, clock: Clock) -> Iterator[str]:
    if step.is_void:
        yield gettext("did not apply to this lead at that time")
        return
    if step.taken_at - step.due_at >= LATE:
        late = filters.duration((step.taken_at - step.due_at).total_seconds())
        yield gettext("taken %(time)s late", time=late)
    yield from (_called(call) for call in step.calls)
    if step.act == "reassign" and step.acted_at is None:
        yield gettext("it is being given to somebody else")


def _called(call: EscalationCall) -> str:
    name = call.recipient.name
    if call.told_at is not None:
        return gettext("%(name)s was told %(instant)s", name=name, instant=filters.local_datetime(call.told_at))
    if call.dropped_at is not None:
        return gettext("%(name)s was not told: the clock stopped before", name=name)
    due = filters.local_datetime(call.due_at)
    return gettext("%(name)s will be told %(instant)s, when their hours begin", name=name, instant=due)
