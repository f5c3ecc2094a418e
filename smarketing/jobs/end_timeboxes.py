"""Give leads that stood still too long the answer that was agreed for it."""

from datetime import datetime

from smarketing.db import db, transaction
from smarketing.services import timeboxes

BATCH = 100


def run(*, now: datetime) -> int:
    total = 0
    while True:
        with transaction():
            count = timeboxes.end(now=now, limit=BATCH)
        db.session.expunge_all()
        total += count
        if count < BATCH:
            return total
