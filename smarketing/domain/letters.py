"""Notices on their way by e-mail: what becomes of them, and when a failed one is tried again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LEASE: Final = timedelta(minutes=10)
"""For how long a letter is left to whoever is sending it; after that they are taken for dead."""

PAUSES: Final = tuple(timedelta(minutes=each) for each in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 720))
"""How long to wait after each failure: almost three days in all."""

MOST_IN_ONE = 100
"""So many notices go into one e-mail."""


class LetterState(StrEnum):
    """`read` was read in the bell before it went; `dropped` was given up by somebody, or has nowhere to go."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    READ = "read"
    DROPPED = "dropped"


def next_try(attempt_count: int, at: datetime) -> datetime | None:
    """After so many failures, the last of them at `at`; None when it is not tried again."""
    return at + PAUSES[attempt_count - 1] if attempt_count <= len(PAUSES) else None


def message_id(letter_id: int, claimed_at: datetime, domain: str) -> str:
    """The same at every try, so that whoever receives it twice knows; another for each installation and resending."""
    return f"<letter-{letter_id}-{int(claimed_at.timestamp())}@{domain}>"
