"""How instants, durations, numbers and money read in both languages, in the reader's zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask, g
from flask_babel import force_locale

from smarketing.web import filters
from tests.cast import Cast

Reading = Callable[..., str]


@pytest.fixture
def read(app: Flask, cast: Cast) -> Any:
    """`read("en", filters.number, 1284)`, as Marta in Paris would."""
    with app.test_request_context():
        g._login_user = cast.marta

        def read(language: str, reading: Reading, *arguments: Any) -> str:
            with force_locale(language):
                return reading(*arguments)

        yield read


@pytest.mark.parametrize(
    ("reading", "arguments", "english", "french"),
    [
        (filters.local_date, [date(2026, 3, 9)], "Mar 9, 2026", "9 mars 2026"),
        (filters.local_date, [datetime(2026, 3, 8, 23, 30, tzinfo=UTC)], "Mar 9, 2026", "9 mars 2026"),
        (filters.local_date, [datetime(2026, 3, 29, 22, 30, tzinfo=UTC)], "Mar 30, 2026", "30 mars 2026"),
        (
            filters.local_datetime,
            [datetime(2026, 3, 8, 23, 30, tzinfo=UTC)],
            "Mar 9, 2026, 12:30\u202fAM",
            "9 mars 2026, 00:30",
        ),
        (filters.local_time, [datetime(2026, 3, 29, 22, 30, tzinfo=UTC)], "12:30\u202fAM", "00:30"),
        (filters.number, [1284], "1,284", "1\u202f284"),
        (filters.number, [171.66, 1], "171.7", "171,7"),
        (filters.percent, [0.926], "92.6\u00a0%", "92,6\u202f%"),
        (filters.percent, [0.926, 0], "93\u00a0%", "93\u202f%"),
        (filters.money, [125_000, "EUR"], "1,250\u00a0€", "1\u202f250\u00a0€"),
        (filters.duration, [45], "45 s", "45 s"),
        (filters.duration, [59.6], "1 min", "1 min"),
        (filters.duration, [6420], "1 h 47 min", "1 h 47 min"),
        (filters.duration, [3600], "1 h", "1 h"),
        (filters.duration, [266_400], "3 d 2 h", "3 j 2 h"),
    ],
)
def test_a_value_reads_as_its_reader_writes_it(
    read: Any, reading: Reading, arguments: list[Any], english: str, french: str
) -> None:
    spoken = [read(language, reading, *arguments).replace("\u00a0h", " h") for language in ("en", "fr")]
    assert [words.replace("\u00a0", " ") for words in spoken] == [
        english.replace("\u00a0", " "),
        french.replace("\u00a0", " "),
    ]


def test_a_machine_reads_every_instant_in_utc() -> None:
    assert filters.iso(datetime(2026, 3, 9, 8, 5, tzinfo=UTC)) == "2026-03-09T08:05:00Z"
