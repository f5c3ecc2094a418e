"""What a file of leads may say, and how far one has come.

A row is facts about one lead. What it leaves out is left as it is known: an empty cell never erases anything.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from smarketing.domain.lifecycle import Milestones


class ImportState(StrEnum):
    """uploaded -> checking -> checked -> importing -> done; or cancelled, or failed, with what was taken kept."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


TEXT_LIMITS: Final[Mapping[str, int]] = {
    "external_id": 200,
    "email": 254,
    "first_name": 200,
    "last_name": 200,
    "phone": 60,
    "company": 200,
    "job_title": 200,
    "country": 60,
    "source": 120,
    "campaign": 200,
    "landing_page": 500,
}
"""The facts of a lead that are text, with the most characters each may have."""

CUSTOM_LIMIT: Final = 2000
_WORD: Final = re.compile(r"[^\W_]+")
MILESTONES: Final = Milestones._fields
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
NO_MILESTONES: Final = Milestones()


class Row(NamedTuple):
    """What one line says of one lead; it needs an `email` or an `external_id` among its `facts`.

    `facts` and `custom` hold no empty text. An engagement without an instant happened when the lead arrived.
    `number` and `cells` tell whoever brought the line which one it was; 1 is the header.
    """

    facts: Mapping[str, str]
    custom: Mapping[str, str] = NOTHING
    engagements: Sequence[tuple[str, datetime | None]] = ()
    milestones: Milestones = NO_MILESTONES
    arrived_at: datetime | None = None
    amount_cents: int | None = None
    number: int = 0
    cells: Sequence[str] = ()


class Rejected(NamedTuple):
    """A row that was not taken: the field at fault (empty when it is the whole row) and why, as a msgid."""

    number: int
    field: str
    message: str
    params: Mapping[str, Any]
    cells: Sequence[str]


def folded(text: str) -> str:
    """Lower case without accents, as both sides of a search are compared."""
    return text.lower() if text.isascii() else _without_accents(text)


def words_of(text: str) -> list[str]:
    """The words that a text is found by: folded, of letters and digits alone, so that an e-mail is several."""
    return _WORD.findall(folded(text))


@lru_cache(maxsize=8192)  # names recur
def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
