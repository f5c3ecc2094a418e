"""Who is given which lead, and why: how everybody stands in the turn, what each takes, and the ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Facts
from smarketing.domain.roles import Permission, Role
from smarketing.domain.routing import Asking
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.routing import LedgerLine, Share
from smarketing.reports import agreed, ledger
from smarketing.services import dealing, rosters
from smarketing.services.rosters import Takes
from smarketing.services.subjects import facts_of
from smarketing.web import paging
from smarketing.web.access import actor, allows, now
from smarketing.web.words import in_language, label, message_of

bp = Blueprint("routing", __name__, url_prefix="/routing")

LONGEST = 200
COUNTED_DAYS = 30
ASKED = ("country", "company", "source", "job_title", "email")
CREDITS = {
    EventName.HANDOFF_WITHDRAWN: N_("marketing took the lead back"),
    EventName.HANDOFF_REASSIGNED: N_("the lead was given to somebody else"),
    EventName.DISPUTE_RULED: N_("a ruling struck the MQL out"),
}


class Rep(NamedTuple):
    """How one rep stands; `passed_over` says why the lead that is asked about could not go to them."""

    user: User
    takes: Takes
    turn: int
    account: ledger.Account
    open_count: int
    passed_over: str | None
    is_away: bool


class Answer(NamedTuple):
    """Who would get it: None is the team's queue. `rule` is the clause that says so."""

    name: str | None
    rule: str | None
    lead: Lead | None


@bp.get("/")
@allows(Permission.REASSIGN_HANDOFF)
def index() -> str:
    standing = agreed.latest()
    asking, lead, fault = _asking()
    table = dealing.lay(standing.terms, now=now()) if standing else None
    reps = _reps(table, asking.facts if asking else None) if table else []
    answer = None
    if table and standing and asking:
        dealt = table.deal(dealing.acquainted([asking], standing.terms, now=now())[0])
        titles = {clause.id: in_language(clause.title) for clause in standing.terms.routes}
        name = next((rep.user.name for rep in reps if rep.user.id == dealt.user_id), None)
        answer = Answer(name, titles.get(dealt.clause_id or ""), lead)
    routes = [in_language(clause.title) for clause in standing.terms.routes] if standing else []
    return render_template(
        "routing/index.html",
        reps=reps,
        answer=answer,
        routes=routes,
        fault=fault,
        asked={name: request.args.get(name, "")[:LONGEST] for name in ("lead", "language", *ASKED)},
        days=COUNTED_DAYS,
        unowned=ledger.accounts(_since()).get(None, ledger.Account()).given,
    )


@bp.route("/<int:user_id>", methods=["GET", "POST"])
@allows(Permission.REASSIGN_HANDOFF)
def edit(user_id: int) -> Any:
    user = db.get_or_404(User, user_id)
    if user.role is not Role.SALES_REP:
        abort(404)
    if request.method == "GET":
        return render_template("routing/edit.html", user=user, told=_told(rosters.profile_of(user_id)), faults={})
    told = {name: request.form.get(name, "")[:20_000] for name in Takes._fields}
    try:
        with transaction():
            rosters.change(user, _takes(told), actor=actor(), now=now())
    except InvalidInput as fault:
        user = db.get_or_404(User, user_id)
        faults = {fault.field: message_of(fault)}
        return render_template("routing/edit.html", user=user, told=told, faults=faults), 422
    flash(gettext("What %(name)s takes of the turn was saved.", name=user.name), "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/ledger")
@allows(Permission.SEE_QUEUE)
def lines() -> str:
    """Who was given what, and credited back why: a rep reads the same as a manager."""
    user = db.session.get(User, request.args.get("user", type=int) or 0)
    page = paging.newest_first(ledger.ids(user.id if user else None), LedgerLine.id)
    standing = agreed.latest()
    titles = {clause.id: in_language(clause.title) for clause in standing.terms.routes} if standing else {}
    return render_template(
        "routing/ledger.html",
        lines=[(line, name, _why(line, titles)) for line, name in ledger.lines([row.id for row in page.rows])],
        page=page,
        user=user,
    )


def _asking() -> tuple[Asking | None, Lead | None, str | None]:
    """What the address asks about: a lead that is there, or facts; with what is wrong with it."""
    text = request.args.get("lead", "").replace("\0", "")[:LONGEST]
    if text.strip():
        lead = ledger.lead_named(text)
        if lead is None:
            return None, None, gettext("There is no lead with this number or e-mail address.")
        return Asking(lead.id, facts_of([lead.id], now=now())[lead.id]), lead, None
    asked: dict[str, Any] = {name: request.args.get(name, "").replace("\0", "").strip()[:LONGEST] for name in ASKED}
    language = request.args.get("language", "").strip()[:LONGEST]
    if not any(asked.values()) and not language:
        return None, None, None
    return Asking(0, Facts({**asked, "custom.language": language}, [], now())), None, None


def _reps(table: Any, facts: Facts | None) -> Sequence[Rep]:
    ids = [candidate.user_id for candidate in table.candidates]
    users = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
    accounts, open_counts = ledger.accounts(_since()), ledger.open_counts(ids)
    reps = []
    for each in table.candidates:
        passed = table.passed_over(each, facts) if facts else None
        reps.append(
            Rep(
                users[each.user_id],
                rosters.profile_of(each.user_id)._replace(weight=each.weight),
                each.turn,
                accounts.get(each.user_id, ledger.Account()),
                open_counts.get(each.user_id, 0),
                label(passed) if passed else None,
                each.is_away,
            )
        )
    return sorted(reps, key=lambda rep: (rep.turn - rep.takes.weight, rep.user.id))


def _since() -> Any:
    return now() - timedelta(days=COUNTED_DAYS)


def _why(line: LedgerLine, titles: Mapping[str, str]) -> str:
    if line.share is Share.CREDITED:
        return gettext(CREDITS.get(EventName(line.why), N_("it was no lead after all")))
    return gettext("in turn") if line.why == dealing.TURN else titles.get(line.why, line.why)


def _told(takes: Takes) -> dict[str, str]:
    return {
        "weight": str(takes.weight),
        "most_a_day": "" if takes.most_a_day is None else str(takes.most_a_day),
        "countries": ", ".join(takes.countries),
        "languages": ", ".join(takes.languages),
        "started_on": takes.started_on.isoformat() if takes.started_on else "",
    }


def _takes(told: Mapping[str, str]) -> Takes:
    weight, most = _whole("weight", told["weight"]), told["most_a_day"].strip()
    try:
        started_on = date.fromisoformat(told["started_on"].strip()) if told["started_on"].strip() else None
    except ValueError:
        raise InvalidInput("started_on", N_("Choose a day, written like 2026-05-31.")) from None
    words = {
        name: list(dict.fromkeys(text.strip() for text in told[name].replace("\0", "").split(",") if text.strip()))
        for name in ("countries", "languages")
    }
    return Takes(weight, _whole("most_a_day", most) if most else None, **words, started_on=started_on)


def _whole(field: str, text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 8):
        raise InvalidInput(field, N_("Write a whole number."))
    return int(text)
