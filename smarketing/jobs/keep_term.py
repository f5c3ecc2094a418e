"""Renew or end the agreement when its term is over, and say so in time."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import tenures


def run(*, now: datetime) -> int:
    with transaction():
        return tenures.keep_term(now=now)
