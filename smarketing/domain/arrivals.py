"""When leads come, hour by hour of the week, and whether those who are to work them can.

The rate of an hour is drawn to that of all hours like it (a Gamma prior worth PRIOR_WEEKS weeks), so that a few weeks
do not make a rush of chance. Utilisation is the rate over what can be worked in the hour (queueing theory's ρ): above
1 the hour is not worked off while it lasts.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

PRIOR_WEEKS: Final = 2.0
HOURS: Final = tuple((day, hour) for day in range(7) for hour in range(24))

Hour = tuple[int, int]
"""Day of the week, 0 is Monday, and hour of the day."""


class Load(NamedTuple):
    """`came` in all, `rate` in this hour of an average week; `utilisation` None where it is not known or not worked."""

    came: int
    rate: float
    is_worked: bool
    utilisation: float | None


def loads(
    counts: Mapping[Hour, int], worked: frozenset[Hour], *, weeks: float, capacity_a_week: float | None
) -> dict[Hour, Load]:
    """`weeks` were counted, more than none; `capacity_a_week` is spread over the hours that are worked."""
    means = {is_worked: _mean(counts, worked, is_worked=is_worked, weeks=weeks) for is_worked in (True, False)}
    each = capacity_a_week / len(worked) if capacity_a_week and worked else None
    found = {}
    for hour in HOURS:
        is_worked, count = hour in worked, counts.get(hour, 0)
        rate = (count + PRIOR_WEEKS * means[is_worked]) / (weeks + PRIOR_WEEKS)
        found[hour] = Load(count, rate, is_worked, rate / each if each and is_worked else None)
    return found


def _mean(counts: Mapping[Hour, int], worked: frozenset[Hour], *, is_worked: bool, weeks: float) -> float:
    """A week, of one such hour."""
    alike = [hour for hour in HOURS if (hour in worked) is is_worked]
    return sum(counts.get(hour, 0) for hour in alike) / len(alike) / weeks if alike else 0.0
