"""The answer that the agreement gives by itself where nobody has: a lead goes back with an agreed reason."""

from datetime import datetime

from smarketing.domain import timeboxes
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms import Terms
from smarketing.models.handoffs import Handoff
from smarketing.services import handoffs


def send_back(handoff: Handoff, reason: str, clause_id: str, terms: Terms, *, at: datetime) -> None:
    """By the clause: refused while it is an MQL, recycled later. The reason must be one of the lead's stage."""
    if handoff.lead.stage is Stage.MQL:
        handoffs.refuse(handoff.id, reason=reason, note="", actor=None, clause_id=clause_id, now=at)
        return
    until = timeboxes.nurtured_until(terms, reason, at)
    handoffs.recycle(handoff.id, reason=reason, until=until, note="", actor=None, clause_id=clause_id, now=at)
