"""What a person may ask for: a copy of all that is known of them, and that it be erased."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from smarketing.db import transaction
from smarketing.domain.errors import Conflict
from smarketing.domain.roles import Permission
from smarketing.reports import lead_copy
from smarketing.services import erasure
from smarketing.web.access import actor, allows, now
from smarketing.web.merged import lead_or_404
from smarketing.web.words import message_of

bp = Blueprint("privacy", __name__, url_prefix="/leads")


@bp.get("/<int:lead_id>/copy.json")
@allows(Permission.ERASE_LEAD)
def copy(lead_id: int) -> Response:
    lead = lead_or_404(lead_id)
    text = json.dumps(lead_copy.of(lead), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="lead-{lead_id}.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@bp.get("/<int:lead_id>/erasure")
@allows(Permission.ERASE_LEAD)
def ask(lead_id: int) -> str:
    return render_template("leads/erase.html", lead=lead_or_404(lead_id))


@bp.post("/<int:lead_id>/erasure")
@allows(Permission.ERASE_LEAD)
def erase(lead_id: int) -> Redirect:
    lead_or_404(lead_id)
    has_objected = "has_objected" in request.form
    try:
        with transaction():
            erasure.erase(lead_id, has_objected=has_objected, actor=actor(), now=now())
    except Conflict as fault:
        flash(message_of(fault), "info")
    else:
        flash(gettext("What was known of the person is erased. The figures stay as they were."), "success")
    return redirect(url_for("leads.show", lead_id=lead_id), code=303)
