"""Tell each how the week that ended was, once."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import summaries


def run(*, now: datetime) -> int:
    """How many people were told."""
    with transaction():
        return summaries.sum_up_week(now=now)
