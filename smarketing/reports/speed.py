"""How long leads wait for sales' first answer, who had the ball meanwhile, and how long they stay in each stage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from smarketing.db import among, db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.event_names import EventName
from smarketing.domain.survival import Case
from smarketing.domain.waiting import Split, split
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.merges import Merge
from smarketing.reports import agreed
from smarketing.reports.cases import Span, Wanted, among_handoffs


class Answer(NamedTuple):
    """One hand-off. `answered_at` None still waits; `left_queue_at` is when it first had an owner, None never.

    `confirmed_at` is when it became an SQL, `closed_at` when it ended, however.
    """

    handoff_id: int
    lead_id: int
    version_id: int
    owner_id: int | None
    state: HandoffState
    mql_at: datetime
    offered_at: datetime
    answered_at: datetime | None
    confirmed_at: datetime | None
    closed_at: datetime | None

    def wall(self, *, now: datetime) -> Case:
        end = self.answered_at or now
        return max(0, int((end - self.mql_at).total_seconds())), self.answered_at is not None


class Facts(NamedTuple):
    """`business` are the seconds of business time each answer took, or a waiting one has waited."""

    answers: Sequence[Answer]
    business: Sequence[int]
    assigned_at: Sequence[datetime | None]
    now: datetime

    def wall_cases(self) -> list[Case]:
        return [answer.wall(now=self.now) for answer in self.answers]

    def business_cases(self) -> list[Case]:
        return [
            (max(0, seconds), answer.answered_at is not None)
            for answer, seconds in zip(self.answers, self.business, strict=True)
        ]

    def splits(self) -> list[Split]:
        """Of each answered hand-off, whose time its wait was."""
        rows = zip(self.answers, self.assigned_at, strict=True)
        answered = [(answer, at) for answer, at in rows if answer.answered_at is not None]
        calendars = _calendars({answer.version_id for answer, _at in answered})
        return [
            split(
                answer.mql_at,
                answer.offered_at,
                at,
                answer.answered_at or self.now,
                calendars[answer.version_id],
            )
            for answer, at in answered
        ]


def read(span: Span, wanted: Wanted, *, now: datetime) -> Facts:
    answers = _answers(span, wanted)
    return Facts(answers, _business(answers, now=now), _assigned(answers), now)


def _answers(span: Span, wanted: Wanted) -> list[Answer]:
    columns: tuple[Any, ...] = (
        Handoff.id,
        Handoff.lead_id,
        Handoff.agreement_version_id,
        Handoff.owner_id,
        Handoff.state,
        Handoff.mql_at,
        Handoff.offered_at,
        Handoff.answered_at,
        Disposition.occurred_at,
        Handoff.closed_at,
    )
    confirmed = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.CONFIRMED)
    query = among_handoffs(columns, span, wanted).outerjoin(Disposition, confirmed)
    return [Answer(*row) for row in db.session.execute(query.order_by(Handoff.offered_at, Handoff.id))]


def _business(answers: Sequence[Answer], *, now: datetime) -> list[int]:
    return business([(answer.version_id, answer.offered_at, answer.answered_at or now) for answer in answers])


def business(stretches: Sequence[tuple[int, datetime, datetime]]) -> list[int]:
    """Seconds of business time in each stretch, in the calendar of the first answer under its version."""
    seconds = [0] * len(stretches)
    for version_id, calendar in _calendars({each[0] for each in stretches}).items():
        places = [place for place, each in enumerate(stretches) if each[0] == version_id]
        starts = [int(stretches[place][1].timestamp()) for place in places]
        ends = [int(stretches[place][2].timestamp()) for place in places]
        ends = [max(start, end) for start, end in zip(starts, ends, strict=True)]
        for place, elapsed in zip(places, calendar.elapsed_seconds_many(starts, ends), strict=True):
            seconds[place] = int(elapsed)
    return seconds


def _calendars(version_ids: set[int]) -> dict[int, BusinessCalendar]:
    calendars = {}
    for version_id in sorted(version_ids):
        terms = agreed.terms_of(version_id)
        clause = agreed.first_answer(terms)
        calendars[version_id] = compiled(terms.calendar(clause.calendar) if clause else terms.calendars[0])
    return calendars


def _assigned(answers: Sequence[Answer]) -> list[datetime | None]:
    """When each first had an owner: at once unless it was offered to the team, then when it was given or taken."""
    queued = _offered_to_the_team([answer.lead_id for answer in answers])
    given = _first_given([answer.lead_id for answer in answers if answer.handoff_id in queued])
    assigned: list[datetime | None] = []
    for answer in answers:
        if answer.handoff_id not in queued:
            assigned.append(answer.offered_at)
        else:
            assigned.append(given.get(answer.handoff_id, answer.answered_at))
    return assigned


def _offered_to_the_team(lead_ids: Sequence[int]) -> set[int]:
    lines = _lines(EventName.HANDOFF_OFFERED, lead_ids)
    return {handoff_id for handoff_id, _at, data in lines if data and data.get("owner") is None}


def _first_given(lead_ids: Sequence[int]) -> dict[int, datetime]:
    given: dict[int, datetime] = {}
    for handoff_id, at, data in _lines(EventName.HANDOFF_REASSIGNED, lead_ids):
        if data and data.get("owner") is not None:
            given[handoff_id] = min(at, given.get(handoff_id, at))
    return given


def _lines(name: EventName, lead_ids: Sequence[int]) -> Sequence[Any]:
    if not lead_ids:
        return []
    query = select(Event.subject_id, Event.occurred_at, Event.data)
    numbers = [*lead_ids, *db.session.scalars(Merge.absorbed_by(lead_ids))]
    return db.session.execute(query.where(among(Event.lead_id, numbers), Event.name == name.value)).all()
