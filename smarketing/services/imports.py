"""Files brought in, from the upload to the end: each step moves the import on once, whoever else tries.

A form names the `edition` it was made from; every step raises Conflict when the import has moved on since.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import delete, select, update

from smarketing.db import db
from smarketing.domain.errors import N_, Conflict, DomainError
from smarketing.domain.event_names import EventName
from smarketing.domain.importing import ImportState
from smarketing.domain.instants import order_in
from smarketing.domain.mapping import Options, check_mapping, check_options
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.people import User
from smarketing.services import journal, notices, uploads
from smarketing.services.notices import Owed

RUNNING: Final = (ImportState.CHECKING, ImportState.IMPORTING)
MAPPABLE: Final = (ImportState.UPLOADED, ImportState.CHECKED)
ENDED: Final = (ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED)
SAMPLE: Final = 1000
"""Rows that are asked whether the day or the month comes first."""
_FROM_THE_START: Final[Mapping[str, Any]] = {
    "read_bytes": 0,
    "row_count": 0,
    "new_count": 0,
    "changed_count": 0,
    "unchanged_count": 0,
    "rejected_count": 0,
    "mql_count": 0,
    "heartbeat_at": None,
}


def upload(
    stream: BinaryIO,
    filename: str,
    *,
    folder: Path,
    limit: int,
    actor: User,
    now: datetime,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Import:
    """Keep a file; `limit` is in bytes. Raises Unreadable for one that cannot be taken, and keeps nothing of it."""
    stored = uploads.store(stream, folder, limit=limit, encoding=encoding, delimiter=delimiter)
    sample = uploads.sample(stored.stored_as, stored.delimiter, folder, count=SAMPLE)
    order = order_in(cell for row in sample for cell in row)
    brought = Import(
        filename=Path(filename).name[-255:] or "leads.csv",
        **stored._asdict(),
        mapping={},
        options=Options(zone=actor.zone, day_first=order)._asdict(),
        state=ImportState.UPLOADED,
        created_by_id=actor.id,
        created_at=now,
    )
    db.session.add(brought)
    db.session.flush()
    return brought


def options_of(brought: Import) -> Options:
    return Options(**brought.options)


def begin_check(brought: Import, mapping: Mapping[str, str], options: Options, *, edition: int) -> None:
    """Have every row checked under this mapping. Raises InvalidInput for a mapping that cannot be."""
    _map(brought, mapping, options, edition=edition, state=ImportState.CHECKING)


def begin_unchecked(brought: Import, mapping: Mapping[str, str], options: Options, *, now: datetime) -> None:
    """Import straight away, as at the command line."""
    _map(brought, mapping, options, edition=brought.edition, state=ImportState.IMPORTING, started_at=now)


def _map(brought: Import, mapping: Mapping[str, str], options: Options, **moved: Any) -> None:
    check_mapping(mapping, brought.headers)
    check_options(options)
    begun: dict[str, Any] = {**_FROM_THE_START, "mapping": dict(mapping), "options": options._asdict(), "error": None}
    _move(brought.id, MAPPABLE, **begun, **moved)
    _forget_rejected(brought.id)


def restart_check(import_id: int) -> None:
    """A check whose worker died begins again."""
    _move(import_id, (ImportState.CHECKING,), **{**_FROM_THE_START, "heartbeat_at": Import.heartbeat_at})
    _forget_rejected(import_id)


def begin_import(import_id: int, *, edition: int, now: datetime) -> None:
    """Import what was checked."""
    checked = (ImportState.CHECKED,)
    _move(import_id, checked, edition=edition, state=ImportState.IMPORTING, started_at=now, **_FROM_THE_START)
    _forget_rejected(import_id)


def stop_check(import_id: int, *, edition: int) -> None:
    """Back to the mapping."""
    _move(import_id, (ImportState.CHECKING,), edition=edition, state=ImportState.UPLOADED, **_FROM_THE_START)
    _forget_rejected(import_id)


def cancel(import_id: int, *, edition: int, actor: User, now: datetime) -> None:
    """Read no further; what was taken stays."""
    _move(import_id, (ImportState.IMPORTING,), edition=edition, state=ImportState.CANCELLED, finished_at=now)
    record_end(import_id, actor_id=actor.id, now=now)


def discard(brought: Import, *, edition: int) -> None:
    """Forget a file of which nothing was taken; whoever commits removes the file."""
    if brought.started_at is not None or brought.state is ImportState.IMPORTING:
        raise _moved_on(brought.state)
    _forget_rejected(brought.id)
    gone = delete(Import).where(Import.id == brought.id, Import.edition == edition, Import.started_at.is_(None))
    if db.session.scalar(gone.returning(Import.id)) is None:
        raise _moved_on(brought.state)
    db.session.expunge(brought)


def fail(import_id: int, error: DomainError, *, now: datetime) -> None:
    """The file as a whole cannot be read on; what was taken stays."""
    told = {"message": error.message, "params": error.params}
    _move(import_id, RUNNING, state=ImportState.FAILED, error=told, finished_at=now, heartbeat_at=None)
    record_end(import_id, actor_id=None, now=now)


def record_end(import_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Tell the journal and whoever brought the file in; a check that failed is for their eyes only."""
    db.session.flush()
    ended = db.session.get_one(Import, import_id, populate_existing=True)
    if ended.started_at is None:
        return
    names = ("new_count", "changed_count", "unchanged_count", "rejected_count", "mql_count")
    counts = {name.removesuffix("_count"): getattr(ended, name) for name in names}
    told = {"state": ended.state.value, **counts}
    name = EventName.IMPORT_FINISHED
    journal.record(name, "import", import_id, occurred_at=now, now=now, actor_id=actor_id, data=told)
    owed = Owed([ended.created_by_id], name, f"import:{import_id}", data={"import": import_id, **told})
    notices.owe_many([owed], now=now)


def unneeded_files(folder: Path) -> Sequence[str]:
    """The kept files of which nothing more will be read."""
    if not folder.is_dir() or not (kept := sorted(path.name for path in folder.glob("*.csv"))):
        return ()
    needed = db.session.scalars(select(Import.stored_as).where(Import.stored_as.in_(kept), Import.state.not_in(ENDED)))
    known = db.session.scalars(select(Import.stored_as).where(Import.stored_as.in_(kept)))
    return sorted(set(known) - set(needed))


def _move(import_id: int, allowed: Sequence[ImportState], *, edition: int | None = None, **values: Any) -> None:
    """Compare-and-set; without an edition from wherever it is."""
    moved = update(Import).where(Import.id == import_id, Import.state.in_(allowed))
    if edition is not None:
        moved = moved.where(Import.edition == edition)
    moved = moved.values(**values, edition=Import.edition + 1).execution_options(synchronize_session=False)
    if db.session.scalar(moved.returning(Import.id)) is None:
        raise _moved_on(db.session.scalar(select(Import.state).where(Import.id == import_id)))
    db.session.expire_all()


def _moved_on(state: ImportState | None) -> Conflict:
    if state is None:
        return Conflict(N_("This import was discarded meanwhile."))
    return Conflict(N_("This import has moved on since you opened the page. Look at it again, then decide."))


def _forget_rejected(import_id: int) -> None:
    db.session.execute(delete(RejectedRow).where(RejectedRow.import_id == import_id))
