"""Write down the volumes and shares owed in the periods that run, before the first lead counts towards them."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import ratios, targets


def run(*, now: datetime) -> int:
    with transaction():
        return targets.owe_current(now=now) + ratios.owe_current(now=now)
