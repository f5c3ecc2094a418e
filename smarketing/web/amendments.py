"""What one side asks to change in the version in force: sent with its redline, discussed, and answered in time."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from smarketing.db import among, db, transaction
from smarketing.domain.amendments import AmendmentState, Written
from smarketing.domain.errors import DomainError, InvalidInput
from smarketing.domain.roles import Permission
from smarketing.domain.signing import VersionStatus
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.services import amendments, comments
from smarketing.web import amendment_page, paging
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found
from smarketing.web.amendment_page import ReasonForm, SendingForm
from smarketing.web.discussions import CommentForm
from smarketing.web.errors import status_of
from smarketing.web.forms import show_fault
from smarketing.web.words import message_of

bp = Blueprint("amendments", __name__, url_prefix="/agreement")


@bp.get("/amendments")
@allows(Permission.SEE_AGREEMENT)
def index() -> str:
    page = paging.newest_first(select(Amendment.id), Amendment.id)
    wanted = among(Amendment.id, [row.id for row in page.rows])
    people = (joinedload(Amendment.sent_by), joinedload(Amendment.base))
    listed = db.session.scalars(select(Amendment).where(wanted).options(*people).order_by(Amendment.id.desc())).all()
    return render_template(
        "amendments/index.html", page=page, amendments=listed, rules=amendment_page.rules(), force=_in_force()
    )


@bp.get("/<int:version_id>/amendment")
@allows(Permission.SEE_AGREEMENT)
def of_version(version_id: int) -> Any:
    """The form that sends a draft to the other side; the amendment itself once it is sent."""
    version = found(version_id)
    if version.status is VersionStatus.DRAFT:
        return amendment_page.sending(version)
    amendment = amendments.of_version(version_id)
    if amendment is None:
        return redirect(url_for("agreements.show", version_id=version_id), code=303)
    return redirect(url_for(".show", amendment_id=amendment.id), code=303)


@bp.post("/<int:version_id>/amendment")
@allows(Permission.AUTHOR_AGREEMENT)
def send(version_id: int) -> Any:
    form = SendingForm(request.form)
    said = {name.removeprefix("request."): text for name, text in request.form.items() if name.startswith("request.")}
    written = Written(form.title.data or "", form.reason.data or "", said, bool(form.is_correction.data))
    try:
        with transaction():
            amendment_id = amendments.send(found(version_id), written, actor=actor(), now=now()).id
    except DomainError as error:
        db.session.rollback()
        version = found(version_id)
        if version.status is not VersionStatus.DRAFT:
            flash(message_of(error), "error")
            return redirect(url_for(".of_version", version_id=version_id), code=303)
        at = {error.field: message_of(error)} if isinstance(error, InvalidInput) else {}
        show_fault(form, error)
        return amendment_page.sending(version, form, said=said, faults=at), status_of(error)
    flash(gettext("It is sent: the other side has been told, and nothing in it changes any more."), "success")
    return redirect(url_for(".show", amendment_id=amendment_id), code=303)


@bp.get("/amendments/<int:amendment_id>")
@allows(Permission.SEE_AGREEMENT)
def show(amendment_id: int) -> Any:
    return amendment_page.page(_found(amendment_id))


@bp.post("/amendments/<int:amendment_id>/acceptance")
@allows(Permission.AUTHOR_AGREEMENT)
def accept(amendment_id: int) -> Response:
    with transaction():
        drafted = amendments.accept(_found(amendment_id).id, actor=actor(), now=now())
        draft_id, number = drafted.id, drafted.number
    flash(gettext("Accepted. It is version %(number)s now, a draft for both sides to sign.", number=number), "success")
    return redirect(url_for("agreements.show", version_id=draft_id), code=303)


@bp.post("/amendments/<int:amendment_id>/refusal")
@allows(Permission.AUTHOR_AGREEMENT)
def refuse(amendment_id: int) -> Any:
    form = ReasonForm(request.form)
    try:
        with transaction():
            amendments.refuse(_found(amendment_id).id, answer=form.answer.data or "", actor=actor(), now=now())
    except InvalidInput as error:
        db.session.rollback()
        show_fault(form, error)
        return amendment_page.page(_found(amendment_id), reason=form), 422
    flash(gettext("Refused. What is in force stays."), "success")
    return redirect(url_for(".show", amendment_id=amendment_id), code=303)


@bp.post("/amendments/<int:amendment_id>/withdrawal")
@allows(Permission.AUTHOR_AGREEMENT)
def withdraw(amendment_id: int) -> Response:
    with transaction():
        amendments.withdraw(_found(amendment_id).id, actor=actor(), now=now())
    flash(gettext("The amendment is taken back."), "success")
    return redirect(url_for(".show", amendment_id=amendment_id), code=303)


@bp.post("/amendments/<int:amendment_id>/comments")
@allows(Permission.COMMENT_AGREEMENT)
def comment(amendment_id: int) -> Any:
    """A thread about the amendment as a whole; those about a clause are begun beside it."""
    form, amendment = CommentForm(request.form), _found(amendment_id)
    try:
        with transaction():
            comments.write(amendment.version, comments.WHOLE, form.body.data or "", actor=actor(), now=now())
    except DomainError as error:
        db.session.rollback()
        show_fault(form, error)
        return amendment_page.page(_found(amendment_id), said=form), status_of(error)
    return redirect(url_for(".show", amendment_id=amendment_id, _anchor="discussion"), code=303)


def _found(amendment_id: int) -> Amendment:
    return db.get_or_404(Amendment, amendment_id)


def _in_force() -> AgreementVersion | None:
    return db.session.scalars(AgreementVersion.in_force()).first()


@bp.app_template_global("amendments_waiting")
def waiting() -> list[Amendment]:
    """Open ones that the reader's own side has to answer, the most pressing first."""
    others = (Amendment.state == AmendmentState.OPEN, Amendment.answer_due_at > now())
    query = select(Amendment).where(*others, Amendment.side != actor().department)
    return list(db.session.scalars(query.order_by(Amendment.answer_due_at).limit(3))) if actor().department else []
