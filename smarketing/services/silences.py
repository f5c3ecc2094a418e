"""The answer that the agreement gives by itself where nobody has: a lead goes back with an agreed reason."""

from datetime import datetime, timedelta

from smarketing.domain import timeboxes
from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import local_day
from smarketing.domain.terms import Terms
from smarketing.models.handoffs import Handoff
from smarketing.services import handoffs

NURTURED = timedelta(days=90)
"""For how long a lead is recycled where the reason does not say."""


def send_back(handoff: Handoff, reason: str, clause_id: str, terms: Terms, *, at: datetime) -> None:
    """By the clause: refused while it is an MQL, recycled later. The reason must be one of the lead's stage."""
    if handoff.lead.stage is Stage.MQL:
        handoffs.refuse(handoff.id, reason=reason, note="", actor=None, clause_id=clause_id, now=at)
        return
    wait = terms.recycle_reason(reason).wait
    until = local_day(timeboxes.after(wait, terms, at) if wait else at + NURTURED, terms.zone)
    handoffs.recycle(handoff.id, reason=reason, until=until, note="", actor=None, clause_id=clause_id, now=at)
