"""Wall times of a zone and the instants they stand for. Days are numbered and seconds counted from 1970-01-01."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Final = 86400
_ORDINAL: Final = date(1970, 1, 1).toordinal()
_PROBE: Final = 6 * 3600
"""No zone has changed its offset and changed it back within so many seconds."""


def local_instant(zone: str, local: datetime) -> datetime:
    """The UTC instant of a naive wall time: the first of two; one that is skipped moves past the gap."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def day_number(day: date) -> int:
    return day.toordinal() - _ORDINAL


def day_of(number: int) -> date:
    return date.fromordinal(number + _ORDINAL)


def midnight(zone: str, number: int) -> datetime:
    """The UTC instant at which a local day begins."""
    return local_instant(zone, datetime.combine(day_of(number), datetime.min.time()))


def year_start(year: int) -> int:
    return day_number(date(year, 1, 1)) * DAY


def offsets(zone: ZoneInfo, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
    """[lo, hi) cut where the zone's offset changes: start, end and seconds east of UTC."""
    start, offset = lo, _offset(zone, lo)
    for probe in range(lo + _PROBE, hi + _PROBE, _PROBE):
        ahead = min(probe, hi - 1)
        if _offset(zone, ahead) == offset:
            continue
        before = range(ahead - _PROBE, ahead)
        edge = before.start + bisect_left(before, True, key=lambda at: _offset(zone, at) != offset)
        yield start, edge, offset
        start, offset = edge, _offset(zone, ahead)
    yield start, hi, offset


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if offset is None else offset.days * DAY + offset.seconds
