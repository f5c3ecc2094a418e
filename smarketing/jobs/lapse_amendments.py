"""Close the amendments that nobody has answered in time, as of their deadline."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import amendments


def run(*, now: datetime) -> int:
    """How many lapsed."""
    return in_batches(lambda limit: amendments.lapse_overdue(now=now, limit=limit))
