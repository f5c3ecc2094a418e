"""Forget after a day what was answered to requests with an Idempotency-Key."""

from datetime import datetime, timedelta

from smarketing.db import transaction
from smarketing.services import replies

KEPT = timedelta(days=1)


def run(*, now: datetime) -> int:
    with transaction():
        return replies.forget(kept_before=now - KEPT)
