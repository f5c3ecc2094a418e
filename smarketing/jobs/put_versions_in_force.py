"""Put the signed version of the agreement in force at the moment both sides agreed on."""

from datetime import datetime

from smarketing.db import transaction
from smarketing.services import agreements, rescoring


def run(*, now: datetime) -> int:
    """How many came into force. Whoever could be an MQL under another version is judged by the new one."""
    with transaction():
        count = agreements.put_due_versions_in_force(now=now)
        if count:
            rescoring.judge_all_anew(now=now)
    return count
