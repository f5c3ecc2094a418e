"""What managers do with a version as a whole: copy it, discard it, propose it, withdraw it, sign it."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, Conflict, DomainError, InvalidInput
from smarketing.domain.passwords import Throttled
from smarketing.domain.roles import Permission
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import parse
from smarketing.services import agreements, sessions
from smarketing.web.access import actor, allows, now, origin
from smarketing.web.agreement_forms import ProposalForm, SignatureForm
from smarketing.web.agreements import found, page
from smarketing.web.errors import status_of
from smarketing.web.forms import show_fault
from smarketing.web.words import message_of

bp = Blueprint("drafts", __name__, url_prefix="/agreement")


@bp.post("/<int:version_id>/copy")
@allows(Permission.AUTHOR_AGREEMENT)
def copy(version_id: int) -> Response:
    with transaction():
        drafted = agreements.draft(parse(found(version_id).terms), actor=actor(), now=now())
        copy_id, number = drafted.id, drafted.number
    flash(gettext("Version %(number)s is drafted, with the same terms so far.", number=number), "success")
    return redirect(url_for("editor.index", version_id=copy_id), code=303)


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
    try:
        with transaction():
            version = found(version_id)
            effective_at = form.instant(parse(version.terms).zone)
            agreements.propose(version, effective_at=effective_at, actor=actor(), now=now())
    except DomainError as error:
        return _asked_again(version_id, error, form, proposal=form)
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
    try:
        check_password(form.password.data or "")
        with transaction():
            version = found(version_id)
            agreements.sign(version, signed_digest=form.digest.data or "", actor=actor(), now=now())
            is_complete = version.status is VersionStatus.SIGNED
    except DomainError as error:
        return _asked_again(version_id, error, form, signing=form)
    flash(
        gettext("You have signed, and so has the other side: the version comes into force at the agreed moment.")
        if is_complete
        else gettext("You have signed. The other side signs next."),
        "success",
    )
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


def check_password(password: str) -> None:
    """Raises InvalidInput for a wrong one. Tries are counted as those of signing in."""
    try:
        with transaction():
            tried = sessions.attempt(actor().email, origin=origin()._replace(known_user_id=actor().id), now=now())
    except Throttled as throttled:
        raise InvalidInput("password", throttled.message, **throttled.params) from None
    if not sessions.is_right(tried, password):
        raise InvalidInput("password", N_("This is not your password."))
    with transaction():
        sessions.forget_failures(actor())


def _asked_again(version_id: int, error: DomainError, form: Any, **forms: Any) -> Any:
    """The page of the version as it is now, with the refusal at its field, or said when the form is there no more."""
    db.session.rollback()
    show_fault(form, error)
    if isinstance(error, Conflict):
        flash(message_of(error), "error")
    return page(found(version_id), status=status_of(error), **forms)
