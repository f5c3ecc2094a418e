"""What managers do with a version: draft it, change it, discard it, propose it, withdraw it, sign it."""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain import terms_text
from smarketing.domain.errors import Conflict, DomainError, InvalidInput
from smarketing.domain.passwords import Throttled
from smarketing.domain.roles import Permission
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_faults import Fault, InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements, sessions
from smarketing.web.access import actor, allows, now, origin
from smarketing.web.agreement_forms import ProposalForm, SignatureForm, TextForm
from smarketing.web.agreements import found, page
from smarketing.web.words import message_of, sentence

bp = Blueprint("drafts", __name__, url_prefix="/agreement")


class ShownFault(NamedTuple):
    """A fault of the text as the page tells it; `excerpt` is the line at fault, None when there is none."""

    line: int | None
    clause: str | None
    place: str
    message: str
    excerpt: str | None


@bp.get("/drafts/new")
@allows(Permission.AUTHOR_AGREEMENT)
def new() -> str:
    return render_template("agreements/edit.html", form=TextForm(), version=None, faults=[], conflict=None)


@bp.post("/drafts")
@allows(Permission.AUTHOR_AGREEMENT)
def create() -> Any:
    form = TextForm(request.form)
    terms, answer = _terms(form, None)
    if terms is None:
        return answer
    with transaction():
        drafted = agreements.draft(terms, actor=actor(), now=now())
        version_id, number = drafted.id, drafted.number
    flash(gettext("Version %(number)s is drafted. Read it, then propose it for signature.", number=number), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


@bp.post("/<int:version_id>/copy")
@allows(Permission.AUTHOR_AGREEMENT)
def copy(version_id: int) -> Response:
    with transaction():
        drafted = agreements.draft(parse(found(version_id).terms), actor=actor(), now=now())
        copy_id = drafted.id
    return redirect(url_for(".edit", version_id=copy_id), code=303)


@bp.get("/<int:version_id>/text")
@allows(Permission.AUTHOR_AGREEMENT)
def edit(version_id: int) -> str:
    version = _draft(version_id)
    form = TextForm(text=terms_text.write(parse(version.terms)), edition=version.edition)
    return render_template("agreements/edit.html", form=form, version=version, faults=[], conflict=None)


@bp.post("/<int:version_id>/text")
@allows(Permission.AUTHOR_AGREEMENT)
def save(version_id: int) -> Any:
    form = TextForm(request.form)
    terms, answer = _terms(form, version_id)
    if terms is None:
        return answer
    try:
        with transaction():
            edition = int(form.edition.data) if str(form.edition.data).isdecimal() else 0
            agreements.redraft(found(version_id), terms, edition=edition, actor=actor(), now=now())
    except Conflict as conflict:
        return _kept(form, version_id, status=409, conflict=message_of(conflict))
    except StaleDataError:
        return _kept(form, version_id, status=409, conflict=gettext("Somebody else saved this draft just now."))
    flash(gettext("The draft is saved."), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


@bp.post("/<int:version_id>/discarding")
@allows(Permission.AUTHOR_AGREEMENT)
def discard(version_id: int) -> Response:
    with transaction():
        version = found(version_id)
        number = version.number
        agreements.discard(version, actor=actor(), now=now())
    flash(gettext("The draft of version %(number)s is discarded.", number=number), "success")
    return redirect(url_for("agreements.index"), code=303)


@bp.post("/<int:version_id>/proposal")
@allows(Permission.AUTHOR_AGREEMENT)
def propose(version_id: int) -> Any:
    form = ProposalForm(request.form)
    version = found(version_id)
    try:
        effective_at = form.instant(parse(version.terms).zone)
        with transaction():
            agreements.propose(version, effective_at=effective_at, actor=actor(), now=now())
    except InvalidInput as invalid:
        form.effective_at.errors = [message_of(invalid)]
        return page(found(version_id), status=422, proposal=form)
    flash(gettext("The version is proposed: nothing in it changes any more. Both sides can sign it now."), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


@bp.post("/<int:version_id>/withdrawal")
@allows(Permission.AUTHOR_AGREEMENT)
def withdraw(version_id: int) -> Response:
    with transaction():
        agreements.withdraw(found(version_id), actor=actor(), now=now())
    flash(gettext("The proposal is withdrawn. Draft a new version from it when you are ready."), "success")
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


@bp.post("/<int:version_id>/signatures")
@allows(Permission.SIGN_AGREEMENT)
def sign(version_id: int) -> Any:
    """The password is asked again: who leaves a browser open has not signed."""
    form = SignatureForm(request.form)
    found(version_id)
    fault = _password_fault(form.password.data or "")
    if fault:
        form.password.errors = [fault]
        return page(found(version_id), status=422, signing=form)
    with transaction():
        version = found(version_id)
        agreements.sign(version, signed_digest=form.digest.data or "", actor=actor(), now=now())
        is_complete = version.status is VersionStatus.SIGNED
    flash(
        gettext("You have signed, and so has the other side: the version comes into force at the agreed moment.")
        if is_complete
        else gettext("You have signed. The other side signs next."),
        "success",
    )
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


def _password_fault(password: str) -> str | None:
    """What is wrong with the password, None when it is right. Tries are counted as those of signing in."""
    try:
        with transaction():
            tried = sessions.attempt(actor().email, origin=origin(), now=now())
    except Throttled as throttled:
        return message_of(throttled)
    if not sessions.is_right(tried, password):
        return gettext("This is not your password.")
    with transaction():
        sessions.forget_failures(actor())
    return None


def _draft(version_id: int) -> AgreementVersion:
    version = found(version_id)
    return version if version.status is VersionStatus.DRAFT else abort(404)


def _terms(form: TextForm, version_id: int | None) -> tuple[Terms | None, Any]:
    """The terms written, or None and the page that says what is wrong with them."""
    try:
        form.text.data = form.written()
        return terms_text.read(form.text.data), None
    except InvalidTerms as invalid:
        return None, _kept(form, version_id, status=422, faults=invalid.faults)
    except DomainError as error:
        form.file.errors = [message_of(error)]
        return None, _kept(form, version_id, status=422)


def _kept(
    form: TextForm,
    version_id: int | None,
    *,
    status: int,
    faults: list[Fault] | None = None,
    conflict: str | None = None,
) -> Any:
    """The page again with all that was typed. After a conflict the next save is meant, so it gets the new edition."""
    db.session.rollback()
    version = found(version_id) if version_id is not None else None
    if version is not None and conflict:
        form.edition.data = str(version.edition)
    shown = [_shown(fault, form.text.data or "") for fault in faults or []]
    if shown:
        form.text.errors = [gettext("This is no agreement yet: see above what is missing.")]
    return render_template("agreements/edit.html", form=form, version=version, faults=shown, conflict=conflict), status


def _shown(fault: Fault, text: str) -> ShownFault:
    lines = text.splitlines()
    excerpt = lines[fault.line - 1].strip()[:120] if fault.line and fault.line <= len(lines) else None
    return ShownFault(fault.line, fault.clause, fault.place, sentence(fault.message, fault.params), excerpt)
