"""Give people the tasks of steps; say that one is done, and take that back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from smarketing.db import among, bulk_insert, db, next_ids
from smarketing.domain.errors import N_, Conflict, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Permission, may
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.models.people import User
from smarketing.models.tasks import IS_OPEN, Task
from smarketing.services import journal
from smarketing.services.calls import People, Step
from smarketing.services.journal import JournalLine


def give(steps: Sequence[Step], people: People, *, now: datetime) -> Mapping[int, int]:
    """Give the task of each step to one person, of several to who has the fewest; to whom, by step."""
    choices = [
        (step, people.for_task(step.clock, step.rung.step.given_to or "owner"))
        for step in steps
        if step.rung.step.act == "task"
    ]
    open_counts = _open_counts({user_id for _step, able in choices for user_id in able})
    given: list[tuple[Step, int]] = []
    for step, able in choices:
        if able:
            assignee_id = min(able, key=lambda user_id: (open_counts.get(user_id, 0), user_id))
            open_counts[assignee_id] = open_counts.get(assignee_id, 0) + 1
            given.append((step, assignee_id))
    ids = next_ids(Task, len(given))
    rows = [(task_id, step.escalation_id, user_id, now) for task_id, (step, user_id) in zip(ids, given, strict=True)]
    bulk_insert(Task, ("id", "escalation_id", "assignee_id", "given_at"), rows)
    lines = [
        _line(EventName.TASK_GIVEN, task_id, step.clock, now, {"assignee": user_id})
        for task_id, (step, user_id) in zip(ids, given, strict=True)
    ]
    journal.record_many(lines, now=now)
    return {step.escalation_id: user_id for step, user_id in given}


def finish(task_id: int, *, actor: User, now: datetime) -> Task:
    """It is done. Raises Conflict where somebody has said so before, and NotAllowed where it is another's."""
    task = _hold(task_id, actor)
    if task.done_at is not None:
        raise Conflict(N_("%(name)s has done this already."), name=task.done_by.name if task.done_by else "–")
    task.done_at, task.done_by_id = now, actor.id
    _record(EventName.TASK_DONE, task, actor=actor, now=now)
    return task


def reopen(task_id: int, *, actor: User, now: datetime) -> Task:
    """It is to be done after all."""
    task = _hold(task_id, actor)
    if task.done_at is None:
        raise Conflict(N_("This is to be done already."))
    task.done_at = task.done_by_id = None
    _record(EventName.TASK_UNDONE, task, actor=actor, now=now)
    return task


def is_theirs(task: Task, actor: User) -> bool:
    """Whether this person can say that it is done: who has it, or a manager."""
    return task.assignee_id == actor.id or may(actor.role, Permission.REASSIGN_HANDOFF)


def _open_counts(user_ids: Collection[int]) -> dict[int, int]:
    theirs: Any = select(Task.assignee_id, func.count()).where(IS_OPEN, among(Task.assignee_id, user_ids))
    return dict(db.session.execute(theirs.group_by(Task.assignee_id)).all()) if user_ids else {}


def _hold(task_id: int, actor: User) -> Task:
    options = [joinedload(Task.escalation).joinedload(Escalation.clock)]
    task = db.session.get(Task, task_id, options=options, populate_existing=True, with_for_update={"of": Task})
    if task is None:
        raise Missing(N_("This task does not exist."))
    if not is_theirs(task, actor):
        raise NotAllowed(N_("Only %(name)s or a manager can say this."), name=task.assignee.name)
    return task


def _record(name: EventName, task: Task, *, actor: User, now: datetime) -> None:
    journal.record_many([_line(name, task.id, task.escalation.clock, now, actor_id=actor.id)], now=now)


def _line(
    name: EventName,
    task_id: int,
    clock: Clock,
    at: datetime,
    data: dict[str, Any] | None = None,
    *,
    actor_id: int | None = None,
) -> JournalLine:
    told = {"clock": clock.id, "handoff": clock.handoff_id, **(data or {})}
    return JournalLine(name, "task", task_id, at, clock.lead_id, actor_id, clock.agreement_version_id, told)
