"""Signing in and out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, ValidationError

from smarketing.db import db, transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.passwords import MINIMUM_LENGTH, Throttled
from smarketing.models.people import User
from smarketing.services import accounts, sessions
from smarketing.web import access, password_links
from smarketing.web.access import now, origin, public
from smarketing.web.addresses import own_path
from smarketing.web.forms import show_fault
from smarketing.web.words import message_of

bp = Blueprint("auth", __name__, url_prefix="/session")

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


class SignIn(FlaskForm):
    email = StringField(_("E-mail"), [InputRequired(_("Type your e-mail address."))])
    password = PasswordField(_("Password"), [InputRequired(_("Type your password."))])


class NewPassword(FlaskForm):
    password = PasswordField(_("New password"), [InputRequired(_("Type a new password."))])
    again = PasswordField(_("New password again"), [InputRequired(_("Type the new password again."))])

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(gettext("These two are not the same."))


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


# a password chosen by a link


@bp.get("/password")
@public
def choose_password() -> Answer:
    access.read_only()
    user = password_links.user_of(request.args.get("token", ""))
    return _link_is_over() if user is None else _password_page(user, NewPassword(formdata=None))


@bp.post("/password")
@public
def set_password() -> Answer:
    form = NewPassword()
    user = password_links.user_of(request.args.get("token", ""))
    if user is None:
        return _link_is_over()
    if not form.validate():
        return _password_page(user, form), 422
    try:
        token = _choose(user, form.password.data or "")
    except DomainError as error:
        show_fault(form, error)
        return _password_page(user, form), 422
    _end_current_session()
    access.begin_session(token, user.id, language=user.locale)
    flash(gettext("Your password is set. You are signed in."), "success")
    return redirect(url_for("dashboard.index"), code=303)


def _choose(user: User, password: str) -> str:
    """The token of a session. Of two who follow the same link at once, the edition of the account lets one in."""
    with transaction():
        accounts.set_password(user, password, actor=user, now=now())
        return sessions.open_session(user, origin=origin(), now=now())


def _password_page(user: User, form: NewPassword) -> str:
    return render_template(
        "auth/password.html",
        form=form,
        user=user,
        token=request.args["token"],
        minimum_length=MINIMUM_LENGTH,
    )


def _link_is_over() -> tuple[str, int]:
    return render_template("auth/link_is_over.html"), 410


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
