"""Say something about a lead, for both sides to read; its author may remove it, and put it back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smarketing.db import db
from smarketing.domain.errors import N_, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.remarks import Remark
from smarketing.services import journal

LONGEST = 2000
MOST = 200


def of_lead(lead_id: int) -> Sequence[Remark]:
    """The latest MOST that stand, in the order they were written."""
    standing = (Remark.lead_id == lead_id, Remark.removed_at.is_(None))
    newest = select(Remark).where(*standing).options(joinedload(Remark.author)).order_by(Remark.id.desc()).limit(MOST)
    return db.session.scalars(newest).all()[::-1]


def write(lead_id: int, text: str, *, actor: User, now: datetime) -> Remark:
    said = text.replace("\0", "").strip()
    if not said:
        raise InvalidInput("text", N_("Write something first."))
    if len(said) > LONGEST:
        raise InvalidInput("text", N_("This is too long: %(limit)s characters at most."), limit=LONGEST)
    if db.session.get_one(Lead, lead_id).erased_at is not None:
        raise Missing(N_("What was known of this person was erased."))
    remark = Remark(lead_id=lead_id, author_id=actor.id, text=said, written_at=now)
    db.session.add(remark)
    db.session.flush()
    _record(EventName.REMARK_WRITTEN, remark, actor=actor, now=now)
    return remark


def remove(remark_id: int, *, actor: User, now: datetime) -> Remark:
    remark = _own(remark_id, actor)
    if remark.removed_at is None:
        remark.removed_at = now
        _record(EventName.REMARK_REMOVED, remark, actor=actor, now=now)
    return remark


def put_back(remark_id: int, *, actor: User, now: datetime) -> Remark:
    remark = _own(remark_id, actor)
    if remark.removed_at is not None:
        remark.removed_at = None
        _record(EventName.REMARK_WRITTEN, remark, actor=actor, now=now)
    return remark


def _own(remark_id: int, actor: User) -> Remark:
    remark = db.session.get(Remark, remark_id, populate_existing=True, with_for_update=True)
    if remark is None:
        raise Missing(N_("This remark does not exist."))
    if remark.author_id != actor.id:
        raise NotAllowed(N_("Only who wrote it can do this."))
    return remark


def _record(name: EventName, remark: Remark, *, actor: User, now: datetime) -> None:
    lead_id, actor_id = remark.lead_id, actor.id
    journal.record(name, "remark", remark.id, occurred_at=now, now=now, lead_id=lead_id, actor_id=actor_id)
