"""What is said about the clauses of a version: a thread for each question, settled or open."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import TextAreaField

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, DomainError
from smarketing.domain.roles import Permission, may
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.drafts import Comment
from smarketing.services import comments
from smarketing.web.access import actor, allows, now
from smarketing.web.agreement_forms import Spoken
from smarketing.web.agreements import found, team_names
from smarketing.web.contract import provisions
from smarketing.web.errors import status_of
from smarketing.web.forms import show_fault
from smarketing.web.provisions import Provision

bp = Blueprint("discussions", __name__, url_prefix="/agreement")


class CommentForm(Spoken):
    body = TextAreaField(N_("Your comment"))


@bp.get("/<int:version_id>/comments")
@allows(Permission.SEE_AGREEMENT)
def index(version_id: int) -> str:
    version = found(version_id)
    threads = comments.threads(version)
    return render_template(
        "agreements/comments.html",
        version=version,
        open=[thread for thread in threads if thread.resolved_at is None],
        settled=[thread for thread in threads if thread.resolved_at is not None],
        headings={each.id: each.heading for each in provisions(parse(version.terms), team_names())},
        may_settle=may_settle,
    )


@bp.get("/<int:version_id>/comments/<clause>")
@allows(Permission.SEE_AGREEMENT)
def show(version_id: int, clause: str) -> Any:
    if clause == comments.WHOLE:
        return _back(version_id, clause)
    return _page(found(version_id), clause)


@bp.post("/<int:version_id>/comments/<clause>")
@allows(Permission.COMMENT_AGREEMENT)
def write(version_id: int, clause: str) -> Any:
    """A new thread, or an answer to the one that the form names."""
    form, version = CommentForm(request.form), found(version_id)
    answers = request.form.get("answers", type=int)
    try:
        with transaction():
            if answers:
                comments.answer(version, answers, form.body.data or "", actor=actor(), now=now())
            else:
                _provision(version, clause)
                comments.write(version, clause, form.body.data or "", actor=actor(), now=now())
    except DomainError as error:
        db.session.rollback()
        show_fault(form, error)
        return _page(found(version_id), clause, form=form, answers=answers, status=status_of(error))
    return _back(version_id, clause)


@bp.post("/<int:version_id>/comments/<clause>/<int:comment_id>/resolution")
@allows(Permission.COMMENT_AGREEMENT)
def resolve(version_id: int, clause: str, comment_id: int) -> Response:
    with transaction():
        version = found(version_id)
        _check_may_settle(version, comment_id)
        comments.resolve(version, comment_id, actor=actor(), now=now())
    flash(gettext("The thread is settled."), "success")
    return _back(version_id, clause)


@bp.post("/<int:version_id>/comments/<clause>/<int:comment_id>/reopening")
@allows(Permission.COMMENT_AGREEMENT)
def reopen(version_id: int, clause: str, comment_id: int) -> Response:
    with transaction():
        version = found(version_id)
        _check_may_settle(version, comment_id)
        comments.reopen(version, comment_id, actor=actor(), now=now())
    return _back(version_id, clause)


def may_settle(thread: Comment) -> bool:
    """Who began it, and those who write the agreement."""
    return thread.author_id == actor().id or may(actor().role, Permission.AUTHOR_AGREEMENT)


def _check_may_settle(version: AgreementVersion, comment_id: int) -> None:
    if not may_settle(comments.found(version, comment_id)):
        abort(403)


def _provision(version: AgreementVersion, clause: str) -> Provision | None:
    """The clause as it reads; None for one that is gone but was talked about, 404 for one that never was."""
    for each in provisions(parse(version.terms), team_names()):
        if each.id == clause:
            return each
    if any(thread.clause == clause for thread in comments.threads(version)):
        return None
    abort(404)


def _page(
    version: AgreementVersion,
    clause: str,
    *,
    form: CommentForm | None = None,
    answers: int | None = None,
    status: int = 200,
) -> Any:
    return render_template(
        "agreements/discussion.html",
        version=version,
        clause=clause,
        provision=_provision(version, clause),
        threads=[thread for thread in comments.threads(version) if thread.clause == clause],
        form=form if form and not answers else CommentForm(),
        answer_form=form if answers else CommentForm(),
        answers=answers,
        may_settle=may_settle,
        is_past=comments.is_past(version, now=now()),
    ), status


def _back(version_id: int, clause: str) -> Response:
    if clause == comments.WHOLE:
        return redirect(url_for("amendments.of_version", version_id=version_id, _anchor="discussion"), code=303)
    return redirect(url_for("discussions.show", version_id=version_id, clause=clause), code=303)
