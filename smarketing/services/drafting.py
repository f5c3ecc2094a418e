"""Edit a draft part by part, so that two people can write at once; bring earlier texts back."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from smarketing.db import db, json_text
from smarketing.domain import sections, signing
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.sections import Document, Piece
from smarketing.domain.terms import parse, read_terms
from smarketing.domain.terms_faults import Fault, InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.models.drafts import Revision, UnfinishedPiece
from smarketing.models.people import User
from smarketing.services import agreements, revisions


class Overtaken(Conflict):
    """Somebody has saved the same part since it was read; `theirs` is what it says now, None when it is gone."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs
        super().__init__(N_("Somebody has changed this clause while you were writing. What you wrote is kept here."))


def document_of(drafted: AgreementVersion) -> Document:
    """The sound terms of a draft, as they are written."""
    return parse(drafted.terms).model_dump(mode="json", by_alias=True, exclude_none=True)


def unfinished(drafted: AgreementVersion) -> dict[str, UnfinishedPiece]:
    """The entries that are not sound yet, by their address."""
    mine = select(UnfinishedPiece).where(UnfinishedPiece.version_id == drafted.id).order_by(UnfinishedPiece.id)
    return {entry.piece: entry for entry in db.session.scalars(mine)}


def value_of(drafted: AgreementVersion, piece: Piece) -> Any:
    """What the part says as it was last typed, sound or not; None when there is no such part."""
    entry = unfinished(drafted).get(str(piece))
    return json.loads(entry.value) if entry else sections.taken(document_of(drafted), piece)


def faults_in(drafted: AgreementVersion, piece: Piece, value: Any) -> list[Fault]:
    """What would be wrong with the whole document if the part said this."""
    try:
        read_terms(sections.put(document_of(drafted), piece, value))
    except InvalidTerms as invalid:
        return invalid.faults
    return []


def save(drafted: AgreementVersion, piece: Piece, value: Any, *, base: str, actor: User, now: datetime) -> list[Fault]:
    """Put what was typed into the draft when it is sound, or else keep it beside; what is wrong with it.

    `base` is the mark of the part as it was read. Raises Overtaken when somebody has saved the part since.
    """
    _hold(drafted)
    standing = value_of(drafted, piece)
    if base != sections.mark(standing) and value != standing:
        raise Overtaken(standing)
    entry = unfinished(drafted).get(str(piece))
    try:
        terms = read_terms(sections.put(document_of(drafted), piece, value))
    except InvalidTerms as invalid:
        _keep_beside(drafted, piece, value, entry, actor=actor, now=now)
        return invalid.faults
    if entry:
        db.session.delete(entry)
    agreements.redraft(drafted, terms, edition=drafted.edition, actor=actor, now=now, piece=str(piece))
    return []


def drop_unfinished(drafted: AgreementVersion, piece: Piece) -> None:
    """Forget what was typed and is not sound; the part says again what the draft says."""
    _hold(drafted)
    entry = unfinished(drafted).get(str(piece))
    if entry:
        db.session.delete(entry)
        db.session.flush()


def remove(drafted: AgreementVersion, piece: Piece, *, actor: User, now: datetime) -> None:
    """Take a clause out. Raises InvalidInput when the rest does not hold without it, which it then says."""
    _hold(drafted)
    document = sections.put(document_of(drafted), piece, None)
    try:
        terms = read_terms(document)
    except InvalidTerms as invalid:
        fault = invalid.faults[0]
        message = N_("This cannot be taken out: %(fault)s")
        raise InvalidInput("piece", message, fault=str(fault)) from None
    drop_unfinished(drafted, piece)
    agreements.redraft(drafted, terms, edition=drafted.edition, actor=actor, now=now, piece=piece.section.key)


def move(drafted: AgreementVersion, piece: Piece, *, by: int, actor: User, now: datetime) -> None:
    """So many places further down its list, or up when negative. Raises InvalidTerms where its place matters."""
    _hold(drafted)
    terms = read_terms(sections.moved(document_of(drafted), piece, by))
    agreements.redraft(drafted, terms, edition=drafted.edition, actor=actor, now=now, piece=piece.section.key)


def restore(drafted: AgreementVersion, number: int, *, actor: User, now: datetime) -> Revision:
    """Let the draft say again what it said in an earlier revision; what came between stays on record."""
    _hold(drafted)
    revision = revisions.found(drafted, number)
    agreements.redraft(drafted, parse(revision.terms), edition=drafted.edition, actor=actor, now=now, restores=number)
    return revision


def before(drafted: AgreementVersion) -> Revision | None:
    """The revision that undoing leads back to: undoing again goes further back. None at the beginning."""
    latest = db.session.scalars(Revision.of(drafted.id).limit(1)).first()
    if latest is None:
        return None
    earlier = Revision.of(drafted.id).where(Revision.number < (latest.restores or latest.number))
    return db.session.scalars(earlier.where(Revision.digest != drafted.digest).limit(1)).first()


def _hold(drafted: AgreementVersion) -> None:
    """Nobody else saves this draft until the transaction ends."""
    db.session.refresh(drafted, with_for_update=True)
    signing.check_may_change(drafted.status)


def _keep_beside(
    drafted: AgreementVersion, piece: Piece, value: Any, entry: UnfinishedPiece | None, *, actor: User, now: datetime
) -> None:
    entry = entry or UnfinishedPiece(version_id=drafted.id, piece=str(piece))
    entry.value, entry.saved_by_id, entry.saved_at = json_text(value), actor.id, now
    db.session.add(entry)
    db.session.flush()
