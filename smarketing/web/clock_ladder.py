"""The ladders of one clock: what was done at each step, and what will be."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain import escalation
from smarketing.domain.calendars import Calendar
from smarketing.domain.errors import N_
from smarketing.domain.escalation import Rung
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import Outcome, counting
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.tasks import Task
from smarketing.reports.clock_history import History
from smarketing.web import filters
from smarketing.web.articles.consequences import deed

LATE = timedelta(minutes=1)
"""From here on it is said that a step was taken late."""
ACTING = {"reassign": N_("it is being given to somebody else"), "recycle": N_("it is being recycled")}


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
            notes = list(_notes(step, clock, history.tasks.get(step.id)))
            yield StepLine(step.due_at, deed(rung.step, terms), "void" if step.is_void else "met", notes)
        else:
            yield _to_come(rung, clock, deed(rung.step, terms))


def _to_come(rung: Rung, clock: Clock, words: str) -> StepLine:
    if clock.stopped_at is not None or clock.outcome is Outcome.VOID:
        return StepLine(rung.at, words, "void", [gettext("not needed: the clock stopped before")])
    if rung.at is None:
        return StepLine(None, words, "paused", [gettext("once the clock goes on")])
    return StepLine(rung.at, words, "on_track", [gettext("unless it is answered before")])


def _notes(step: Escalation, clock: Clock, task: Task | None) -> Iterator[str]:
    if step.is_void:
        yield gettext("did not apply to this lead at that time")
        return
    if step.taken_at - step.due_at >= LATE:
        late = filters.duration((step.taken_at - step.due_at).total_seconds())
        yield gettext("taken %(time)s late", time=late)
    yield from (_called(call) for call in step.calls)
    if task:
        yield _to_do(task)
    if step.act in ACTING and step.acted_at is None:
        yield gettext(ACTING[step.act])
    elif step.act == "recycle" and clock.stopped_at is None:
        yield gettext("it was not recycled: at its stage sales cannot give this reason")


def _to_do(task: Task) -> str:
    if task.done_at is None or task.done_by is None:
        return gettext("a task for %(name)s, still to be done", name=task.assignee.name)
    done = filters.local_datetime(task.done_at)
    return gettext(
        "a task for %(name)s: %(other)s did it %(instant)s",
        name=task.assignee.name,
        other=task.done_by.name,
        instant=done,
    )


def _called(call: EscalationCall) -> str:
    name = call.recipient.name
    if call.instead_of is not None:
        name = gettext("%(name)s, in place of %(absent)s who is away,", name=name, absent=call.instead_of.name)
    if call.told_at is not None:
        return gettext("%(name)s was told %(instant)s", name=name, instant=filters.local_datetime(call.told_at))
    if call.dropped_at is not None:
        return gettext("%(name)s was not told: the clock stopped before", name=name)
    due = filters.local_datetime(call.due_at)
    return gettext("%(name)s will be told %(instant)s, when their hours begin", name=name, instant=due)
