"""Text that a spreadsheet would run: it gets an apostrophe before it on the way out and loses it on the way back."""

from typing import Final

STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """Also before text that has apostrophes already, so that `restored` gives back what there was."""
    return f"'{cell}" if cell.lstrip("'").startswith(STARTS) else cell


def restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(STARTS) else cell
