"""See whether the estimates that are shown on leads still hold."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import predictors


def run(*, now: datetime) -> int:
    """How many predictors were looked at."""
    with transaction():
        return predictors.watch(now=now)
