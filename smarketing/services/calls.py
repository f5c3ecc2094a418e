"""Call the people whom a step of a ladder means, and tell each in their own hours, unless the clock has stopped.

Whoever is away for days hears of it when they are back; the managers of their side are told in their place meanwhile.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smarketing.db import among, bulk_insert, db
from smarketing.domain.escalation import Rung
from smarketing.domain.event_names import EventName
from smarketing.domain.reach import Reach
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms_escalation import Addressee
from smarketing.models.clocks import Clock
from smarketing.models.escalations import IS_TO_TELL, Escalation, EscalationCall
from smarketing.models.people import Team, User
from smarketing.models.tasks import Task
from smarketing.services import notices, reach
from smarketing.services.notices import Owed

MANAGERS: Final[Mapping[Department, Addressee]] = {
    Department.SALES: "sales_managers",
    Department.MARKETING: "marketing_managers",
}
ADMINISTRATORS: Final[Addressee] = "administrators"


class Step(NamedTuple):
    """One that has just been taken."""

    escalation_id: int
    clock: Clock
    rung: Rung


class People:
    """Whom the words of a step mean, and when they are there; asks once per batch."""

    def __init__(self, clocks: Sequence[Clock], *, now: datetime) -> None:
        self._now = now
        self._members: dict[Addressee, Sequence[int]] = {}
        self._reaches: dict[int, Reach | None] = {}
        self._meet({clock.owner_id for clock in clocks if clock.owner_id})

    def of(self, clock: Clock, addressees: Sequence[Addressee]) -> list[int]:
        """Those of them who can sign in."""
        meant = list(dict.fromkeys(user_id for each in addressees for user_id in self._meant(clock, each)))
        self._meet(meant)
        return [user_id for user_id in meant if self._reaches[user_id]]

    def for_task(self, clock: Clock, addressee: Addressee) -> list[int]:
        """Those of them who are there, else the managers of the side that has promised, else the administrators."""
        for each in (addressee, MANAGERS[clock.side], ADMINISTRATORS):
            there = [user_id for user_id in self.of(clock, [each]) if not self._is_missed(user_id)]
            if there:
                return there
        return self.of(clock, [addressee])

    def in_place_of(self, clock: Clock, user_id: int) -> list[int]:
        """The managers of their side who are there, while they are away for days; nobody otherwise."""
        if not self._is_missed(user_id):
            return []
        department = db.session.scalar(select(Team.department).join(User).where(User.id == user_id))
        managers = self.of(clock, [MANAGERS[department]]) if department else []
        return [each for each in managers if not self._is_missed(each)]

    def opens_at(self, user_id: int) -> datetime:
        found = self._reaches[user_id]
        return found.opens_at(self._now) if found else self._now

    def _is_missed(self, user_id: int) -> bool:
        found = self._reaches[user_id]
        return found is not None and found.is_missed(self._now)

    def _meant(self, clock: Clock, addressee: Addressee) -> Sequence[int]:
        if addressee == "owner":
            return [clock.owner_id] if clock.owner_id else []
        if addressee not in self._members:
            self._members[addressee] = _members(addressee)
        return self._members[addressee]

    def _meet(self, user_ids: Collection[int]) -> None:
        unknown = [user_id for user_id in user_ids if user_id not in self._reaches]
        if unknown:
            found = reach.of_people(unknown, now=self._now)
            self._reaches |= {user_id: found.get(user_id) for user_id in unknown}


def _members(addressee: Addressee) -> Sequence[int]:
    match addressee:
        case "sales_managers":
            return notices.managers_of(Department.SALES)
        case "marketing_managers":
            return notices.managers_of(Department.MARKETING)
        case "sales":
            return notices.everybody_of(Department.SALES)
        case "marketing":
            return notices.everybody_of(Department.MARKETING)
        case _:
            return notices.administrators()


def call(steps: Sequence[Step], tasks: Mapping[int, int], people: People, *, now: datetime) -> None:
    """Write down whom each step tells, and who got a task by it (`tasks`, by step), for when their hours begin."""
    rows = [
        (step.escalation_id, user_id, instead_of_id, now if step.rung.step.urgent else people.opens_at(user_id))
        for step in steps
        for user_id, instead_of_id in _called(step, tasks.get(step.escalation_id), people)
    ]
    bulk_insert(EscalationCall, ("escalation_id", "recipient_id", "instead_of_id", "due_at"), rows)


def _called(step: Step, assignee_id: int | None, people: People) -> Iterator[tuple[int, int | None]]:
    """Each person with whom they stand in for, None for themselves."""
    called = people.of(step.clock, step.rung.step.tell)
    if assignee_id is not None and assignee_id not in called:
        called.append(assignee_id)
    instead_of: dict[int, int | None] = dict.fromkeys(called)
    for user_id in called:
        for other_id in people.in_place_of(step.clock, user_id):
            instead_of.setdefault(other_id, user_id)
    yield from instead_of.items()


def tell_due(*, now: datetime, limit: int = 500) -> int:
    """Tell up to `limit` people whose hours have begun, unless the clock has stopped meanwhile; how many were due.

    Whoever has gone home or away since waits for their next hours.
    """
    waiting = select(EscalationCall).where(IS_TO_TELL, EscalationCall.due_at <= now)
    waiting = waiting.order_by(EscalationCall.due_at).limit(limit).with_for_update(skip_locked=True)
    calls = db.session.scalars(waiting).all()
    query = select(Escalation).where(among(Escalation.id, {call.escalation_id for call in calls}))
    steps = {step.id: step for step in db.session.scalars(query.options(joinedload(Escalation.clock)))}
    reaches = reach.of_people({call.recipient_id for call in calls}, now=now) if calls else {}
    for call in calls:
        step, found = steps[call.escalation_id], reaches.get(call.recipient_id)
        if not waits(step.clock):
            call.dropped_at = now
        elif found and not step.is_urgent and found.is_quiet(now):
            call.due_at = found.opens_at(now)
        else:
            call.told_at = now
    told = [call for call in calls if call.told_at]
    tasks = _tasks([call.escalation_id for call in told])
    owed = (_owed(steps[call.escalation_id], call, tasks.get(call.escalation_id)) for call in told)
    notices.owe_many(owed, now=now)
    return len(calls)


def waits(clock: Clock) -> bool:
    return clock.stopped_at is None and clock.outcome is not Outcome.VOID


def _tasks(step_ids: Sequence[int]) -> dict[int, int]:
    """To whom steps gave a task."""
    given: Any = select(Task.escalation_id, Task.assignee_id).where(among(Task.escalation_id, step_ids))
    return dict(db.session.execute(given).all())


def _owed(step: Escalation, call: EscalationCall, assignee_id: int | None) -> Owed:
    clock = step.clock
    data: dict[str, Any] = {"clause": clock.clause_id, "due_at": clock.due_at.isoformat()}
    data |= {"ladder": step.ladder_id, "step": step.step}
    if call.recipient_id == assignee_id:
        data["is_task"] = True
    if call.instead_of_id is not None:
        data["instead_of"] = call.instead_of_id
    return Owed(
        [call.recipient_id],
        EventName.CLOCK_ESCALATED,
        f"{EventName.CLOCK_ESCALATED}:{step.id}",
        clock.handoff_id,
        clock.lead_id,
        data,
        is_urgent=step.is_urgent,
    )
