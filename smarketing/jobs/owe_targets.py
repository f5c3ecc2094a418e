"""Write down what is owed in the periods that run, before the first lead counts towards it."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import targets


def run(*, now: datetime) -> int:
    with transaction():
        return targets.owe_current(now=now)
