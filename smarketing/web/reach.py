"""What people settle about how they are reached: e-mails by topic, quiet hours, the e-mail of the day."""

from datetime import time
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from smarketing.domain.errors import N_
from smarketing.domain.local_time import day_of
from smarketing.domain.reach import DAY, WEEK, Choice, Reach, Topic
from smarketing.domain.roles import Permission
from smarketing.services import reach
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import is_done

bp = Blueprint("reach", __name__, url_prefix="/account/notices")

CHOICES = {
    Choice.BELL: N_("in the bell only"),
    Choice.AT_ONCE: N_("by e-mail at once"),
    Choice.DAILY: N_("in the e-mail of the day"),
}
MONDAY = 4
"""The number of the first Monday after 1970-01-01."""

WRONG_TIME = _("Write a time of day, such as 08:30.")


class Settings(FlaskForm):
    at_risk = SelectField(_("A clock of mine is at risk"))
    missed = SelectField(_("A promise was missed"))
    escalated = SelectField(_("A clock is escalated to me"))
    given = SelectField(_("A lead was given to me"))
    dispute = SelectField(_("A dispute waits for me, or was closed"))
    amendment = SelectField(_("An amendment waits for me, or was answered"))
    report = SelectField(_("A report that was ordered every week"))
    week = SelectField(_("How my week was"))
    is_import = SelectField(_("A file that I brought in is done"), name="import")
    quiet_from = TimeField(_("Quiet from"), [InputRequired(WRONG_TIME)])
    quiet_until = TimeField(_("Quiet until"), [InputRequired(WRONG_TIME)])
    quiet_on = SelectMultipleField(
        _("Quiet all day on"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    daily_at = TimeField(_("The e-mail of the day comes at"), [InputRequired(WRONG_TIME)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for topic in Topic:
            self.topic(topic).choices = [(str(choice), gettext(words)) for choice, words in CHOICES.items()]
        self.quiet_on.choices = [(day, format_date(day_of(MONDAY + day), "EEEE", rebase=False)) for day in WEEK]

    def topic(self, topic: Topic) -> SelectField:
        return self["is_import" if topic is Topic.IMPORT else topic]


@bp.get("/")
@allows(Permission.USE_ACCOUNT)
def edit() -> str:
    return _page(_as_saved(reach.of(actor())))


@bp.post("/")
@allows(Permission.USE_ACCOUNT)
def change() -> str | Response | tuple[str, int]:
    form = Settings()
    if not is_done(form, lambda: reach.settle(actor(), _as_sent(form), now=now())):
        return _page(form), 422
    flash(gettext("Your settings were saved."), "success")
    return redirect(url_for(".edit"), code=303)


def _page(form: Settings) -> str:
    topics = [form.topic(topic) for topic in Topic]
    return render_template(
        "account/notices.html", form=form, topics=topics, sends_mail=bool(current_app.config["SMTP_HOST"])
    )


def _as_saved(saved: Reach) -> Settings:
    values: dict[str, Any] = {name: _time(getattr(saved, name)) for name in ("quiet_from", "quiet_until", "daily_at")}
    form = Settings(formdata=None, data=values | {"quiet_on": sorted(saved.quiet_on)})
    for topic in Topic:
        form.topic(topic).data = str(saved.choice(topic))
    return form


def _as_sent(form: Settings) -> Reach:
    return Reach(
        actor().zone,
        _minute(form.quiet_from.data),
        _minute(form.quiet_until.data),
        frozenset(form.quiet_on.data or ()),
        _minute(form.daily_at.data),
        {topic: Choice(form.topic(topic).data) for topic in Topic},
    )


def _time(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)


def _minute(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0
