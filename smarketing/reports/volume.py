"""Volumes against what is owed: day by day on working time, where the month will end, and how far to trust that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.pacing import ideal_line
from smarketing.domain.periods import Period, before, local_day, midnight, month_of
from smarketing.domain.projection import History, Outlook, Proof, history, outlook, proven
from smarketing.models.handoffs import Disposition
from smarketing.models.tallies import Cohort
from smarketing.models.targets import Target
from smarketing.reports import agreed, rollups
from smarketing.reports.agreed import Agreed
from smarketing.reports.cases import quarter_hour
from smarketing.reports.pacing import LinePoint, Owed
from smarketing.reports.rollups import By, Scope

HISTORY_DAYS = 65
"""Working days of history: a quarter."""
MONTHS_BACK = 15
"""The first three only teach; the outlooks of the others are compared with what came."""

ANSWERS = {"sals": DispositionKind.ACCEPTED, "sqls": DispositionKind.CONFIRMED, "wons": DispositionKind.WON}
MEASURED = ("mqls", *ANSWERS)


def owed_in(month: Period, *, standing: Agreed | None, now: datetime) -> list[Owed]:
    """Everything counted that is owed in a month, as it was written down; for the current one, what the terms say."""
    query = select(Target).where(Target.starts_on == month.starts_on).order_by(Target.id)
    found = []
    for target in db.session.scalars(query):
        terms = agreed.terms_of(target.agreement_version_id)
        clause = next(clause for clause in terms.targets if clause.id == target.clause_id)
        found.append(Owed(month, clause, terms, target.owed))
    if found or standing is None or not standing.is_in_force:
        return [owed for owed in found if owed.clause.metric in MEASURED]
    if month != month_of(local_day(now, standing.terms.zone)):
        return []
    clauses = [clause for clause in standing.terms.targets if clause.is_monthly_total and clause.metric in MEASURED]
    return [Owed(month, clause, standing.terms, int(clause.owed)) for clause in clauses]


def by_day(metric: str, period: Period, zone: str) -> Mapping[date, int]:
    """How many there were on each day."""
    if metric == "mqls":
        return {day: counts.leads for day, counts in rollups.funnel(Cohort.MQL, Scope(period), By.DAY).items()}
    quarter = quarter_hour(Disposition.occurred_at)
    columns: tuple[Any, ...] = (quarter, func.count())
    query = select(*columns).where(
        Disposition.kind == ANSWERS[metric],
        Disposition.occurred_at >= period.starts_at(zone),
        Disposition.occurred_at < period.ends_at(zone),
    )
    counted: dict[date, int] = {}
    for at, count in db.session.execute(query.group_by(quarter)):
        day = local_day(datetime.fromtimestamp(int(at), UTC), zone)
        counted[day] = counted.get(day, 0) + count
    return counted


class Standing(NamedTuple):
    """`days_left` are working days; `outlook` is None with too little history, or once the month is over.

    `evenness` is the mean distance from the ideal line so far, of what is owed; None before any working time.
    """

    owed: Owed
    actual: int
    points: Sequence[LinePoint]
    days_left: float
    outlook: Outlook | None
    proof: Proof
    evenness: float | None

    @property
    def per_day(self) -> float | None:
        """What is still owed per working day; None when nothing is or no day is left."""
        missing = self.owed.owed - self.actual
        return missing / self.days_left if missing > 0 and self.days_left > 0 else None


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


def standing(owed: Owed, *, now: datetime) -> Standing:
    zone, month = owed.terms.zone, owed.month
    months = _months_before(month)
    counted = by_day(owed.clause.metric, Period(months[0].starts_on, month.ends_on), zone)
    workdays = Workdays(owed.calendar, zone)
    points = _line(owed, counted, now=now)
    actual = max((point.actual or 0 for point in points), default=0)
    left = workdays.left(now, month.ends_at(zone), month)
    known = _history(workdays, counted, month, today=local_day(now, zone))
    seen = outlook(known, actual, left, target=owed.owed) if known and left else None
    return Standing(owed, actual, points, left, seen, _proof(workdays, counted, months), _evenness(points, owed.owed))


def _months_before(month: Period) -> list[Period]:
    months = [month]
    for _number in range(MONTHS_BACK):
        months.insert(0, before(months[0], month_of))
    return months[:-1]


def _history(workdays: Workdays, counted: Mapping[date, int], month: Period, *, today: date) -> History | None:
    """The last working days before today, from the first day that had any."""
    last = min(today, month.ends_on)
    first = max(last - timedelta(days=2 * HISTORY_DAYS), min(counted, default=last))
    return history(workdays.counts(counted, Period(first, last))[-HISTORY_DAYS:])


def _proof(workdays: Workdays, counted: Mapping[date, int], months: Sequence[Period]) -> Proof:
    """Outlooks made in the middle of past months that had a quarter of history."""
    if not counted:
        return Proof(0, 0)
    first = min(counted)
    taught = [month for month in months if month.starts_on >= first]
    counts = [workdays.counts(counted, month) for month in taught]
    return proven(counts[1:], counts[0] if counts else [], reach=HISTORY_DAYS)


def _line(owed: Owed, counted: Mapping[date, int], *, now: datetime) -> list[LinePoint]:
    zone, days = owed.terms.zone, list(owed.month.days())
    starts_at, ends_at = owed.month.starts_at(zone), owed.month.ends_at(zone)
    ends = [*(midnight(day, zone) for day in days[1:]), ends_at]
    ideals = ideal_line(owed.owed, owed.calendar, starts_at=starts_at, ends_at=ends_at, at=ends)
    today, so_far, points = local_day(now, zone), 0, []
    for day, should_be in zip(days, ideals, strict=True):
        so_far += counted.get(day, 0)
        points.append(LinePoint(day, so_far if day <= today else None, should_be))
    return points


def _evenness(points: Sequence[LinePoint], owed: int) -> float | None:
    gaps = [abs(point.actual - point.ideal) for point in points if point.actual is not None and point.ideal]
    return sum(gaps) / len(gaps) / owed if gaps and owed else None
