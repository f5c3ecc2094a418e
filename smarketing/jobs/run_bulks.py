"""Go on with what was decided about many leads, a transaction per handful."""

from datetime import datetime

from smarketing.db import db, transaction
from smarketing.services import bulks

ROWS_AT_ONCE = 100


def run(*, now: datetime) -> int:
    """How many rows were dealt with."""
    total = 0
    while (bulk_id := _unfinished()) is not None:
        with transaction():
            count = bulks.carry_on(bulk_id, now=now, limit=ROWS_AT_ONCE)
        db.session.expunge_all()
        total += count
        if not count:
            break
    return total


def _unfinished() -> int | None:
    db.session.connection(execution_options={"reads_only": True})
    bulk_id = bulks.unfinished()
    db.session.rollback()
    return bulk_id
