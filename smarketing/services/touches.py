"""Log what sales did towards a lead; a touch may stop a clock."""

from datetime import datetime, timedelta

from smarketing.db import db
from smarketing.domain.dispositions import OPEN_STATES, Channel, noted
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import journal, locks, replays

CLOCK_SKEW = timedelta(minutes=2)
"""How far a browser's time may run ahead before a touch counts as one in the future."""


def log(
    handoff_id: int,
    *,
    channel: Channel,
    note: str,
    occurred_at: datetime,
    message_id: str | None = None,
    actor: User,
    now: datetime,
) -> Touch:
    """Log a touch as of when it happened, which may be earlier than now and stops clocks as of then.

    `message_id` is that of an e-mail whose copy came in.
    """
    handoff = locks.hold(handoff_id)
    _check_open(handoff)
    if handoff.owner is not None and handoff.owner_id != actor.id:
        raise NotAllowed(N_("This lead was handed to %(name)s; only they can log touches."), name=handoff.owner.name)
    if occurred_at == now:
        occurred_at = now = locks.moment(handoff, now=now)
    if occurred_at > now + CLOCK_SKEW:
        raise InvalidInput("occurred_at", N_("A touch is logged after it happened: this moment is still to come."))
    if occurred_at < handoff.offered_at:
        raise InvalidInput("occurred_at", N_("This moment lies before the lead was handed over."))
    touch = Touch(
        lead_id=handoff.lead_id,
        handoff_id=handoff.id,
        actor_id=actor.id,
        channel=channel,
        note=noted(note),
        occurred_at=min(occurred_at, now),
        recorded_at=now,
        message_id=message_id,
    )
    db.session.add(touch)
    db.session.flush()
    replays.replay(handoff, now=now)
    _record(EventName.TOUCH_LOGGED, touch, handoff, occurred_at=touch.occurred_at, actor=actor, now=now)
    return touch


def void(handoff_id: int, touch_id: int, *, actor: User, now: datetime) -> Handoff:
    """Remove a touch that was logged by mistake; the clocks it had stopped wait for the next one again."""
    handoff = locks.hold(handoff_id)
    touch = db.session.get(Touch, touch_id, populate_existing=True)
    if touch is None or touch.handoff_id != handoff.id:
        raise Missing(N_("This touch does not exist, or was removed already."))
    if touch.actor_id != actor.id:
        raise NotAllowed(N_("Only %(name)s can remove this touch."), name=touch.actor.name)
    _check_open(handoff)
    _record(EventName.TOUCH_VOIDED, touch, handoff, occurred_at=now, actor=actor, now=now)
    db.session.delete(touch)
    replays.replay(handoff, now=now)
    return handoff


def _check_open(handoff: Handoff) -> None:
    if handoff.state not in OPEN_STATES:
        raise Conflict(N_("This hand-off is closed; its touches stand as they are."))


def _record(
    name: EventName, touch: Touch, handoff: Handoff, *, occurred_at: datetime, actor: User, now: datetime
) -> None:
    journal.record(
        name,
        "touch",
        touch.id,
        occurred_at=occurred_at,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data={"channel": touch.channel.value, "handoff": handoff.id},
    )
