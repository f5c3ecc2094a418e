"""What a CSV file is made of: told by its first bytes, parted by its best sign, read record by record."""

import io
from itertools import islice

import pytest

from smarketing.domain.csv_format import (
    MAX_COLUMNS,
    MAX_RECORD_BYTES,
    Records,
    Unreadable,
    check_is_text,
    delimiter_of,
    headers_of,
)


def records(text: str, delimiter: str = ",", **place: int) -> Records:
    return Records(io.BufferedReader(io.BytesIO(text.encode())), delimiter, **place)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"PK\x03\x04...", "Excel workbook or a ZIP"),
        (b"\xd0\xcf\x11\xe0", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file"),
    ],
)
def test_what_is_no_text_is_called_by_its_name(head: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        check_is_text(head)


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n3,5;4\n", ";"),
        ("a\tb, c\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('name;note\n"x; y, z";"a, b, c"\n', ";"),
        ("email\na@example.com\n", ","),
        ("a;b;c\n1;2;3\n\nGenerated, by, a, report\n", ";"),
    ],
)
def test_the_delimiter_is_the_sign_that_makes_a_table(head: str, delimiter: str) -> None:
    assert delimiter_of(head) == delimiter


def test_blank_records_are_left_out_and_counted() -> None:
    read = list(records('a,b\n\n , \n1,2\n"x\ny",""\n\n3,4'))
    assert [(record.number, record.cells) for record in read] == [
        (1, ["a", "b"]),
        (4, ["1", "2"]),
        (5, ["x\ny", ""]),
        (7, ["3", "4"]),
    ]


def test_reading_goes_on_from_any_place_where_a_record_ended() -> None:
    text = 'a,b\n"é\n,",1\n\n2,"""3"""\n4,5\n'
    whole = [tuple(record) for record in records(text)]
    for count in range(1, len(whole)):
        first = records(text)
        head = [tuple(record) for record in islice(first, count)]
        rest = records(text, offset=first.offset, number=first.number)
        assert head + [tuple(record) for record in rest] == whole


def test_a_quotation_mark_that_never_closes_is_named_by_its_row() -> None:
    upcoming = iter(records('a,b\n1,2\n3,"4\n5,6\n'))
    assert [next(upcoming).number, next(upcoming).number] == [1, 2]
    with pytest.raises(Unreadable, match="Row 3 opens a quotation mark"):
        next(upcoming)


@pytest.mark.parametrize("long", ["x" * (MAX_RECORD_BYTES + 1), '"' + "x\n" * MAX_RECORD_BYTES])
def test_a_record_without_an_end_is_not_held_in_memory(long: str) -> None:
    with pytest.raises(Unreadable, match="Row 2 is longer than 64 KB"):
        list(records(f"a,b\n{long}"))


def test_columns_have_names_and_one_without_goes_by_its_place() -> None:
    assert headers_of([" E-mail ", "", "Pays"]) == ["E-mail", "Column 2", "Pays"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["E-mail", "Nom", "e-Mail"], "Columns 1 and 3 are both called"),
        (["name", "g.perrin@example.com"], "column 2 reads “g.perrin@example.com”"),
        (["1", "x"], "column 1 reads “1”"),
        (["x" * 101], "more than 100 characters"),
        ([f"c{n}x" for n in range(MAX_COLUMNS + 1)], "201 columns; 200 are allowed"),
    ],
)
def test_a_first_row_that_names_no_columns_is_refused(cells: list[str], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        headers_of(cells)
