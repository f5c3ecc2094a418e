"""Owe people a message because of what happened; the same message is owed once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smarketing.db import db, is_postgresql
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Department, Role
from smarketing.models.notices import Notice
from smarketing.models.people import Team, User


class Owed(NamedTuple):
    """One message to several people; each is owed it once per `dedupe_key`."""

    recipient_ids: Sequence[int]
    kind: EventName
    dedupe_key: str
    handoff_id: int | None = None
    lead_id: int | None = None
    data: dict[str, Any] | None = None


def owe_many(messages: Iterable[Owed], *, now: datetime) -> None:
    """Queue the notices that are not owed yet."""
    rows = [
        {
            "recipient_id": recipient_id,
            "kind": owed.kind.value,
            "handoff_id": owed.handoff_id,
            "lead_id": owed.lead_id,
            "data": owed.data,
            "dedupe_key": f"{owed.dedupe_key}:{recipient_id}",
            "created_at": now,
        }
        for owed in messages
        for recipient_id in dict.fromkeys(owed.recipient_ids)
    ]
    if rows:
        insert = postgresql_insert if is_postgresql() else sqlite_insert
        db.session.execute(insert(Notice).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)


def managers_of(department: Department) -> Sequence[int]:
    """Whom to tell when a promise of this side is broken."""
    of_department = (User.role == Role.MANAGER, User.disabled_at.is_(None), Team.department == department)
    return db.session.scalars(select(User.id).join(Team).where(*of_department).order_by(User.id)).all()


def mark_read(recipient_id: int, *, now: datetime, notice_id: int | None = None) -> None:
    """Mark one notice of this person as read, or all of them."""
    statement = update(Notice).where(Notice.recipient_id == recipient_id, Notice.read_at.is_(None))
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    db.session.execute(statement.values(read_at=now))
