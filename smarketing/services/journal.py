"""Write the journal: one line per change, in the transaction of the change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from smarketing.db import bulk_insert, db, json_text
from smarketing.domain.event_names import EventName
from smarketing.models.events import Event


class JournalLine(NamedTuple):
    name: EventName
    subject_type: str
    subject_id: int
    occurred_at: datetime
    lead_id: int | None = None
    actor_id: int | None = None
    version_id: int | None = None
    data: dict[str, Any] | None = None


_COLUMNS = "name subject_type subject_id lead_id actor_id agreement_version_id occurred_at recorded_at data".split()


def record(
    name: EventName,
    subject_type: str,
    subject_id: int,
    *,
    occurred_at: datetime,
    now: datetime,
    lead_id: int | None = None,
    actor_id: int | None = None,
    version_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    line = JournalLine(name, subject_type, subject_id, occurred_at, lead_id, actor_id, version_id, data)
    record_many([line], now=now)


def record_many(lines: Iterable[JournalLine], *, now: datetime) -> None:
    db.session.flush()
    rows = [
        (
            line.name.value,
            line.subject_type,
            line.subject_id,
            line.lead_id,
            line.actor_id,
            line.version_id,
            line.occurred_at,
            now,
            json_text(line.data) if line.data else None,
        )
        for line in lines
    ]
    bulk_insert(Event, _COLUMNS, rows)
