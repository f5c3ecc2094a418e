"""Bring in a file of past hand-offs, or remove it again. Nothing else is touched by it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import delete

from smarketing.db import bulk_insert, db, next_ids
from smarketing.domain.csv_format import Records, Unreadable
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.instants import Instants, order_in
from smarketing.domain.past_events import Columns, PastEvent
from smarketing.models.histories import History, HistoryEvent
from smarketing.models.people import User
from smarketing.services import journal, uploads
from smarketing.services.uploads import Stored

MOST_ROWS: Final = 300_000
MOST_REJECTED: Final = 200
"""Rejected rows that are kept with their reasons; the others are counted."""

_COLUMNS: Final = "id history_id lead name at actor owner detail".split()


def bring_in(
    stream: BinaryIO, filename: str, *, folder: Path, limit: int, zone: str, actor: User, now: datetime
) -> History:
    """Keep what the rows say happened. Raises Unreadable for a file of which no row can be taken.

    `limit` is in bytes. Rows that cannot be taken are noted with their reasons, the others are taken.
    """
    stored = uploads.store(stream, folder, limit=limit)
    try:
        events, repeated, rejected = _read(folder / stored.stored_as, stored, zone, now=now)
    finally:
        uploads.remove(stored.stored_as, folder)
    if not events:
        raise _nothing_taken(rejected)
    return _write(events, History(
        filename=filename[:255], zone=zone, lead_count=len({event.lead for event in events}),
        event_count=len(events), repeated_count=repeated, rejected_count=len(rejected),
        rejected=rejected[:MOST_REJECTED], first_at=min(event.at for event in events),
        last_at=max(event.at for event in events), created_by_id=actor.id, created_at=now,
    ), actor=actor, now=now)  # fmt: skip


def remove(history: History, *, actor: User, now: datetime) -> None:
    db.session.execute(delete(HistoryEvent).where(HistoryEvent.history_id == history.id))
    journal.record(EventName.HISTORY_REMOVED, "history", history.id, occurred_at=now, now=now, actor_id=actor.id)
    db.session.delete(history)


def _read(path: Path, stored: Stored, zone: str, *, now: datetime) -> tuple[list[PastEvent], int, list[dict[str, Any]]]:
    """The events each once, how many rows said one again, and the rows that cannot be taken."""
    columns, seen, count = Columns(stored.headers), dict[PastEvent, None](), 0
    rejected: list[dict[str, Any]] = []
    with path.open("rb") as file:
        order = order_in(
            cell for cells in uploads.sample(path.name, stored.delimiter, path.parent, count=1000) for cell in cells
        )
        instants = Instants(zone, day_first=order, now=now)
        records = iter(Records(file, stored.delimiter))
        next(records)
        for count, record in enumerate(records, start=1):
            if count > MOST_ROWS:
                raise Unreadable(N_("The file has more than %(limit)s rows. Split it by time."), limit=MOST_ROWS)
            try:
                seen[columns.read(record, instants)] = None
            except InvalidInput as fault:
                rejected.append(
                    {"row": record.number, "field": fault.field, "message": fault.message, "params": fault.params}
                )
    return list(seen), count - len(seen) - len(rejected), rejected


def _nothing_taken(rejected: list[dict[str, Any]]) -> Unreadable:
    first = rejected[0]
    message = N_("No row can be taken. Row %(row)s: %(reason)s")
    return Unreadable(message, row=first["row"], reason=first["message"] % first["params"])


def _write(events: list[PastEvent], history: History, *, actor: User, now: datetime) -> History:
    db.session.add(history)
    db.session.flush()
    journal.record(EventName.HISTORY_BROUGHT_IN, "history", history.id, occurred_at=now, now=now, actor_id=actor.id)
    bulk_insert(HistoryEvent, _COLUMNS, list(_rows(events, history.id)))
    return history


def _rows(events: list[PastEvent], history_id: int) -> Iterator[tuple[Any, ...]]:
    for event_id, event in zip(next_ids(HistoryEvent, len(events)), events, strict=True):
        yield event_id, history_id, *event
