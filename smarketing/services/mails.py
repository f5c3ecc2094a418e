"""Log e-mails to leads as touches, by the copies that sales sends to addresses of its own."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from smarketing.db import among, db
from smarketing.domain.dispositions import Channel
from smarketing.domain.mails import Mail
from smarketing.domain.merges import KeyKind
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import lead_keys, touches

KEY_LETTERS = 20


def renew_key(user: User) -> str:
    """Give this person an address of their own; copies to the former one are refused from now on."""
    user.mail_key = secrets.token_hex(KEY_LETTERS // 2)
    return user.mail_key


def owner_of(key: str) -> User | None:
    """Whose address this is; None for nobody's, or when the account has ended."""
    is_theirs = (User.mail_key == key, User.disabled_at.is_(None))
    return db.session.scalars(select(User).where(*is_theirs)).one_or_none()


def log(mail: Mail, *, actor: User, now: datetime) -> Sequence[Touch]:
    """A touch for each open hand-off of this person whose lead the mail went to; a copy that comes twice counts once.

    An automatic mail is no touch, nor is one from before the hand-off.
    """
    if mail.is_automatic or not mail.recipients:
        return []
    query = select(Handoff).join(Lead, Lead.id == Handoff.lead_id).order_by(Handoff.lead_id)
    addressed = lead_keys.holders(KeyKind.EMAIL, mail.recipients)
    is_addressed = or_(among(Lead.email_key, mail.recipients), Lead.id.in_(addressed))
    is_theirs = (IS_OPEN, Handoff.owner_id == actor.id, is_addressed)
    at = min(mail.sent_at or now, now)
    found = [handoff for handoff in db.session.scalars(query.where(*is_theirs)) if handoff.offered_at <= at]
    return [
        touches.log(
            handoff.id,
            channel=Channel.EMAIL,
            note=mail.subject,
            occurred_at=at,
            message_id=mail.message_id or None,
            actor=actor,
            now=now,
        )
        for handoff in found
        if not _is_logged(mail, handoff)
    ]


def _is_logged(mail: Mail, handoff: Handoff) -> bool:
    same = select(Touch.id).where(Touch.handoff_id == handoff.id, Touch.message_id == mail.message_id)
    return bool(mail.message_id) and db.session.scalar(same) is not None
