"""Who works here: accounts. Administrators keep them, managers see them."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired

from smarketing.db import db, transaction
from smarketing.domain.roles import Department, Permission, Role
from smarketing.models.people import Team, User
from smarketing.reports import people
from smarketing.reports.people import Wanted
from smarketing.services import accounts, leaving, passwords, sessions
from smarketing.services.accounts import Person
from smarketing.web import password_links
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import LANGUAGE_CHOICES, is_done, zone_choices
from smarketing.web.words import label

bp = Blueprint("people", __name__, url_prefix="/people")

ACTIVE, DISABLED, EVERYBODY = "", "disabled", "all"
STATES = {ACTIVE: False, DISABLED: True, EVERYBODY: None}

Answer = str | Response | tuple[str, int]
Word = TypeVar("Word", bound=StrEnum)


class PersonForm(FlaskForm):
    name = StringField(_("Name"), [InputRequired(_("Type a name."))])
    email = StringField(_("E-mail"), [InputRequired(_("Type an e-mail address."))])
    role = SelectField(_("Role"))
    team = SelectField(_("Team"))
    locale = SelectField(_("Language"), choices=LANGUAGE_CHOICES)
    zone = SelectField(_("Time zone"))
    edition = HiddenField()

    def offer(self, user: User | None = None) -> "PersonForm":
        teams = db.session.scalars(select(Team).order_by(Team.department, Team.name))
        self.role.choices = [SelectChoice(role.value, label(role)) for role in Role]
        self.team.choices = [
            SelectChoice("", gettext("No team")),
            *(SelectChoice(team.key, team.name) for team in teams),
        ]
        self.zone.choices = zone_choices(user.zone if user else None)
        return self

    def person(self) -> Person:
        return Person(
            email=self.email.data or "",
            name=self.name.data or "",
            role=Role(self.role.data),
            team=self.team.data or None,
            locale=self.locale.data,
            zone=self.zone.data,
        )


# the list


@bp.get("/")
@allows(Permission.SEE_PEOPLE)
def index() -> str:
    page = _page(_wanted())
    return render_template(
        "people/index.html",
        page=page,
        previous_url=_here(before=page.previous_id),
        next_url=_here(after=page.next_id),
        teams=people.teams(),
        role_choices=[("", gettext("All")), *((role.value, label(role)) for role in Role)],
        department_choices=[("", gettext("All")), *((each.value, label(each)) for each in Department)],
        state_choices=[
            (ACTIVE, gettext("Can sign in")),
            (DISABLED, gettext("Disabled")),
            (EVERYBODY, gettext("All")),
        ],
        none_yet=passwords.NONE_YET,
        is_filtered=any(request.args.get(name) for name in ("q", "role", "department", "state")),
    )


def _page(wanted: Wanted) -> people.Page:
    before = request.args.get("before", type=int)
    if before is not None:
        return people.page_before(before, wanted)
    return people.page_after(request.args.get("after", type=int), wanted)


def _wanted() -> Wanted:
    return Wanted(
        text=request.args.get("q", "").strip(),
        role=_word(Role, "role"),
        department=_word(Department, "department"),
        is_disabled=STATES.get(request.args.get("state", ACTIVE), False),
    )


def _word(words: type[Word], name: str) -> Word | None:
    written = request.args.get(name)
    return words(written) if written in set(words) else None


def _here(**place: int | None) -> str | None:
    """This list with its filters, at another place; None for no place."""
    filters: dict[str, Any] = {name: text for name, text in request.args.items() if name not in ("before", "after")}
    return None if None in place.values() else url_for(".index", **{**filters, **place})


# one person


@bp.get("/new")
@allows(Permission.MANAGE_PEOPLE)
def new() -> str:
    form = PersonForm(formdata=None, role=Role.SALES_REP.value, locale=actor().locale, zone=actor().zone)
    return render_template("people/new.html", form=form.offer())


@bp.post("/new")
@allows(Permission.MANAGE_PEOPLE)
def create() -> Answer:
    form = PersonForm().offer()
    if not is_done(form, lambda: accounts.create_user(form.person(), password=None, actor=actor(), now=now())):
        return render_template("people/new.html", form=form), 422
    made = db.session.scalars(select(User).where(User.email_key == form.person().email.strip().lower())).one()
    return redirect(url_for(".link", user_id=made.id), code=303)


@bp.get("/<int:user_id>")
@allows(Permission.MANAGE_PEOPLE)
def edit(user_id: int) -> str:
    return _edit_page(db.get_or_404(User, user_id))


@bp.post("/<int:user_id>")
@allows(Permission.MANAGE_PEOPLE)
def change(user_id: int) -> Answer:
    user = db.get_or_404(User, user_id)
    form = PersonForm().offer(user)
    if form.edition.data != str(user.edition):
        form.edition.data = str(user.edition)
        form.form_errors.append(
            gettext("Somebody changed this account after you opened it. Compare, then save again to keep yours.")
        )
        return _edit_page(user, form), 409
    if not is_done(form, lambda: accounts.change_user(user, form.person(), actor=actor(), now=now())):
        return _edit_page(db.get_or_404(User, user_id), form), 422
    flash(gettext("%(name)s was saved.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.get("/<int:user_id>/link")
@allows(Permission.MANAGE_PEOPLE)
def link(user_id: int) -> Answer:
    """Made anew each time it is looked at; making one changes nothing until it is followed."""
    user = db.get_or_404(User, user_id)
    if not user.is_active:
        flash(gettext("The account is disabled: let them sign in again first."), "error")
        return redirect(url_for(".edit", user_id=user_id), code=303)
    return render_template(
        "people/link.html",
        user=user,
        is_first=_has_no_password(user),
        link=password_links.link_for(user),
        days=password_links.days(),
    )


@bp.post("/<int:user_id>/sessions/end")
@allows(Permission.MANAGE_PEOPLE)
def end_sessions(user_id: int) -> Response:
    user = db.get_or_404(User, user_id)
    with transaction():
        sessions.end_sessions(user.id, now=now())
    flash(gettext("%(name)s was signed out everywhere.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.post("/<int:user_id>/disabling")
@allows(Permission.MANAGE_PEOPLE)
def disable(user_id: int) -> Response:
    user = db.get_or_404(User, user_id)
    with transaction():
        accounts.disable_user(user, actor=actor(), now=now())
        moved = leaving.hand_over(user, actor=actor(), now=now())
    message = gettext("%(name)s can no longer sign in.", name=user.name)
    if moved:
        message += " " + ngettext(
            "%(num)s open hand-off went to others, as agreed.",
            "%(num)s open hand-offs went to others, as agreed.",
            moved,
        )
    flashed: Any = {"message": message, "undo_url": url_for(".enable", user_id=user_id)}
    flash(flashed, "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.post("/<int:user_id>/enabling")
@allows(Permission.MANAGE_PEOPLE)
def enable(user_id: int) -> Response:
    user = db.get_or_404(User, user_id)
    with transaction():
        accounts.enable_user(user, actor=actor(), now=now())
    flash(gettext("%(name)s can sign in again.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


def _edit_page(user: User, form: PersonForm | None = None) -> str:
    browsers = sessions.live_sessions(user.id, now=now())
    return render_template(
        "people/edit.html",
        user=user,
        form=form or _saved(user),
        has_no_password=_has_no_password(user),
        open_count=people.open_count_of(user.id),
        browser_count=len(browsers),
        last_seen_at=browsers[0].last_seen_at if browsers else None,
    )


def _saved(user: User) -> PersonForm:
    kept = {name: getattr(user, name) for name in ("name", "email", "role", "locale", "zone", "edition")}
    return PersonForm(formdata=None, data=kept | {"team": user.team.key if user.team else ""}).offer(user)


def _has_no_password(user: User) -> bool:
    return user.password_hash == passwords.NONE_YET
