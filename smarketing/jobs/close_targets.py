"""Write down what there was in each period that has ended, and write it anew where late facts have changed it."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.reports import closing, duties
from smarketing.services import ratios, targets


def run(*, now: datetime) -> int:
    with transaction():
        return targets.close(closing.due(now=now), now=now) + ratios.close(duties.due(now=now), now=now)
