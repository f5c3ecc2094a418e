"""Judge the leads again whose score time alone can have changed; whoever meets the criteria by it becomes an MQL."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import rescoring

BATCH = 2_000
"""Most of them come out as they went in, and what a batch asks once weighs more than what it does for each."""


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: rescoring.rescore_due(now=now, limit=limit), size=BATCH)
