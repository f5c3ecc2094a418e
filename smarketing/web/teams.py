"""Teams: who belongs together, and on which side. Agreements name them by their key."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired

from smarketing.db import db
from smarketing.domain.roles import Department, Permission
from smarketing.models.people import Team
from smarketing.services import accounts
from smarketing.web.access import allows
from smarketing.web.forms import is_done
from smarketing.web.words import label

bp = Blueprint("teams", __name__, url_prefix="/people/teams")

Answer = str | Response | tuple[str, int]


class NameForm(FlaskForm):
    name = StringField(_("Name"), [InputRequired(_("Type a name."))])


class TeamForm(NameForm):
    key = StringField(
        _("Key"),
        [InputRequired(_("Type a key."))],
        description=_("Agreements name the team by it, so it can never be changed: inside-sales, for example."),
    )
    department = SelectField(_("Department"))

    def offer(self) -> "TeamForm":
        self.department.choices = [SelectChoice(each.value, label(each)) for each in Department]
        return self


@bp.get("/new")
@allows(Permission.MANAGE_PEOPLE)
def new() -> str:
    return render_template("people/new_team.html", form=TeamForm(formdata=None).offer())


@bp.post("/new")
@allows(Permission.MANAGE_PEOPLE)
def create() -> Answer:
    form = TeamForm().offer()
    key, name = form.key.data or "", form.name.data or ""
    if not is_done(form, lambda: accounts.create_team(key.strip(), name, Department(form.department.data))):
        return render_template("people/new_team.html", form=form), 422
    flash(gettext("The team “%(name)s” was made.", name=name), "success")
    return redirect(url_for("people.index"), code=303)


@bp.get("/<int:team_id>")
@allows(Permission.MANAGE_PEOPLE)
def edit(team_id: int) -> str:
    team = db.get_or_404(Team, team_id)
    return render_template("people/team.html", team=team, form=NameForm(formdata=None, name=team.name))


@bp.post("/<int:team_id>")
@allows(Permission.MANAGE_PEOPLE)
def rename(team_id: int) -> Answer:
    team, form = db.get_or_404(Team, team_id), NameForm()
    if not is_done(form, lambda: accounts.rename_team(team, form.name.data or "")):
        return render_template("people/team.html", team=db.get_or_404(Team, team_id), form=form), 422
    flash(gettext("The team is called “%(name)s” now.", name=team.name), "success")
    return redirect(url_for("people.index"), code=303)
