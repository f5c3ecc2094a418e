"""Read a calendar file (iCalendar): every event of it is a time away, but for those that were cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import icalendar

from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.periods import midnight

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
LONGEST_TITLE = 200


class Away(NamedTuple):
    """Half-open."""

    starts_at: datetime
    ends_at: datetime
    title: str
    uid: str


class Read(NamedTuple):
    """What was found, and how many events repeat, which are not taken."""

    away: list[Away]
    repeating: int


def read(content: bytes, *, zone: str, now: datetime) -> Read:
    """Events that are not over yet. Raises InvalidInput for what is no calendar. `zone` is where local days begin."""
    if len(content) > MOST_BYTES:
        raise InvalidInput("file", N_("The file is too large: a calendar of one person has less than 1 MB."))
    try:
        events = list(icalendar.Calendar.from_ical(content).walk("VEVENT"))
        found = [_away(event, zone) for event in events if _counts(event)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        raise InvalidInput("file", N_("This is no calendar file (.ics) that can be read.")) from None
    if len(events) > MOST_EVENTS:
        raise InvalidInput("file", N_("The file has more than %(limit)s events."), limit=MOST_EVENTS)
    repeating = sum("RRULE" in event for event in events)
    return Read([each for each in found if each.ends_at > now and each.ends_at > each.starts_at], repeating)


def _counts(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED" and "RRULE" not in event


def _away(event: Any, zone: str) -> Away:
    starts = event["DTSTART"].dt
    starts_at = _instant(starts, zone)
    if "DTEND" in event:
        ends_at = _instant(event["DTEND"].dt, zone)
    else:
        length = event["DURATION"].dt if "DURATION" in event else timedelta(days=0 if _is_instant(starts) else 1)
        ends_at = starts_at + length
    title = " ".join(str(event.get("SUMMARY", "")).replace("\0", "").split())[:LONGEST_TITLE]
    return Away(starts_at, ends_at, title, str(event.get("UID", ""))[:LONGEST_TITLE] or "-")


def _instant(value: date | datetime, zone: str) -> datetime:
    if not isinstance(value, datetime):
        return midnight(value, zone)
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    since_midnight = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    return midnight(value.date(), zone) + since_midnight


def _is_instant(value: date | datetime) -> bool:
    return isinstance(value, datetime)
