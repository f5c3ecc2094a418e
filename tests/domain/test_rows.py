"""From the cells of a record to what they say of a lead."""

from datetime import UTC, datetime
from typing import Any

import pytest

from smarketing.domain.csv_format import Record
from smarketing.domain.importing import Rejected, Row
from smarketing.domain.lifecycle import Milestones
from smarketing.domain.mapping import Options
from smarketing.domain.rejection import header_line, line
from smarketing.domain.rows import Reader

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MORNING = datetime(2026, 2, 2, 8, tzinfo=UTC)


def reader(mapping: dict[str, str], **options: Any) -> Reader:
    return Reader(list(mapping), {name: field for name, field in mapping.items() if field}, Options(**options), now=NOW)


def row(mapping: dict[str, str], *cells: str, **options: Any) -> Row:
    answer = reader(mapping, **options).read(Record(7, [*cells]))
    assert isinstance(answer, Row), answer
    return answer


def rejected(mapping: dict[str, str], *cells: str) -> Rejected:
    answer = reader(mapping).read(Record(7, [*cells]))
    assert isinstance(answer, Rejected), answer
    return answer


def test_each_column_says_its_part_and_an_empty_cell_says_nothing() -> None:
    mapping = {
        "Mail": "email",
        "Firm": "company",
        "Shoes": "",
        "Trade": "custom.industry",
        "Arrived": "arrived_at",
        "Won": "won_at",
        "Value": "amount",
        "Lost": "lost_at",
    }
    read = row(
        mapping, "a@b.fr", "", "44", "metals", "2026-02-02 09:00", "2026-02-03T00:00Z", "5", " ", zone="Europe/Paris"
    )
    assert read.facts == {"email": "a@b.fr"}
    assert read.custom == {"industry": "metals"}
    assert read.arrived_at == MORNING
    assert read.milestones == Milestones(won_at=datetime(2026, 2, 3, tzinfo=UTC))
    assert (read.amount_cents, read.engagements, read.number) == (500, (), 7)


def test_engagements_come_by_kind_or_by_a_column_of_their_own() -> None:
    mapping = {
        "Mail": "email",
        "Kind": "engagement",
        "At": "engaged_at",
        "Demo": "engagement.demo_request",
        "Came": "arrived_at",
    }
    came, demo = "2026-02-01T00:00Z", "2026-02-03T00:00Z"
    read = row(mapping, "a@b.fr", "Webinar", "2026-02-02T08:00Z", demo, came)
    assert read.engagements == [("demo_request", datetime(2026, 2, 3, tzinfo=UTC)), ("webinar", MORNING)]
    assert row(mapping, "a@b.fr", "Webinar", "", "", came).engagements == [
        ("webinar", datetime(2026, 2, 1, tzinfo=UTC))
    ]
    assert row(mapping, "a@b.fr", "Webinar", "", "", "").engagements == [("webinar", None)]
    assert row(mapping, "a@b.fr", "", "2026-02-02T08:00Z", "", "").engagements == ()


def test_a_full_name_fills_in_for_names_that_are_missing() -> None:
    mapping = {"Mail": "email", "Name": "full_name", "First": "first_name"}
    assert row(mapping, "a@b.fr", "Ana María  Lopez", "").facts == {
        "email": "a@b.fr",
        "first_name": "Ana",
        "last_name": "María  Lopez",
    }
    assert row(mapping, "a@b.fr", "李伟", "").facts == {"email": "a@b.fr", "last_name": "李伟"}
    assert row(mapping, "a@b.fr", "Ana Lopez", "Eva").facts == {"email": "a@b.fr", "first_name": "Eva"}


def test_rows_without_a_source_get_that_of_the_file() -> None:
    mapping = {"Mail": "email", "From": "source"}
    assert row(mapping, "a@b.fr", "", source="Fair").facts["source"] == "Fair"
    assert row(mapping, "a@b.fr", "Web", source="Fair").facts["source"] == "Web"


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("email", "nobody", "not an e-mail address"),
        ("company", "x" * 201, "201 characters of at most 200"),
        ("custom.note", "x" * 2001, "2001 characters of at most 2000"),
        ("arrived_at", "31/02/2026", "does not exist"),
        ("mql_at", "2031-01-01", "lies in the future"),
        ("engagement.demo_request", "soon", "not a date"),
        ("amount", "a lot", "not an amount"),
        ("first_name", "a\x07b", "control character U+0007"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_by_its_column(field: str, cell: str, words: str) -> None:
    answer = rejected({"Id": "external_id", "Column X": field}, "L1", cell)
    assert (answer.number, answer.field, answer.cells) == (7, "Column X", ["L1", cell])
    assert words in answer.message % answer.params


def test_a_row_that_names_no_lead_is_rejected_as_a_whole() -> None:
    answer = rejected({"Id": "external_id", "Mail": "email", "Name": "last_name"}, "", " ", "Perrin")
    assert (answer.field, "neither" in answer.message) == ("", True)


@pytest.mark.parametrize("cells", [["Lead Status Report"], ["L1", "a@b.fr", "x"]])
def test_cells_that_are_not_where_they_seem_are_not_taken(cells: list[str]) -> None:
    answer = rejected({"Id": "external_id", "Mail": "email"}, *cells)
    assert answer.message % answer.params == f"Cells in this row: {len(cells)}; columns in the file: 2."


def test_empty_cells_beyond_the_last_column_do_no_harm() -> None:
    assert row({"Id": "external_id", "Mail": "email"}, "L1", "a@b.fr", "", " ").facts["email"] == "a@b.fr"


def test_a_rejected_row_is_repaired_and_read_as_if_nothing_had_happened() -> None:
    headers = ["Id", "Mail", "Firm"]
    given_out = header_line(headers)
    cells = line(7, "Mail", "“nobody” is not …", ["L1", "nobody", "=SUM(1)"], headers)
    repaired = [*cells[:4], "a@b.fr", "'=SUM(1)"]
    mapping = {"Id": "external_id", "Mail": "email", "Firm": "company"}
    read = Reader(given_out, mapping, Options(), now=NOW).read(Record(2, repaired))
    assert isinstance(read, Row)
    assert read.facts == {"external_id": "L1", "email": "a@b.fr", "company": "=SUM(1)"}


def test_a_row_that_is_rejected_twice_is_given_out_as_it_first_was() -> None:
    headers = ["Id", "Mail", "Firm"]
    first = line(7, "Mail", "why", ["L1", "nobody", "=SUM(1)", "too", "many"], headers)
    again = line(2, "Mail", "why", [*first[:-3], "'=SUM(1)", *first[-2:]], header_line(headers))
    assert header_line(header_line(headers)) == header_line(headers)
    assert again == ["2", *first[1:]]
