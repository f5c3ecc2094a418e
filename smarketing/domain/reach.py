"""How somebody is reached: by the bell alone, by e-mail at once or once a day, and in their own hours only.

Their hours are all but the quiet ones they have chosen, the days off of their calendar and the times they are away.
Hours are minutes from midnight in the zone of the person, weekdays count from 0 (Monday).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.local_time import local_instant

DAY: Final = 1440
WEEK: Final = range(7)
A_DAY: Final = timedelta(days=1)


class Topic(StrEnum):
    """What notices are about, as far as people choose how to hear of it."""

    AT_RISK = "at_risk"
    MISSED = "missed"
    ESCALATED = "escalated"
    GIVEN = "given"
    DISPUTE = "dispute"
    AMENDMENT = "amendment"
    REPORT = "report"
    WEEK = "week"
    IMPORT = "import"


class Choice(StrEnum):
    BELL = "bell"
    AT_ONCE = "at_once"
    DAILY = "daily"


TOPICS: Final = {
    EventName.CLOCK_WARNED: Topic.AT_RISK,
    EventName.CLOCK_BREACHED: Topic.MISSED,
    EventName.TIMEBOX_ENDED: Topic.MISSED,
    EventName.CLOCK_ESCALATED: Topic.ESCALATED,
    EventName.HANDOFF_REASSIGNED: Topic.GIVEN,
    EventName.DISPUTE_RAISED: Topic.DISPUTE,
    EventName.DISPUTE_ANSWERED: Topic.DISPUTE,
    EventName.DISPUTE_RULED: Topic.DISPUTE,
    EventName.AMENDMENT_SENT: Topic.AMENDMENT,
    EventName.AMENDMENT_ACCEPTED: Topic.AMENDMENT,
    EventName.AMENDMENT_REFUSED: Topic.AMENDMENT,
    EventName.AMENDMENT_WITHDRAWN: Topic.AMENDMENT,
    EventName.AMENDMENT_LAPSED: Topic.AMENDMENT,
    EventName.REPORT_SENT: Topic.REPORT,
    EventName.WEEK_SUMMED: Topic.WEEK,
    EventName.IMPORT_FINISHED: Topic.IMPORT,
}
"""A notice of any other kind is in the bell only."""

UNLESS_CHOSEN: Final = {
    Topic.AT_RISK: Choice.BELL,
    Topic.MISSED: Choice.DAILY,
    Topic.ESCALATED: Choice.AT_ONCE,
    Topic.GIVEN: Choice.AT_ONCE,
    Topic.DISPUTE: Choice.AT_ONCE,
    Topic.AMENDMENT: Choice.AT_ONCE,
    Topic.REPORT: Choice.AT_ONCE,
    Topic.WEEK: Choice.AT_ONCE,
    Topic.IMPORT: Choice.BELL,
}


class Away(NamedTuple):
    """A time in which somebody does not work, half-open."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person has settled, the days on which their calendar is closed, and when they are away.

    There are no quiet hours when both ends are alike.
    """

    zone: str
    quiet_from: int = 19 * 60
    quiet_until: int = 8 * 60
    quiet_on: frozenset[int] = frozenset({5, 6})
    daily_at: int = 8 * 60 + 30
    choices: Mapping[Topic, Choice] = field(default_factory=dict)
    days_off: frozenset[date] = frozenset()
    away: Sequence[Away] = ()

    def __post_init__(self) -> None:
        for name in ("quiet_from", "quiet_until", "daily_at"):
            if not 0 <= getattr(self, name) < DAY:
                raise InvalidInput(name, N_("Write a time of day, such as 08:30."))
        if not self.quiet_on <= set(WEEK) or len(self.quiet_on) == len(WEEK):
            raise InvalidInput("quiet_on", N_("Leave at least one day on which you can be reached."))

    def choice(self, topic: Topic) -> Choice:
        return self.choices.get(topic, UNLESS_CHOSEN[topic])

    def letter_at(self, kind: EventName, at: datetime, *, is_urgent: bool = False) -> datetime | None:
        """When an e-mail about it goes out; None where the bell is enough."""
        topic = TOPICS.get(kind)
        match self.choice(topic) if topic else Choice.BELL:
            case Choice.AT_ONCE:
                return at if is_urgent else self.opens_at(at)
            case Choice.DAILY:
                return at if is_urgent else self.next_daily(at)
            case _:
                return None

    def goes_at(self, kind: EventName, at: datetime) -> datetime:
        """When an e-mail about it that is due goes out: at once, or when their hours begin again.

        Whoever wants the e-mail of the day within their quiet hours has it within the hour they have set.
        """
        is_daily = kind in TOPICS and self.choice(TOPICS[kind]) is Choice.DAILY
        local = at.astimezone(ZoneInfo(self.zone))
        minutes_late = local.hour * 60 + local.minute - self.daily_at
        is_awaited = is_daily and 0 <= minutes_late < 60 and not self._is_off(local.date()) and self._back_at(at) == at
        return at if is_awaited else self.opens_at(at)

    def is_quiet(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.quiet_from <= self.quiet_until:
            is_hushed = self.quiet_from <= minute < self.quiet_until
        else:
            is_hushed = minute >= self.quiet_from or minute < self.quiet_until
        return is_hushed or self._is_off(local.date()) or self._back_at(at) > at

    def opens_at(self, at: datetime) -> datetime:
        """The first instant from `at` on that lies in their hours."""
        while self.is_quiet(at):
            back_at = self._back_at(at)
            at = back_at if back_at > at else self._next_edge(at)
        return at

    def is_missed(self, at: datetime) -> bool:
        """Whether they are away, and are not reached within a day."""
        return self._back_at(at) > at and self.opens_at(at) > at + A_DAY

    def next_daily(self, at: datetime) -> datetime:
        """When the next e-mail of the day is sent; none on quiet days, days off and while they are away."""
        return next(each for each in self._dailies(at) if each > at and self._back_at(each) == each)

    def _dailies(self, at: datetime) -> Iterator[datetime]:
        first = at.astimezone(ZoneInfo(self.zone)).date()
        for day in count():
            if not self._is_off(first + timedelta(days=day)):
                yield self._instant(at, day, self.daily_at)

    def _is_off(self, day: date) -> bool:
        return day.weekday() in self.quiet_on or day in self.days_off

    def _back_at(self, at: datetime) -> datetime:
        """When the time away ends that holds this instant; the instant itself where none does."""
        return max((each.ends_at for each in self.away if each.starts_at <= at < each.ends_at), default=at)

    def _next_edge(self, at: datetime) -> datetime:
        """The next instant at which quiet hours may end, or a day."""
        edges = (self._instant(at, day, minute) for day in (0, 1, 2) for minute in (0, self.quiet_until))
        return min(each for each in edges if each > at)

    def _instant(self, at: datetime, day: int, minute: int) -> datetime:
        """That wall time, so many local days after the one of `at`."""
        midnight = at.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return local_instant(self.zone, midnight + timedelta(days=day, minutes=minute))
