"""All that is known of one clock: what it measures, when it stood still, its other parts, what was told of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from smarketing.db import among, db
from smarketing.models.clocks import Clock, Pause
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.tasks import Task
from smarketing.reports import lead_history
from smarketing.reports.lead_history import Version


class History(NamedTuple):
    """`parts` are the clocks of the same clause and hand-off, this one among them; `told` its lines of the journal;
    `steps` what was taken of its ladders, `tasks` what these gave people to do, by step."""

    clock: Clock
    version: Version
    parts: Sequence[Clock]
    told: Sequence[Event]
    names: Mapping[int, str]
    steps: Sequence[Escalation]
    tasks: Mapping[int, Task]


def of(clock_id: int) -> History | None:
    """Eight queries, however long its life."""
    with_lead = joinedload(Clock.handoff).joinedload(Handoff.lead)
    with_pauses = selectinload(Clock.pauses).joinedload(Pause.actor)
    query = select(Clock).where(Clock.id == clock_id).options(with_lead, with_pauses, joinedload(Clock.owner))
    clock = db.session.scalars(query).one_or_none()
    if clock is None:
        return None
    of_clause = (Clock.handoff_id == clock.handoff_id, Clock.clause_id == clock.clause_id)
    parts = db.session.scalars(select(Clock).where(*of_clause).order_by(Clock.started_at, Clock.id)).all()
    is_of_lead = among(Event.lead_id, lead_history.numbers(clock.lead_id))
    is_told = (is_of_lead, Event.subject_type == "clock", Event.subject_id == clock_id)
    told = db.session.scalars(select(Event).where(*is_told).order_by(Event.id)).all()
    owners = {part.owner_id for part in parts if part.owner_id}
    names = dict(db.session.execute(select(User.id, User.name).where(among(User.id, owners))).all())
    version = lead_history.versions([clock.agreement_version_id])[clock.agreement_version_id]
    return History(clock, version, parts, told, names, _steps(clock_id), _tasks(clock_id))


def _steps(clock_id: int) -> Sequence[Escalation]:
    of_calls = selectinload(Escalation.calls)
    with_people = (of_calls.joinedload(EscalationCall.recipient), of_calls.joinedload(EscalationCall.instead_of))
    taken = select(Escalation).where(Escalation.clock_id == clock_id).options(*with_people)
    return db.session.scalars(taken.order_by(Escalation.due_at)).all()


def _tasks(clock_id: int) -> Mapping[int, Task]:
    given = select(Task).join(Escalation, Escalation.id == Task.escalation_id).where(Escalation.clock_id == clock_id)
    found = db.session.scalars(given.options(joinedload(Task.assignee), joinedload(Task.done_by)))
    return {task.escalation_id: task for task in found}
