"""Forget what became of letters long ago; the notices themselves stay."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import letters


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: letters.purge(now=now, limit=limit))
