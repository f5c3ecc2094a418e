"""Give leads that stood still for as long as was agreed the answer that was agreed for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain import timeboxes
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Facts
from smarketing.domain.happenings import Happening
from smarketing.domain.roles import Department
from smarketing.domain.routing import Asking
from smarketing.domain.terms import Terms
from smarketing.domain.terms_timeboxes import TimeboxClause
from smarketing.domain.timeboxes import ENTERED, Timebox
from smarketing.domain.verdicts import compile_test
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.services import (
    agreements,
    dealing,
    handoffs,
    journal,
    lead_keys,
    locks,
    notices,
    replays,
    routing,
    silences,
)
from smarketing.services.notices import Owed
from smarketing.services.subjects import facts_of

ASK_AGAIN = timedelta(days=1)
"""After a time-box has ended for a lead it is not about, and may yet be."""
KEEP_IT_OPEN = ("reassign", "queue", "escalate")
"""Outcomes after which sales goes on with the same hand-off."""


def end(*, now: datetime, limit: int = 100) -> int:
    """Act on up to `limit` hand-offs whose time-box has ended; how many were looked at."""
    ended = select(Handoff.id, Handoff.lead_id).where(Handoff.has_ended_timebox(now))
    found = db.session.execute(ended.order_by(Handoff.timebox_at).limit(limit)).all()
    for handoff_id, _lead_id in sorted(found, key=lambda row: row.lead_id):
        handoff = locks.hold(handoff_id)
        if handoff.state in OPEN_STATES and handoff.timebox_at is not None and handoff.timebox_at <= now:
            _look_at(handoff, now=now)
    return len(found)


def _look_at(handoff: Handoff, *, now: datetime) -> None:
    terms = agreements.version(handoff.agreement_version_id).terms
    happened = replays.happenings(handoff, terms)
    boxes = timeboxes.of(terms, handoff.lead.stage, happened)
    left = [box for box in boxes if box.clause.id not in _ended(handoff, happened)]
    applies = _Applies(handoff, now=now)
    box = next((each for each in left if each.ends_at <= now and applies(each.clause)), None)
    if box is not None:
        left.remove(box)
        _act(handoff, box, terms, now=now)
    if handoff.state in OPEN_STATES and (box is None or box.clause.outcome in KEEP_IT_OPEN):
        handoff.timebox_at = _next(left, now=now)
    db.session.flush()


class _Applies:
    """Whether a time-box is about the lead, as it is now; its facts are read where some clause asks."""

    def __init__(self, handoff: Handoff, *, now: datetime) -> None:
        self._lead_id, self._now = handoff.lead_id, now
        self._facts: Facts | None = None

    def __call__(self, clause: TimeboxClause) -> bool:
        return clause.when is None or compile_test(clause.when)(self.facts())

    def facts(self) -> Facts:
        if self._facts is None:
            self._facts = facts_of([self._lead_id], now=self._now)[self._lead_id]
        return self._facts


def _next(left: Sequence[Timebox], *, now: datetime) -> datetime | None:
    """When to look again: as the next box ends, or tomorrow for one that has ended and is not about the lead yet."""
    ends = [box.ends_at if box.ends_at > now else now + ASK_AGAIN for box in left]
    return min(ends, default=None)


def _ended(handoff: Handoff, happened: Sequence[Happening]) -> set[str]:
    """The clauses that have acted since the lead came to its stage."""
    since = max(each.at for each in happened if each.name == ENTERED[handoff.lead.stage])
    of_handoff = (among(Event.lead_id, lead_keys.kin(handoff.lead_id)), Event.subject_id == handoff.id)
    told = (*of_handoff, Event.name == EventName.TIMEBOX_ENDED, Event.occurred_at >= since)
    return {data["clause"] for data in db.session.scalars(select(Event.data).where(*told)) if data}


def _act(handoff: Handoff, box: Timebox, terms: Terms, *, now: datetime) -> None:
    """As of the instant it ended, however late that is noticed."""
    clause, at = box.clause, box.ends_at
    journal.record(
        EventName.TIMEBOX_ENDED,
        "handoff",
        handoff.id,
        occurred_at=at,
        now=now,
        lead_id=handoff.lead_id,
        version_id=handoff.agreement_version_id,
        data={"clause": clause.id, "outcome": clause.outcome},
    )
    _tell(handoff, clause, now=now)
    match clause.outcome:
        case "accept" if handoff.owner_id is not None:
            handoffs.accept(handoff.id, actor=None, clause_id=clause.id, now=at)
        case "reassign":
            owner_id = _other_rep(handoff, terms, now=now)
            routing.reassign([handoff.id], owner_id=owner_id, actor=None, now=now)
        case "queue":
            routing.reassign([handoff.id], owner_id=None, actor=None, now=now)
        case "recycle" | "return" | "disqualify":
            silences.send_back(handoff, clause.reason or "", clause.id, terms, at=at)


def _other_rep(handoff: Handoff, terms: Terms, *, now: datetime) -> int | None:
    """Whose turn it is among the others; the team's queue when there is none."""
    asking = Asking(handoff.lead_id, facts_of([handoff.lead_id], now=now)[handoff.lead_id])
    return dealing.deal_to_another(asking, terms, than=handoff.owner_id, now=now).user_id


def _tell(handoff: Handoff, clause: TimeboxClause, *, now: datetime) -> None:
    """The owner; and the managers of sales where nobody has it, or where that is all that was agreed."""
    told = [handoff.owner_id] if handoff.owner_id else []
    if not told or clause.outcome == "escalate":
        told += notices.managers_of(Department.SALES)
    data = {"clause": clause.id, "outcome": clause.outcome}
    key = f"{EventName.TIMEBOX_ENDED}:{handoff.id}:{clause.id}:{handoff.edition}"
    owed = Owed(told, EventName.TIMEBOX_ENDED, key, handoff.id, handoff.lead_id, data)
    notices.owe_many([owed], now=now)
