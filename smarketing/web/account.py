"""What people settle for themselves: name, language, zone, colours, password, and the browsers they are in."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from smarketing.db import transaction
from smarketing.domain.errors import N_, DomainError, InvalidInput, Missing
from smarketing.domain.passwords import MINIMUM_LENGTH, Throttled
from smarketing.domain.roles import Permission
from smarketing.services import accounts, mails, sessions
from smarketing.services.accounts import Profile
from smarketing.web.access import actor, allows, current_session, now, origin, public
from smarketing.web.addresses import referring_path
from smarketing.web.devices import device
from smarketing.web.forms import LANGUAGE_CHOICES, show_fault, zone_choices
from smarketing.web.languages import LANGUAGES
from smarketing.web.words import message_of

bp = Blueprint("account", __name__, url_prefix="/account")

THEMES = ("auto", "light", "dark")

Answer = str | Response | tuple[str, int]


class Settings(FlaskForm):
    name = StringField(_("Name"), [InputRequired(_("Type your name."))])
    locale = SelectField(_("Language"), choices=LANGUAGE_CHOICES)
    zone = SelectField(_("Time zone"))
    has_shortcuts = BooleanField(
        _("Keyboard shortcuts"),
        description=_("Single keys such as J, K and A act on lists. “?” shows them all."),
    )


class NewPassword(FlaskForm):
    current = PasswordField(_("Current password"), [InputRequired(_("Type your current password."))])
    password = PasswordField(_("New password"), [InputRequired(_("Type a new password."))])
    again = PasswordField(_("New password again"), [InputRequired(_("Type the new password again."))])


@bp.get("/")
@allows(Permission.USE_ACCOUNT)
def show() -> str:
    return _page()


@bp.post("/")
@allows(Permission.USE_ACCOUNT)
def change() -> Answer:
    form = _settings_as_sent()
    if not form.validate():
        return _page(settings=form), 422
    profile = Profile(form.name.data or "", form.locale.data, form.zone.data, form.has_shortcuts.data)
    try:
        with transaction():
            accounts.change_profile(actor(), profile, now=now())
    except InvalidInput as error:
        show_fault(form, error)
        return _page(settings=form), 422
    session["language"] = profile.locale
    flash(gettext("Your settings were saved."), "success")
    return redirect(url_for(".show"), code=303)


@bp.post("/password")
@allows(Permission.USE_ACCOUNT)
def change_password() -> Answer:
    form = NewPassword()
    if form.validate() and form.password.data != form.again.data:
        form.again.errors = [gettext("These two are not the same.")]
    if form.errors:
        return _page(password=form), 422
    try:
        _change_password(form.current.data or "", form.password.data or "")
    except Throttled as error:
        form.current.errors = [message_of(error)]
        return _page(password=form), 429
    except DomainError as error:
        show_fault(form, error)
        return _page(password=form), 422
    flash(gettext("Your password was changed. Every other browser was signed out."), "success")
    return redirect(url_for(".show"), code=303)


@bp.post("/sessions/<int:session_id>/end")
@allows(Permission.USE_ACCOUNT)
def end_session(session_id: int) -> Response:
    try:
        with transaction():
            sessions.end_session(session_id, user_id=actor().id, now=now())
    except Missing:
        abort(404)
    flash(gettext("That browser was signed out."), "success")
    return redirect(url_for(".show"), code=303)


@bp.post("/sessions/end")
@allows(Permission.USE_ACCOUNT)
def end_other_sessions() -> Response:
    with transaction():
        sessions.end_sessions(actor().id, now=now(), except_id=current_session().id)
    flash(gettext("Every other browser was signed out."), "success")
    return redirect(url_for(".show"), code=303)


@bp.post("/mail-address")
@allows(Permission.ANSWER_HANDOFF)
def renew_mail_address() -> Response:
    if not current_app.config["BCC_ADDRESS"]:
        abort(404)
    with transaction():
        mails.renew_key(actor())
    flash(gettext("You have a new address for copies. One you had before is refused from now on."), "success")
    return redirect(url_for(".show", _anchor="copies"), code=303)


@bp.post("/language")
@public
def language() -> Response:
    """Also for somebody who has not signed in yet: their browser remembers it."""
    chosen = request.form.get("language")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    if current_user.is_authenticated:
        with transaction():
            accounts.set_locale(actor(), chosen)
    return _back()


@bp.post("/theme")
@allows(Permission.USE_ACCOUNT)
def theme() -> Response:
    chosen = request.form.get("theme")
    if chosen not in THEMES:
        abort(400)
    with transaction():
        accounts.set_theme(actor(), chosen)
    return _back()


def _change_password(current: str, new: str) -> None:
    """The old one is asked for and its guesses are counted: an unlocked screen is not the person."""
    with transaction():
        attempt = sessions.attempt(actor().email, origin=origin()._replace(known_user_id=actor().id), now=now())
    if not sessions.is_right(attempt, current):
        raise InvalidInput("current", N_("This is not your current password."))
    with transaction():
        accounts.change_own_password(actor(), new, session_id=current_session().id, now=now())


def _page(*, settings: Settings | None = None, password: NewPassword | None = None) -> str:
    this_id = current_session().id
    return render_template(
        "account/show.html",
        settings=settings or _settings_as_saved(),
        password=password or NewPassword(formdata=None),
        minimum_length=MINIMUM_LENGTH,
        takes_copies=bool(current_app.config["BCC_ADDRESS"]),
        copies_address=_copies_address(),
        browsers=[_browser(found, this_id) for found in sessions.live_sessions(actor().id, now=now())],
    )


def _copies_address() -> str | None:
    """Where this person sends copies of their e-mails; None before they have asked for it."""
    local, _at, domain = current_app.config["BCC_ADDRESS"].partition("@")
    key = actor().mail_key
    return f"{local}+{key}@{domain}" if local and key else None


def _settings_as_saved() -> Settings:
    form = Settings(formdata=None, obj=actor())
    form.zone.choices = zone_choices(actor().zone)
    return form


def _settings_as_sent() -> Settings:
    form = Settings()
    form.zone.choices = zone_choices(actor().zone)
    return form


def _browser(found: Any, this_id: int) -> dict[str, Any]:
    return {
        "id": found.id,
        "device": device(found.user_agent),
        "address": found.address,
        "created_at": found.created_at,
        "last_seen_at": found.last_seen_at,
        "is_this": found.id == this_id,
    }


def _back() -> Response:
    return redirect(referring_path() or url_for("dashboard.index"), code=303)
