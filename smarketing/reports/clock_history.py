"""All that is known of one clock: what it measures, when it stood still, its other parts, what was told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from smarketing.db import among, db
from smarketing.domain.happenings import REASSIGNED
from smarketing.domain.roles import Department
from smarketing.models.clocks import Clock, Pause
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.tasks import Task
from smarketing.reports import lead_history
from smarketing.reports.lead_history import Version


class Given(NamedTuple):
    """While it ran, the lead was handed over to this person; to the whole team when None."""

    at: datetime
    owner_id: int | None


class History(NamedTuple):
    """`parts` are the clocks of the same clause and hand-off, this one among them; `told` its lines of the journal;
    `given` who has had to act since it started, `steps` what was taken of its ladders, `tasks` what these gave people
    to do, by step."""

    clock: Clock
    version: Version
    parts: Sequence[Clock]
    told: Sequence[Event]
    given: Sequence[Given]
    names: Mapping[int, str]
    steps: Sequence[Escalation]
    tasks: Mapping[int, Task]


def of(clock_id: int) -> History | None:
    """Nine queries, however long its life."""
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
    given = _given(clock)
    owners = {part.owner_id for part in parts} | {each.owner_id for each in given}
    names = dict(db.session.execute(select(User.id, User.name).where(among(User.id, owners - {None}))).all())
    version = lead_history.versions([clock.agreement_version_id])[clock.agreement_version_id]
    return History(clock, version, parts, told, given, names, _steps(clock_id), _tasks(clock_id))


def _given(clock: Clock) -> list[Given]:
    """Only sales hands a lead from one to another; what ends a part of a clock is no part of it."""
    is_handed = (Event.subject_type == "handoff", Event.subject_id == clock.handoff_id, Event.name == REASSIGNED)
    of_lead = (among(Event.lead_id, lead_history.numbers(clock.lead_id)), Event.occurred_at > clock.started_at)
    query = select(Event.occurred_at, Event.data).where(*of_lead, *is_handed).order_by(Event.id)
    handed = db.session.execute(query).all() if clock.side == Department.SALES else ()
    given = [Given(at, (data or {}).get("owner")) for at, data in handed]
    return [each for each in given if clock.stopped_at is None or each.at < clock.stopped_at]


def _steps(clock_id: int) -> Sequence[Escalation]:
    of_calls = selectinload(Escalation.calls)
    with_people = (of_calls.joinedload(EscalationCall.recipient), of_calls.joinedload(EscalationCall.instead_of))
    taken = select(Escalation).where(Escalation.clock_id == clock_id).options(*with_people)
    return db.session.scalars(taken.order_by(Escalation.due_at)).all()


def _tasks(clock_id: int) -> Mapping[int, Task]:
    given = select(Task).join(Escalation, Escalation.id == Task.escalation_id).where(Escalation.clock_id == clock_id)
    found = db.session.scalars(given.options(joinedload(Task.assignee), joinedload(Task.done_by)))
    return {task.escalation_id: task for task in found}
