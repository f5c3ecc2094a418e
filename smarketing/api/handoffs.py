"""Hand-offs: what sales has to act on, and what it answers."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from flask import Blueprint
from pydantic import AwareDatetime, Field
from sqlalchemy import select

from smarketing.api.contract import MOST_AT_ONCE, PREFIX, Asks, Told, answers, in_one_piece
from smarketing.db import among, db
from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.roles import Permission
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.services import handoffs, touches
from smarketing.web.access import actor, allows, now

bp = Blueprint("api_handoffs", __name__, url_prefix=f"{PREFIX}/handoffs")

TAG = "Hand-offs"


class ClockDocument(Told):
    """`clause_id` names the clause of the version that the hand-off stands under."""

    id: int
    clause_id: str
    outcome: Outcome
    owner_id: int | None
    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    elapsed_seconds: int | None


class HandoffDocument(Told):
    id: int
    lead_id: int
    cycle: int
    version_id: int
    state: HandoffState
    owner_id: int | None
    points: int | None
    mql_at: datetime
    offered_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    clocks: list[ClockDocument]


class HandoffPage(Told):
    """`next_after` is the place to go on from; null when this was the last page."""

    handoffs: list[HandoffDocument]
    next_after: int | None


class HandoffQuery(Asks):
    """In the order they were offered, from the one after `after` on. `is_open` leaves out those that are closed."""

    after: int = Field(default=0, ge=0, lt=2**31)
    limit: int = Field(default=100, ge=1, le=MOST_AT_ONCE)
    is_open: bool = False
    lead_id: int | None = Field(default=None, ge=1, lt=2**31)
    owner_id: int | None = Field(default=None, ge=1, lt=2**31)


class Refusal(Asks):
    """With a reason of the version that the hand-off stands under."""

    reason: str
    note: str = ""


class Recycling(Refusal):
    """Until the day from which the criteria may make it an MQL again."""

    until: date


class Confirmation(Asks):
    """Evidence for each item of the agreed checklist that holds, by the id of the item."""

    checklist: dict[str, str] = Field(max_length=100)


class Win(Asks):
    amount: Decimal = Field(ge=0, le=10**12, decimal_places=2)


class NewTouch(Asks):
    channel: Channel
    occurred_at: AwareDatetime | None = None
    note: str = ""


@bp.get("")
@allows(Permission.SEE_QUEUE)
@answers(HandoffPage, tag=TAG, query=HandoffQuery)
def index(query: HandoffQuery) -> HandoffPage:
    """Hand-offs with their clocks, oldest first"""
    found = select(Handoff).where(Handoff.id > query.after).order_by(Handoff.id).limit(query.limit + 1)
    if query.is_open:
        found = found.where(IS_OPEN)
    if query.lead_id:
        found = found.where(Handoff.lead_id == query.lead_id)
    if query.owner_id:
        found = found.where(Handoff.owner_id == query.owner_id)
    rows = db.session.scalars(found).all()
    shown = rows[: query.limit]
    return HandoffPage(handoffs=_documents(shown), next_after=shown[-1].id if len(rows) > len(shown) else None)


@bp.get("/<int:handoff_id>")
@allows(Permission.SEE_QUEUE)
@answers(HandoffDocument, tag=TAG)
def show(handoff_id: int) -> HandoffDocument:
    """One hand-off with its clocks"""
    return _documents([db.get_or_404(Handoff, handoff_id)])[0]


@bp.post("/<int:handoff_id>/acceptance")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG)
@in_one_piece
def accept(handoff_id: int) -> HandoffDocument:
    """Accept a lead: of two who answer at once one wins, the other gets 409"""
    db.get_or_404(Handoff, handoff_id)
    return _document(handoffs.accept(handoff_id, actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/refusal")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=Refusal)
@in_one_piece
def refuse(handoff_id: int, json: Refusal) -> HandoffDocument:
    """Refuse a lead with an agreed reason"""
    db.get_or_404(Handoff, handoff_id)
    return _document(handoffs.refuse(handoff_id, reason=json.reason, note=json.note, actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/confirmation")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=Confirmation)
@in_one_piece
def confirm(handoff_id: int, json: Confirmation) -> HandoffDocument:
    """Confirm a lead as an SQL, with the evidence that was agreed"""
    db.get_or_404(Handoff, handoff_id)
    return _document(handoffs.confirm(handoff_id, checklist=json.checklist, actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/recycling")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=Recycling)
@in_one_piece
def recycle(handoff_id: int, json: Recycling) -> HandoffDocument:
    """Send an accepted lead back to marketing until a day"""
    db.get_or_404(Handoff, handoff_id)
    told = {"reason": json.reason, "note": json.note}
    return _document(handoffs.recycle(handoff_id, until=json.until, **told, actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/win")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=Win)
@in_one_piece
def win(handoff_id: int, json: Win) -> HandoffDocument:
    """Mark an SQL as won, with its amount in the agreement's currency"""
    db.get_or_404(Handoff, handoff_id)
    return _document(handoffs.win(handoff_id, amount_cents=int(json.amount * 100), actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/loss")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=Refusal)
@in_one_piece
def lose(handoff_id: int, json: Refusal) -> HandoffDocument:
    """Mark an SQL as lost, with an agreed reason"""
    db.get_or_404(Handoff, handoff_id)
    return _document(handoffs.lose(handoff_id, reason=json.reason, note=json.note, actor=actor(), now=now()))


@bp.post("/<int:handoff_id>/touches")
@allows(Permission.ANSWER_HANDOFF)
@answers(HandoffDocument, tag=TAG, json=NewTouch)
@in_one_piece
def log_touch(handoff_id: int, json: NewTouch) -> HandoffDocument:
    """Log what was done towards a lead; it may stop a clock as of when it happened"""
    handoff = db.get_or_404(Handoff, handoff_id)
    at = json.occurred_at or now()
    touches.log(handoff_id, channel=json.channel, note=json.note, occurred_at=at, actor=actor(), now=now())
    return _document(handoff)


def _document(handoff: Handoff) -> HandoffDocument:
    db.session.flush()
    return _documents([handoff])[0]


def _documents(found: Sequence[Handoff]) -> list[HandoffDocument]:
    """Two queries, however many they are."""
    clocks: dict[int, list[ClockDocument]] = {}
    of_these = select(Clock).where(among(Clock.handoff_id, [handoff.id for handoff in found]))
    for clock in db.session.scalars(of_these.order_by(Clock.due_at, Clock.id)):
        told = {name: getattr(clock, name) for name in ClockDocument.model_fields}
        clocks.setdefault(clock.handoff_id, []).append(ClockDocument(**told))
    return [_told(handoff, clocks.get(handoff.id, [])) for handoff in found]


def _told(handoff: Handoff, clocks: list[ClockDocument]) -> HandoffDocument:
    derived = {"version_id": handoff.agreement_version_id, "clocks": clocks}
    facts = {name: getattr(handoff, name) for name in HandoffDocument.model_fields if name not in derived}
    return HandoffDocument(**facts, **derived)
