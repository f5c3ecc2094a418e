"""One decision about many leads: what it does to each, and how each came out."""

from enum import StrEnum
from typing import Final

MOST_AT_ONCE: Final = 20_000


class BulkVerb(StrEnum):
    """Vouch for leads as MQLs, or agree with refusals so that they need no answer any more."""

    MARK = "mark"
    AGREE = "agree"


class RowState(StrEnum):
    """waiting -> done or not done; done -> undoing -> undone, or stands where it cannot be undone any more."""

    WAITING = "waiting"
    DONE = "done"
    NOT_DONE = "not_done"
    UNDOING = "undoing"
    UNDONE = "undone"
    STANDS = "stands"


TO_DO: Final = frozenset({RowState.WAITING, RowState.UNDOING})
