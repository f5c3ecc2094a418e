"""Forget sessions that ended a month ago, with their addresses, and failed sign-ins that no longer count."""

from datetime import datetime, timedelta

from smarketing.db import transaction
from smarketing.services import sessions, throttles

KEPT = timedelta(days=30)


def run(*, now: datetime) -> int:
    with transaction():
        return sessions.purge_ended(ended_before=now - KEPT) + throttles.purge_forgotten(now=now)
