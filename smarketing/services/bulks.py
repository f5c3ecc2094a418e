"""Do one thing to many leads, each for itself, say how each came out, and undo what still can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, literal, select, update

from smarketing.db import db
from smarketing.domain.bulks import MOST_AT_ONCE, BulkVerb, RowState
from smarketing.domain.errors import N_, Conflict, DomainError, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.models.bulks import IS_TO_DO, Bulk, BulkRow
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import journal, qualification, refusals

LONGEST_REASON = 500
AnySelect = Select[*tuple[Any, ...]]


def begin(verb: BulkVerb, subjects: AnySelect, *, reason: str, actor: User, now: datetime) -> Bulk:
    """Write down whom it is about: rows of `lead_id`, `was_held` and, for refusals, `handoff_id`."""
    because = _checked(verb, reason)
    bulk = Bulk(verb=verb, reason=because, actor_id=actor.id, begun_at=now, row_count=0)
    db.session.add(bulk)
    db.session.flush()
    about = subjects.limit(MOST_AT_ONCE + 1).subquery()
    handoff_id = about.c.handoff_id if verb is BulkVerb.AGREE else literal(None)
    rows = select(literal(bulk.id), about.c.lead_id, handoff_id, about.c.was_held, literal(RowState.WAITING.value))
    columns = ["bulk_id", "lead_id", "handoff_id", "was_held", "state"]
    db.session.execute(insert(BulkRow).from_select(columns, rows))
    bulk.row_count = db.session.scalar(select(func.count()).where(BulkRow.bulk_id == bulk.id)) or 0
    if not bulk.row_count:
        raise InvalidInput("chosen", N_("Choose at least one lead."))
    if bulk.row_count > MOST_AT_ONCE:
        raise InvalidInput("chosen", N_("At most %(limit)s at once: narrow the filters."), limit=MOST_AT_ONCE)
    _record(EventName.BULK_BEGUN, bulk, actor=actor, now=now)
    return bulk


def undo(bulk_id: int, *, actor: User, now: datetime) -> Bulk:
    """Put back what was done, where nothing has happened since; what was not begun yet is not done."""
    bulk = db.session.get(Bulk, bulk_id, populate_existing=True, with_for_update=True)
    if bulk is None:
        raise Missing(N_("This does not exist."))
    if bulk.actor_id != actor.id:
        raise NotAllowed(N_("Only %(name)s can undo this."), name=bulk.actor.name)
    if bulk.undone_at is not None:
        raise Conflict(N_("This has been undone already."))
    bulk.undone_at = now
    for before, after in ((RowState.DONE, RowState.UNDOING), (RowState.WAITING, RowState.UNDONE)):
        is_so = (BulkRow.bulk_id == bulk_id, BulkRow.state == before)
        db.session.execute(update(BulkRow).where(*is_so).values(state=after))
    _record(EventName.BULK_UNDONE, bulk, actor=actor, now=now)
    return bulk


def unfinished() -> int | None:
    """The oldest with rows that wait."""
    return db.session.scalar(select(BulkRow.bulk_id).where(IS_TO_DO).order_by(BulkRow.bulk_id).limit(1))


def carry_on(bulk_id: int, *, now: datetime, limit: int) -> int:
    """Deal with up to `limit` rows that wait; how many. A row that somebody else is at is left to them."""
    bulk = db.session.get_one(Bulk, bulk_id)
    waiting = select(BulkRow).where(IS_TO_DO, BulkRow.bulk_id == bulk_id).order_by(BulkRow.id).limit(limit)
    rows = db.session.scalars(waiting.with_for_update(skip_locked=True)).all()
    for row in rows:
        act, done, not_done = (
            (_do, RowState.DONE, RowState.NOT_DONE)
            if row.state is RowState.WAITING
            else (_undo, RowState.UNDONE, RowState.STANDS)
        )
        try:
            act(bulk, row, now=now)
            row.state = done
        except DomainError as error:
            row.state, row.message, row.params = not_done, error.message, _told(error.params)
    db.session.flush()
    return len(rows)


def _do(bulk: Bulk, row: BulkRow, *, now: datetime) -> None:
    if bulk.verb is BulkVerb.MARK:
        qualification.mark(row.lead_id, reason=bulk.reason, actor=bulk.actor, now=now)
    else:
        refusals.agree(_handoff_id(row), actor=bulk.actor, now=now)


def _undo(bulk: Bulk, row: BulkRow, *, now: datetime) -> None:
    if bulk.verb is BulkVerb.MARK:
        qualification.take_back(row.lead_id, reason=bulk.reason, actor=bulk.actor, now=now)
        db.session.get_one(Lead, row.lead_id).is_held = row.was_held
    else:
        refusals.reopen(_handoff_id(row), actor=bulk.actor, now=now)


def _handoff_id(row: BulkRow) -> int:
    if row.handoff_id is None:
        raise Missing(N_("This hand-off does not exist."))
    return row.handoff_id


def _checked(verb: BulkVerb, reason: str) -> str:
    because = reason.strip()
    if verb is BulkVerb.MARK and not because:
        raise InvalidInput("reason", N_("Say why in a few words: the other side will read it."))
    if len(because) > LONGEST_REASON:
        raise InvalidInput("reason", N_("The reason is too long: 500 characters at most."))
    return because


def _told(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in params.items()}


def _record(name: EventName, bulk: Bulk, *, actor: User, now: datetime) -> None:
    data = {"verb": bulk.verb.value, "rows": bulk.row_count}
    journal.record(name, "bulk", bulk.id, occurred_at=now, now=now, actor_id=actor.id, data=data)
