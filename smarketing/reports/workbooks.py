"""Rows as an XLSX workbook: text stays text whatever it begins with, numbers stay numbers."""

from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Final

import xlsxwriter

from smarketing.reports.tables import Value

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576
"""What a sheet can hold; further rows go on another sheet."""
LONGEST_TEXT: Final = 32_767
PART: Final = 64 * 1024
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_parts(rows: Iterable[Sequence[Value]], *, title: str) -> Iterator[bytes]:
    """The file in parts; the first of `rows` is the header, repeated on every sheet. Memory does not grow with it."""
    with TemporaryFile() as file:
        _write(file, rows, title)
        file.seek(0)
        while part := file.read(PART):
            yield part


def _write(file: IO[bytes], rows: Iterable[Sequence[Value]], title: str) -> None:
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        bold = book.add_format({"bold": True})
        header: Sequence[Value] = ()
        sheet, line = None, 0
        for row in rows:
            if sheet is None or line == MOST_ROWS:
                number = len(book.worksheets()) + 1
                sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
                header = header or row
                _write_row(sheet, 0, header, bold)
                sheet.freeze_panes(1, 0)
                line = 1
                if row is header:
                    continue
            _write_row(sheet, line, row)
            line += 1


def _write_row(sheet: Any, line: int, row: Sequence[Value], style: Any = None) -> None:
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(line, column, value[:LONGEST_TEXT], style)
        elif value is not None:
            sheet.write_number(line, column, value, style)
