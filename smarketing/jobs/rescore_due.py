"""Judge the leads again whose score time alone can have changed; whoever meets the criteria by it becomes an MQL."""

from datetime import datetime

from smarketing.jobs.batches import in_batches
from smarketing.services import rescoring


def run(*, now: datetime) -> int:
    return in_batches(lambda limit: rescoring.rescore_due(now=now, limit=limit))
