"""What the database needs to load rows when nobody checks, merges or judges them, in seconds."""

import csv
import io
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from bench._leads import COLUMNS, rows
from smarketing.db import db

LEAD_COLUMNS = (
    "id external_id email email_key first_name last_name phone company job_title country source campaign custom"
    " search_text stage cycle is_held arrived_at arrived_on recorded_at edition"
).split()
"""What an import without an agreement fills."""
_TABLE = """
    CREATE TABLE bare ({id}, {columns}, UNIQUE (external_id), UNIQUE (email));
    CREATE INDEX ix_bare_source ON bare (source)
"""


def load_bare(count: int) -> float:
    """The columns of the file as text, into a table with a primary key, two unique constraints and one index."""
    key = "id INTEGER PRIMARY KEY" if _is_sqlite() else "id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    _execute("DROP TABLE IF EXISTS bare")
    for statement in _TABLE.format(id=key, columns=", ".join(f"{name} TEXT" for name in COLUMNS)).split(";"):
        _execute(statement)
    distinct = list(dict.fromkeys(rows(count)))
    return _load("bare", COLUMNS, distinct if _is_sqlite() else _csv(distinct))


def read_leads() -> Any:
    """The leads as they stand, ready to be loaded into the empty table of another database of this kind."""
    names = ", ".join(LEAD_COLUMNS)
    connection = db.engine.raw_connection()
    try:
        cursor: Any = connection.cursor()
        if _is_sqlite():
            return cursor.execute(f"SELECT {names} FROM leads ORDER BY id").fetchall()
        with cursor.copy(f"COPY (SELECT {names} FROM leads ORDER BY id) TO STDOUT (FORMAT csv)") as copy:
            return b"".join(bytes(part) for part in copy)
    finally:
        connection.close()


def load_leads(leads: Any) -> float:
    """The columns that an import fills, into the product's own table of leads with all its indexes."""
    return _load("leads", LEAD_COLUMNS, leads)


def _load(table: str, columns: Sequence[str], loaded: Any) -> float:
    names = ", ".join(columns)
    connection = db.engine.raw_connection()
    try:
        cursor: Any = connection.cursor()
        start = perf_counter()
        if _is_sqlite():
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", loaded)
            cursor.execute("COMMIT")
        else:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(loaded)
            connection.commit()
        return perf_counter() - start
    finally:
        connection.close()


def _execute(statement: str) -> None:
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute(statement)
        connection.commit()
    finally:
        connection.close()


def _csv(records: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(records)
    return text.getvalue().encode()


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
