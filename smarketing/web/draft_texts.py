"""A draft as a text: written from a template, pasted or uploaded, with every fault by line and clause."""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from smarketing import library
from smarketing.db import db, is_unique_violation, transaction
from smarketing.domain import terms_text
from smarketing.domain.errors import Conflict, DomainError
from smarketing.domain.roles import Permission
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_faults import Fault, InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements
from smarketing.web.access import actor, allows, now
from smarketing.web.agreement_forms import TextForm
from smarketing.web.agreements import found, team_names
from smarketing.web.differences import differences
from smarketing.web.words import message_of, sentence

bp = Blueprint("draft_texts", __name__, url_prefix="/agreement")


class ShownFault(NamedTuple):
    """A fault of the text as the page tells it; `excerpt` is the line at fault, None when there is none."""

    line: int | None
    clause: str | None
    place: str
    message: str
    excerpt: str | None


@bp.get("/drafts/new")
@allows(Permission.AUTHOR_AGREEMENT)
def new() -> Any:
    """An empty field, or the text of the template that the address names."""
    name = request.args.get("template")
    if name is not None and name not in library.names():
        abort(404)
    return _page(TextForm(text=library.text(name) if name else ""), None)


@bp.post("/drafts")
@allows(Permission.AUTHOR_AGREEMENT)
def create() -> Any:
    form = TextForm(request.form)
    terms = _terms(form)
    if terms is None:
        return _page(form, None, status=422)
    try:
        with transaction():
            drafted = agreements.draft(terms, actor=actor(), now=now())
            version_id, number = drafted.id, drafted.number
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
        return _page(form, None, status=409, conflict=gettext("Somebody else made a draft just now. Save again."))
    flash(gettext("Version %(number)s is drafted. Read it, then propose it for signature.", number=number), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


@bp.get("/<int:version_id>/text")
@allows(Permission.AUTHOR_AGREEMENT)
def edit(version_id: int) -> Any:
    version = found(version_id)
    if version.status is not VersionStatus.DRAFT:
        abort(404)
    return _page(TextForm(text=terms_text.write(parse(version.terms)), edition=version.edition), version)


@bp.post("/<int:version_id>/text")
@allows(Permission.AUTHOR_AGREEMENT)
def save(version_id: int) -> Any:
    """After a conflict the next save is meant, so its form carries the new edition."""
    form = TextForm(request.form)
    terms = _terms(form)
    if terms is None:
        return _page(form, db.session.get(AgreementVersion, version_id), status=422)
    try:
        with transaction():
            version = db.session.get(AgreementVersion, version_id)
            if version is None:
                return _page(form, None, status=409, conflict=gettext("Somebody has discarded this draft."))
            agreements.redraft(version, terms, edition=form.edition_read(), actor=actor(), now=now())
    except Conflict as conflict:
        return _both(form, version_id, terms, message_of(conflict))
    except StaleDataError:
        return _both(form, version_id, terms, gettext("Somebody else saved this draft just now."))
    flash(gettext("The draft is saved."), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


def _terms(form: TextForm) -> Terms | None:
    """The terms written; None when there are none, and the form then says why."""
    try:
        form.text.data = form.written()
        return terms_text.read(form.text.data)
    except InvalidTerms as invalid:
        form.faults = [_shown(fault, form.text.data or "") for fault in invalid.faults]
        form.text.errors = [gettext("This is no agreement yet: see above what is missing.")]
    except DomainError as error:
        form.file.errors = [message_of(error)]
    return None


def _both(form: TextForm, version_id: int, mine: Terms, conflict: str) -> Any:
    """What somebody else has saved, and what was typed: nothing is lost, and the reader sees how they differ."""
    db.session.rollback()
    version = found(version_id)
    theirs = parse(version.terms)
    form.edition.data = str(version.edition)
    return _page(
        form,
        version if version.status is VersionStatus.DRAFT else None,
        status=409,
        conflict=conflict,
        theirs=terms_text.write(theirs),
        differences=differences(theirs, mine, team_names()),
    )


def _page(form: TextForm, version: AgreementVersion | None, *, status: int = 200, **told: Any) -> Any:
    return render_template("agreements/text.html", form=form, version=version, **told), status


def _shown(fault: Fault, text: str) -> ShownFault:
    lines = text.splitlines()
    excerpt = lines[fault.line - 1].strip()[:120] if fault.line and fault.line <= len(lines) else None
    return ShownFault(fault.line, fault.clause, fault.place, sentence(fault.message, fault.params), excerpt)
