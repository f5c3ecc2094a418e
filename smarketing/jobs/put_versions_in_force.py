"""Put the signed version of the agreement in force at the moment both sides agreed on."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import agreements


def run(*, now: datetime) -> int:
    with transaction():
        return agreements.put_due_versions_in_force(now=now)
