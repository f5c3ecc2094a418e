"""Who changed what in a draft, what lies between any two revisions, and the way back."""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import Conflict, Missing
from smarketing.domain.roles import Permission, may
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.drafts import Revision
from smarketing.services import drafting, revisions
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found, team_names
from smarketing.web.differences import Difference, differences
from smarketing.web.part_names import SECTIONS
from smarketing.web.words import in_language

bp = Blueprint("revisions", __name__, url_prefix="/agreement")


class Told(NamedTuple):
    """A revision with the names of what it touched; `earlier` is the number of the one before, None for the first."""

    revision: Revision
    touched: str
    earlier: int | None


@bp.get("/<int:version_id>/revisions")
@allows(Permission.SEE_AGREEMENT)
def index(version_id: int) -> str:
    version = found(version_id)
    kept = db.session.scalars(Revision.of(version_id).options(joinedload(Revision.saved_by))).all()
    terms = parse(version.terms)
    numbers = [revision.number for revision in kept]
    return render_template(
        "agreements/revisions.html",
        version=version,
        revisions=[
            Told(revision, piece_name(revision.piece, terms), earlier)
            for revision, earlier in zip(kept, [*numbers[1:], None], strict=True)
        ]
        if kept
        else [],
        may_restore=version.status is VersionStatus.DRAFT and may(actor().role, Permission.AUTHOR_AGREEMENT),
    )


@bp.get("/<int:version_id>/revisions/difference")
@allows(Permission.SEE_AGREEMENT)
def difference(version_id: int) -> str:
    """Between the two revisions that the address names, the older one first whatever their order there."""
    version = found(version_id)
    older, newer = sorted((_asked("from"), _asked("to")))
    try:
        before, after = revisions.found(version, older), revisions.found(version, newer)
    except Missing:
        abort(404)
    return render_template(
        "agreements/revision_difference.html",
        version=version,
        older=before,
        newer=after,
        differences=_between(before, after),
    )


@bp.post("/<int:version_id>/revisions/<int:number>/restoration")
@allows(Permission.AUTHOR_AGREEMENT)
def restore(version_id: int, number: int) -> Response:
    with transaction():
        drafting.restore(found(version_id), number, actor=actor(), now=now())
    flash(gettext("The draft says again what it said in revision %(number)s.", number=number), "success")
    return redirect(url_for("revisions.index", version_id=version_id), code=303)


@bp.post("/<int:version_id>/undoing")
@allows(Permission.AUTHOR_AGREEMENT)
def undo(version_id: int) -> Response:
    """One revision back; the page it was asked from is shown again."""
    with transaction():
        version = found(version_id)
        earlier = drafting.before(version)
        if earlier is None:
            raise Conflict(gettext("There is nothing to undo: this is the draft as it began."))
        drafting.restore(version, earlier.number, actor=actor(), now=now())
        changed = _between(earlier, db.session.scalars(Revision.of(version_id).offset(1).limit(1)).one())
    flash(gettext("Undone: %(clauses)s.", clauses=", ".join(each.heading for each in changed[:3]) or "–"), "success")
    return redirect(url_for("editor.index", version_id=version_id), code=303)


def piece_name(address: str | None, terms: Terms) -> str:
    """“First answer” of “Promises in time”, as the terms call it; the section alone for what they no longer have."""
    if address is None:
        return gettext("the whole text")
    key, _, clause_id = address.partition("/")
    section = gettext(SECTIONS.get(key, key))
    title = next((in_language(clause.title) for clause in terms.clauses() if clause.id == clause_id), clause_id)
    return f"{section} › {title}" if title else section


def _between(before: Revision, after: Revision) -> list[Difference]:
    return differences(parse(before.terms), parse(after.terms), team_names())


def _asked(name: str) -> int:
    number: Any = request.args.get(name, type=int)
    return number if isinstance(number, int) else abort(404)
