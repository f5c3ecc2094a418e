"""How an instant may be written in a file, and which one is meant.

ISO 8601 with or without an offset, or day, month and year parted by /, . or -, each with or without a time of day.
Without an offset it is told by the clocks of the file's zone; a day alone means its first instant there.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from smarketing.domain.errors import N_, DomainError
from smarketing.domain.periods import midnight

FIRST_YEAR: Final = 1970
_EXAMPLES: Final = "2024-03-29 16:55, 2024-03-29T16:55+01:00, 29/03/2024"
_WRITTEN: Final = re.compile(
    r"(?P<one>\d{1,4})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{4}|\d{1,2})"
    r"(?:(?:,? +|T)(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)


class NoInstant(DomainError):
    """The text names no instant, or more than one."""


def order_in(texts: Iterable[str]) -> bool | None:
    """Whether the day comes first in these; None where nothing tells, or they disagree."""
    dates = (found for text in texts if (found := _WRITTEN.fullmatch(text.strip())) and found["mark"] != ".")
    pairs = [(int(found["one"]), int(found["two"])) for found in dates if len(found["one"]) <= 2]
    orders = {one > 12 for one, two in pairs if (one > 12) != (two > 12)}
    return orders.pop() if len(orders) == 1 else None


class Instants:
    """Reads the instants of one file. `day_first` is None where the file's order of day and month is not known."""

    def __init__(self, zone: str, *, day_first: bool | None, now: datetime) -> None:
        self._zone_name = zone
        self._zone = ZoneInfo(zone)
        self._day_first = day_first
        self._now = now
        self.read = lru_cache(maxsize=4096)(self._read)
        """The aware UTC instant. Raises NoInstant."""

    def _read(self, text: str) -> datetime:
        try:
            written = datetime.fromisoformat(text)
            if not text[:5].endswith("-"):
                raise _unreadable(text)
        except ValueError:
            written = self._written(text)
        at = written.astimezone(UTC) if written.tzinfo else self._told_by_local_clocks(written, text)
        if at > self._now:
            raise NoInstant(N_("“%(text)s” lies in the future."), text=text[:40])
        if at.year < FIRST_YEAR:
            raise NoInstant(N_("“%(text)s” is too long ago: dates begin in %(year)s."), text=text[:40], year=FIRST_YEAR)
        return at

    def _written(self, text: str) -> datetime:
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise _unreadable(text)
        year, month, day = self._date(found, text)
        hour, half = int(found["hour"] or 0), (found["half"] or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 99
        try:
            return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001 - local
        except ValueError:
            raise NoInstant(N_("“%(text)s” is a day or a time that does not exist."), text=text[:40]) from None

    def _date(self, found: re.Match[str], text: str) -> tuple[int, int, int]:
        one, two, three = int(found["one"]), int(found["two"]), int(found["three"])
        if len(found["one"]) == 4:
            return one, two, three
        if len(found["one"]) > 2 or len(found["three"]) != 4:
            raise _unreadable(text)
        if self._is_day_first(one, two, found["mark"], text):
            return three, two, one
        return three, one, two

    def _is_day_first(self, one: int, two: int, mark: str, text: str) -> bool:
        if mark == "." or one == two:
            return True
        if self._day_first is not None:
            return self._day_first
        if one <= 12 and two <= 12:
            message = N_("“%(text)s” may be read in two ways: say whether the day or the month comes first.")
            raise NoInstant(message, text=text[:40])
        return one > 12

    def _told_by_local_clocks(self, written: datetime, text: str) -> datetime:
        """The first of two where clocks are put back; where they are put forward, only a whole day goes on."""
        at = written.replace(tzinfo=self._zone).astimezone(UTC)
        if at.astimezone(self._zone).replace(tzinfo=None) == written:
            return at
        if ":" not in text and "h" not in text:
            return midnight(written.date(), self._zone_name)
        message = N_(
            "“%(text)s” does not exist in the zone %(zone)s: clocks were put forward over it. Is the zone right?"
        )
        raise NoInstant(message, text=text[:40], zone=self._zone_name)


def _unreadable(text: str) -> NoInstant:
    message = N_("“%(text)s” is not a date that can be read. Write it like one of these: %(examples)s.")
    return NoInstant(message, text=text[:40], examples=_EXAMPLES)
