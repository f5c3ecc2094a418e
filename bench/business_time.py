"""Business time, one call: `elapsed` and `add` over 4 hours to 3 years beside other libraries and a walk.

    python3 manage.py bench business_time [PAIRS]

All count the same calendar: Paris, Monday to Friday, 9:00–12:30 and 13:30–18:00, French holidays. Medians of one call,
in µs, over random pairs. Then a million pairs at once beside numpy's bisection over the same spans. The goals:
60 × businesstimedelta at 4 hours, 200 × at 3 days, 5,000 × at 90 days, and 3 years at 3 × the cost of 4 hours at most.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pandas as pd
import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, LunchTimeRule, Rules, WorkDayRule

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.local_time import EPOCH
from smarketing.domain.opening_hours import Hours

PAIRS = 200
MANY = 1_000_000
ZONE = ZoneInfo("Europe/Paris")
SPANS = {"4 hours": 4 / 24, "3 days": 3.0, "90 days": 90.0, "3 years": 1095.0}
GOALS = {"4 hours": 60, "3 days": 200, "90 days": 5000}
DAYS_OFF: dict[date, str] = dict(holidays.country_holidays("FR", years=range(2020, 2031)).items())
MOST_SLOW_CALLS = 5
"""A call that takes a second is not asked more often than this."""

Pair = tuple[datetime, datetime]
Elapsed = Callable[[datetime, datetime], object]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    calendar, peers = paris(), others()
    ours = {}
    print(f"One call over {count} pairs of instants, median in µs (and how many times ours)")
    for name, days in SPANS.items():
        pairs = pairs_of(days, count, Random(name))
        agree(calendar, pairs)
        ours[name] = timed(calendar.elapsed, pairs)
        told = [f"elapsed {ours[name]:.2f}"]
        for peer, (elapsed, longest) in peers.items():
            if days <= longest:
                took = timed(elapsed, pairs)
                told.append(f"{peer} {took:,.0f} ({took / ours[name]:,.0f} ×)")
                if peer == "businesstimedelta" and name in GOALS:
                    told.append("goal kept" if took / ours[name] >= GOALS[name] else f"goal {GOALS[name]} × MISSED")
        print(f"  {name:8} " + ", ".join(told))
    growth = ours["3 years"] / ours["4 hours"]
    print(f"  3 years cost {growth:.2f} × 4 hours; goal 3 ×: {'kept' if growth <= 3 else 'MISSED'}")
    add(calendar, count)
    many(calendar)


def paris() -> BusinessCalendar:
    day = [Hours(9 * 60, 12 * 60 + 30), Hours(13 * 60 + 30, 18 * 60)]
    return BusinessCalendar("Europe/Paris", dict.fromkeys(range(5), day), holidays=DAYS_OFF)


def others() -> dict[str, tuple[Elapsed, float]]:
    """By name, how they count, and up to how many days it can be waited for."""
    hours = pd.offsets.CustomBusinessHour(start=["09:00", "13:30"], end=["12:30", "18:00"], holidays=[*DAYS_OFF])
    return {
        "businesstimedelta": (rules().difference, 1095.0),
        "pandas, hour by hour": (lambda start, end: pandas_hours(hours, start, end), 3.0),
        "a walk by the second": (walk, 3.0),
    }


def rules() -> Rules:
    zone, days = pytz.timezone("Europe/Paris"), [0, 1, 2, 3, 4]
    return Rules([
        WorkDayRule(start_time=time(9), end_time=time(18), working_days=days, tz=zone),
        LunchTimeRule(start_time=time(12, 30), end_time=time(13, 30), working_days=days, tz=zone),
        HolidayRule(holidays.country_holidays("FR"), tz=zone),
    ])  # fmt: skip


def pandas_hours(hours: "pd.offsets.CustomBusinessHour", start: datetime, end: datetime) -> int:
    """Whole business hours: it adds one after the other, as it has no difference of two instants."""
    at, until = (pd.Timestamp(each.astimezone(ZONE).replace(tzinfo=None)) for each in (start, end))
    counted = 0
    while (at := at + hours) <= until:
        counted += 1
    return counted


def walk(start: datetime, end: datetime) -> int:
    counted, second, step = 0, start, timedelta(seconds=1)
    while second < end:
        local = second.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        is_open = local.weekday() < 5 and (540 <= minute < 750 or 810 <= minute < 1080) and local.date() not in DAYS_OFF
        counted += is_open
        second += step
    return counted


def agree(calendar: BusinessCalendar, pairs: Sequence[Pair]) -> None:
    """What is compared counts the same: to the second with the walk, where it can be waited for."""
    start, end = pairs[0]
    if end - start <= timedelta(days=3) and calendar.elapsed(start, end) != timedelta(seconds=walk(start, end)):
        raise SystemExit(f"The walk counts otherwise from {start} to {end}.")


def add(calendar: BusinessCalendar, count: int) -> None:
    peers = rules()
    print("Adding business time, median in µs")
    for name, allowance in (("4 hours", 4), ("40 hours", 40), ("720 hours", 720)):
        pairs = pairs_of(1, count, Random(name))
        ours = timed(lambda start, _end, hours=allowance: calendar.add(start, timedelta(hours=hours)), pairs)
        theirs = timed(lambda start, _end, hours=allowance: start + BusinessTimeDelta(peers, hours=hours), pairs)
        kept = "kept" if theirs / ours >= 60 else "MISSED"
        print(f"  {name:9} add {ours:.2f}, businesstimedelta {theirs:,.0f} ({theirs / ours:,.0f} ×); goal 60 ×: {kept}")


def many(calendar: BusinessCalendar) -> None:
    random = Random(4)
    starts = [second(datetime(2024, 1, 1, tzinfo=UTC)) + random.randrange(2 * 365 * 86400) for _ in range(MANY)]
    ends = [start + random.randrange(90 * 86400) for start in starts]
    calendar.elapsed_seconds_many(starts[:1], ends[:1])
    began = perf_counter()
    counted = calendar.elapsed_seconds_many(starts, ends)
    ours = perf_counter() - began
    edges = [
        second(edge) for edge in calendar.edges(datetime(2023, 6, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    ]
    opened, closed = np.array(edges[::2]), np.array(edges[1::2])
    before = np.concatenate([[0], np.cumsum(closed - opened)])
    first, last = np.array(starts), np.array(ends)
    began = perf_counter()
    theirs = until(last, opened, closed, before) - until(first, opened, closed, before)
    bound = perf_counter() - began
    if counted != theirs.tolist():
        raise SystemExit("numpy counts otherwise.")
    print(f"{MANY:,} pairs at once: {ours:.2f} s, numpy's bisection {bound:.2f} s ({ours / bound:.1f} × the bound)")


def until(seconds: "np.ndarray", opened: "np.ndarray", closed: "np.ndarray", before: "np.ndarray") -> "np.ndarray":
    at = np.searchsorted(opened, seconds, side="right") - 1
    return before[at] + np.minimum(seconds, closed[at]) - opened[at]


def second(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def pairs_of(days: float, count: int, random: Random) -> list[Pair]:
    """Of this length, beginning on any second of 2024 and 2025."""
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(seconds=random.randrange(730 * 86400)) for _ in range(count)]
    return [(start, start + timedelta(days=days)) for start in starts]


def timed(call: Elapsed, pairs: Sequence[Pair]) -> float:
    """The median of one call in µs; the first, which may lay out the calendar, is not counted."""
    call(*pairs[0])
    took: list[float] = []
    for start, end in pairs:
        began = perf_counter()
        call(start, end)
        took.append((perf_counter() - began) * 1e6)
        if sum(took) > 2e6 and len(took) >= MOST_SLOW_CALLS:
            break
    return median(took)


if __name__ == "__main__":
    main()
