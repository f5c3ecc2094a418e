"""How the turn was shared out: what each rep was given and credited, and the lines behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from smarketing.db import among, db
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.routing import LedgerLine, Share


class Account(NamedTuple):
    given: int = 0
    credited: int = 0

    @property
    def kept(self) -> int:
        return self.given - self.credited


def accounts(since: datetime) -> Mapping[int | None, Account]:
    """By rep, None being the team's queue."""
    given, credited = (func.count(case((LedgerLine.share == share, 1))) for share in Share)
    query: Any = select(LedgerLine.user_id, given, credited).where(LedgerLine.at >= since)
    rows = db.session.execute(query.group_by(LedgerLine.user_id))
    return {user_id: Account(*counts) for user_id, *counts in rows}


def open_counts(user_ids: list[int]) -> Mapping[int, int]:
    query: Any = select(Handoff.owner_id, func.count()).where(IS_OPEN, among(Handoff.owner_id, user_ids))
    return dict(db.session.execute(query.group_by(Handoff.owner_id)).all())


def ids(user_id: int | None) -> Select[Any]:
    """The lines of one rep, or of all, for a page of them."""
    query: Select[Any] = select(LedgerLine.id.label("id"))
    return query.where(LedgerLine.user_id == user_id) if user_id is not None else query


def lines(line_ids: Sequence[int]) -> list[tuple[LedgerLine, str | None]]:
    """Newest first, with the name of who was given or credited."""
    query = select(LedgerLine, User.name).outerjoin(User, User.id == LedgerLine.user_id)
    query = query.where(among(LedgerLine.id, line_ids)).options(joinedload(LedgerLine.lead))
    return [(row.LedgerLine, row.name) for row in db.session.execute(query.order_by(LedgerLine.id.desc()))]


def lead_named(text: str) -> Lead | None:
    """By its number or its e-mail address."""
    asked = text.strip().removeprefix("#")
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return db.session.get(Lead, int(asked))
    return db.session.scalar(select(Lead).where(Lead.email_key == asked.lower())) if "@" in asked else None
