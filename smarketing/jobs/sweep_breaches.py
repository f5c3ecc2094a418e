"""Notice the clocks that ran out. A late sweep changes when we say so, never when it happened."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import clocks


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: clocks.breach_overdue(now=now, limit=limit))
