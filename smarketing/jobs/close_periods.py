"""Write down what came of the month that ended; once more when late facts changed it before anybody signed."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.reports import obligations
from smarketing.services import statements


def run(*, now: datetime) -> int:
    with transaction():
        month = obligations.last_month(now=now)
        minute = obligations.minute(month, now=now) if month else None
        return int(minute is not None and statements.compose(minute, now=now) is not None)
