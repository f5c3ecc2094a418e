"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from smarketing.db import db, transaction
from smarketing.domain.passwords import Throttled
from smarketing.models.people import User
from smarketing.services import sessions
from smarketing.web import access
from smarketing.web.access import now, origin, public
from smarketing.web.addresses import own_path
from smarketing.web.words import message_of

bp = Blueprint("auth", __name__, url_prefix="/session")

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


class SignIn(FlaskForm):
    email = StringField(_("E-mail"), [InputRequired(_("Type your e-mail address."))])
    password = PasswordField(_("Password"), [InputRequired(_("Type your password."))])


@bp.get("/new")
@public
def sign_in() -> Answer:
    if current_user.is_authenticated:
        return _onward()
    return _page(SignIn())


@bp.post("/new")
@public
def open_session() -> Answer:
    form = SignIn()
    if not form.validate():
        return _page(form), 422
    try:
        user = _signed_in(form.email.data or "", form.password.data or "")
    except Throttled as error:
        seconds = int((error.until - now()).total_seconds()) + 1
        return _page(form, message_of(error)), 429, {"Retry-After": str(seconds)}
    if user is None:
        return _page(form, str(_("These do not match an account."))), 422
    return _onward()


@bp.post("/end")
@public
def sign_out() -> Response:
    _end_current_session()
    access.forget_session()
    return redirect(url_for(".sign_in"), code=303)


def _signed_in(email: str, password: str) -> User | None:
    """Three steps, so that the slow comparison holds no lock; the count stands, however the rest ends."""
    with transaction():
        attempt = sessions.attempt(email, origin=origin(), now=now())
    if not sessions.is_right(attempt, password):
        return None
    with transaction():
        token = sessions.begin(attempt, password, origin=origin(), now=now())
    user = db.session.get(User, attempt.user_id)
    if token is None or user is None:
        return None
    _end_current_session()
    access.begin_session(token, user.id, language=user.locale)
    return user


def _end_current_session() -> None:
    if current_user.is_authenticated:
        with transaction():
            sessions.end_session(access.current_session().id, user_id=access.actor().id, now=now())


def _onward() -> Response:
    return redirect(own_path(request.args.get("next")) or url_for("dashboard.index"), code=303)


def _page(form: SignIn, message: str | None = None) -> str:
    return render_template("auth/sign_in.html", form=form, message=message, next=own_path(request.args.get("next")))
