"""The list of late ones: clocks that a step of escalation has put on it, for as long as they wait."""

from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased, joinedload

from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.models.handoffs import Handoff

LIST = "list"


def query() -> Select[*tuple[Any, ...]]:
    """The id of the step that listed it first, since when it is listed, and the clock with its lead and owner."""
    before = aliased(Escalation)
    is_first = ~exists().where(before.clock_id == Escalation.clock_id, before.act == LIST, before.id < Escalation.id)
    waits = (Clock.stopped_at.is_(None), Clock.outcome != "void")
    with_people = (joinedload(Clock.handoff).joinedload(Handoff.lead), joinedload(Clock.owner))
    listed = select(Escalation.id, Escalation.due_at, Clock).join(Clock, Clock.id == Escalation.clock_id)
    return listed.where(Escalation.act == LIST, is_first, *waits).options(*with_people)
