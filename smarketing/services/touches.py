"""Log what sales did towards a lead; a touch may stop a clock."""

from datetime import datetime, timedelta

from smarketing.db import db
from smarketing.domain.dispositions import OPEN_STATES, Channel
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import clocks, journal

CLOCK_SKEW = timedelta(minutes=2)
"""How far a browser's time may run ahead before a touch counts as one in the future."""


def log(handoff_id: int, *, channel: Channel, note: str, occurred_at: datetime, actor: User, now: datetime) -> Touch:
    """Log a touch as of when it happened, which may be earlier than now and stops clocks as of then."""
    handoff = db.session.get(Handoff, handoff_id)
    if handoff is None:
        raise Missing(N_("This hand-off does not exist."))
    if handoff.owner_id not in (None, actor.id):
        name = handoff.owner.name if handoff.owner else ""
        raise NotAllowed(N_("This lead was handed to %(name)s; only they can log touches."), name=name)
    if handoff.state not in OPEN_STATES:
        raise Conflict(N_("This hand-off is closed; it takes no more touches."))
    if occurred_at > now + CLOCK_SKEW:
        raise InvalidInput("occurred_at", N_("A touch is logged after it happened: this moment is still to come."))
    if occurred_at < handoff.offered_at:
        raise InvalidInput("occurred_at", N_("This moment lies before the lead was handed over."))
    occurred_at = min(occurred_at, now)
    touch = Touch(
        lead_id=handoff.lead_id,
        handoff_id=handoff.id,
        actor_id=actor.id,
        channel=channel,
        note=note.strip()[:2000],
        occurred_at=occurred_at,
        recorded_at=now,
    )
    db.session.add(touch)
    db.session.flush()
    clocks.stop(EventName.TOUCH_LOGGED, handoff.id, at=occurred_at, now=now)
    journal.record(
        EventName.TOUCH_LOGGED,
        "touch",
        touch.id,
        occurred_at=occurred_at,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data={"channel": channel.value, "handoff": handoff.id},
    )
    return touch
