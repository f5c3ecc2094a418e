"""The marketer's inbox: who nearly qualifies, who waits to be brought forward, what sales refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Select
from werkzeug.wrappers import Response

from smarketing.db import among, db, transaction
from smarketing.domain.bulks import BulkVerb
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.nearness import near_from
from smarketing.domain.roles import Permission
from smarketing.models.bulks import Bulk
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import agreed, funnel, inbox
from smarketing.reports.inbox import Wanted
from smarketing.services import bulks
from smarketing.web import inbox_lines, paging
from smarketing.web.access import actor, allows, now
from smarketing.web.bulks import AT_ONCE, is_finished, tell
from smarketing.web.filters import number
from smarketing.web.words import message_of

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

LONGEST = 200
COUNTED = 10_000
SIZE = 50
AnySelect = Select[*tuple[Any, ...]]


class View(NamedTuple):
    """One part of the inbox: which rows, in which words, and what can be done to many of them."""

    label: str
    about: str
    nothing: str
    find: Callable[[Wanted], AnySelect]
    key: Any
    lines: Callable[[Sequence[int]], Sequence[Any]]
    verb: BulkVerb | None


VIEWS: Mapping[str, View] = {
    "near": View(
        N_("Near the threshold"),
        N_("Inquiries a few points short of an MQL. Vouch for those you know to be good: sales reads your reason."),
        N_("No inquiry is near the threshold."),
        lambda wanted: inbox.near(_near_from(), wanted),
        Lead.id,
        inbox_lines.near,
        BulkVerb.MARK,
    ),
    "held": View(
        N_("To confirm"),
        N_("They meet the criteria, but were taken back or came back from sales: only you can bring them forward."),
        N_("Nobody waits to be brought forward."),
        inbox.held,
        Lead.id,
        inbox_lines.held,
        BulkVerb.MARK,
    ),
    "refused": View(
        N_("Refused"),
        N_("What sales refused and nobody has answered yet. Agree, or contest it."),
        N_("Every refusal has been answered."),
        inbox.refused,
        Disposition.id,
        inbox_lines.refused,
        BulkVerb.AGREE,
    ),
    "handed": View(
        N_("Handed over"),
        N_("What has become of each lead since sales has it, the latest first."),
        N_("Nothing has been handed over yet."),
        lambda _wanted: inbox.handed(),
        Handoff.id,
        inbox_lines.handed,
        None,
    ),
}


@bp.get("/")
@allows(Permission.QUALIFY_LEAD)
def index() -> str:
    return _page(_name(request.args.get("view", "near")), {})


@bp.post("/<name>")
@allows(Permission.QUALIFY_LEAD)
def decide(name: str) -> Response | tuple[str, int]:
    """Do to the chosen rows, or to all that match, what this part of the inbox is for."""
    view = VIEWS.get(name)
    if view is None or view.verb is None:
        abort(404)
    try:
        with transaction():
            bulk = bulks.begin(
                view.verb, _chosen(view), reason=request.form.get("reason", ""), actor=actor(), now=now()
            )
            if bulk.row_count <= AT_ONCE:
                bulks.carry_on(bulk.id, now=now(), limit=AT_ONCE)
            bulk_id = bulk.id
    except InvalidInput as fault:
        return _page(name, {fault.field: message_of(fault)}), 422
    bulk = db.session.get_one(Bulk, bulk_id)
    if not is_finished(bulk):
        return redirect(url_for("bulks.show", bulk_id=bulk_id), code=303)
    said: Any = tell(bulk)
    flash(said, "success")
    return redirect(url_for(".index", view=name, **_kept()), code=303)


def _chosen(view: View) -> AnySelect:
    """All that match the filters, or of these the ticked ones."""
    query = view.find(_wanted())
    if request.form.get("scope") == "all":
        return query
    ticked = {
        int(text) for text in request.form.getlist("chosen") if text.isascii() and text.isdigit() and len(text) < 10
    }
    return query.where(among(view.key, sorted(ticked)))


def _page(name: str, faults: dict[str, str]) -> str:
    view = VIEWS[name]
    query = view.find(_wanted())
    page = paging.newest_first(query, view.key, size=SIZE)
    matching = inbox.count(query, most=COUNTED) if view.verb else None
    return render_template(
        "inbox/index.html",
        name=name,
        view=view,
        about=gettext(view.about),
        nothing=gettext(view.nothing),
        lines=view.lines([row.id for row in page.rows]),
        page=page,
        matching=matching,
        matching_words=_matching(matching) if matching else None,
        tabs=_tabs(name),
        wanted=_wanted(),
        sources=[("", gettext("All")), *((source, source) for source in funnel.sources() if source)],
        kept=_kept(),
        faults=faults,
        ticked=request.form.getlist("chosen"),
        takes_all=request.form.get("scope") == "all",
        reason=request.form.get("reason", ""),
    )


def _matching(count: int) -> str:
    return number(count) if count <= COUNTED else gettext("more than %(count)s", count=number(COUNTED))


def _tabs(active: str) -> list[dict[str, object]]:
    return [
        {"label": gettext(view.label), "url": url_for(".index", view=name, **_kept()), "active": name == active}
        for name, view in VIEWS.items()
    ]


def _name(text: str) -> str:
    return text if text in VIEWS else "near"


def _wanted() -> Wanted:
    kept = _kept()
    return Wanted(kept.get("q", ""), kept.get("source"))


def _kept() -> dict[str, Any]:
    """The filters, as the address or the form has them."""
    sent = request.form if request.method == "POST" else request.args
    texts = {name: sent.get(name, "").replace("\0", "").strip()[:LONGEST] for name in ("q", "source")}
    return {name: text for name, text in texts.items() if text}


def _near_from() -> int:
    """Without an agreement, or one that asks for no points, nobody is near."""
    standing = agreed.latest()
    points = near_from(standing.terms.mql.when) if standing else None
    return 2**31 - 1 if points is None else points
