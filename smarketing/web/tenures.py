"""Notice to end the agreement, and taking it back."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import transaction
from smarketing.domain.roles import Permission
from smarketing.services import tenures
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found

bp = Blueprint("tenures", __name__, url_prefix="/agreement")


@bp.post("/<int:version_id>/notice")
@allows(Permission.SIGN_AGREEMENT)
def give(version_id: int) -> Response:
    with transaction():
        cause = request.form.get("cause") or None
        tenures.give_notice(found(version_id), clause_id=cause, actor=actor(), now=now())
    flash(
        gettext("Notice is given. Both sides are told; your side can take it back until the agreement ends."), "success"
    )
    return redirect(url_for("agreements.index"), code=303)


@bp.post("/<int:version_id>/notice/removal")
@allows(Permission.SIGN_AGREEMENT)
def take_back(version_id: int) -> Response:
    with transaction():
        tenures.take_back_notice(found(version_id), actor=actor(), now=now())
    flash(gettext("The notice is taken back: the agreement goes on."), "success")
    return redirect(url_for("agreements.index"), code=303)
