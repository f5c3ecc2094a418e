"""Saved views of the list of leads: offered above it, kept, and forgotten."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.roles import Permission
from smarketing.models.views import SavedView
from smarketing.services import views
from smarketing.web.access import actor, allows, now

bp = Blueprint("views", __name__, url_prefix="/views")


class Tab(NamedTuple):
    """A view to go to; `view` is None for the list as it is without one."""

    label: str
    url: str
    active: bool
    view: SavedView | None = None

    @property
    def is_own(self) -> bool:
        return self.view is not None and self.view.owner_id == actor().id


def offered(query: str) -> Sequence[Tab]:
    """The views this person sees, after the plain list; the one whose address is `query` is active."""
    found = db.session.scalars(SavedView.seen_by(actor())).all()
    tabs = [Tab(view.name, _url(view.query), view.query == query, view) for view in found]
    return [Tab(gettext("All leads"), _url(""), query == ""), *tabs]


@bp.post("/")
@allows(Permission.SEE_LEADS)
def save() -> Response:
    form = request.form
    with transaction():
        is_shared = form.get("is_shared") == "yes"
        query = form.get("query", "").replace("\0", "")
        view = views.save(form.get("name", ""), query, is_shared=is_shared, actor=actor(), now=now())
    message = gettext("The view “%(name)s” is kept.", name=view.name)
    _flash(message, url_for(".forget", view_id=view.id))
    return redirect(_url(view.query), code=303)


@bp.post("/<int:view_id>/forgetting")
@allows(Permission.SEE_LEADS)
def forget(view_id: int) -> Response:
    known = db.get_or_404(SavedView, view_id)
    if known.owner_id != actor().id:
        abort(404)
    with transaction():
        view = views.forget(view_id, actor=actor(), now=now())
    flash(gettext("The view “%(name)s” is forgotten; its leads are as they were.", name=view.name), "success")
    return redirect(_url(view.query), code=303)


def _flash(message: str, undo_url: str) -> None:
    flashed: Any = {"message": message, "undo_url": undo_url}
    flash(flashed, "success")


def _url(query: str) -> str:
    return url_for("leads.index") + (f"?{query}" if query else "")
