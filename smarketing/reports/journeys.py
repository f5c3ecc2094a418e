"""Where the hand-offs of a span have come to, step by step; one that came back as an MQL is a hand-off of its own."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, cast, func, select
from sqlalchemy.orm import aliased

from smarketing.db import db
from smarketing.domain.dispositions import HandoffState
from smarketing.models.handoffs import Handoff
from smarketing.reports.cases import Of, Span, Wanted, among_handoffs, condition


class Way(NamedTuple):
    """How far hand-offs alike have come: `is_sql` once they were one, `came_again` where the lead was offered later."""

    state: HandoffState
    is_sql: bool
    came_again: bool


def ways(span: Span, wanted: Wanted, *, now: datetime) -> dict[Way, int]:
    """How many went each way; they add up to all that were offered."""
    later = aliased(Handoff)
    is_again = select(later.id).where(later.lead_id == Handoff.lead_id, later.cycle > Handoff.cycle).exists()
    facts = (Handoff.state, cast(condition(Of.SQL, now=now), Boolean), cast(is_again, Boolean))
    query = among_handoffs((*facts, func.count()), span, wanted).group_by(*facts)
    found: dict[Way, int] = {}
    for state, is_sql, came_again, count in db.session.execute(query):
        way = Way(HandoffState(state), bool(is_sql), bool(came_again))
        found[way] = found.get(way, 0) + count
    return found
