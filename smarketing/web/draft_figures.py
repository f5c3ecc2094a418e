"""The numbers of a draft in a form: what people change most, without touching the text."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm.exc import StaleDataError

from smarketing.db import db, transaction
from smarketing.domain.errors import Conflict
from smarketing.domain.roles import Permission
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import parse
from smarketing.domain.terms_faults import InvalidTerms
from smarketing.domain.terms_figures import with_figures
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found
from smarketing.web.backtests import begun
from smarketing.web.figure_fields import FigureForm

bp = Blueprint("draft_figures", __name__, url_prefix="/agreement")


@bp.get("/<int:version_id>/figures")
@allows(Permission.AUTHOR_AGREEMENT)
def edit(version_id: int) -> Any:
    version = _draft(version_id)
    return _page(FigureForm(parse(version.terms), version.edition), version)


@bp.post("/<int:version_id>/figures")
@allows(Permission.AUTHOR_AGREEMENT)
def save(version_id: int) -> Any:
    version = _draft(version_id)
    fields = FigureForm(parse(version.terms), version.edition, request.form)
    changes = fields.changes()
    if fields.form.errors:
        return _page(fields, version, status=422)
    edition = fields.form.edition.data or ""
    try:
        with transaction():
            terms = with_figures(parse(version.terms), changes)
            agreements.redraft(
                version, terms, edition=int(edition) if edition.isdecimal() else 0, actor=actor(), now=now()
            )
    except InvalidTerms as invalid:
        fields.show(invalid.faults)
        return _page(fields, found(version_id), status=422)
    except (Conflict, StaleDataError):
        return _overtaken(fields, version_id)
    flash(gettext("The draft is saved."), "success")
    if request.form.get("then") == "backtest":
        return begun(version_id)
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


def _draft(version_id: int) -> AgreementVersion:
    version = found(version_id)
    return version if version.status is VersionStatus.DRAFT else abort(404)


def _overtaken(fields: FigureForm, version_id: int) -> Any:
    """What was typed beside what somebody else has saved; the next save is meant, so it gets the new edition."""
    db.session.rollback()
    version = _draft(version_id)
    fields.compare_with(parse(version.terms))
    fields.form.edition.data = str(version.edition)
    message = gettext("Somebody else has saved this draft meanwhile. What you typed is kept: compare, then save.")
    return _page(fields, version, status=409, conflict=message)


def _page(fields: FigureForm, version: AgreementVersion, *, status: int = 200, conflict: str | None = None) -> Any:
    page = render_template("agreements/figures.html", fields=fields, version=version, conflict=conflict)
    return page, status
