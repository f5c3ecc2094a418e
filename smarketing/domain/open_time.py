"""Open spans laid end to end with their running total, so that bisection answers what was open between two instants."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from smarketing.domain.local_time import year_start
from smarketing.domain.spans import Span

MICROSECONDS: Final = 1_000_000


class OpenTime(NamedTuple):
    """The open spans of whole years in epoch seconds; `before[i]` and `after[i]` are open seconds up to span i's ends.

    It covers the seconds [lo, hi).
    """

    first_year: int
    last_year: int
    lo: int
    hi: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    after: list[int]

    def until(self, second: int, microsecond: int) -> int:
        """Open microseconds between the beginning and an instant that is covered."""
        i = bisect_right(self.starts, second) - 1
        if i < 0:
            return 0
        if second >= self.ends[i]:
            return self.after[i] * MICROSECONDS
        return (self.before[i] + second - self.starts[i]) * MICROSECONDS + microsecond


NOTHING: Final = OpenTime(0, -1, 0, 0, [], [], [], [])


def laid_out(first_year: int, last_year: int, spans: Iterable[Span]) -> OpenTime:
    """From the sorted spans of these years; one that a turn of the year had cut is made whole."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in spans:
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    before, after, total = [], [], 0
    for start, end in zip(starts, ends, strict=True):
        before.append(total)
        total += end - start
        after.append(total)
    lo, hi = year_start(first_year), year_start(last_year + 1)
    return OpenTime(first_year, last_year, lo, hi, starts, ends, before, after)
