"""Put the signed version of the agreement in force at the moment both sides agreed on."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import agreements, rescoring, statuses


def run(*, now: datetime) -> int:
    """How many came into force. Leads come to its statuses; whoever could be an MQL is judged by it."""
    with transaction():
        count = agreements.put_due_versions_in_force(now=now)
        if count:
            statuses.adopt(now=now)
            rescoring.judge_all_anew(now=now)
    return count
