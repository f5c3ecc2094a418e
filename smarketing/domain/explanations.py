"""A deadline day by day, in the zone of whoever reads it: what counted, what did not, and how much by then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.periods import local_day, midnight
from smarketing.domain.stretches import SpanKind, Stretch


class Day(NamedTuple):
    """The days [on, last_on] of the reader; more than one only where nothing counted for the same reason.

    `counted` is what the stretches add, `total` what has counted by their end.
    """

    on: date
    last_on: date
    stretches: tuple[Stretch, ...]
    counted: timedelta
    total: timedelta


def by_day(stretches: Sequence[Stretch], zone: str) -> list[Day]:
    """Every stretch, cut where a day of the reader ends; days that are closed alike are one."""
    days: list[Day] = []
    total = timedelta(0)
    for piece in _cut(stretches, zone):
        on = local_day(piece.starts_at, zone)
        total += piece.counted
        last = days[-1] if days else None
        if last is None or last.last_on != on:
            days.append(Day(on, on, (piece,), piece.counted, total))
        else:
            days[-1] = last._replace(
                stretches=(*last.stretches, piece), counted=last.counted + piece.counted, total=total
            )
    return list(_without_repeats(days))


def _cut(stretches: Sequence[Stretch], zone: str) -> Iterator[Stretch]:
    for stretch in stretches:
        starts_at = stretch.starts_at
        while starts_at < stretch.ends_at:
            ends_at = min(stretch.ends_at, _next_midnight(starts_at, zone))
            counted = ends_at - starts_at if stretch.kind is SpanKind.OPEN else timedelta(0)
            yield Stretch(starts_at, ends_at, stretch.kind, stretch.label, counted)
            starts_at = ends_at


def _next_midnight(at: datetime, zone: str) -> datetime:
    tomorrow = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return midnight(tomorrow, zone)


def _without_repeats(days: Sequence[Day]) -> Iterator[Day]:
    held: Day | None = None
    for day in days:
        if held and _is_closed_alike(held, day):
            stretch = replace(held.stretches[0], ends_at=day.stretches[-1].ends_at)
            held = held._replace(last_on=day.last_on, stretches=(stretch,))
            continue
        if held:
            yield held
        held = day
    if held:
        yield held


def _is_closed_alike(one: Day, other: Day) -> bool:
    told = {(each.kind, each.label) for each in (*one.stretches, *other.stretches)}
    return len(told) == 1 and not one.counted and not other.counted
