"""Write down this month's targets before the first lead counts towards them."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import targets


def run(*, now: datetime) -> int:
    with transaction():
        return targets.owe_current(now=now)
