"""Talk about the clauses of a version: comment, answer, settle, take up again."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload

from smarketing.db import db
from smarketing.domain.amendments import AmendmentState
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.signing import OVER, VersionStatus
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.models.drafts import Comment
from smarketing.models.people import User
from smarketing.services import journal

LONGEST = 4_000
CLOSED = (*OVER, VersionStatus.WITHDRAWN)
"""Versions that belong to the past: their comments are read, none is added."""
WHOLE = "whole"
"""In the place of a clause: what is said of an amendment as a whole."""


def write(version: AgreementVersion, clause: str, body: str, *, actor: User, now: datetime) -> Comment:
    """Begin a thread on a clause of the version as it is now."""
    comment = Comment(clause=clause)
    return _written(comment, version, body, actor=actor, now=now)


def answer(version: AgreementVersion, comment_id: int, body: str, *, actor: User, now: datetime) -> Comment:
    """Go on with a thread. One that was settled is taken up again by it."""
    thread = found(version, comment_id)
    if thread.resolved_at is not None:
        reopen(version, comment_id, actor=actor, now=now)
    return _written(Comment(clause=thread.clause, answers_id=thread.id), version, body, actor=actor, now=now)


def resolve(version: AgreementVersion, comment_id: int, *, actor: User, now: datetime) -> Comment:
    """Settle a thread. Raises Conflict when somebody has settled it already."""
    return _settle(version, comment_id, EventName.COMMENT_RESOLVED, actor=actor, now=now)


def reopen(version: AgreementVersion, comment_id: int, *, actor: User, now: datetime) -> Comment:
    return _settle(version, comment_id, EventName.COMMENT_REOPENED, actor=actor, now=now)


def found(version: AgreementVersion, comment_id: int) -> Comment:
    """The comment that began the thread of this one. Raises Missing for one of another version."""
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.version_id != version.id:
        raise Missing(N_("This comment does not exist."))
    return db.session.get_one(Comment, comment.answers_id) if comment.answers_id else comment


def threads(version: AgreementVersion) -> Sequence[Comment]:
    """The comments that began a thread, oldest first, with their answers."""
    people = (selectinload(Comment.author), selectinload(Comment.resolved_by))
    answers = selectinload(Comment.answers).selectinload(Comment.author)
    began = select(Comment).where(Comment.version_id == version.id, Comment.answers_id.is_(None))
    return db.session.scalars(began.options(*people, answers).order_by(Comment.id)).all()


def is_past(version: AgreementVersion, *, now: datetime) -> bool:
    """Whether nothing more is said about it: it is no longer in force, or its amendment is closed."""
    if version.status is not VersionStatus.AMENDMENT:
        return version.status in CLOSED
    amendment = db.session.scalars(select(Amendment).where(Amendment.version_id == version.id)).one()
    return amendment.state_at(now) is not AmendmentState.OPEN


def open_count(version: AgreementVersion) -> int:
    is_open = (Comment.version_id == version.id, Comment.resolved_at.is_(None), Comment.answers_id.is_(None))
    return db.session.scalar(select(func.count()).select_from(Comment).where(*is_open)) or 0


def open_by_clause(version: AgreementVersion) -> Counter[str]:
    is_open = (Comment.version_id == version.id, Comment.resolved_at.is_(None), Comment.answers_id.is_(None))
    return Counter(db.session.scalars(select(Comment.clause).where(*is_open)))


def _written(comment: Comment, version: AgreementVersion, body: str, *, actor: User, now: datetime) -> Comment:
    body = body.replace("\r\n", "\n").strip()
    if not 0 < len(body) <= LONGEST:
        raise InvalidInput("body", N_("Write a comment of 1 to %(limit)s characters."), limit=LONGEST)
    if is_past(version, now=now):
        raise Conflict(N_("This version belongs to the past: comment on the one that is discussed now."))
    comment.version_id, comment.digest, comment.body = version.id, version.digest, body
    comment.author_id, comment.written_at = actor.id, now
    db.session.add(comment)
    db.session.flush()
    _record(EventName.COMMENT_WRITTEN, comment, actor=actor, now=now)
    return comment


def _settle(version: AgreementVersion, comment_id: int, name: EventName, *, actor: User, now: datetime) -> Comment:
    thread = found(version, comment_id)
    resolves = name is EventName.COMMENT_RESOLVED
    is_due = Comment.resolved_at.is_(None) if resolves else Comment.resolved_at.is_not(None)
    settled = (
        update(Comment)
        .where(Comment.id == thread.id, is_due)
        .values(resolved_at=now if resolves else None, resolved_by_id=actor.id if resolves else None)
    )
    if db.session.scalar(settled.returning(Comment.id)) is None:
        raise Conflict(N_("Somebody else was quicker: this thread is settled or taken up again already."))
    db.session.refresh(thread)
    _record(name, thread, actor=actor, now=now)
    return thread


def _record(name: EventName, comment: Comment, *, actor: User, now: datetime) -> None:
    data = {"clause": comment.clause, "digest": comment.digest}
    journal.record(
        name,
        "comment",
        comment.id,
        occurred_at=now,
        now=now,
        actor_id=actor.id,
        version_id=comment.version_id,
        data=data,
    )
