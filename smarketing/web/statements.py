"""Statements: what came of each month, read and signed by both sides."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from smarketing.db import db, transaction
from smarketing.domain.attainment import Share
from smarketing.domain.errors import N_, DomainError
from smarketing.domain.roles import Department, Permission, may
from smarketing.domain.statements import PEOPLE, PERIODS, TEAMS, Minute, Obligation, Verdict, read
from smarketing.models.statements import Statement
from smarketing.reports import obligations
from smarketing.services import statements
from smarketing.web import spoken, themes
from smarketing.web.access import actor, allows, now
from smarketing.web.agreement_forms import SignatureForm
from smarketing.web.drafts import check_password
from smarketing.web.errors import status_of
from smarketing.web.filters import money, number, percent
from smarketing.web.forms import show_fault
from smarketing.web.words import in_language, label, message_of

bp = Blueprint("statements", __name__, url_prefix="/statements")

VERDICTS = {
    Verdict.KEPT: (N_("kept"), "met"),
    Verdict.MISSED: (N_("missed"), "overdue"),
    Verdict.TOO_FEW: (N_("too few to judge"), "void"),
    Verdict.NO_DATA: (N_("nothing fell due"), "void"),
}

REACHED = {
    PEOPLE: N_("reached %(met)s times of %(total)s by each person"),
    TEAMS: N_("reached %(met)s times of %(total)s by each team"),
    PERIODS: N_("reached %(met)s times of %(total)s"),
}


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    rows = [(each, spoken.period_name(read(each.text).period), _standing(each)) for each in obligations.statements()]
    return render_template("statements/index.html", rows=rows, tabs=themes.tabs("statements", {}))


@bp.get("/<int:statement_id>")
@allows(Permission.SEE_REPORTS)
def show(statement_id: int) -> Any:
    statement = _found(statement_id)
    return _page(statement, SignatureForm(digest=statement.digest))


@bp.post("/<int:statement_id>/signatures")
@allows(Permission.SIGN_AGREEMENT)
def sign(statement_id: int) -> Any:
    """The password is asked again: who leaves a browser open has not signed."""
    form = SignatureForm(request.form)
    _found(statement_id)
    try:
        check_password(form.password.data or "")
        with transaction():
            statements.sign(_found(statement_id), signed_digest=form.digest.data or "", actor=actor(), now=now())
    except DomainError as error:
        db.session.rollback()
        show_fault(form, error)
        flash(message_of(error), "error")
        return _page(_found(statement_id), form, status=status_of(error))
    flash(
        gettext("You have signed the statement for %(side)s.", side=label(actor().department or Department.SALES)),
        "success",
    )
    return redirect(url_for("statements.show", statement_id=statement_id), code=303)


def _found(statement_id: int) -> Statement:
    return db.session.get(Statement, statement_id) or abort(404)


def _page(statement: Statement, form: SignatureForm, *, status: int = 200) -> Any:
    minute = read(statement.text)
    signed = {signature.department: signature for signature in statement.signatures}
    latest = statements.latest_of(statement.starts_on)
    person = actor()
    may_sign = (
        may(person.role, Permission.SIGN_AGREEMENT)
        and person.department is not None
        and person.department not in signed
        and latest is not None
        and latest.id == statement.id
    )
    return render_template(
        "statements/show.html",
        statement=statement,
        name=spoken.period_name(minute.period),
        minute=minute,
        sides=[(side, [_line(each) for each in minute.obligations if each.side is side]) for side in Department],
        signatures=[(side, signed.get(side)) for side in Department],
        later=latest if latest and latest.id != statement.id else None,
        changed=_changed(minute),
        may_sign=may_sign,
        signing=form,
    ), status


def _line(each: Obligation) -> dict[str, Any]:
    words, state = VERDICTS[each.verdict]
    share, adjusted = Share(each.met, each.total), Share(each.met, each.total - each.excused)
    came, promised = _numbers(each)
    if each.is_limit:
        promised = gettext("at most %(share)s", share=promised)
    return {
        "title": in_language(each.title),
        "promised": promised,
        "came": came,
        "share": "" if each.is_volume else spoken.share(share) or "",
        "excused": "" if each.is_volume else number(each.excused),
        "adjusted": "" if each.is_volume else spoken.share(adjusted) or "",
        "verdict": gettext(words),
        "state": state,
    }


def _numbers(each: Obligation) -> tuple[str, str]:
    """What came and what was promised."""
    if each.is_volume:
        amounts = (each.met, int(each.promised))
        came, promised = (money(amount, each.unit) if each.unit else number(amount) for amount in amounts)
        return came, promised
    told = {"met": number(each.met), "total": number(each.total)}
    return gettext(REACHED.get(each.unit, N_("%(met)s of %(total)s")), **told), percent(each.promised, 0)


def _standing(statement: Statement) -> tuple[str, str]:
    """Who has signed, in words."""
    signed = {signature.department for signature in statement.signatures}
    if signed == set(Department):
        return gettext("signed by both sides"), "met"
    if signed:
        return gettext("signed by %(side)s", side=label(next(iter(signed)))), "at_risk"
    return gettext("waits for both signatures"), "at_risk"


def _changed(minute: Minute) -> list[str]:
    """What late facts have changed since it was composed, in words."""
    today = obligations.minute(minute.period, now=now())
    known = {each.clause: each for each in today.obligations} if today else {}
    found = []
    for each in minute.obligations:
        later = known.get(each.clause)
        if later and (later.met, later.total, later.excused) != (each.met, each.total, each.excused):
            told = {"clause": in_language(each.title), "was": _line(each)["came"], "now": _line(later)["came"]}
            found.append(gettext("%(clause)s: %(was)s then, %(now)s now", **told))
    return found
