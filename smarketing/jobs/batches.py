"""Many small transactions instead of a large one: nobody waits long, and a fault loses one batch."""

from collections.abc import Callable

from smarketing.db import db, transaction

BATCH = 500


def in_batches(act: Callable[[int], int], *, size: int = BATCH) -> int:
    """Call `act(size)` in a transaction each until it finds less than that to do; how many in all."""
    total = 0
    while True:
        with transaction():
            count = act(size)
        db.session.expunge_all()
        total += count
        if count < size:
            return total
