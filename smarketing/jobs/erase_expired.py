"""Erase the leads that have been kept for as long as both sides agreed."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import erasure


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: erasure.erase_expired(now=now, limit=limit))
