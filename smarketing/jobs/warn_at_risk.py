"""Warn whoever has to act while there is still time to."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import clocks


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: clocks.warn_at_risk(now=now, limit=limit))
