"""The database: one declarative base free of Flask, column types, transactions and bulk loading.

Every instant is aware UTC: `UtcDateTime` refuses a naive one on the way in and returns UTC on the way out,
because SQLite drops the zone silently. Writers on SQLite take the write lock at once (`BEGIN IMMEDIATE`);
see docs/decisions/0003-sqlite-in-wal.md.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Enum,
    MetaData,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    event,
    func,
    select,
    type_coerce,
)
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime refused: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime(),
        StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=lambda words: [w.value for w in words]),
    }


db = SQLAlchemy(metadata=Base.metadata)


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block wrote, or nothing of it. Opened by edges only."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def is_unique_violation(error: IntegrityError) -> bool:
    """Whether somebody else has made the same thing, rather than something that must not be."""
    cause: Any = error.orig
    if (state := getattr(cause, "sqlstate", None)) is not None:
        return bool(state == "23505")
    names = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    return getattr(cause, "sqlite_errorname", None) in names


def database_now() -> datetime:
    """The database's clock, which every process shares even when their machines disagree."""
    clock = func.clock_timestamp() if is_postgresql() else func.strftime("%Y-%m-%d %H:%M:%f000", "now")
    return db.session.scalars(select(type_coerce(clock, UtcDateTime()))).one()


def next_ids(model: type[Base], count: int, *, above: int = 0) -> range | list[int]:
    """Reserve primary keys for rows that are about to be loaded with `bulk_insert`.

    On SQLite the caller must already hold the write lock (every writing transaction does), and says `above` which key
    they have to be where rows with higher ones are gone.
    """
    if not count:
        return []
    table = _table(model)
    if is_postgresql():
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        return list(db.session.scalars(select(sequence).select_from(func.generate_series(1, count))))
    first = max(db.session.scalar(select(func.max(table.c.id))) or 0, above) + 1
    return range(first, first + count)


def bulk_insert(model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Load rows in one go: COPY on PostgreSQL, executemany on SQLite. Raises IntegrityError as any INSERT does.

    `rows` hold database-ready values (aware UTC datetimes, JSON as `json_text`) in the order of `columns`.
    """
    if not rows:
        return
    columns, rows = _filled(columns, rows)
    table, names = _table(model), ", ".join(columns)
    connection = db.session.connection()
    if is_postgresql():
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names come from our own models
    connection.exec_driver_sql(insert, cast(Any, rows))


def bulk_update(
    model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, is_edit: bool = True
) -> None:
    """Rewrite rows that exist in one go; the caller holds their locks. Of an edit, whoever edits one too is told.

    Each of `rows` holds the id, then database-ready values in the order of `columns`.
    """
    if not rows:
        return
    table, connection = _table(model), db.session.connection()
    edition = [f"edition = {table.name}.edition + 1"] if is_edit else []
    if is_postgresql():
        kinds = [table.c[name].type.compile(connection.dialect).partition("(")[0] for name in ("id", *columns)]
        given = ", ".join(f"%s::{kind}[]" for kind in kinds)
        written = ", ".join([f"{name} = given.{name}" for name in columns] + edition)
        update = f"UPDATE {table.name} SET {written} FROM unnest({given}) AS given (id, {', '.join(columns)})"  # noqa: S608 - as above
        arrays = tuple(list(values) for values in zip(*rows, strict=True))
        connection.exec_driver_sql(f"{update} WHERE {table.name}.id = given.id", arrays)
        return
    written = ", ".join([f"{name} = ?" for name in columns] + edition)
    update = f"UPDATE {table.name} SET {written} WHERE id = ?"  # noqa: S608 - as above
    connection.exec_driver_sql(update, [(*row[1:], row[0]) for row in rows])


def _copy(connection: Connection, copying: str, rows: Sequence[Sequence[Any]]) -> None:
    cursor, driver = cast(Any, connection.connection.cursor()), cast(Any, connection.dialect.dbapi)
    try:
        with cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.IntegrityError as error:
        raise IntegrityError(copying, None, error) from error


def _filled(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Without the columns that are empty in every row: sqlite3 spends more on None than on any other value."""
    places = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
    if len(places) in (1, len(columns)):
        return columns, rows
    return [columns[place] for place in places], list(map(itemgetter(*places), rows))


def json_text(value: Any) -> str:
    """JSON as it is stored: no spaces, unescaped Unicode."""
    return to_json(value).decode()


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """`column IN values` with one parameter, however many values there are: text or whole numbers."""
    listed = list(values)
    if is_postgresql():
        return cast(ColumnElement[bool], column == any_(bindparam(None, listed, ARRAY(column.type), unique=True)))
    return cast(ColumnElement[bool], column.bool_op("IN")(_Elements(json.dumps(listed))))


class _Elements(FunctionElement[Any]):
    """Those of a JSON array, for SQLite; a subquery in its place takes half as long again to prepare."""

    inherit_cache = True


@compiles(_Elements)
def _compile_elements(elements: _Elements, compiler: Any, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(elements.clauses, **options)}))"  # noqa: S608 - a bind


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=4096)  # a batch has few instants, often only now
def _sqlite_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


sqlite3.register_adapter(datetime, _sqlite_instant)
sqlite3.register_adapter(date, date.isoformat)


SQLITE_FUNCTIONS: dict[str, Callable[[Any], Any]] = {}
"""What SQLite asks of Python: a function of one value, by the name it has in SQL. Models add theirs."""


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if type(connection).__module__.partition(".")[0] != "sqlite3":
        return
    connection.isolation_level = None
    for name, function in SQLITE_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "cache_size=-64000",
        "temp_store=MEMORY",
        "wal_autocheckpoint=0",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
