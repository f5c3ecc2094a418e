"""Let every row of one lead be a row of another, whichever table it is in, and remember what it takes to go back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    UniqueConstraint,
    and_,
    delete,
    insert,
    select,
    update,
)

from smarketing.db import Base, UtcDateTime, among, db
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead

Rows = dict[str, list[dict[str, Any]]]
Keys = dict[str, list[int]]


class _Place(NamedTuple):
    """A table whose `lead` refers to one, and the `key` that tells the rows of one lead apart."""

    table: Table
    lead: Any
    key: Any


def move(source_id: int, *, to: int) -> Keys:
    """Give all rows of one lead to another; the keys of those that went, by table."""
    moved = {}
    for place in _places():
        keys = db.session.scalars(select(place.key).where(place.lead == source_id).order_by(place.key)).all()
        if keys:
            _now(update(place.table).where(place.lead == source_id).values({place.lead: to}))
            moved[place.table.name] = list(keys)
    return moved


def drop_doubles(source_id: int, *, beside: int) -> Rows:
    """Remove the rows of one lead that the other has too, such as the same engagement at the same instant."""
    dropped = {}
    for place in _places():
        for columns in _unique_within_lead(place):
            other = place.table.alias()
            same = and_(other.c[place.lead.name] == beside, *(column == other.c[column.name] for column in columns))
            is_double = and_(place.lead == source_id, select(other.c[place.lead.name]).where(same).exists())
            if rows := db.session.execute(select(place.table).where(is_double)).mappings().all():
                dropped[place.table.name] = [as_json(row) for row in rows]
                _now(delete(place.table).where(is_double))
    return dropped


def move_back(moved: Mapping[str, Sequence[int]], source_id: int, *, to: int) -> None:
    """Give the rows that had come along back, and with hand-offs what has been hung on them since."""
    for place in _places():
        of_source = place.lead == source_id
        if keys := moved.get(place.table.name):
            _now(update(place.table).where(of_source, among(place.key, keys)).values({place.lead: to}))
        for column in _of_handoffs(place.table):
            hung = among(column, moved.get(Handoff.__tablename__, ()))
            _now(update(place.table).where(of_source, hung).values({place.lead: to}))


def put_back(dropped: Rows) -> None:
    for place in _places():
        for row in dropped.get(place.table.name, ()):
            kept = {name: value for name, value in row.items() if name != "id"}
            _now(insert(place.table).values(from_json(place.table, kept)))


def snapshot(lead_id: int) -> dict[str, Any]:
    """The lead's own row, as JSON can hold it."""
    return as_json(db.session.execute(select(_leads()).where(_leads().c.id == lead_id)).mappings().one())


def restore(row: Mapping[str, Any], *, is_new: bool) -> None:
    """Write a lead's own row as it stood; whoever had it open since has to look again."""
    leads, values = _leads(), from_json(_leads(), row)
    if is_new:
        _now(insert(leads).values(values | {"edition": row["edition"] + 1}))
        return
    _now(update(leads).where(leads.c.id == row["id"]).values(values | {"edition": leads.c.edition + 1}))


def remove(lead_id: int) -> None:
    """The row of a lead that has nothing left."""
    _now(delete(_leads()).where(_leads().c.id == lead_id))


def as_json(row: RowMapping) -> dict[str, Any]:
    return {str(name): each.isoformat() if isinstance(each, date) else each for name, each in row.items()}


def from_json(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Without columns that there are no more."""
    return {name: _read(table.c[name], each) for name, each in row.items() if name in table.c}


def _read(column: ColumnElement[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and isinstance(column.type, Date) else value


def _places() -> Iterator[_Place]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(each.column is _leads().c.id for each in column.foreign_keys):
                yield _Place(table, column, next(each for each in table.primary_key if each is not column))


def _unique_within_lead(place: _Place) -> Iterator[list[Any]]:
    for constraint in place.table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and place.lead in set(constraint.columns):
            yield [column for column in constraint.columns if column is not place.lead]


def _of_handoffs(table: Table) -> Iterator[Any]:
    for column in table.columns:
        if any(each.column.table is Handoff.__table__ for each in column.foreign_keys):
            yield column


def _leads() -> Table:
    return cast(Table, Lead.__table__)


def _now(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
