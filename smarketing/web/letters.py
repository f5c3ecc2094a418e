"""For the administrator: which e-mails wait, which could not be sent and why, and what to do about them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from smarketing.channels import email
from smarketing.db import db, transaction
from smarketing.domain.errors import N_, DomainError, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.letters import LetterState
from smarketing.domain.roles import Permission
from smarketing.models.letters import Letter
from smarketing.services import letters
from smarketing.web import paging
from smarketing.web.access import allows, now
from smarketing.web.words import label, message_of

bp = Blueprint("letters", __name__, url_prefix="/letters")

TABS = (LetterState.WAITING, LetterState.FAILED, LetterState.SENT, LetterState.READ, LetterState.DROPPED)
TITLES = {
    LetterState.WAITING: N_("Waiting"),
    LetterState.FAILED: N_("Failed"),
    LetterState.SENT: N_("Sent"),
    LetterState.READ: N_("Read in the bell first"),
    LetterState.DROPPED: N_("Given up"),
}
COUNTED = 1000


class Line(NamedTuple):
    letter: Letter
    about: str
    error: str | None
    is_idle: bool


@bp.get("/")
@allows(Permission.MANAGE_LETTERS)
def index() -> str:
    state = _state()
    query = select(Letter.id, Letter).where(Letter.state == state)
    page = paging.newest_first(query.options(joinedload(Letter.recipient), joinedload(Letter.notice)), Letter.id)
    return render_template(
        "letters/index.html",
        state=state,
        tabs=[_tab(each, is_active=each is state) for each in TABS],
        page=page,
        lines=[_line(letter) for _id, letter in page.rows],
        sends_mail=bool(current_app.config["SMTP_HOST"]),
    )


@bp.post("/<int:letter_id>/resending")
@allows(Permission.MANAGE_LETTERS)
def resend(letter_id: int) -> Response:
    server = email.server_of(current_app.config)
    domain = server.domain if server else "localhost"
    return _acted(
        lambda: letters.resend(letter_id, domain=domain, now=now()), gettext("The e-mail goes out in a moment.")
    )


@bp.post("/<int:letter_id>/giving-up")
@allows(Permission.MANAGE_LETTERS)
def give_up(letter_id: int) -> Response:
    return _acted(lambda: letters.give_up(letter_id), gettext("The e-mail is not sent any more."))


def _acted(act: Callable[[], None], done: str) -> Response:
    try:
        with transaction():
            act()
    except Missing:
        abort(404)
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(done, "success")
    return redirect(url_for(".index", state=request.form.get("state", LetterState.WAITING)), code=303)


def _state() -> LetterState:
    wanted = request.args.get("state")
    return LetterState(wanted) if wanted in set(LetterState) else LetterState.WAITING


def _tab(state: LetterState, *, is_active: bool) -> dict[str, Any]:
    """The few that need somebody are counted; the sent ones are many."""
    is_counted = state in (LetterState.WAITING, LetterState.FAILED)
    some = select(Letter.id).where(Letter.state == state).limit(COUNTED).subquery()
    count = db.session.scalar(select(func.count()).select_from(some)) if is_counted else None
    return {
        "url": url_for(".index", state=state),
        "label": gettext(TITLES[state]),
        "active": is_active,
        "count": count,
    }


def _line(letter: Letter) -> Line:
    is_being_sent = letter.state is LetterState.WAITING and letter.next_try_at <= now()
    error = gettext(letters.NO_SERVER) if letter.last_error == letters.NO_SERVER else letter.last_error
    return Line(letter, label(EventName(letter.notice.kind)), error, not is_being_sent)
