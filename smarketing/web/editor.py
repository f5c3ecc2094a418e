"""The guided editor of a draft: its sections, a form for each part, and the sentence that the part becomes."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain import sections, signing
from smarketing.domain.errors import DomainError, Missing
from smarketing.domain.roles import Permission
from smarketing.domain.sections import Piece, Section
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms_faults import Fault, InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.services import drafting
from smarketing.web import part_sent
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found
from smarketing.web.editor_names import anchor_of, new_clause
from smarketing.web.editor_outline import Outline
from smarketing.web.editor_page import EditedPiece
from smarketing.web.words import message_of, sentence

bp = Blueprint("editor", __name__, url_prefix="/agreement")


@bp.get("/<int:version_id>/edit")
@allows(Permission.AUTHOR_AGREEMENT)
def index(version_id: int) -> str:
    version = _draft(version_id)
    return render_template("agreements/editor.html", version=version, outline=Outline(version), edited=None)


@bp.get("/<int:version_id>/edit/<path:place>")
@allows(Permission.AUTHOR_AGREEMENT)
def edit(version_id: int, place: str) -> Any:
    """The form of one part, or the list of a section that has several."""
    version = _draft(version_id)
    section = next((section for section in sections.sections() if section.key == place), None)
    if section and section.is_list:
        return _list(version, section)
    piece = _piece(place)
    value = drafting.value_of(version, piece)
    if value is None:
        return _list(version, piece.section) if piece.section.is_optional and not piece.id else abort(404)
    return _form(version, EditedPiece(version, piece, value))


@bp.post("/<int:version_id>/edit/<path:place>")
@allows(Permission.AUTHOR_AGREEMENT)
def save(version_id: int, place: str) -> Any:
    """Save what the form holds, sound or not. Sent by itself while somebody types, it answers with what changed."""
    piece = _piece(place)
    value = part_sent.read(piece.section.model, piece.section.fields, request.form)
    if act := request.form.get("act"):
        value = part_sent.changed(value, act)
    try:
        with transaction():
            version = _draft(version_id)
            faults = drafting.save(version, piece, value, base=request.form.get("base", ""), actor=actor(), now=now())
    except drafting.Overtaken as overtaken:
        return _overtaken(version_id, piece, value, overtaken)
    return _saved(version_id, piece, value, faults)


@bp.post("/<int:version_id>/additions")
@allows(Permission.AUTHOR_AGREEMENT)
def add(version_id: int) -> Response:
    """A new clause of a section, with the title that was written, to be filled in."""
    section = next((each for each in sections.sections() if each.key == request.form.get("section")), None)
    if section is None:
        abort(404)
    with transaction():
        version = _draft(version_id)
        piece, value = new_clause(version, section, request.form.get("title", ""), about=request.form.get("about"))
        drafting.save(version, piece, value, base=sections.mark(None), actor=actor(), now=now())
    return _to(version_id, str(piece))


@bp.post("/<int:version_id>/removals")
@allows(Permission.AUTHOR_AGREEMENT)
def remove(version_id: int) -> Response:
    piece = _piece(request.values.get("piece", ""))
    try:
        with transaction():
            drafting.remove(_draft(version_id), piece, actor=actor(), now=now())
    except DomainError as error:
        flash(message_of(error), "error")
        return _to(version_id, str(piece))
    flash(gettext("It is taken out. “Undo” brings it back."), "success")
    return _to(version_id, piece.section.key)


@bp.post("/<int:version_id>/moves")
@allows(Permission.AUTHOR_AGREEMENT)
def move(version_id: int) -> Response:
    piece = _piece(request.values.get("piece", ""))
    by = -1 if request.form.get("by") == "-1" else 1
    try:
        with transaction():
            drafting.move(_draft(version_id), piece, by=by, actor=actor(), now=now())
    except InvalidTerms as invalid:
        flash(sentence(invalid.faults[0].message, invalid.faults[0].params), "error")
    return _to(version_id, piece.section.key)


@bp.post("/<int:version_id>/droppings")
@allows(Permission.AUTHOR_AGREEMENT)
def drop(version_id: int) -> Response:
    """Forget an entry that is not finished: the clause says again what the draft says."""
    piece = _piece(request.values.get("piece", ""))
    with transaction():
        version = _draft(version_id)
        drafting.drop_unfinished(version, piece)
        is_still_there = drafting.value_of(version, piece) is not None
    flash(gettext("What was not finished is dropped."), "success")
    return _to(version_id, str(piece) if is_still_there else piece.section.key)


def _draft(version_id: int) -> AgreementVersion:
    version = found(version_id)
    if request.method == "GET" and version.status is not VersionStatus.DRAFT:
        abort(404)
    signing.check_may_change(version.status)
    return version


def _piece(place: str) -> Piece:
    try:
        return sections.piece(place)
    except Missing:
        abort(404)


def _to(version_id: int, place: str) -> Response:
    return redirect(url_for("editor.edit", version_id=version_id, place=place), code=303)


def _list(version: AgreementVersion, section: Section) -> str:
    return render_template(
        "agreements/editor.html", version=version, outline=Outline(version, section), edited=None, section=section
    )


def _form(version: AgreementVersion, edited: EditedPiece, *, status: int = 200) -> Any:
    return render_template(
        "agreements/editor.html",
        version=version,
        outline=Outline(version, edited.piece.section),
        section=edited.piece.section,
        edited=edited,
        anchor=anchor_of(edited.piece, edited.value),
    ), status


def _saved(version_id: int, piece: Piece, value: Any, faults: list[Fault]) -> Any:
    """To the form again; to a script that sends it while one types, only what stands beside and at the fields."""
    if not request.form.get("silent"):
        flash(gettext("Saved, but not finished: see below.") if faults else gettext("Saved."), "success")
        return _to(version_id, str(piece))
    version = _draft(version_id)
    edited = EditedPiece(version, piece, value, saved_at=now())
    return render_template(
        "agreements/_edited.html",
        version=version,
        outline=Outline(version, piece.section),
        section=piece.section,
        edited=edited,
    )


def _overtaken(version_id: int, piece: Piece, value: Any, overtaken: drafting.Overtaken) -> Any:
    """What was typed stays; what somebody else saved stands beside it; saving again is meant."""
    db.session.rollback()
    version = _draft(version_id)
    edited = EditedPiece(version, piece, value, theirs=overtaken.theirs, message=message_of(overtaken))
    if request.form.get("silent"):
        return render_template(
            "agreements/_edited.html",
            version=version,
            outline=Outline(version, piece.section),
            section=piece.section,
            edited=edited,
        )
    return _form(version, edited, status=409)
