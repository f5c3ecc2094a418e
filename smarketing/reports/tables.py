"""The rows of a figure as one table, for the page and, as the same rows, for a CSV file."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

from smarketing.domain.formulas import harmless

Value = str | int | float | None


class Column(NamedTuple):
    label: str
    is_number: bool = True


class Cell(NamedTuple):
    """`value` is what the file holds, `text` what the page shows; None and empty are no data."""

    value: Value
    text: str
    url: str | None = None
    is_soft: bool = False


class Table(NamedTuple):
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] = ()


def as_csv(table: Table) -> str:
    return "".join(csv_lines(as_rows(table)))


def as_rows(table: Table) -> list[list[Value]]:
    """The header first."""
    header: list[Value] = [column.label for column in table.columns]
    rows = (*table.rows, *([table.totals] if table.totals else []))
    return [header, *([cell.value for cell in row] for row in rows)]


def csv_lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """With a byte order mark, so that spreadsheets read it as UTF-8; times and numbers in plain notation.

    Text that a spreadsheet would run is made harmless.
    """
    return exact_csv_lines([_harmless(value) for value in row] for row in rows)


def exact_csv_lines(rows: Iterable[Sequence[str | int | float]]) -> Iterator[str]:
    """The same for cells that are harmless already."""
    line = StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    line.write("\ufeff")
    for row in rows:
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _harmless(value: Value) -> str | int | float:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else value
