"""Whose time a wait was: parts that add up to the whole, to the second."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from smarketing.domain.business_time import BusinessCalendar


class Split(NamedTuple):
    """Seconds from becoming an MQL to sales' first answer.

    `system` until it was offered, `queue` business time without an owner, `person` business time with one,
    `off_hours` the time after the offer in which nobody was to work.
    """

    system: int
    queue: int
    person: int
    off_hours: int

    @property
    def total(self) -> int:
        return sum(self)


def split(
    mql_at: datetime,
    offered_at: datetime,
    assigned_at: datetime | None,
    answered_at: datetime,
    calendar: BusinessCalendar,
) -> Split:
    """`assigned_at` None had no owner up to the answer."""
    start, end = max(offered_at, mql_at), max(answered_at, offered_at, mql_at)
    assigned = end if assigned_at is None else min(max(assigned_at, start), end)
    queue = int(calendar.elapsed(start, assigned).total_seconds())
    person = int(calendar.elapsed(assigned, end).total_seconds())
    whole = int((end - mql_at).total_seconds())
    system = int((start - mql_at).total_seconds())
    return Split(system, queue, person, whole - system - queue - person)


def added(splits: Iterable[Split]) -> Split:
    total = Split(0, 0, 0, 0)
    for each in splits:
        total = Split(*(one + other for one, other in zip(total, each, strict=True)))
    return total
