"""Tokens by which other systems act as a person: made, shown once, and revoked."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired

from smarketing.db import transaction
from smarketing.domain.errors import DomainError, Missing
from smarketing.domain.roles import Permission
from smarketing.services import tokens
from smarketing.services.tokens import LONGEST_NAME
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import show_fault

bp = Blueprint("tokens", __name__, url_prefix="/account/tokens")

READS, WRITES = "reads", "writes"
LIVES = {"90": timedelta(days=90), "365": timedelta(days=365), "": None}


class NewToken(FlaskForm):
    name = StringField(
        _("System"), [InputRequired(_("Say which system will use it."))], description=_("For example: web forms.")
    )
    access = SelectField(
        _("It may"),
        choices=[SelectChoice(READS, _("only read")), SelectChoice(WRITES, _("read and write, as you may"))],
    )
    life = SelectField(
        _("It ends"),
        choices=[
            SelectChoice("90", _("after 90 days")),
            SelectChoice("365", _("after a year")),
            SelectChoice("", _("when I revoke it")),
        ],
    )


@bp.get("/")
@allows(Permission.USE_ACCOUNT)
def index() -> str:
    return _page(NewToken(formdata=None))


@bp.post("/")
@allows(Permission.USE_ACCOUNT)
def issue() -> str | tuple[str, int]:
    """The page with the token on it, which no other page will show again; hence no redirect."""
    form = NewToken()
    if not form.validate():
        return _page(form), 422
    chosen = {"may_write": form.access.data == WRITES, "life": LIVES[form.life.data]}
    try:
        with transaction():
            token = tokens.issue(form.name.data or "", **chosen, actor=actor(), now=now())
    except DomainError as error:
        show_fault(form, error)
        return _page(form), 422
    return _page(NewToken(formdata=None), token=token)


@bp.post("/<int:token_id>/revocation")
@allows(Permission.USE_ACCOUNT)
def revoke(token_id: int) -> Response:
    try:
        with transaction():
            tokens.revoke(token_id, actor=actor(), now=now())
    except Missing:
        abort(404)
    flash(gettext("The token was revoked: whatever used it is refused from now on."), "success")
    return redirect(url_for(".index"), code=303)


def _page(form: NewToken, *, token: str | None = None) -> str:
    live = tokens.live(actor().id, now=now())
    return render_template("account/tokens.html", form=form, token=token, tokens=live, longest_name=LONGEST_NAME)
