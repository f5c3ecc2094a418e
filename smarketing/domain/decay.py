"""How points fade: by half with each half-life, or by steps while a lead is silent. Days have 24 hours."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

A_DAY = timedelta(days=1)


@lru_cache(maxsize=65536)
def faded(points: int, days: int, half_life_days: int) -> int:
    """What is left after so many whole days, rounded to whole points, halves away from 0."""
    left = int(abs(points) * 2.0 ** (-days / half_life_days) + 0.5)
    return left if points > 0 else -left


def fades_next(points: int, at: datetime, half_life_days: int, *, now: datetime) -> datetime | None:
    """When what is left of it changes next; None once nothing is left."""
    age = (now - at) // A_DAY
    left = faded(points, age, half_life_days)
    if not left:
        return None
    low, high = age, age + 1
    while faded(points, high, half_life_days) == left:
        low, high = high, high + (high - age)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if faded(points, middle, half_life_days) == left else (low, middle)
    return at + high * A_DAY


def idle_instants(acts: Sequence[datetime], days: int, at_most: int | None, *, now: datetime) -> Iterator[datetime]:
    """When each full span of silence ended, of acts in ascending order; none before the first act."""
    span = timedelta(days=days)
    for act, following in zip(acts, (*acts[1:], now), strict=True):
        steps = (following - act) // span
        for step in range(1, (steps if at_most is None else min(steps, at_most)) + 1):
            yield act + step * span


def idles_next(latest: datetime, days: int, at_most: int | None, *, now: datetime) -> datetime | None:
    """When the current silence next costs points; None when it has cost all it may."""
    step = (now - latest) // timedelta(days=days) + 1
    return latest + step * timedelta(days=days) if at_most is None or step <= at_most else None
