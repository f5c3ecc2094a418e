"""Give hand-offs to somebody else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update

from smarketing.db import among, db
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Role
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import agreements, clocks, dealing, journal, notices, replays
from smarketing.services.journal import JournalLine
from smarketing.services.notices import Owed


def reps() -> Sequence[User]:
    """Everybody who can be given a lead, by name."""
    return db.session.scalars(select(User).where(*_can_take()).order_by(User.name, User.id)).all()


def reassign(handoff_ids: Sequence[int], *, owner_id: int | None, actor: User | None, now: datetime) -> int:
    """Give open hand-offs to another rep, or to the whole team when None; their clocks go on. How many moved.

    `actor` is None where the agreement does it by itself.
    """
    actor_id = actor.id if actor else None
    if owner_id is not None and db.session.scalar(select(User.id).where(User.id == owner_id, *_can_take())) is None:
        raise InvalidInput("owner", N_("Choose somebody who sells and can sign in."))
    moving = db.session.execute(_open_of_others(handoff_ids, owner_id)).all()
    moved = [row.id for row in moving]
    if not moved:
        return 0
    new = {"owner_id": owner_id}
    db.session.execute(update(Handoff).where(among(Handoff.id, moved)).values(edition=Handoff.edition + 1, **new))
    lead_ids = [row.lead_id for row in moving]
    db.session.execute(update(Lead).where(among(Lead.id, lead_ids)).values(edition=Lead.edition + 1, **new))
    _hand_over(moving, owner_id)
    db.session.expire_all()
    journal.record_many(
        (
            JournalLine(
                EventName.HANDOFF_REASSIGNED,
                "handoff",
                row.id,
                now,
                row.lead_id,
                actor_id,
                row.agreement_version_id,
                {"owner": owner_id, "before": row.owner_id},
            )
            for row in moving
        ),
        now=now,
    )
    dealing.credit([(row.owner_id, row.lead_id) for row in moving], why=EventName.HANDOFF_REASSIGNED, now=now)
    replays.replay_listening(EventName.HANDOFF_REASSIGNED, moved, now=now)
    if owner_id is not None and owner_id != actor_id:
        notices.owe_many((_given(row.id, row.lead_id, owner_id, now=now) for row in moving), now=now)
    return len(moved)


def _hand_over(moving: Sequence[Any], owner_id: int | None) -> None:
    """The clocks go with the hand-offs, but for those whose part ends here."""
    of_version: dict[int, list[int]] = {}
    for row in moving:
        of_version.setdefault(row.agreement_version_id, []).append(row.id)
    for version_id, handoff_ids in of_version.items():
        parted = [each.id for each in agreements.version(version_id).terms.clocks if each.on_reassign == "restart"]
        clocks.hand_over(handoff_ids, owner_id=owner_id, kept=parted)


def _given(handoff_id: int, lead_id: int, owner_id: int, *, now: datetime) -> Owed:
    name = EventName.HANDOFF_REASSIGNED
    return Owed([owner_id], name, f"{name}:{handoff_id}:{now.isoformat()}", handoff_id, lead_id)


def _open_of_others(handoff_ids: Sequence[int], owner_id: int | None) -> Select[int, int, int, int | None]:
    is_moving = (
        among(Handoff.id, handoff_ids),
        Handoff.state.in_(OPEN_STATES),
        Handoff.owner_id.is_distinct_from(owner_id),
    )
    columns = (Handoff.id, Handoff.lead_id, Handoff.agreement_version_id, Handoff.owner_id)
    held = select(*columns).join(Lead).where(*is_moving).order_by(Handoff.lead_id)
    return held.with_for_update(of=Lead, key_share=True)


def _can_take() -> tuple[ColumnElement[bool], ...]:
    return (User.role == Role.SALES_REP, User.disabled_at.is_(None))
