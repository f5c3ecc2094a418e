"""What somebody needs to know before they act on a hand-off; a fixed number of queries, however long its history."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.event_names import EventName
from smarketing.models.events import Event
from smarketing.models.leads import Engagement
from smarketing.reports import lead_history, queue
from smarketing.reports.lead_history import Cycle, Version
from smarketing.reports.queue import Entry

SHOWN_ACTS = 4


class Context(NamedTuple):
    """`earlier` are the cycles before this one, newest first; `versions` those that they were agreed under."""

    entry: Entry
    current: Cycle
    earlier: Sequence[Cycle]
    versions: dict[int, Version]
    acts: Sequence[Engagement]
    vouched_because: str | None


def of(handoff_id: int) -> Context | None:
    """None for a hand-off that does not exist."""
    entries = queue.entries([handoff_id])
    if not entries:
        return None
    handoff = entries[0].handoff
    cycles = lead_history.cycles(handoff.lead_id)
    current = next(cycle for cycle in cycles if cycle.handoff.id == handoff_id)
    return Context(
        entries[0],
        current,
        [cycle for cycle in cycles if cycle.handoff.cycle < handoff.cycle],
        dict(lead_history.versions(cycle.handoff.agreement_version_id for cycle in cycles)),
        lead_history.engagements(handoff.lead_id)[:SHOWN_ACTS],
        _reason_of_mark(handoff.lead_id) if handoff.qualified_by_id else None,
    )


def _reason_of_mark(lead_id: int) -> str | None:
    """What the marketer wrote who marked it last."""
    marked = (among(Event.lead_id, lead_history.numbers(lead_id)), Event.name == EventName.LEAD_QUALIFIED.value)
    data = db.session.scalar(select(Event.data).where(*marked).order_by(Event.id.desc()).limit(1))
    return data.get("reason") if data else None
