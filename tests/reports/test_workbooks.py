"""A workbook holds what it is given, as text or as a number, on as many sheets as it takes."""

from io import BytesIO

import openpyxl
import pytest

from smarketing.reports import workbooks


def read(rows: list[list[str | int | float | None]]) -> list[list[list[object]]]:
    book = openpyxl.load_workbook(BytesIO(b"".join(workbooks.xlsx_parts(rows, title="Leads"))))
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book]


def test_negative_numbers_stay_numbers_and_text_stays_text() -> None:
    assert read([["a", "b"], ["=1+1", -2.5], ["http://x", None]]) == [[["a", "b"], ["=1+1", -2.5], ["http://x", None]]]


def test_rows_that_do_not_fit_go_on_another_sheet_below_the_same_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    assert read([["n"], *([n] for n in range(5))]) == [[["n"], [0], [1]], [["n"], [2], [3]], [["n"], [4]]]
