"""Read an import from its first row to its last, a chunk at a time: for a check that writes no lead, or for good.

How far it has come is written with the leads of each chunk. So whoever goes on after a crash counts nothing twice, and
of two who try at once one is refused.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import or_, select, update

from smarketing.db import bulk_insert, db, json_text
from smarketing.domain.csv_format import Records
from smarketing.domain.errors import N_, Conflict
from smarketing.domain.importing import ImportState, Rejected, Row
from smarketing.domain.mapping import Options
from smarketing.domain.rows import Reader
from smarketing.memory import uncollected
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.people import User
from smarketing.services import imports, intake
from smarketing.services.intake import Outcome
from smarketing.services.spoken import Spoken

CHUNK: Final = 2000
"""Rows that become leads in one transaction."""
SILENCE: Final = timedelta(seconds=30)
"""After which a worker is taken for dead."""


class Work(NamedTuple):
    """What a worker must know of an import to go on with it."""

    import_id: int
    state: ImportState
    path: Path
    delimiter: str
    headers: Sequence[str]
    mapping: dict[str, str]
    options: Options
    read_bytes: int
    row_count: int
    actor_id: int


class Chunk(NamedTuple):
    """Some rows that follow each other. Places are in bytes; `number` is that of its last record."""

    starts: int
    ends: int
    number: int
    rows: Sequence[Row]
    rejected: Sequence[Rejected]
    is_last: bool


def waiting(*, now: datetime) -> int | None:
    """An import that nobody is at work on."""
    return db.session.scalar(
        select(Import.id).where(Import.state.in_(imports.RUNNING), _is_silent(now=now)).order_by(Import.id).limit(1)
    )


def claim(import_id: int, folder: Path, *, now: datetime) -> Work | None:
    """Take an import on, unless somebody else has. A check begins again; an import goes on where it was."""
    taken = update(Import).where(Import.id == import_id, Import.state.in_(imports.RUNNING), _is_silent(now=now))
    taken = taken.values(heartbeat_at=now).execution_options(synchronize_session=False)
    if db.session.scalar(taken.returning(Import.id)) is None:
        return None
    brought = db.session.get_one(Import, import_id, populate_existing=True)
    if brought.state is ImportState.CHECKING and brought.read_bytes:
        imports.restart_check(import_id)
        brought = db.session.get_one(Import, import_id, populate_existing=True)
    return Work(
        import_id,
        brought.state,
        folder / brought.stored_as,
        brought.delimiter,
        brought.headers,
        brought.mapping,
        imports.options_of(brought),
        brought.read_bytes,
        brought.row_count,
        brought.created_by_id,
    )


def chunks(work: Work, *, now: datetime) -> Iterator[Chunk]:
    """What is still to be read; the database is not asked. Raises Unreadable where the file ends to be a CSV file."""
    read = Reader(work.headers, work.mapping, work.options, now=now).read
    with work.path.open("rb") as file:
        records = Records(file, work.delimiter, offset=work.read_bytes, number=work.row_count)
        upcoming = iter(records)
        if not work.read_bytes:
            next(upcoming)
        starts, is_last = work.read_bytes, False
        while not is_last:
            with uncollected():
                answers = [read(record) for record in islice(upcoming, CHUNK)]
            is_last = len(answers) < CHUNK
            rows = [answer for answer in answers if isinstance(answer, Row)]
            rejected = [answer for answer in answers if isinstance(answer, Rejected)]
            yield Chunk(starts, records.offset, records.number, rows, rejected, is_last)
            starts = records.offset


def taker(work: Work) -> Spoken:
    """What an import remembers of the rows before, to be closed at its end."""
    return Spoken(work.path.with_name(f"{work.path.name}.spoken"), before=work.read_bytes)


def take(work: Work, chunk: Chunk, spoken: Spoken, *, now: datetime) -> Outcome:
    """Write the leads of a chunk, and that it was read. Raises Conflict when somebody has stopped the import."""
    _lock(work)
    outcome = intake.take(
        chunk.rows,
        now=now,
        actor=db.session.get(User, work.actor_id),
        import_id=work.import_id,
        zone=work.options.zone,
        spoken=spoken,
    )
    spoken.note(outcome.stated, place=chunk.starts)
    outcome = advance(work, chunk, outcome, now=now)
    if chunk.is_last:
        imports.record_end(work.import_id, actor_id=work.actor_id, now=now)
    return outcome


def advance(work: Work, chunk: Chunk, outcome: Outcome, *, now: datetime) -> Outcome:
    """Write what became of a chunk. Raises Conflict when it was read already, or must not be."""
    rejected = sorted(
        [*chunk.rejected, *(_at_column(work, row) for row in outcome.rejected)], key=lambda row: row.number
    )
    counts: dict[str, Any] = {
        "read_bytes": chunk.ends,
        "row_count": chunk.number,
        "new_count": Import.new_count + outcome.new,
        "changed_count": Import.changed_count + outcome.changed,
        "unchanged_count": Import.unchanged_count + outcome.unchanged,
        "rejected_count": Import.rejected_count + len(rejected),
        "mql_count": Import.mql_count + outcome.mqls,
        "heartbeat_at": now,
    }
    if chunk.is_last:
        counts |= _ending(work.state, now=now)
    advanced = update(Import).where(
        Import.id == work.import_id, Import.state == work.state, Import.read_bytes == chunk.starts
    )
    advanced = advanced.values(counts).execution_options(synchronize_session=False)
    if db.session.scalar(advanced.returning(Import.id)) is None:
        raise _stopped()
    _write_rejected(work.import_id, rejected)
    db.session.expire_all()
    return outcome._replace(rejected=rejected)


def _ending(state: ImportState, *, now: datetime) -> dict[str, Any]:
    after = {"edition": Import.edition + 1, "heartbeat_at": None}
    if state is ImportState.CHECKING:
        return after | {"state": ImportState.CHECKED}
    return after | {"state": ImportState.DONE, "finished_at": now}


def _lock(work: Work) -> None:
    """Two workers must not write the same rows at once, or both would wait for each other's leads."""
    locked = select(Import.state).where(Import.id == work.import_id).with_for_update()
    if db.session.scalar(locked) != work.state:
        raise _stopped()


def _stopped() -> Conflict:
    return Conflict(N_("The import was stopped, or is read by somebody else."))


def _is_silent(*, now: datetime) -> Any:
    return or_(Import.heartbeat_at.is_(None), Import.heartbeat_at < now - SILENCE)


def _at_column(work: Work, rejected: Rejected) -> Rejected:
    """With the name of the column instead of that of the field."""
    columns = {field: column for column, field in work.mapping.items()}
    return rejected._replace(field=columns.get(rejected.field, rejected.field))


def _write_rejected(import_id: int, rejected: Sequence[Rejected]) -> None:
    rows = [
        (import_id, row.number, row.field, row.message, json_text(row.params), json_text(row.cells)) for row in rejected
    ]
    bulk_insert(RejectedRow, "import_id row_number field message params cells".split(), rows)
