"""Answer a hand-off: each answer is a resource under it. htmx gets back the row or the panel it stands in."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from smarketing.db import db, transaction
from smarketing.domain.dispositions import OPEN_STATES, DispositionKind, parse_amount
from smarketing.domain.errors import N_, Conflict, InvalidInput, NotAllowed
from smarketing.domain.roles import Permission
from smarketing.models.handoffs import Handoff
from smarketing.services import corrections, handoffs, holds, routing, touches
from smarketing.web import access, queue, queue_lines
from smarketing.web.access import actor, allows, now
from smarketing.web.addresses import own_path, referring_path
from smarketing.web.answer_forms import AnswerForm, form_for
from smarketing.web.answers import VERBS, answer_view
from smarketing.web.filters import local_date
from smarketing.web.words import label, message_of

bp = Blueprint("handoffs", __name__, url_prefix="/handoffs")

ROW, PANEL = "handoff-", "answer-"
KINDS = {verb.noun: verb.kind for verb in VERBS} | {"pause": None}
TITLES = {
    "refusal": N_("Refuse the lead"),
    "confirmation": N_("Confirm as SQL"),
    "recycling": N_("Recycle the lead"),
    "win": N_("Mark as won"),
    "loss": N_("Mark as lost"),
    "touches": N_("Log a touch"),
    "pause": N_("Pause the clocks"),
    "status": N_("Change the status"),
}


class Opened(NamedTuple):
    """The form of an answer that takes more than a click."""

    noun: str
    title: str
    form: AnswerForm
    action: str


@bp.get("/<int:handoff_id>")
@allows(Permission.SEE_LEADS)
def show(handoff_id: int) -> Any:
    handoff = db.get_or_404(Handoff, handoff_id)
    return _part(handoff) or redirect(url_for("leads.show", lead_id=handoff.lead_id))


@bp.post("/<int:handoff_id>/acceptance")
@allows(Permission.ANSWER_HANDOFF)
def acceptance(handoff_id: int) -> Any:
    def accept(_form: None) -> str:
        handoff = handoffs.accept(handoff_id, actor=actor(), now=now())
        return gettext("You accepted %(lead)s.", lead=handoff.lead.name)

    return answered(handoff_id, None, accept)


@bp.route("/<int:handoff_id>/refusal", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def refusal(handoff_id: int) -> Any:
    def refuse(form: Any) -> str:
        told = {"reason": form.reason.data or "", "note": form.note.data or ""}
        handoff = handoffs.refuse(handoff_id, **told, actor=actor(), now=now())
        stage = label(handoff.lead.stage)
        return gettext("You refused %(lead)s. The lead is now: %(stage)s.", lead=handoff.lead.name, stage=stage)

    return asked(handoff_id, "refusal") or answered(handoff_id, "refusal", refuse)


@bp.route("/<int:handoff_id>/confirmation", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def confirmation(handoff_id: int) -> Any:
    def confirm(form: Any) -> str:
        handoff = handoffs.confirm(handoff_id, checklist=form.evidence(), actor=actor(), now=now())
        return gettext("%(lead)s is an SQL now.", lead=handoff.lead.name)

    return asked(handoff_id, "confirmation") or answered(handoff_id, "confirmation", confirm)


@bp.route("/<int:handoff_id>/recycling", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def recycling(handoff_id: int) -> Any:
    def recycle(form: Any) -> str:
        told = {"reason": form.reason.data or "", "until": form.day(), "note": form.note.data or ""}
        handoff = handoffs.recycle(handoff_id, **told, actor=actor(), now=now())
        day = local_date(told["until"])
        return gettext("%(lead)s is recycled until %(day)s.", lead=handoff.lead.name, day=day)

    return asked(handoff_id, "recycling") or answered(handoff_id, "recycling", recycle)


@bp.route("/<int:handoff_id>/win", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def win(handoff_id: int) -> Any:
    def mark_won(form: Any) -> str:
        cents = parse_amount(form.amount.data or "")
        handoff = handoffs.win(handoff_id, amount_cents=cents, actor=actor(), now=now())
        return gettext("%(lead)s is won.", lead=handoff.lead.name)

    return asked(handoff_id, "win") or answered(handoff_id, "win", mark_won)


@bp.route("/<int:handoff_id>/loss", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def loss(handoff_id: int) -> Any:
    def mark_lost(form: Any) -> str:
        told = {"reason": form.reason.data or "", "note": form.note.data or ""}
        handoff = handoffs.lose(handoff_id, **told, actor=actor(), now=now())
        return gettext("%(lead)s is lost.", lead=handoff.lead.name)

    return asked(handoff_id, "loss") or answered(handoff_id, "loss", mark_lost)


@bp.route("/<int:handoff_id>/touches", methods=["GET", "POST"], endpoint="touches")
@allows(Permission.ANSWER_HANDOFF)
def log_touch(handoff_id: int) -> Any:
    def log(form: Any) -> tuple[str, str]:
        offered_at = db.get_or_404(Handoff, handoff_id).offered_at
        told = {"channel": form.chosen_channel(), "note": form.note.data or ""}
        occurred_at = form.instant(offered_at=offered_at, now=now())
        touch = touches.log(handoff_id, **told, occurred_at=occurred_at, actor=actor(), now=now())
        return gettext("The touch was logged."), url_for(".void_touch", handoff_id=handoff_id, touch_id=touch.id)

    return asked(handoff_id, "touches") or answered(handoff_id, "touches", log)


@bp.post("/<int:handoff_id>/touches/<int:touch_id>/voiding")
@allows(Permission.ANSWER_HANDOFF)
def void_touch(handoff_id: int, touch_id: int) -> Any:
    def void(_form: None) -> tuple[str, None]:
        touches.void(handoff_id, touch_id, actor=actor(), now=now())
        return gettext("The touch was removed; the clocks it had stopped run again."), None

    return answered(handoff_id, None, void)


@bp.route("/<int:handoff_id>/pause", methods=["GET", "POST"])
@allows(Permission.PAUSE_CLOCKS)
def pause(handoff_id: int) -> Any:
    def hold(form: Any) -> tuple[str, str]:
        handoff = holds.pause(handoff_id, reason=form.reason.data or "", actor=actor(), now=now())
        said = gettext("The clocks of %(lead)s stand still.", lead=handoff.lead.name)
        return said, url_for(".resumption", handoff_id=handoff_id)

    return asked(handoff_id, "pause") or answered(handoff_id, "pause", hold)


@bp.post("/<int:handoff_id>/resumption")
@allows(Permission.PAUSE_CLOCKS)
def resumption(handoff_id: int) -> Any:
    def resume(_form: None) -> tuple[str, None]:
        handoff = holds.resume(handoff_id, actor=actor(), now=now())
        return gettext("The clocks of %(lead)s go on.", lead=handoff.lead.name), None

    return answered(handoff_id, None, resume)


@bp.post("/<int:handoff_id>/answers/<int:disposition_id>/undoing")
@allows(Permission.ANSWER_HANDOFF)
def undo(handoff_id: int, disposition_id: int) -> Any:
    def undo(_form: None) -> tuple[str, None]:
        handoff = corrections.undo(handoff_id, disposition_id, actor=actor(), now=now())
        return gettext("Undone: %(lead)s is where it was before.", lead=handoff.lead.name), None

    return answered(handoff_id, None, undo)


@bp.post("/<int:handoff_id>/owner")
@allows(Permission.REASSIGN_HANDOFF)
def reassign(handoff_id: int) -> Any:
    handoff = db.get_or_404(Handoff, handoff_id)
    owner_id = queue.chosen_owner()
    with transaction():
        if not routing.reassign([handoff_id], owner_id=owner_id, actor=actor(), now=now()):
            raise Conflict(N_("This hand-off is closed or with them already, so nothing was changed."))
    flash(queue.given_message(owner_id, 1), "success")
    return redirect(_way_back(handoff), code=303)


def asked(handoff_id: int, noun: str) -> Any:
    """The form of an answer; None when it was sent."""
    if request.method == "POST":
        return None
    handoff = db.get_or_404(Handoff, handoff_id)
    form = form_for(noun, handoff)
    form.next.data = own_path(request.args.get("next")) or referring_path()
    try:
        _check(handoff, KINDS[noun])
    except (Conflict, NotAllowed) as error:
        return _told(handoff, error)
    return _ask(handoff, noun, form)


Said = str | tuple[str, str | None]
"""What to tell, and the address that undoes it: that of the latest answer when none is given."""


def answered(handoff_id: int, noun: str | None, act: Callable[[Any], Said]) -> Any:
    """Let `act` happen and say so; a fault stays with the form, and whoever was too late is told who was first."""
    handoff = db.get_or_404(Handoff, handoff_id)
    form = form_for(noun, handoff) if noun else None
    try:
        with transaction():
            said = act(form)
    except InvalidInput as error:
        if form is None or noun is None:
            raise
        access.start_over()
        form.blame(error)
        return _ask(handoff, noun, form), 422
    except (Conflict, NotAllowed) as error:
        return _told(handoff, error)
    message, undo_url = (said, _undo_url(handoff)) if isinstance(said, str) else said
    target = f"#{_target()}" if _target() else None
    said_with_undo: Any = {"message": message, "undo_url": undo_url, "target": target}
    flash(said_with_undo, "success")
    return _part(handoff) or redirect(_way_back(handoff), code=303)


def _told(handoff: Handoff, error: Conflict | NotAllowed) -> Any:
    """To htmx the hand-off as it stands now, with the reason; a page of its own to everybody else."""
    access.start_over()
    if not _target():
        raise error
    flash(message_of(error), "error")
    # 422 is what htmx puts in place
    return _part(handoff), 422


def _ask(handoff: Handoff, noun: str, form: AnswerForm) -> str:
    opened = Opened(noun, gettext(TITLES[noun]), form, url_for(f".{noun}", handoff_id=handoff.id))
    if _target().startswith(ROW):
        return render_template(
            "queue/_asking.html", line=queue_lines.line_of(handoff.id), opened=opened, target=_target()
        )
    if _target().startswith(PANEL):
        answer = answer_view(handoff)
        return render_template("handoffs/_answer.html", answer=answer, opened=opened, target=_target())
    back = form.next.data or url_for("leads.show", lead_id=handoff.lead_id)
    return render_template("handoffs/ask.html", handoff=handoff, opened=opened, back_url=back)


def _part(handoff: Handoff) -> str | None:
    """The row or the panel that htmx asked from; None for a browser that wants a page."""
    if _target().startswith(ROW):
        return render_template("queue/_part.html", line=queue_lines.line_of(handoff.id))
    if _target().startswith(PANEL):
        return render_template("handoffs/_part.html", answer=answer_view(handoff))
    return None


def _target() -> str:
    return request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""


def _check(handoff: Handoff, kind: DispositionKind | None) -> None:
    if kind is not None:
        handoffs.check_answerable(handoff, kind, actor=actor(), now=now())
    elif handoff.state not in OPEN_STATES:
        raise Conflict(N_("This hand-off is closed; its touches stand as they are."))


def _undo_url(handoff: Handoff) -> str:
    return url_for(".undo", handoff_id=handoff.id, disposition_id=handoff.dispositions[-1].id)


def _way_back(handoff: Handoff) -> str:
    return own_path(request.form.get("next")) or referring_path() or url_for("leads.show", lead_id=handoff.lead_id)
