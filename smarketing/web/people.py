"""Who works here: accounts and teams. Administrators keep them, managers see them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from smarketing.db import db, transaction
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.errors import DomainError
from smarketing.domain.passwords import MINIMUM_LENGTH
from smarketing.domain.roles import Department, Permission, Role
from smarketing.models.handoffs import Handoff
from smarketing.models.people import Team, User
from smarketing.services import accounts
from smarketing.services.accounts import Person
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import LANGUAGE_CHOICES, show_fault, zone_choices
from smarketing.web.words import label

bp = Blueprint("people", __name__, url_prefix="/people")

ACTIVE, DISABLED, EVERYBODY = "", "disabled", "all"

Answer = str | Response | tuple[str, int]


class Line(NamedTuple):
    user: User
    open_count: int | None


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
        self.role.choices = [(role.value, label(role)) for role in Role]
        self.team.choices = [("", gettext("No team")), *((team.key, team.name) for team in teams)]
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


class PasswordForm(FlaskForm):
    password = PasswordField(_("Password"), [InputRequired(_("Type a password."))])


class NewPersonForm(PersonForm, PasswordForm):
    pass


class TeamForm(FlaskForm):
    name = StringField(_("Name"), [InputRequired(_("Type a name."))])
    key = StringField(
        _("Key"),
        [InputRequired(_("Type a key."))],
        description=_("Agreements name the team by it, so it can never be changed: inside-sales, for example."),
    )
    department = SelectField(_("Department"))

    def offer(self) -> "TeamForm":
        self.department.choices = [(department.value, label(department)) for department in Department]
        return self


@bp.get("/")
@allows(Permission.SEE_PEOPLE)
def index() -> str:
    return render_template(
        "people/index.html",
        lines=[Line(*row) for row in db.session.execute(_chosen())],
        teams=db.session.execute(_teams()).all(),
        role_choices=[("", gettext("All")), *((role.value, label(role)) for role in Role)],
        department_choices=[("", gettext("All")), *((each.value, label(each)) for each in Department)],
        state_choices=[
            (ACTIVE, gettext("Can sign in")),
            (DISABLED, gettext("Disabled")),
            (EVERYBODY, gettext("All")),
        ],
        is_filtered=any(request.args.get(name) for name in ("role", "department", "state")),
    )


@bp.get("/new")
@allows(Permission.MANAGE_PEOPLE)
def new() -> str:
    form = NewPersonForm(formdata=None, role=Role.SALES_REP.value, locale=actor().locale, zone=actor().zone)
    return _new_page(form.offer())


@bp.post("/new")
@allows(Permission.MANAGE_PEOPLE)
def create() -> Answer:
    form = NewPersonForm()
    form.offer()
    password = form.password.data or ""
    if not _is_done(form, lambda: accounts.create_user(form.person(), password=password, actor=actor(), now=now())):
        return _new_page(form), 422
    flash(gettext("%(name)s can sign in now. Hand over the password in person.", name=form.name.data), "success")
    return redirect(url_for(".index"), code=303)


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
        return _edit_page(user, person=form), 409
    if not _is_done(form, lambda: accounts.change_user(user, form.person(), actor=actor(), now=now())):
        return _edit_page(db.get_or_404(User, user_id), person=form), 422
    flash(gettext("%(name)s was saved.", name=user.name), "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:user_id>/password")
@allows(Permission.MANAGE_PEOPLE)
def set_password(user_id: int) -> Answer:
    user = db.get_or_404(User, user_id)
    form = PasswordForm()
    password = form.password.data or ""
    if not _is_done(form, lambda: accounts.set_password(user, password, actor=actor(), now=now())):
        return _edit_page(db.get_or_404(User, user_id), password=form), 422
    flash(gettext("%(name)s has a new password and was signed out everywhere.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.post("/<int:user_id>/disabling")
@allows(Permission.MANAGE_PEOPLE)
def disable(user_id: int) -> Response:
    user = db.get_or_404(User, user_id)
    with transaction():
        accounts.disable_user(user, actor=actor(), now=now())
    flash(gettext("%(name)s can no longer sign in.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.post("/<int:user_id>/enabling")
@allows(Permission.MANAGE_PEOPLE)
def enable(user_id: int) -> Response:
    user = db.get_or_404(User, user_id)
    with transaction():
        accounts.enable_user(user, actor=actor(), now=now())
    flash(gettext("%(name)s can sign in again.", name=user.name), "success")
    return redirect(url_for(".edit", user_id=user_id), code=303)


@bp.get("/teams/new")
@allows(Permission.MANAGE_PEOPLE)
def new_team() -> str:
    return render_template("people/team.html", form=TeamForm(formdata=None).offer())


@bp.post("/teams/new")
@allows(Permission.MANAGE_PEOPLE)
def create_team() -> Answer:
    form = TeamForm().offer()
    key, name = form.key.data or "", form.name.data or ""
    if not _is_done(form, lambda: accounts.create_team(key.strip(), name, Department(form.department.data))):
        return render_template("people/team.html", form=form), 422
    flash(gettext("The team “%(name)s” was made.", name=name), "success")
    return redirect(url_for(".index"), code=303)


def _is_done(form: FlaskForm, act: Callable[[], Any]) -> bool:
    """Whether the form was in order and the act succeeded; if not, the form says why."""
    if not form.validate():
        return False
    try:
        with transaction():
            act()
    except DomainError as error:
        show_fault(form, error)
        return False
    return True


def _new_page(form: PersonForm) -> str:
    return render_template("people/new.html", form=form, minimum_length=MINIMUM_LENGTH)


def _edit_page(user: User, *, person: PersonForm | None = None, password: PasswordForm | None = None) -> str:
    return render_template(
        "people/edit.html",
        user=user,
        form=person or _saved(user),
        password=password or PasswordForm(formdata=None),
        open_count=db.session.scalar(_open_counts().where(Handoff.owner_id == user.id)),
        minimum_length=MINIMUM_LENGTH,
    )


def _saved(user: User) -> PersonForm:
    kept = {name: getattr(user, name) for name in ("name", "email", "role", "locale", "zone", "edition")}
    return PersonForm(formdata=None, data=kept | {"team": user.team.key if user.team else ""}).offer(user)


def _chosen() -> Select[User, int]:
    """The people the filters leave, with how many open hand-offs each has."""
    open_counts = _open_counts().add_columns(Handoff.owner_id).group_by(Handoff.owner_id).subquery()
    query = (
        select(User, open_counts.c.open_count)
        .outerjoin(open_counts, open_counts.c.owner_id == User.id)
        .outerjoin(User.team)
        .options(joinedload(User.team))
        .order_by(User.name, User.id)
    )
    if (role := request.args.get("role")) in set(Role):
        query = query.where(User.role == role)
    if (department := request.args.get("department")) in set(Department):
        query = query.where(Team.department == department)
    state = request.args.get("state")
    if state == EVERYBODY:
        return query
    return query.where(User.disabled_at.is_not(None) if state == DISABLED else User.disabled_at.is_(None))


def _open_counts() -> Select[int]:
    return select(func.count().label("open_count")).where(Handoff.state.in_(OPEN_STATES))


def _teams() -> Select[Team, int]:
    is_member = (User.team_id == Team.id) & User.disabled_at.is_(None)
    query = select(Team, func.count(User.id)).outerjoin(User, is_member)
    return query.group_by(Team.id).order_by(Team.department, Team.name)
