"""When somebody may be reached: literal instants of the week of 2 March 2026, and around the changes of the clocks."""

from datetime import UTC, date, datetime

import pytest

from smarketing.domain.errors import InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.reach import TOPICS, UNLESS_CHOSEN, Away, Choice, Reach, Topic

PARIS = Reach("Europe/Paris")
NIGHT = {"quiet_from": 22 * 60, "quiet_until": 6 * 60 + 30, "quiet_on": frozenset[int]()}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("reach", "at", "opens_at"),
    [
        (PARIS, "03-02T08:00", "03-02T08:00"),  # Monday 9:00
        (PARIS, "03-02T17:59:59", "03-02T17:59:59"),
        (PARIS, "03-02T18:00", "03-03T07:00"),  # 19:00 is quiet, 8:00 is not
        (PARIS, "03-02T03:00", "03-02T07:00"),
        (PARIS, "03-02T06:59:59", "03-02T07:00"),
        (PARIS, "03-02T07:00", "03-02T07:00"),
        (PARIS, "03-06T18:00", "03-09T07:00"),  # Friday evening waits for Monday
        (PARIS, "03-07T12:00", "03-09T07:00"),
        (PARIS, "03-27T18:00", "03-30T06:00"),  # summer time has begun meanwhile
        (Reach("America/New_York"), "03-06T23:59", "03-06T23:59"),  # 18:59 in New York
        (Reach("America/New_York"), "03-07T00:00", "03-09T12:00"),  # in New York summer time has begun
        (Reach("Europe/Paris", quiet_from=0, quiet_until=0), "03-06T22:00", "03-06T22:00"),  # 23:00 on Friday
        (Reach("Europe/Paris", quiet_from=0, quiet_until=0), "03-06T23:00", "03-08T23:00"),  # midnight to midnight
        (Reach("Europe/Paris", quiet_from=720, quiet_until=840), "03-02T11:30", "03-02T13:00"),  # a siesta
        (Reach("Europe/Paris", quiet_from=120, quiet_until=150, quiet_on=frozenset()), "03-29T00:59", "03-29T00:59"),
        (Reach("Europe/Paris", **NIGHT), "03-28T23:00", "03-29T04:30"),  # the night that is an hour short
        (Reach("Europe/Paris", **NIGHT), "10-24T22:00", "10-25T05:30"),  # and the long one
    ],
)
def test_quiet_hours_end_when_they_do_in_the_zone_of_the_person(reach: Reach, at: str, opens_at: str) -> None:
    assert reach.opens_at(instant(at)) == instant(opens_at)
    assert reach.is_quiet(instant(at)) is (at != opens_at)


@pytest.mark.parametrize(
    ("at", "opens_at", "is_missed"),
    [
        ("04-03T18:00", "04-07T06:00", False),  # over Easter Monday, which nobody is away for
        ("04-06T10:00", "04-07T06:00", False),
        ("05-01T21:59", "05-04T06:00", False),  # the day off ends at their midnight, and is a Friday
        ("03-09T08:00", "03-09T08:00", False),
        ("03-10T08:00", "03-10T12:00", False),  # an afternoon's errand holds nothing up
        ("03-16T08:00", "03-23T07:00", True),  # two absences without a working hour between
        ("03-20T10:00", "03-23T07:00", True),
        ("03-22T10:00", "03-23T07:00", False),  # tomorrow they are back
        ("03-13T17:00", "03-13T17:00", False),  # and were there until the evening
    ],
)
def test_holidays_and_absences_are_nobodys_hours(at: str, opens_at: str, is_missed: bool) -> None:
    days_off = frozenset({date(2026, 4, 6), date(2026, 5, 1)})
    away = [
        Away(instant("03-10T07:30"), instant("03-10T12:00")),
        Away(instant("03-14T23:00"), instant("03-18T23:00")),
        Away(instant("03-18T20:00"), instant("03-22T23:00")),
    ]
    reach = Reach("Europe/Paris", days_off=days_off, away=away)
    assert reach.opens_at(instant(at)) == instant(opens_at)
    assert reach.is_missed(instant(at)) is is_missed


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [("04-03T10:00", "04-07T06:30"), ("03-13T10:00", "03-19T07:30"), ("03-12T10:00", "03-13T07:30")],
)
def test_no_e_mail_of_the_day_comes_on_a_holiday_or_to_somebody_away(at: str, sent_at: str) -> None:
    away = [Away(instant("03-15T23:00"), instant("03-18T23:00"))]
    reach = Reach("Europe/Paris", days_off=frozenset({date(2026, 4, 6)}), away=away)
    assert reach.next_daily(instant(at)) == instant(sent_at)


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        ("03-02T07:29", "03-02T07:30"),
        ("03-02T07:30", "03-03T07:30"),  # never twice for one instant
        ("03-06T07:30", "03-09T07:30"),  # not on Saturday and Sunday
        ("03-07T12:00", "03-09T07:30"),
        ("03-27T12:00", "03-30T06:30"),
    ],
)
def test_the_e_mail_of_the_day_comes_at_its_hour(at: str, sent_at: str) -> None:
    assert PARIS.next_daily(instant(at)) == instant(sent_at)


@pytest.mark.parametrize(
    ("choice", "is_urgent", "sent_at"),
    [
        (Choice.BELL, False, None),
        (Choice.BELL, True, None),
        (Choice.AT_ONCE, False, "03-03T07:00"),
        (Choice.AT_ONCE, True, "03-02T20:00"),
        (Choice.DAILY, False, "03-03T07:30"),
        (Choice.DAILY, True, "03-02T20:00"),
    ],
)
def test_a_letter_goes_as_was_chosen(choice: Choice, is_urgent: bool, sent_at: str | None) -> None:
    reach = Reach("Europe/Paris", choices={Topic.MISSED: choice})
    at = reach.letter_at(EventName.CLOCK_BREACHED, instant("03-02T20:00"), is_urgent=is_urgent)
    assert at == (instant(sent_at) if sent_at else None)


@pytest.mark.parametrize(
    ("kind", "at", "goes_at"),
    [
        (EventName.CLOCK_ESCALATED, "03-02T17:59", "03-02T17:59"),
        (EventName.CLOCK_ESCALATED, "03-02T18:05", "03-03T07:00"),  # it was due before the evening, the server was away
        (EventName.CLOCK_ESCALATED, "03-10T10:00", "03-12T07:00"),  # an absence was written down since
        (EventName.CLOCK_BREACHED, "03-02T05:10", "03-02T05:10"),  # the e-mail of the day, set for 6:00 of quiet hours
        (EventName.CLOCK_BREACHED, "03-02T06:00", "03-02T07:00"),  # an hour late is no longer the hour they have set
        (EventName.CLOCK_BREACHED, "03-10T05:00", "03-12T07:00"),
        (EventName.CLOCK_BREACHED, "04-06T04:00", "04-07T06:00"),  # Easter Monday
        (EventName.LEAD_ARRIVED, "03-02T18:05", "03-03T07:00"),  # none is written of these today
    ],
)
def test_what_is_due_waits_for_their_hours(kind: EventName, at: str, goes_at: str) -> None:
    away = [Away(instant("03-09T23:00"), instant("03-11T23:00"))]
    reach = Reach("Europe/Paris", daily_at=360, days_off=frozenset({date(2026, 4, 6)}), away=away)
    assert reach.goes_at(kind, instant(at)) == instant(goes_at)


def test_what_has_no_topic_is_in_the_bell_only() -> None:
    assert PARIS.letter_at(EventName.LEAD_ARRIVED, instant("03-02T08:00"), is_urgent=True) is None
    assert set(TOPICS.values()) == set(UNLESS_CHOSEN) == set(Topic)


@pytest.mark.parametrize(
    ("field", "wrong"), [("quiet_on", frozenset(range(7))), ("quiet_from", 1440), ("daily_at", -1)]
)
def test_somebody_must_be_reached_at_some_time(field: str, wrong: object) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Reach("Europe/Paris", **{field: wrong})
    assert refusal.value.field == field
