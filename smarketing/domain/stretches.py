"""A deadline explained: the time between two instants, cut where its state changes, and what of it counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.local_time import midnight
from smarketing.domain.pauses import Pause


class SpanKind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    BREAK = "break"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One line of an explanation: [starts_at, ends_at) in UTC, and what of it counted."""

    starts_at: datetime
    ends_at: datetime
    kind: SpanKind
    label: str | None
    counted: timedelta


def explain(
    calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> tuple[Stretch, ...]:
    """[start, end) without a gap; what the stretches count sums to `elapsed`."""
    if end <= start:
        return ()
    stretches: list[Stretch] = []
    for piece_start, piece_end in pairwise(_cuts(calendar, start, end, pauses)):
        kind, label = _state(calendar, piece_start, pauses)
        counted = piece_end - piece_start if kind is SpanKind.OPEN else timedelta(0)
        last = stretches[-1] if stretches else None
        if last and (last.kind, last.label) == (kind, label):
            stretches[-1] = Stretch(last.starts_at, piece_end, kind, label, last.counted + counted)
        else:
            stretches.append(Stretch(piece_start, piece_end, kind, label, counted))
    return tuple(stretches)


def _cuts(calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause]) -> list[datetime]:
    """The instants in [start, end] at which the state may change, sorted."""
    instants = set(calendar.edges(start, end))
    instants |= {midnight(calendar.zone, day) for day in range(calendar.day(start), calendar.day(end) + 2)}
    instants |= {edge.astimezone(UTC) for pause in pauses for edge in (pause.starts_at, pause.ends_at) if edge}
    return [start.astimezone(UTC), *sorted(i for i in instants if start < i < end), end.astimezone(UTC)]


def _state(calendar: BusinessCalendar, at: datetime, pauses: Sequence[Pause]) -> tuple[SpanKind, str | None]:
    for pause in pauses:
        if pause.covers(at):
            return SpanKind.PAUSED, pause.reason
    if calendar.is_open(at):
        return SpanKind.OPEN, None
    if calendar.is_holiday(at):
        return SpanKind.HOLIDAY, calendar.holiday(at)
    return (SpanKind.BREAK if _is_between_hours(calendar, at) else SpanKind.CLOSED), None


def _is_between_hours(calendar: BusinessCalendar, at: datetime) -> bool:
    day = calendar.day(at)
    opens_at, closes_at = midnight(calendar.zone, day), midnight(calendar.zone, day + 1)
    return bool(calendar.elapsed(opens_at, at)) and bool(calendar.elapsed(at, closes_at))
