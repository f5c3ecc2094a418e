"""Volumes against what is owed: day by day on working time, where the period will end, and how far to trust that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.debts import Debtor
from smarketing.domain.periods import OF_LENGTH, Period, before, local_day, midnight
from smarketing.domain.projection import History, Outlook, Proof, history, outlook, proven
from smarketing.models.people import Team, User
from smarketing.reports import counts, pacing
from smarketing.reports.counts import Days
from smarketing.reports.pacing import LinePoint, Owed

HISTORY_DAYS = 65
"""Working days of history: a quarter."""
REACH = timedelta(days=2 * HISTORY_DAYS)
REACH_OF_EACH = timedelta(weeks=8)
"""How far back the history of a person or a team is read."""
PERIODS_BACK: Final = {"week": 15, "month": 15, "quarter": 6, "year": 2}
"""The first only teach; the outlooks of the others are compared with what came. A day is over too soon for one."""


class Standing(NamedTuple):
    """`days_left` are working days; `outlook` is None with too little history, or once the period is over.

    `evenness` is the mean distance from the ideal line so far, of what is owed; None before any working time.
    """

    owed: Owed
    actual: int
    points: Sequence[LinePoint]
    days_left: float
    outlook: Outlook | None
    evenness: float | None

    @property
    def per_day(self) -> float | None:
        """What is still owed per working day; None when nothing is or no day is left, and for a limit."""
        missing = self.owed.owed - self.actual
        return missing / self.days_left if missing > 0 and self.days_left > 0 and not self.owed.is_limit else None

    @property
    def is_last_day(self) -> bool:
        """Less than one working day is left: what is owed per day would be more than is missing."""
        return self.per_day is not None and self.days_left < 1


@dataclass(frozen=True)
class Workdays:
    """The working days of a calendar, and counts gathered on them: what comes on a day off counts on the next one."""

    calendar: BusinessCalendar
    zone: str

    def of(self, period: Period) -> list[date]:
        return [day for day in period.days() if self._length(day)]

    def _length(self, day: date) -> timedelta:
        return self.calendar.elapsed(midnight(day, self.zone), midnight(day + timedelta(days=1), self.zone))

    def left(self, start: datetime, end: datetime, period: Period) -> float:
        """Working days, in parts."""
        whole = self.calendar.elapsed(period.starts_at(self.zone), period.ends_at(self.zone))
        days = len(self.of(period))
        return days * (self.calendar.elapsed(start, end) / whole) if whole and start < end else 0.0

    def counts(self, counted: Mapping[date, int], period: Period) -> list[int]:
        found, carried = [], 0
        for day in period.days():
            carried += counted.get(day, 0)
            if self._length(day):
                found.append(carried)
                carried = 0
        if carried and found:
            found[-1] += carried
        return found


def standings(owed: Iterable[Owed], *, now: datetime) -> list[Standing]:
    """Of what sides owe as a whole; each clause is counted once."""
    return [standing(each, _counted(each, now=now), now=now) for each in owed]


def _counted(owed: Owed, *, now: datetime) -> Days:
    return counts.by_day(owed.clause, with_history(owed), owed.terms.zone, now=now)


def by_debtor(owed: Sequence[Owed], *, now: datetime) -> list[Standing]:
    """Of one clause and period, for each person or team that owes it."""
    if not owed:
        return []
    first = owed[0]
    counted = counts.by_person(first.clause, with_history(first), first.terms.zone, now=now)
    teams = members() if first.clause.each == "team" else {}
    return [standing(each, of_debtor(each.debtor, counted, teams), now=now) for each in owed]


def of_debtor(debtor: Debtor, counted: Mapping[int, Days], teams: Mapping[str, Sequence[int]]) -> dict[date, int]:
    """What the people behind a debtor did, day by day."""
    people = teams.get(debtor.team, ()) if debtor.team else [debtor.user_id] if debtor.user_id else []
    days: dict[date, int] = {}
    for person in people:
        for day, count in counted.get(person, {}).items():
            days[day] = days.get(day, 0) + count
    return days


def members() -> dict[str, list[int]]:
    """Of each team by its key, whoever is in it now."""
    found: dict[str, list[int]] = {}
    for key, user_id in db.session.execute(select(Team.key, User.id).join(User, User.team_id == Team.id)):
        found.setdefault(key, []).append(user_id)
    return found


def with_history(owed: Owed) -> Period:
    """A day is over too soon for an outlook, so it needs none."""
    if owed.clause.period == "day":
        return owed.period
    reach = REACH_OF_EACH if owed.clause.each else REACH
    return Period(owed.period.starts_on - reach, owed.period.ends_on)


def standing(owed: Owed, counted: Days, *, now: datetime) -> Standing:
    """`counted` reaches back as far as `with_history` does."""
    zone, period = owed.terms.zone, owed.period
    workdays = Workdays(owed.calendar, zone)
    points = pacing.course(owed, counted, now=now)
    actual = max((point.actual or 0 for point in points), default=0)
    left = workdays.left(now, period.ends_at(zone), period)
    known = _history(workdays, counted, owed, today=local_day(now, zone)) if owed.clause.period != "day" else None
    seen = _outlook(owed, known, actual, left) if known and left else None
    return Standing(owed, actual, points, left, seen, _evenness(points, owed.owed))


def _outlook(owed: Owed, known: History, actual: int, left: float) -> Outlook:
    """The chance is that of keeping what is owed: of reaching it, or of not exceeding it."""
    unit = _unit(owed)
    so_far, target = actual // unit, -(-owed.owed // unit) + owed.is_limit
    seen = outlook(known, so_far, left, target=target)
    low, median, high = (actual + (each - so_far) * unit for each in (seen.low, seen.median, seen.high))
    chance = 1 - seen.chance if owed.is_limit and seen.chance is not None else seen.chance
    return Outlook(low, median, high, chance)


def _unit(owed: Owed) -> int:
    """What is reckoned in: an amount in thousandths of what is owed, so that its cents do not count one by one."""
    return max(1, owed.owed // 1000) if owed.clause.is_money else 1


def _history(workdays: Workdays, counted: Days, owed: Owed, *, today: date) -> History | None:
    """The last working days before today, from the first day that had any."""
    last, unit = min(today, owed.period.ends_on), _unit(owed)
    first = max(last - REACH, min(counted, default=last))
    days = workdays.counts(counted, Period(first, last))[-HISTORY_DAYS:]
    return history([round(count / unit) for count in days])


def proof(owed: Owed, *, now: datetime) -> Proof:
    """Outlooks made in the middle of past periods that had a quarter of history, against what came."""
    back = _periods_before(owed)
    if not back:
        return Proof(0, 0)
    reach = Period(back[0].starts_on, back[-1].ends_on)
    counted = counts.by_day(owed.clause, reach, owed.terms.zone, now=now)
    if not counted:
        return Proof(0, 0)
    workdays, first = Workdays(owed.calendar, owed.terms.zone), min(counted)
    taught = [period for period in back if period.starts_on >= first]
    unit = _unit(owed)
    totals = [[round(count / unit) for count in workdays.counts(counted, period)] for period in taught]
    return proven(totals[1:], totals[0] if totals else [], reach=HISTORY_DAYS)


def _periods_before(owed: Owed) -> list[Period]:
    periods = [owed.period]
    for _number in range(PERIODS_BACK.get(owed.clause.period, 0)):
        periods.insert(0, before(periods[0], OF_LENGTH[owed.clause.period]))
    return periods[:-1]


def _evenness(points: Sequence[LinePoint], owed: int) -> float | None:
    gaps = [abs(point.actual - point.ideal) for point in points if point.actual is not None and point.ideal]
    return sum(gaps) / len(gaps) / owed if gaps and owed else None
