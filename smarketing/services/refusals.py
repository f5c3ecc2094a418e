"""Marketing's answer to a refusal: it agrees, so that the refusal need not be looked at again."""

from datetime import datetime

from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.errors import N_, Conflict
from smarketing.domain.event_names import EventName
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import User
from smarketing.services import journal, locks


def agree(handoff_id: int, *, actor: User, now: datetime) -> None:
    handoff = locks.hold(handoff_id)
    refusal = _refusal(handoff)
    if refusal.agreed_at is not None:
        raise Conflict(N_("Marketing has agreed with this refusal already."))
    refusal.agreed_at = now
    _record(EventName.REFUSAL_AGREED, handoff, actor=actor, now=now)


def reopen(handoff_id: int, *, actor: User, now: datetime) -> None:
    """Back to what waits for an answer."""
    handoff = locks.hold(handoff_id)
    refusal = _refusal(handoff)
    if refusal.agreed_at is None:
        raise Conflict(N_("This refusal waits for an answer already."))
    refusal.agreed_at = None
    _record(EventName.REFUSAL_REOPENED, handoff, actor=actor, now=now)


def _refusal(handoff: Handoff) -> Disposition:
    for answer in handoff.dispositions:
        if answer.kind is DispositionKind.REFUSED:
            return answer
    raise Conflict(N_("Sales has taken this refusal back."))


def _record(name: EventName, handoff: Handoff, *, actor: User, now: datetime) -> None:
    journal.record(
        name,
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
    )
