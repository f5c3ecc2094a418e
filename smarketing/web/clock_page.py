"""Why a clock is due when it is: day by day, in the zone of the reader, as a page and as text to copy."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask_babel import format_date, gettext

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import Calendar
from smarketing.domain.errors import N_
from smarketing.domain.event_names import EventName
from smarketing.domain.explanations import Day, by_day
from smarketing.domain.happenings import REASSIGNED
from smarketing.domain.pauses import Pause
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import NOT_DUE, Verdict, counting, granted, verdict
from smarketing.domain.stretches import SpanKind, Stretch, explain
from smarketing.domain.terms_clocks import ClockClause
from smarketing.models.clocks import Clock
from smarketing.reports.clock_history import History
from smarketing.web import clause_words, clock_ladder, filters
from smarketing.web.clock_ladder import StepLine
from smarketing.web.languages import zone
from smarketing.web.spoken import business_time
from smarketing.web.words import calendar_name, in_language, label

LONGEST = timedelta(days=400)
"""What is laid out day by day; a clock that waits for longer is told up to there."""

KINDS = {
    SpanKind.OPEN: N_("counts"),
    SpanKind.CLOSED: N_("closed"),
    SpanKind.BREAK: N_("break"),
    SpanKind.HOLIDAY: N_("holiday: %(name)s"),
    SpanKind.PAUSED: N_("paused: %(name)s"),
}
VERDICTS = {
    Verdict.RUNNING: N_("It runs, in time."),
    Verdict.AT_RISK: N_("It runs and is at risk."),
    Verdict.PAUSED: N_("It stands still."),
    Verdict.MET: N_("Kept, with %(time)s to spare, by the hours that count."),
    Verdict.ANSWERED_LATE: N_("Missed: answered %(time)s late, by the hours that count."),
    Verdict.UNANSWERED: N_("Missed, and not answered yet: %(time)s late, by the hours that count."),
    Verdict.MISSED: N_("Missed: it was closed without an answer, %(time)s late, by the hours that count."),
    Verdict.EXCUSED: N_("Missed and excused: figures show it apart."),
    Verdict.HANDED_ON: N_("This part ended when the lead was given to somebody else, and counts for neither side."),
    Verdict.VOID: N_("It does not count any more."),
}
BECAUSE = {
    (Department.SALES, None): N_(
        "Due %(due)s, because sales has %(time)s from %(start)s, by the hours of “%(calendar)s” (%(zone)s)."
    ),
    (Department.MARKETING, None): N_(
        "Due %(due)s, because marketing has %(time)s from %(start)s, by the hours of “%(calendar)s” (%(zone)s)."
    ),
    (Department.SALES, "wall"): N_("Due %(due)s, because sales has %(time)s from %(start)s, and all time counts."),
    (Department.MARKETING, "wall"): N_(
        "Due %(due)s, because marketing has %(time)s from %(start)s, and all time counts."
    ),
}
BECAUSE_STILL = N_("It has no due instant while it stands still: of %(time)s from %(start)s, %(left)s are left.")


class Line(NamedTuple):
    """Of one day: from when to when, what it was, and whether it counted."""

    starts_at: datetime
    ends_at: datetime
    words: str
    counts: bool


class Mark(NamedTuple):
    at: datetime
    words: str
    state: str


class DayLine(NamedTuple):
    day: Day
    name: str
    lines: Sequence[Line]
    marks: Sequence[Mark]

    @property
    def is_closed(self) -> bool:
        """Whether one reason says it all, whatever the hour."""
        return len(self.day.stretches) == 1 and not self.day.counted


class Fact(NamedTuple):
    name: str
    at: datetime | None = None
    words: str | None = None


class ClockPage(NamedTuple):
    clock: Clock
    promise: str
    verdict: str
    because: str
    days: Sequence[DayLine]
    facts: Sequence[Fact]
    parts: Sequence[tuple[Clock, str]]
    told: Sequence[tuple[str, datetime, datetime | None]]
    text: str
    steps: Sequence[StepLine]


def of(history: History, *, now: datetime) -> ClockPage:
    clock, terms = history.clock, history.version.terms
    clause = terms.clock(clock.clause_id)
    calendar = terms.calendar(clock.calendar_id or clause.calendar)
    told = _Told(history, clause, calendar, now)
    days = list(told.days())
    promise, because = in_language(clause.title), told.because()
    said = told.verdict()
    text = "\n".join([promise, said, because, *(_day_text(day) for day in days)])
    parts = [(part, history.names.get(part.owner_id or 0, gettext("the whole team"))) for part in history.parts]
    lines = [
        (
            label(EventName(event.name)),
            event.occurred_at,
            event.recorded_at if event.recorded_at > event.occurred_at else None,
        )
        for event in history.told
    ]
    facts, steps = list(told.facts(history)), list(clock_ladder.lines(history, calendar))
    return ClockPage(clock, promise, said, because, days, facts, parts, lines, text, steps)


class _Told:
    """One clock and how it counts."""

    def __init__(self, history: History, clause: ClockClause, calendar: Calendar, now: datetime) -> None:
        self._clock, self._clause, self._calendar, self._now = history.clock, clause, calendar, now
        self._given, self._names = history.given, history.names
        self._hours: BusinessCalendar = counting(clause, calendar)
        self._pauses = [Pause(each.paused_at, each.resumed_at, each.reason) for each in self._clock.pauses]

    def verdict(self) -> str:
        clock = self._clock
        how = verdict(
            filters.urgency(clock),
            is_answered=clock.elapsed_seconds is not None,
            is_excused=clock.excused_at is not None,
            ended_by=clock.ended_by,
        )
        ended_at = clock.stopped_at or self._now
        apart = self._elapsed(min(ended_at, clock.due_at), max(ended_at, clock.due_at)) if self._is_due else timedelta()
        return gettext(VERDICTS[how], time=business_time(apart.total_seconds()))

    def because(self) -> str:
        clock, clause = self._clock, self._clause
        words = {
            "time": clause_words.granted(clause, self._calendar),
            "start": day_and_time(clock.started_at),
            "calendar": calendar_name(self._calendar),
            "zone": self._calendar.zone,
        }
        if not self._is_due:
            allowance = granted(clause, self._hours, clock.started_at, clause.allowance_minutes, clause.allowance_days)
            left = allowance - self._elapsed(clock.started_at, self._now)
            return gettext(BECAUSE_STILL, left=business_time(left.total_seconds()), **words)
        return gettext(BECAUSE[clause.side, clause.time], due=day_and_time(clock.due_at), **words)

    def days(self) -> Iterator[DayLine]:
        clock = self._clock
        reached_at = clock.stopped_at or self._now
        ends_at = max(clock.due_at, reached_at) if self._is_due else reached_at
        ends_at = min(ends_at, clock.started_at + LONGEST)
        stretches = explain(self._hours, clock.started_at, ends_at, self._pauses)
        marks = list(self._marks())
        days = by_day(stretches, str(zone()))
        for number, day in enumerate(days):
            until = days[number + 1].stretches[0].starts_at if number + 1 < len(days) else ends_at + LONGEST
            since = day.stretches[0].starts_at
            of_day = sorted((mark for mark in marks if since <= mark.at < until), key=lambda mark: mark.at)
            yield DayLine(day, _name(day.on, day.last_on), self._lines(day), of_day)

    def facts(self, history: History) -> Iterator[Fact]:
        clock = self._clock
        yield Fact(gettext("Started"), clock.started_at)
        if self._is_due:
            yield Fact(gettext("At risk"), clock.at_risk_at)
            yield Fact(gettext("Due"), clock.due_at)
        if clock.limit_at:
            yield Fact(gettext("Hard limit"), clock.limit_at)
        if clock.stopped_at:
            yield Fact(gettext("Stopped"), clock.stopped_at)
        end = clock.stopped_at or self._now
        yield Fact(gettext("Business time"), words=business_time(self._elapsed(clock.started_at, end).total_seconds()))
        yield Fact(gettext("Time on the wall"), words=filters.duration((end - clock.started_at).total_seconds()))
        yield Fact(gettext("Has to act"), words=clock.owner.name if clock.owner else gettext("the whole team"))
        yield Fact(gettext("Agreement"), words=gettext("version %(number)s", number=history.version.number))
        if clock.excused_at:
            yield Fact(gettext("Excused"), clock.excused_at)
        if clock.restated_at:
            yield Fact(gettext("Restated"), clock.restated_at)

    def _marks(self) -> Iterator[Mark]:
        clock = self._clock
        name = clock.owner.name if clock.owner else gettext("the whole team")
        started = gettext("started again, with %(name)s", name=name) if clock.part > 1 else gettext("started")
        yield Mark(clock.started_at, started, "on_track")
        for each in self._given:
            to = self._names.get(each.owner_id or 0, gettext("the whole team"))
            yield Mark(each.at, gettext("handed over to %(name)s", name=to), "on_track")
        if self._is_due:
            yield Mark(clock.at_risk_at, gettext("at risk"), "at_risk")
            yield Mark(clock.due_at, gettext("due"), "overdue")
        if clock.limit_at:
            yield Mark(clock.limit_at, gettext("hard limit"), "overdue")
        if clock.stopped_at:
            state = "met" if clock.stopped_at <= clock.due_at else "late"
            is_handed_on = clock.ended_by == REASSIGNED
            yield Mark(clock.stopped_at, gettext("handed on") if is_handed_on else gettext("stopped"), state)

    def _lines(self, day: Day) -> list[Line]:
        """Without the hours before and after work, unless there is nothing else to tell."""
        lines = [self._line(each) for each in day.stretches]
        telling = [
            line
            for line, stretch in zip(lines, day.stretches, strict=True)
            if stretch.kind is not SpanKind.CLOSED or line.words != gettext(KINDS[SpanKind.CLOSED])
        ]
        return telling or lines[:1]

    def _line(self, stretch: Stretch) -> Line:
        return Line(stretch.starts_at, stretch.ends_at, self._words(stretch), stretch.kind is SpanKind.OPEN)

    def _words(self, stretch: Stretch) -> str:
        if stretch.kind is SpanKind.PAUSED:
            return self._paused(stretch)
        named = self._dated.get(stretch.starts_at.astimezone(zone()).date())
        if named and stretch.kind in (SpanKind.CLOSED, SpanKind.BREAK):
            return gettext("%(event)s: %(detail)s", event=gettext(KINDS[stretch.kind]), detail=named)
        return gettext(KINDS[stretch.kind], name=stretch.label or "")

    def _paused(self, stretch: Stretch) -> str:
        until = [each for each in self._clock.pauses if each.paused_at <= stretch.starts_at]
        reason = _reason(stretch.label or "")
        if until and until[-1].actor:
            return gettext("paused by %(name)s: %(reason)s", name=until[-1].actor.name, reason=reason)
        return gettext(KINDS[SpanKind.PAUSED], name=reason)

    @property
    def _dated(self) -> Mapping[date, str]:
        dated = (*(self._calendar.breaks or ()), *(self._calendar.shifts or ()))
        return {each.on: each.name for each in dated if each.name}

    @property
    def _is_due(self) -> bool:
        return self._clock.due_at < NOT_DUE

    def _elapsed(self, start: datetime, end: datetime) -> timedelta:
        return self._hours.elapsed(start, end, self._pauses)


REASONS = {"touch.logged": N_("a touch was logged"), "handoff.paused": N_("by hand")}


def _reason(text: str) -> str:
    return gettext(REASONS[text]) if text in REASONS else text


def day_and_time(at: datetime) -> str:
    """“Tue 3 Mar, 10:40” in the zone of the reader."""
    return f"{_day(at.astimezone(zone()).date())}, {filters.local_time(at)}"


def _name(on: date, last_on: date) -> str:
    return _day(on) if on == last_on else f"{_day(on)} – {_day(last_on)}"


def _day(on: date) -> str:
    return str(format_date(on, "EEE d MMM", rebase=False))


def _day_text(day: DayLine) -> str:
    spans = [
        f"{filters.local_time(each.starts_at)}–{filters.local_time(each.ends_at)} {each.words}" for each in day.lines
    ]
    if day.is_closed:
        spans = [day.lines[0].words]
    marks = [f"{filters.local_time(mark.at)} {mark.words}" for mark in day.marks]
    total = gettext("%(counted)s, in all %(total)s", counted=_span(day.day.counted), total=_span(day.day.total))
    return gettext(
        "%(event)s: %(detail)s", event=day.name, detail=f"{clause_words.in_turn((*spans, *marks))} ({total})"
    )


def _span(length: timedelta) -> str:
    return business_time(length.total_seconds())
