"""Keep what a draft said each time somebody changed it, and what of it is not finished."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.errors import N_, Conflict, Missing
from smarketing.models.agreements import AgreementVersion
from smarketing.models.drafts import Revision, UnfinishedPiece
from smarketing.models.people import User

BOUT = timedelta(minutes=5)
"""Changes of one person to one part that follow each other this closely are one revision."""


def keep(
    drafted: AgreementVersion,
    *,
    actor: User,
    now: datetime,
    piece: str | None = None,
    restores: int | None = None,
) -> None:
    """The text as it is now, as the latest revision. Going on with the same part goes on with the same revision."""
    latest = db.session.scalars(Revision.of(drafted.id).limit(1)).first()
    if latest is None or piece is None or not _goes_on(latest, piece, actor=actor, now=now):
        number = latest.number + 1 if latest else 1
        latest = Revision(version_id=drafted.id, number=number, piece=piece, restores=restores, saved_by_id=actor.id)
        latest.begun_at = now
        db.session.add(latest)
    latest.terms, latest.digest, latest.saved_at = drafted.terms, drafted.digest, now
    db.session.flush()


def keep_what_was(drafted: AgreementVersion) -> None:
    """The text before the first change, for a draft that is older than its revisions."""
    if db.session.scalar(select(func.count()).select_from(Revision).where(Revision.version_id == drafted.id)):
        return
    keep(drafted, actor=drafted.drafted_by, now=drafted.drafted_at)


def found(drafted: AgreementVersion, number: int) -> Revision:
    """Raises Missing for a revision that this draft never had."""
    revision = db.session.scalars(Revision.of(drafted.id).where(Revision.number == number)).one_or_none()
    if revision is None:
        raise Missing(N_("This draft has no revision %(number)s."), number=number)
    return revision


def obstacles(drafted: AgreementVersion) -> Iterator[Conflict]:
    count = db.session.scalar(
        select(func.count()).select_from(UnfinishedPiece).where(UnfinishedPiece.version_id == drafted.id)
    )
    if count:
        message = N_("The draft has entries that are not finished: %(count)s. Finish or drop them first.")
        yield Conflict(message, count=count)


def _goes_on(latest: Revision, piece: str, *, actor: User, now: datetime) -> bool:
    is_same = (latest.piece, latest.saved_by_id, latest.restores) == (piece, actor.id, None)
    return is_same and latest.number > 1 and now - latest.saved_at <= BOUT
