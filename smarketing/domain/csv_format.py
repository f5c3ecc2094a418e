"""What a CSV file is made of: how its bytes become text, what parts its cells, and its records one by one.

A stored file is UTF-8 with lines that end in a line feed; a record ends where its last line ends, so that reading
can go on from there. Nothing here holds more than one record.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from smarketing.domain.errors import N_, DomainError
from smarketing.domain.importing import folded

MAX_RECORD_BYTES: Final = 64 * 1024
MAX_COLUMNS: Final = 200
MAX_HEADER: Final = 100
"""Characters in the name of a column."""

DELIMITERS: Final = ",;\t|"
HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at to tell what it is."""


class Unreadable(DomainError):
    """The file as a whole cannot be taken; the message names the row where there is one."""


_SIGNATURES: Final = (
    (b"PK\x03\x04", N_("This is an Excel workbook or a ZIP archive. Save the sheet as “CSV UTF-8” and bring that in.")),
    (b"\xd0\xcf\x11\xe0", N_("This is an old Excel workbook. Save the sheet as “CSV UTF-8” and bring that in.")),
    (b"%PDF", N_("This is a PDF document. Leads are read from CSV files.")),
)
_NOT_TEXT: Final = N_("This is not a text file, so it cannot be CSV. Export the leads as CSV and bring that in.")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def check_is_text(head: bytes) -> None:
    """Raises Unreadable for what is plainly something else than text."""
    for signature, message in _SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(message)
    if marked_encoding(head) != "utf-16" and b"\x00" in head:
        raise Unreadable(_NOT_TEXT)


def check_has_no_nul(text: str) -> None:
    if "\x00" in text:
        raise Unreadable(_NOT_TEXT)


def marked_encoding(head: bytes) -> str | None:
    """The encoding that the first bytes name; None when they do not."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def fallback_encoding(before: bytes) -> tuple[str, str]:
    """How to read a file that is no UTF-8, and what to do with its errors, by the bytes before the first of them.

    Bytes beyond ASCII that were UTF-8 until then are a damaged UTF-8 file; else it comes from an old Windows.
    """
    return ("cp1252", "strict") if before.isascii() else ("utf-8", "replace")


def delimiter_of(head: str) -> str:
    """What parts the cells: the sign that gives the most columns of which most rows have as many."""
    return max(DELIMITERS, key=lambda delimiter: _fitness(head, delimiter))


def _fitness(head: str, delimiter: str) -> tuple[bool, int, float]:
    rows = list(csv.reader(io.StringIO(head), delimiter=delimiter))
    widths = [len(row) for row in rows[:100] if any(row)]
    if not widths or widths[0] < 2:
        return False, 0, 0.0
    share = Counter(widths)[widths[0]] / len(widths)
    return share >= 0.5, widths[0], share


def headers_of(cells: Sequence[str]) -> list[str]:
    """The names of the columns; one without a name goes by its place. Raises Unreadable."""
    names = [cell.strip() or f"Column {place}" for place, cell in enumerate(cells, start=1)]
    if len(names) > MAX_COLUMNS:
        message = N_("The file has %(count)s columns; %(limit)s are allowed. Leave out those that are not needed.")
        raise Unreadable(message, count=len(names), limit=MAX_COLUMNS)
    for place, name in enumerate(names, start=1):
        if "@" in name or folded(name).replace(".", "").replace("-", "").isdigit():
            message = N_("The first row must hold the names of the columns, but column %(place)s reads “%(name)s”.")
            raise Unreadable(message, place=place, name=name[:MAX_HEADER])
        if len(name) > MAX_HEADER:
            message = N_("The name of column %(place)s has more than %(limit)s characters: “%(name)s…”.")
            raise Unreadable(message, place=place, limit=MAX_HEADER, name=name[:40])
    _check_are_different(names)
    return names


def _check_are_different(names: Sequence[str]) -> None:
    places: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        other = places.setdefault(folded(name), place)
        if other != place:
            message = N_("Columns %(other)s and %(place)s are both called “%(name)s”: rename one of them.")
            raise Unreadable(message, other=other, place=place, name=name)


class Record(NamedTuple):
    """`number` counts all records, blank ones too, as a spreadsheet does; 1 is the header."""

    number: int
    cells: list[str]


class Records:
    """The records of a stored file that are not blank, from a place that an earlier reading came to."""

    def __init__(self, file: BinaryIO, delimiter: str, *, offset: int = 0, number: int = 0) -> None:
        self.offset = offset
        """Where the last record ended, in bytes."""
        self.number = number
        """Of the last record, blank or not."""
        self._file = file
        self._file.seek(offset)
        self._lines = 0
        self._quotes = 0
        self._length = 0
        self._reader = csv.reader(self._read_lines(), delimiter=delimiter)

    def __iter__(self) -> Iterator[Record]:
        for cells in self._reader:
            self.number += 1
            self.offset += self._length
            is_cut_off = self._lines > 1 and self._quotes % 2
            self._lines = self._quotes = self._length = 0
            if is_cut_off and not self._file.peek(1):  # type: ignore[attr-defined]
                message = N_("Row %(row)s opens a quotation mark that is never closed, so where it ends is unknown.")
                raise Unreadable(message, row=self.number)
            if cells and any(map(str.strip, cells)):
                yield Record(self.number, cells)

    def _read_lines(self) -> Iterator[str]:
        readline = self._file.readline
        while line := readline(MAX_RECORD_BYTES + 1):
            self._lines += 1
            self._length += len(line)
            if self._length > MAX_RECORD_BYTES:
                message = N_("Row %(row)s is longer than %(limit)s KB. Is the quotation mark that opens in it closed?")
                raise Unreadable(message, row=self.number + 1, limit=MAX_RECORD_BYTES // 1024)
            self._quotes += line.count(b'"')
            yield line.decode()
