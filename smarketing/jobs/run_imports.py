"""Read the files that were brought in: check them, or import them, a transaction per chunk."""

import logging
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from smarketing.db import db, is_unique_violation, transaction
from smarketing.domain.csv_format import Unreadable
from smarketing.domain.errors import N_, Conflict, DomainError
from smarketing.domain.importing import ImportState
from smarketing.services import imports, passes, uploads
from smarketing.services.intake import Outcome
from smarketing.services.passes import Chunk, Work
from smarketing.services.rehearsals import Rehearsal
from smarketing.services.spoken import Spoken

RETRIES = 3

log = logging.getLogger(__name__)


def run(*, now: datetime) -> int:
    """How many chunks were read."""
    count = 0
    while (import_id := _waiting()) is not None:
        count += sum(1 for _outcome in read(import_id))
    _tidy()
    return count


def read(import_id: int) -> Iterator[Outcome]:
    """Check an import or bring it in, as it stands; what became of each chunk, once that is committed.

    Ends at once where somebody else is at work on it, and early where it is stopped or cannot be read on.
    """
    with transaction():
        work = passes.claim(import_id, _folder(), now=_now())
    if work is None:
        return
    try:
        yield from _checked(work) if work.state is ImportState.CHECKING else _taken(work)
    except Conflict:
        log.info("import %s was stopped", import_id)
    except DomainError as error:
        _fail(import_id, error)
    except (OperationalError, InterfaceError):
        raise  # the database is away: somebody goes on after a while
    except FileNotFoundError:
        _fail(import_id, Unreadable(N_("The file is not kept here any more. Bring it in again.")))
    except Exception:
        db.session.rollback()
        _fail(import_id, Unreadable(N_("Something went wrong here. What was taken before is kept.")))
        raise


def _checked(work: Work) -> Iterator[Outcome]:
    with closing(Rehearsal()) as rehearsal:
        for chunk in passes.chunks(work, now=_now()):
            db.session.connection(execution_options={"reads_only": True})
            outcome = rehearsal.take(chunk.rows, now=_now())
            db.session.rollback()
            with transaction():
                outcome = passes.advance(work, chunk, outcome, now=_now())
            yield outcome


def _taken(work: Work) -> Iterator[Outcome]:
    with closing(passes.taker(work)) as spoken:
        for chunk in passes.chunks(work, now=_now()):
            yield _take(work, chunk, spoken)


def _take(work: Work, chunk: Chunk, spoken: Spoken) -> Outcome:
    """Again when somebody else brings the same lead in at the same moment."""
    for _attempt in range(RETRIES):
        try:
            with transaction():
                return passes.take(work, chunk, spoken, now=_now())
        except IntegrityError as error:
            if not is_unique_violation(error):
                raise
    raise Unreadable(N_("Somebody else keeps bringing in the same leads. What was taken before is kept."))


def _waiting() -> int | None:
    db.session.connection(execution_options={"reads_only": True})
    import_id = passes.waiting(now=_now())
    db.session.rollback()
    return import_id


def _fail(import_id: int, error: DomainError) -> None:
    """Unless it was stopped at the same moment."""
    with suppress(Conflict), transaction():
        imports.fail(import_id, error, now=_now())


def _tidy() -> None:
    """Nothing more is read of these files, and they hold personal data."""
    for stored_as in imports.unneeded_files(_folder()):
        uploads.remove(stored_as, _folder())
    db.session.rollback()


def _folder() -> Path:
    return Path(current_app.config["UPLOADS"])


def _now() -> datetime:
    now: datetime = current_app.config["WALLCLOCK"]()
    return now
