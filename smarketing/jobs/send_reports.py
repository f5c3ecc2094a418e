"""Send the reports that were ordered for today."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import subscriptions


def run(*, now: datetime) -> int:
    with transaction():
        return subscriptions.send_due(now=now)
