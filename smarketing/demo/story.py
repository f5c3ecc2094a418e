"""What happens to the leads: everything through the services, in the order of time, up to the moment of seeding."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from math import exp
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.demo import reception
from smarketing.demo import vocabulary as words
from smarketing.demo.crowd import BAD_WEEK, GOOD_SOURCES, ZONE, Visit
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict
from smarketing.domain.lifecycle import Stage
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tasks import IS_OPEN, Task
from smarketing.reports import closing, duties
from smarketing.services import (
    agreements,
    calls,
    clocks,
    escalations,
    handoffs,
    notices,
    qualification,
    ratios,
    statuses,
    targets,
    tasks,
    touches,
)

Act = Callable[[datetime], None]
REFUSALS = {
    "refuse-below-criteria": 22,
    "refuse-unreachable": 24,
    "refuse-not-now": 20,
    "refuse-wrong-contact": 16,
    "refuse-duplicate": 12,
    "refuse-competitor": 6,
}
RECYCLINGS = {"recycle-no-answer": 40, "recycle-no-budget": 25, "recycle-no-project": 22, "recycle-under-contract": 13}
LOSSES = {"lost-price": 30, "lost-competitor": 26, "lost-no-decision": 32, "lost-feature": 12}
OFFICE_DAYS = range(5)
CHANNELS = {Channel.CALL: 50, Channel.EMAIL: 35, Channel.MEETING: 10, Channel.MESSAGE: 5}


class Chances(NamedTuple):
    """How likely sales accepts, confirms, recycles and wins a lead, and keeps its promises."""

    accepted: float
    confirmed: float
    recycled: float
    won: float
    lost: float


USUAL = Chances(accepted=0.69, confirmed=0.52, recycled=0.36, won=0.26, lost=0.44)
GOOD = Chances(accepted=0.82, confirmed=0.66, recycled=0.24, won=0.42, lost=0.32)


class Story:
    """`waiting_from` is the instant since which no hand-off is answered any more: those wait in the queues now."""

    def __init__(
        self,
        random: Random,
        office: BusinessCalendar,
        *,
        starts_at: datetime,
        waiting_from: datetime,
        now: datetime,
    ) -> None:
        self._random = random
        self._office = office
        self._starts_at = starts_at
        self._waiting_from = waiting_from
        self._now = now
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._numbers = count()
        self._latest_handoff = 0

    def plan(self, at: datetime, act: Act) -> None:
        """Let `act` happen at that instant; what lies in the future stays there."""
        if at <= self._now:
            heapq.heappush(self._agenda, (at, next(self._numbers), act))

    def plan_visits(self, visits: list[Visit]) -> None:
        self.plan(visits[-1].at, lambda now: self._receive(visits, now))

    def plan_rounds(self) -> None:
        """What happens by itself: what runs out is noticed by the hour when offices are open, the rest by the day."""
        at = self._starts_at
        while at < self._now:
            self.plan(at, self._begin_day)
            if at.astimezone(ZONE).weekday() in OFFICE_DAYS:
                for hour in range(9, 20):
                    self.plan(at + timedelta(hours=hour), self._look_at_clocks)
            at = at_midnight(at + timedelta(hours=36))

    def run(self) -> Iterator[datetime]:
        """Let everything happen; yields the first instant of each day."""
        day = None
        while self._agenda:
            at, _number, act = heapq.heappop(self._agenda)
            if at.date() != day:
                day = at.date()
                yield at
            act(at)
        self._look_at_clocks(self._now)

    def _begin_day(self, now: datetime) -> None:
        if agreements.put_due_versions_in_force(now=now):
            statuses.adopt(now=now)
        day = now.astimezone(ZONE)
        targets.owe_current(now=now)
        ratios.owe_current(now=now)
        if day.weekday() == 0 or day.day == 1:
            targets.close(closing.due(now=now), now=now)
            ratios.close(duties.due(now=now), now=now)
        if day.weekday() in (1, 3) and now < self._now - timedelta(days=2):
            for user_id in db.session.scalars(select(User.id).order_by(User.id)).all():
                notices.mark_read(user_id, now=now)

        self._do_tasks(now)

    def _do_tasks(self, now: datetime) -> None:
        """Those of the day before are done in the morning."""
        given_before = (IS_OPEN, Task.given_at < now - timedelta(hours=12))
        for task in db.session.scalars(select(Task).where(*given_before).order_by(Task.id)).all():
            tasks.finish(task.id, actor=task.assignee, now=now)

    def _look_at_clocks(self, now: datetime) -> None:
        clocks.breach_overdue(now=now)
        clocks.warn_at_risk(now=now)
        escalations.take_due(now=now)
        calls.tell_due(now=now)

    def _receive(self, visits: list[Visit], now: datetime) -> None:
        reception.take(visits, now=now)
        self._plan_new_handoffs(now)
        if self._random.random() < 0.012:
            self.plan(self._in_office(now, 20, 300), self._mark_somebody)

    # marketing

    def _mark_somebody(self, now: datetime) -> None:
        """A marketer vouches for a lead that narrowly missed the criteria."""
        if now >= self._waiting_from:
            return
        missed = (Lead.stage == Stage.INQUIRY, Lead.is_held.is_(False), Lead.points >= 45)
        lead_id = db.session.scalar(select(Lead.id).where(*missed).order_by(Lead.id.desc()).limit(1))
        if lead_id is not None:
            qualification.mark(lead_id, reason=self._one(words.MARK_REASONS), actor=self._marketer(), now=now)
            self._plan_new_handoffs(now)

    def _take_back(self, lead_id: int, now: datetime) -> None:
        with suppress(Conflict):
            qualification.take_back(lead_id, reason=self._one(words.TAKE_BACK_REASONS), actor=self._marketer(), now=now)

    # sales

    def _plan_new_handoffs(self, now: datetime) -> None:
        new = select(Handoff.id, Handoff.lead_id, Lead.source).join(Lead).where(Handoff.id > self._latest_handoff)
        for handoff_id, lead_id, source in db.session.execute(new.order_by(Handoff.id)).all():
            self._latest_handoff = handoff_id
            if now < self._waiting_from:
                self._plan_answer(handoff_id, lead_id, GOOD if source in GOOD_SOURCES else USUAL, now)

    def _plan_answer(self, handoff_id: int, lead_id: int, chances: Chances, now: datetime) -> None:
        if self._random.random() < 0.015:
            self.plan(self._in_office(now, 5, 40), lambda at: self._take_back(lead_id, at))
            return
        answered_at = self._after(now, median=62, limit=240, late=0.5 if self._is_bad_week(now) else 0.085)
        if self._random.random() < chances.accepted:
            self.plan(answered_at, lambda at: self._accept(handoff_id, chances, at))
        else:
            self.plan(answered_at, lambda at: self._refuse(handoff_id, at))

    def _accept(self, handoff_id: int, chances: Chances, now: datetime) -> None:
        if handoffs.accept(handoff_id, actor=self._owner(handoff_id), now=now).state is not HandoffState.ACCEPTED:
            return
        touched_at = self._after(now, median=80, limit=480, late=0.3 if self._is_bad_week(now) else 0.06)
        self.plan(touched_at, lambda at: self._touch(handoff_id, at))
        for _ in range(self._random.choice((0, 1, 1, 2, 3))):
            touched_at = self._in_office(touched_at, 240, 1300)
            self.plan(touched_at, lambda at: self._touch(handoff_id, at))
        decided_at = self._after(now, median=1900, limit=4800, late=0.09)
        draw = self._random.random()
        if draw < chances.confirmed:
            self.plan(decided_at, lambda at: self._confirm(handoff_id, chances, at))
        elif draw < chances.confirmed + chances.recycled:
            self.plan(decided_at, lambda at: self._recycle(handoff_id, at))
        elif self._random.random() < 0.97:
            self.plan(self._in_office(now, 5000, 7500), lambda at: self._recycle(handoff_id, at))

    def _refuse(self, handoff_id: int, now: datetime) -> None:
        owner = self._owner(handoff_id)
        note = self._one(words.REFUSAL_NOTES)
        handoffs.refuse(handoff_id, reason=self._weighted(REFUSALS), note=note, actor=owner, now=now)

    def _touch(self, handoff_id: int, now: datetime) -> None:
        with suppress(Conflict):
            touches.log(
                handoff_id,
                channel=self._weighted(CHANNELS),
                note=self._one(words.TOUCH_NOTES),
                occurred_at=now - timedelta(minutes=self._random.choice((0, 0, 0, 2, 6))),
                actor=self._owner(handoff_id),
                now=now,
            )

    def _confirm(self, handoff_id: int, chances: Chances, now: datetime) -> None:
        items = ["sql-need", "sql-authority", self._one(("sql-budget", "sql-timing", "sql-timing"))]
        evidence = {item: self._one(words.EVIDENCE[item]) for item in items}
        handoffs.confirm(handoff_id, checklist=evidence, actor=self._owner(handoff_id), now=now)
        closed_at = self._in_office(now, 8 * 480, 30 * 480)
        draw = self._random.random()
        if draw < chances.won:
            self.plan(closed_at, lambda at: self._win(handoff_id, at))
        elif draw < chances.won + chances.lost:
            self.plan(closed_at, lambda at: self._lose(handoff_id, at))

    def _recycle(self, handoff_id: int, now: datetime) -> None:
        until = now.date() + timedelta(days=self._one((30, 45, 60, 90)))
        note = self._one(words.RECYCLE_NOTES)
        owner = self._owner(handoff_id)
        handoffs.recycle(handoff_id, reason=self._weighted(RECYCLINGS), until=until, note=note, actor=owner, now=now)

    def _win(self, handoff_id: int, now: datetime) -> None:
        euros = round(18_000 * exp(self._random.gauss(0, 0.7)), -2)
        handoffs.win(handoff_id, amount_cents=int(euros) * 100, actor=self._owner(handoff_id), now=now)

    def _lose(self, handoff_id: int, now: datetime) -> None:
        owner = self._owner(handoff_id)
        handoffs.lose(handoff_id, reason=self._weighted(LOSSES), note=self._one(words.LOSS_NOTES), actor=owner, now=now)

    # chance

    def _after(self, start: datetime, *, median: float, limit: float, late: float) -> datetime:
        """An instant in office hours, within `limit` business minutes of the start but for the share `late`."""
        if self._random.random() < late:
            return self._in_office(start, limit * 1.05, limit * 2.8)
        minutes = median * exp(self._random.gauss(0, 0.75))
        return self._in_office(start, min(minutes, limit * 0.5), min(minutes + 1, limit * 0.97))

    def _in_office(self, start: datetime, least: float, most: float) -> datetime:
        """An instant so many business minutes after the start."""
        seconds = int(self._random.uniform(least, most) * 60)
        return self._office.add(start, timedelta(seconds=seconds))

    def _is_bad_week(self, at: datetime) -> bool:
        first = self._starts_at.astimezone(ZONE).date()
        return (at.astimezone(ZONE).date() - first).days // 7 == BAD_WEEK

    def _owner(self, handoff_id: int) -> User:
        owns = select(User).join(Handoff, Handoff.owner_id == User.id).where(Handoff.id == handoff_id)
        return db.session.scalars(owns).one()

    def _marketer(self) -> User:
        marketers = db.session.scalars(select(User).where(User.role == "marketer").order_by(User.id)).all()
        return self._random.choice(marketers)

    def _one(self, choices: Any) -> Any:
        return self._random.choice(choices)

    def _weighted(self, weights: dict[Any, int]) -> Any:
        return self._random.choices(list(weights), list(weights.values()))[0]


def at_midnight(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
