"""Let the clocks of a hand-off stand still by hand, with a reason, and go on again, where the agreement allows it."""

from datetime import datetime
from typing import Any

from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.errors import N_, Conflict, InvalidInput, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import Happening
from smarketing.domain.roles import Permission, may
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import agreements, journal, locks, replays

REASON_LIMIT = 200


def pause(handoff_id: int, *, reason: str, actor: User, now: datetime) -> Handoff:
    """The clocks that may be paused by hand stand still from now on."""
    handoff = locks.hold(handoff_id)
    now = locks.moment(handoff, now=now)
    because = _reason(reason)
    _check_may(handoff, actor)
    if is_paused(handoff):
        raise Conflict(N_("The clocks of this hand-off stand still already."))
    _record(EventName.HANDOFF_PAUSED, handoff, actor=actor, now=now, data={"reason": because})
    replays.replay(handoff, now=now)
    return handoff


def resume(handoff_id: int, *, actor: User, now: datetime) -> Handoff:
    """They go on from now, with the time they had left."""
    handoff = locks.hold(handoff_id)
    now = locks.moment(handoff, now=now)
    _check_may(handoff, actor)
    if not is_paused(handoff):
        raise Conflict(N_("The clocks of this hand-off run already."))
    _record(EventName.HANDOFF_RESUMED, handoff, actor=actor, now=now, data=None)
    replays.replay(handoff, now=now)
    return handoff


def is_paused(handoff: Handoff) -> bool:
    """Whether the latest word on it was to pause."""
    terms = agreements.version(handoff.agreement_version_id).terms
    told: list[Happening] = [
        each
        for each in replays.happenings(handoff, terms)
        if each.name in (EventName.HANDOFF_PAUSED, EventName.HANDOFF_RESUMED)
    ]
    return bool(told) and sorted(told, key=lambda each: each.at)[-1].name == EventName.HANDOFF_PAUSED


def may_pause(handoff: Handoff, actor: User) -> bool:
    """Whether this person can let its clocks stand still: who has it or a manager, where the agreement allows it."""
    return handoff.state in OPEN_STATES and _is_agreed(handoff) and _is_theirs(handoff, actor)


def _check_may(handoff: Handoff, actor: User) -> None:
    if handoff.state not in OPEN_STATES:
        raise Conflict(N_("This hand-off is closed; its clocks stand as they are."))
    if not _is_agreed(handoff):
        raise Conflict(N_("The agreement lets no clock of this hand-off be paused."))
    if not _is_theirs(handoff, actor):
        raise NotAllowed(N_("Only who has the lead, or a manager, can pause its clocks."))


def _is_agreed(handoff: Handoff) -> bool:
    return any(clause.may_be_paused() for clause in agreements.version(handoff.agreement_version_id).terms.clocks)


def _is_theirs(handoff: Handoff, actor: User) -> bool:
    return handoff.owner_id == actor.id or may(actor.role, Permission.REASSIGN_HANDOFF)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise InvalidInput("reason", N_("Say in a few words why the clocks stand still."))
    if len(reason) > REASON_LIMIT:
        raise InvalidInput("reason", N_("This is too long: %(limit)s characters at most."), limit=REASON_LIMIT)
    return reason


def _record(name: EventName, handoff: Handoff, *, actor: User, now: datetime, data: dict[str, Any] | None) -> None:
    journal.record(
        name,
        "handoff",
        handoff.id,
        occurred_at=now,
        now=now,
        lead_id=handoff.lead_id,
        actor_id=actor.id,
        version_id=handoff.agreement_version_id,
        data=data,
    )
