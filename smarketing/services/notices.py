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
from smarketing.services import letters
from smarketing.services.letters import Told


class Owed(NamedTuple):
    """One message to several people; each is owed it once per `dedupe_key`."""

    recipient_ids: Sequence[int]
    kind: EventName
    dedupe_key: str
    handoff_id: int | None = None
    lead_id: int | None = None
    data: dict[str, Any] | None = None
    is_urgent: bool = False
    """It does not wait for the end of quiet hours."""


def owe_many(messages: Iterable[Owed], *, now: datetime) -> None:
    """Write the notices that are not owed yet, and with them the letters to whoever wants those."""
    listed = list(messages)
    rows = _rows(listed, now=now)
    if not rows:
        return
    insert = (postgresql_insert if is_postgresql() else sqlite_insert)(Notice)
    returned = (Notice.id, Notice.recipient_id, Notice.kind, Notice.dedupe_key)
    written = db.session.execute(
        insert.on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(*returned), rows
    )
    urgent = {owed.dedupe_key for owed in listed if owed.is_urgent}
    letters.write(
        [
            Told(notice_id, recipient_id, EventName(kind), key.rpartition(":")[0] in urgent)
            for notice_id, recipient_id, kind, key in written
        ],
        now=now,
    )


def _rows(messages: Sequence[Owed], *, now: datetime) -> list[dict[str, Any]]:
    return [
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


def managers_of(department: Department) -> Sequence[int]:
    """Whom to tell when a promise of this side is broken."""
    of_department = (User.role == Role.MANAGER, User.disabled_at.is_(None), Team.department == department)
    return db.session.scalars(select(User.id).join(Team).where(*of_department).order_by(User.id)).all()


def everybody_of(department: Department) -> Sequence[int]:
    """Who works for this side, the managers among them."""
    of_department = (User.disabled_at.is_(None), Team.department == department)
    return db.session.scalars(select(User.id).join(Team).where(*of_department).order_by(User.id)).all()


def administrators() -> Sequence[int]:
    active = (User.role == Role.ADMIN, User.disabled_at.is_(None))
    return db.session.scalars(select(User.id).where(*active).order_by(User.id)).all()


def mark_read(recipient_id: int, *, now: datetime, notice_id: int | None = None) -> None:
    """Mark one notice of this person as read, or all of them."""
    statement = update(Notice).where(Notice.recipient_id == recipient_id, Notice.read_at.is_(None))
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    db.session.execute(statement.values(read_at=now))
