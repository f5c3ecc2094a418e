"""What goes when a person is erased, what may stay, and how an objection is known again without the address."""

import hashlib
from enum import StrEnum
from typing import Final

from smarketing.domain.importing import TEXT_LIMITS


class Ground(StrEnum):
    """Why: the person asked for it, asked never to be brought in again either, or the time agreed on is over."""

    REQUEST = "request"
    OBJECTION = "objection"
    RETENTION = "retention"


COUNTED: Final = frozenset({"source", "campaign"})
"""What figures gather by; it says nothing of the person."""
TRAITS: Final = frozenset({"job_title", "country"})
"""What is left of somebody who is made anonymous rather than erased."""

ERASED: Final = tuple(name for name in TEXT_LIMITS if name not in COUNTED)
ANONYMISED: Final = tuple(name for name in ERASED if name not in TRAITS)


def digest(email: str) -> str:
    """SHA-256 of the address whatever its case, hex: enough to know it again, not to write to it."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
