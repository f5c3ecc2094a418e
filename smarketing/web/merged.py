"""Where the address of a lead leads that was merged into another: to that one, for whoever may see leads."""

from typing import NoReturn

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from smarketing.db import db
from smarketing.domain.errors import N_, Conflict
from smarketing.models.leads import Lead
from smarketing.models.merges import Merge
from smarketing.web.access import SAFE_METHODS
from smarketing.web.addresses import is_api

MERGED = N_("This lead was merged into another one meanwhile, and nothing was done. This is the one now.")


def lead_or_404(lead_id: int) -> Lead:
    """The lead of this number; a request about one that was absorbed ends here, and does nothing."""
    return db.session.get(Lead, lead_id) or lead_on(lead_id)


def lead_on(lead_id: int) -> NoReturn:
    current_id = db.session.scalar(Merge.in_place_of(lead_id))
    if current_id is None:
        abort(404)
    if request.method in SAFE_METHODS:
        arguments = {**(request.view_args or {}), "lead_id": current_id, **request.args.to_dict()}
        abort(redirect(url_for(request.endpoint or "", **arguments)))
    if is_api():
        raise Conflict(N_("This lead was merged into lead %(id)s."), id=current_id)
    flash(gettext(MERGED), "info")
    abort(redirect(url_for("leads.show", lead_id=current_id), code=303))
