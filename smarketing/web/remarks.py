"""Remarks on a lead: written, removed and put back from its page."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import InvalidInput
from smarketing.domain.roles import Permission
from smarketing.models.remarks import Remark
from smarketing.services import remarks
from smarketing.web import leads
from smarketing.web.access import actor, allows, now
from smarketing.web.merged import lead_or_404
from smarketing.web.words import message_of

bp = Blueprint("remarks", __name__)


@bp.post("/leads/<int:lead_id>/remarks")
@allows(Permission.SEE_LEADS)
def create(lead_id: int) -> Any:
    lead_or_404(lead_id)
    text = request.form.get("text", "")
    try:
        with transaction():
            remarks.write(lead_id, text, actor=actor(), now=now())
    except InvalidInput as fault:
        return leads.page_of(lead_id, remark=text, remark_fault=message_of(fault)), 422
    return _back(lead_id)


@bp.post("/remarks/<int:remark_id>/removal")
@allows(Permission.SEE_LEADS)
def remove(remark_id: int) -> Response:
    db.get_or_404(Remark, remark_id)
    with transaction():
        lead_id = remarks.remove(remark_id, actor=actor(), now=now()).lead_id
    undo_url = url_for(".put_back", remark_id=remark_id)
    said: Any = {"message": gettext("The remark was removed."), "undo_url": undo_url, "target": None}
    flash(said, "success")
    return _back(lead_id)


@bp.post("/remarks/<int:remark_id>/return")
@allows(Permission.SEE_LEADS)
def put_back(remark_id: int) -> Response:
    db.get_or_404(Remark, remark_id)
    with transaction():
        lead_id = remarks.put_back(remark_id, actor=actor(), now=now()).lead_id
    return _back(lead_id)


def _back(lead_id: int) -> Response:
    return redirect(url_for("leads.show", lead_id=lead_id, _anchor="remarks"), code=303)
