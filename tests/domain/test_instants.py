"""Which instant a cell means: by its own offset, by the file’s zone, by the order of day and month."""

from datetime import UTC, datetime

import pytest

from smarketing.domain.instants import Instants, NoInstant, order_in

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def read(text: str, zone: str = "Europe/Paris", day_first: bool | None = None) -> str:
    return Instants(zone, day_first=day_first, now=NOW).read(text).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-03-29T16:55:02+01:00", "2024-03-29 15:55:02"),
        ("2024-01-22T20:36:47.000+0000", "2024-01-22 20:36:47"),
        ("2024-01-22T20:36:47Z", "2024-01-22 20:36:47"),
        ("2024-01-12 09:14", "2024-01-12 08:14:00"),
        ("2024-07-12 09:14:30", "2024-07-12 07:14:30"),
        ("2024-07-12", "2024-07-11 22:00:00"),
        ("2024/7/2 9:05", "2024-07-02 07:05:00"),
        ("29/03/2024 16:55", "2024-03-29 15:55:00"),
        ("3/29/2024, 4:55 PM", "2024-03-29 15:55:00"),
        ("3/29/2024 12:05 a.m.", "2024-03-28 23:05:00"),
        ("29.3.2024 16h55", "2024-03-29 15:55:00"),
        ("4.3.2024", "2024-03-03 23:00:00"),
        ("03/03/2024", "2024-03-02 23:00:00"),
    ],
)
def test_an_instant_may_be_written_in_many_ways(text: str, instant: str) -> None:
    assert read(text) == instant


@pytest.mark.parametrize(("day_first", "instant"), [(True, "2024-04-02 22:00:00"), (False, "2024-03-03 23:00:00")])
def test_the_order_of_day_and_month_is_asked_for_where_it_matters(day_first: bool, instant: str) -> None:
    assert read("3/4/2024", day_first=day_first) == instant
    with pytest.raises(NoInstant, match="two ways"):
        read("3/4/2024")


def test_a_told_order_is_not_bent_to_make_sense_of_a_date() -> None:
    with pytest.raises(NoInstant, match="does not exist"):
        read("3/29/2024", day_first=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "45631",
        "45631.0",
        "20240329",
        "2024",
        "29/03/24",
        "2024-03-29 16:55 CET",
        "=NOW()",
        "1/2/3/2024",
    ],
)
def test_what_is_no_date_is_not_guessed_at(text: str) -> None:
    with pytest.raises(NoInstant, match="not a date that can be read"):
        read(text)


@pytest.mark.parametrize("text", ["2024-02-30", "31/04/2024", "2023-02-29", "2024-01-01 24:30", "1/13/2024 13:00 PM"])
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(NoInstant, match="a day or a time that does not exist"):
        read(text)


@pytest.mark.parametrize(("text", "fault"), [("2026-03-02 09:01", "future"), ("1969-12-31", "too long ago")])
def test_a_lead_came_in_the_time_that_leads_come_in(text: str, fault: str) -> None:
    with pytest.raises(NoInstant, match=fault):
        read(text)
    assert read("2026-03-02 09:00") == "2026-03-02 08:00:00"


def test_of_an_hour_that_came_twice_the_first_is_meant() -> None:
    assert read("2024-10-27 02:30") == "2024-10-27 00:30:00"
    assert read("2024-10-27T02:30+01:00") == "2024-10-27 01:30:00"


def test_an_hour_that_never_came_tells_that_the_zone_is_wrong() -> None:
    with pytest.raises(NoInstant, match="Is the zone right") as refusal:
        read("2024-03-31 02:30")
    assert "Europe/Paris" in str(refusal.value)
    assert read("2024-03-31 02:30", zone="UTC") == "2024-03-31 02:30:00"


def test_a_day_without_a_midnight_begins_after_it() -> None:
    assert read("2017-10-15", zone="America/Sao_Paulo") == "2017-10-15 03:00:00"
    with pytest.raises(NoInstant, match="clocks were put forward"):
        read("2017-10-15 00:00", zone="America/Sao_Paulo")


@pytest.mark.parametrize(
    ("texts", "day_first"),
    [
        (["03/04/2024", "29/03/2024 16:55", "x"], True),
        (["03/04/2024", "3/29/2024"], False),
        (["03/04/2024", "04.13.2024", "2024-03-29"], None),
        (["29/03/2024", "03/29/2024"], None),
        ([], None),
    ],
)
def test_a_file_may_tell_its_own_order_of_day_and_month(texts: list[str], day_first: bool | None) -> None:
    assert order_in(texts) is day_first
