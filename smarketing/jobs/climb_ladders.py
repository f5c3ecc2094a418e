"""Take the steps of escalation that are due, tell people when their hours begin, give leads on or recycle them."""

from datetime import datetime

from smarketing.db import db, transaction
from smarketing.jobs.batches import in_batches
from smarketing.services import calls, escalations


def run(*, now: datetime) -> int:
    """On how many clocks steps were taken, with the people told and the leads given on or recycled."""
    taken = in_batches(lambda limit: escalations.take_due(now=now, limit=limit))
    told = in_batches(lambda limit: calls.tell_due(now=now, limit=limit))
    return taken + told + _acted(now=now)


def _acted(*, now: datetime) -> int:
    """A transaction for each: whoever answers a lead at this moment waits for one only."""
    count = 0
    while True:
        with transaction():
            done = escalations.act_due(now=now, limit=1)
        db.session.expunge_all()
        if not done:
            return count
        count += done
