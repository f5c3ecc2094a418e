"""What a file of leads may hold, and how one row of text becomes facts about a lead."""

from enum import StrEnum


class ImportState(StrEnum):
    """uploaded -> checking -> checked -> importing -> done; or cancelled, or failed, with what was taken kept."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
