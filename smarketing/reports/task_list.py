"""Tasks to be done, and those that were done, with the clock and the lead that they are about."""

from typing import Any, Literal

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import joinedload

from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.handoffs import Handoff
from smarketing.models.tasks import Task

View = Literal["open", "done", "all"]


def query(view: View, user_id: int) -> Select[*tuple[Any, ...]]:
    """The open ones of this person, those they have done or had done for them, or the open ones of everybody.

    One whose clock had stopped before anybody was told of it was never needed.
    """
    of_clock = joinedload(Task.escalation).joinedload(Escalation.clock)
    with_lead = of_clock.joinedload(Clock.handoff).joinedload(Handoff.lead)
    is_its = and_(EscalationCall.escalation_id == Task.escalation_id, EscalationCall.recipient_id == Task.assignee_id)
    needed = select(Task.id, Task).join(EscalationCall, is_its).where(EscalationCall.dropped_at.is_(None))
    found = needed.options(with_lead, joinedload(Task.assignee), joinedload(Task.done_by))
    if view == "all":
        return found.where(Task.done_at.is_(None))
    is_done = Task.done_at.is_not(None) if view == "done" else Task.done_at.is_(None)
    return found.where(Task.assignee_id == user_id, is_done)
