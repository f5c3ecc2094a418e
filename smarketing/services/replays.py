"""Set the clocks of a hand-off right by what is on record, after something on record was undone."""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import sla_clock
from smarketing.domain.event_names import EventName
from smarketing.domain.sla_clock import Ending, Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.touches import Touch
from smarketing.services import agreements, clocks


def replay(handoff: Handoff, *, now: datetime) -> None:
    """Give each clock the ending that it has by the answers and touches that remain."""
    db.session.flush()
    for clock, ending in endings(handoff):
        stored = Outcome.RUNNING if is_waiting(clock) else clock.outcome
        if (stored, clock.stopped_at) != ending:
            _correct(clock, ending, now=now)


def endings(handoff: Handoff) -> list[tuple[Clock, Ending]]:
    """Every clock of the hand-off with the ending that the record gives it."""
    happened = _happened(handoff)
    terms = agreements.version(handoff.agreement_version_id).terms
    of_handoff = select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.id)
    return [
        (
            clock,
            sla_clock.ending(
                terms.clock(clock.clause_id),
                started_at=clock.started_at,
                due_at=clock.due_at,
                happened=happened,
                closed_at=handoff.closed_at,
            ),
        )
        for clock in db.session.scalars(of_handoff)
    ]


def is_waiting(clock: Clock) -> bool:
    """Whether it still waits for its milestone, overdue or not."""
    return clock.stopped_at is None and clock.outcome in (Outcome.RUNNING, Outcome.BREACHED)


def _happened(handoff: Handoff) -> set[tuple[str, datetime]]:
    answers = select(Disposition.kind, Disposition.occurred_at).where(Disposition.handoff_id == handoff.id)
    touched = select(Touch.occurred_at).where(Touch.handoff_id == handoff.id)
    return {
        (EventName.HANDOFF_OFFERED.value, handoff.offered_at),
        *((f"handoff.{kind}", at) for kind, at in db.session.execute(answers)),
        *((EventName.TOUCH_LOGGED.value, at) for at in db.session.scalars(touched)),
    }


def _correct(clock: Clock, ending: Ending, *, now: datetime) -> None:
    """Open it again, then end it as it should have: so the same is told as if it had happened in order."""
    stays_breached = clock.outcome is Outcome.BREACHED and ending.outcome is not Outcome.VOID
    clocks.reopen(clock, Outcome.BREACHED if stays_breached else Outcome.RUNNING, now=now)
    db.session.flush()
    if ending.stopped_at is None:
        return
    if ending.outcome is Outcome.VOID:
        clocks.void_clock(clock, at=ending.stopped_at, now=now)
    else:
        clocks.stop_clock(clock, at=ending.stopped_at, now=now)
