"""Write down what came of a period, and let both sides sign it."""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import statements
from smarketing.domain.errors import N_, Conflict
from smarketing.domain.event_names import EventName
from smarketing.domain.statements import Minute
from smarketing.models.people import User
from smarketing.models.statements import Statement, StatementSignature
from smarketing.services import journal


def compose(minute: Minute, *, now: datetime) -> Statement | None:
    """The statement of a period, or its next edition when late facts changed it before anybody signed.

    None when there is nothing new to say, or somebody has signed: what was signed stays.
    """
    text = statements.text_of(minute)
    latest = latest_of(minute.period.starts_on)
    if latest is not None and (latest.text == text or latest.signatures):
        return None
    composed = Statement(
        starts_on=minute.period.starts_on,
        ends_on=minute.period.ends_on,
        number=latest.number + 1 if latest else 1,
        text=text,
        digest=statements.digest_of(text),
        composed_at=now,
    )
    db.session.add(composed)
    db.session.flush()
    data = {"digest": composed.digest, "number": composed.number}
    journal.record(EventName.STATEMENT_COMPOSED, "statement", composed.id, occurred_at=now, now=now, data=data)
    return composed


def sign(statement: Statement, *, signed_digest: str, actor: User, now: datetime) -> StatementSignature:
    """Sign the digest the signatory was shown."""
    db.session.refresh(statement, with_for_update=True)
    if signed_digest != statement.digest:
        raise Conflict(N_("This is not the statement you read. Read it again before you sign."))
    latest = latest_of(statement.starts_on)
    department = statements.check_may_sign(
        role=actor.role,
        department=actor.department,
        signed={signature.department for signature in statement.signatures},
        is_latest=latest is not None and latest.id == statement.id,
    )
    signature = StatementSignature(
        statement_id=statement.id, user_id=actor.id, department=department, digest=statement.digest, signed_at=now
    )
    statement.signatures.append(signature)
    data = {"digest": statement.digest, "department": department.value}
    journal.record(
        EventName.STATEMENT_SIGNED,
        "statement",
        statement.id,
        occurred_at=now,
        now=now,
        actor_id=actor.id,
        data=data,
    )
    return signature


def latest_of(starts_on: object) -> Statement | None:
    query = select(Statement).where(Statement.starts_on == starts_on).order_by(Statement.number.desc())
    return db.session.scalars(query.limit(1)).first()
