"""The file of rejected rows: three columns that say what is wrong, then the row as it came, to repair and bring again.

Its own columns come first, since a row may have more cells than the file has columns.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from smarketing.domain.formulas import harmless, restored

OWN_COLUMNS: Final = ("smarketing_row", "smarketing_column", "smarketing_reason")


def is_own(header: str) -> bool:
    return header in OWN_COLUMNS


def is_repaired(headers: Sequence[str]) -> bool:
    """Whether a file was given out by us, so that its formulas were made harmless."""
    return any(map(is_own, headers))


def header_line(headers: Sequence[str]) -> list[str]:
    return [*OWN_COLUMNS, *(harmless(header) for header in headers if not is_own(header))]


def line(number: int, column: str, reason: str, cells: Sequence[str], headers: Sequence[str]) -> list[str]:
    return [str(number), harmless(column), harmless(reason), *_original(cells, headers)]


def _original(cells: Sequence[str], headers: Sequence[str]) -> Iterator[str]:
    is_from_us = is_repaired(headers)
    for place, cell in enumerate(cells):
        if place >= len(headers) or not is_own(headers[place]):
            yield harmless(restored(cell) if is_from_us else cell)
