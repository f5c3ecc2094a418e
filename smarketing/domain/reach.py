"""How somebody is reached: by the bell alone, by e-mail at once or once a day, and never in their quiet hours.

Hours are minutes from midnight in the zone of the person, weekdays count from 0 (Monday).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.local_time import local_instant

DAY: Final = 1440
WEEK: Final = range(7)


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


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person has settled. There are no quiet hours when both ends are alike."""

    zone: str
    quiet_from: int = 19 * 60
    quiet_until: int = 8 * 60
    quiet_on: frozenset[int] = frozenset({5, 6})
    daily_at: int = 8 * 60 + 30
    choices: Mapping[Topic, Choice] = field(default_factory=dict)

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

    def is_quiet(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.quiet_from <= self.quiet_until:
            is_hushed = self.quiet_from <= minute < self.quiet_until
        else:
            is_hushed = minute >= self.quiet_from or minute < self.quiet_until
        return is_hushed or local.weekday() in self.quiet_on

    def opens_at(self, at: datetime) -> datetime:
        """The first instant from `at` on that is not quiet."""
        if not self.is_quiet(at):
            return at
        candidates = (self._instant(at, day, minute) for day in range(9) for minute in sorted({0, self.quiet_until}))
        return next(each for each in candidates if each > at and not self.is_quiet(each))

    def next_daily(self, at: datetime) -> datetime:
        """When the next e-mail of the day is sent; none on quiet days."""
        return next(each for each in self._dailies(at) if each > at)

    def _dailies(self, at: datetime) -> Iterator[datetime]:
        first = at.astimezone(ZoneInfo(self.zone)).weekday()
        for day in range(9):
            if (first + day) % 7 not in self.quiet_on:
                yield self._instant(at, day, self.daily_at)

    def _instant(self, at: datetime, day: int, minute: int) -> datetime:
        """That wall time, so many local days after the one of `at`."""
        midnight = at.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return local_instant(self.zone, midnight + timedelta(days=day, minutes=minute))
