"""The rep's desk: what to act on next, by the business time that is left."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.roles import Permission, Role, may
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.people import User
from smarketing.reports import queue
from smarketing.reports.queue import COUNTED, Entry, Found, Place
from smarketing.services import routing
from smarketing.web import estimates, paging, queue_lines
from smarketing.web.access import actor, allows, now
from smarketing.web.answers import rep_choices
from smarketing.web.languages import zone
from smarketing.web.queue_lines import Line

bp = Blueprint("queue", __name__, url_prefix="/queue")

MINE, TEAM = "mine", "none"
MINE_AND_TEAM = 2
GROUPS = {
    "overdue": N_("Overdue"),
    "at_risk": N_("At risk"),
    "today": N_("Due today"),
    "later": N_("Later"),
    "paused": N_("Paused"),
}


class Group(NamedTuple):
    key: str
    title: str
    lines: Sequence[Line]


@bp.get("/")
@allows(Permission.SEE_QUEUE)
def index() -> str:
    owners, search = _owner_ids(), request.args.get("q", "").strip()
    is_timed = request.args.get("view") != "rest"
    groups, newer_url, older_url = _timed(owners, search) if is_timed else _rest(owners, search)
    return render_template(
        "queue/index.html",
        groups=groups,
        newer_url=newer_url,
        older_url=older_url,
        is_timed=is_timed,
        views=_views(is_timed=is_timed),
        owner_choices=_owner_choices(),
        chosen_owner=request.args.get("owner", ""),
        shows_owners=len(owners) > MINE_AND_TEAM,
        is_filtered=bool(search or request.args.get("owner")),
        giving=_giving(),
        marks_url=_address(".marks") if is_timed else None,
    )


@bp.get("/marks")
@allows(Permission.SEE_QUEUE)
def marks() -> dict[str, Any]:
    """What the page of the same address would show now, in order: hand-offs, each with what changes when it does."""
    found = _found(_owner_ids(), request.args.get("q", "").strip())
    due_at = {handoff_id: place.due_at for place, handoff_id in found.places}
    return {"rows": queue.marks(list(due_at), due_at), "is_last": found.older is None}


@bp.get("/<int:handoff_id>/context")
@allows(Permission.SEE_QUEUE)
def context(handoff_id: int) -> str:
    """What to know before acting, beside the queue or on a page of its own."""
    pack = queue_lines.pack(handoff_id) or abort(404)
    is_part = bool(request.headers.get("HX-Request"))
    return render_template(
        "queue/_context.html" if is_part else "queue/context.html",
        pack=pack,
        estimate=estimates.of(pack.context.entry.handoff),
    )


@bp.post("/owner")
@allows(Permission.REASSIGN_HANDOFF)
def reassign() -> Response:
    """Give all open hand-offs of one rep to somebody else, as when they leave."""
    before_id, owner_id = request.form.get("from", type=int), chosen_owner()
    if before_id is None:
        raise InvalidInput("from", N_("Choose whose hand-offs to give to somebody else."))
    with transaction():
        count = routing.reassign(queue.open_ids(before_id), owner_id=owner_id, actor=actor(), now=now())
    flash(given_message(owner_id, count), "success")
    return redirect(url_for(".index", owner=owner_id or TEAM), code=303)


def chosen_owner() -> int | None:
    """Whom a manager gives hand-offs to; None is the whole team."""
    text = request.form.get("owner")
    if text == "":
        return None
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput("owner", N_("Choose somebody who sells and can sign in."))
    return int(text)


def given_message(owner_id: int | None, count: int) -> str:
    name = db.session.get_one(User, owner_id).name if owner_id else gettext("the whole team")
    return ngettext(
        "%(num)s hand-off is with %(name)s now.", "%(num)s hand-offs are with %(name)s now.", count, name=name
    )


def _found(owners: Sequence[int | None], search: str) -> Found:
    after, before = (Place.read(request.args.get(name)) for name in ("after", "before"))
    return queue.places(owners, search=search, after=after, before=before)


def _timed(owners: Sequence[int | None], search: str) -> tuple[list[Group], str | None, str | None]:
    found = _found(owners, search)
    groups: dict[str, list[Line]] = {}
    for entry in queue.entries([handoff_id for _place, handoff_id in found.places]):
        groups.setdefault(_group_of(entry), []).append(queue_lines.of(entry))
    return (
        [Group(key, gettext(title), groups[key]) for key, title in GROUPS.items() if key in groups],
        _address(".index", before=str(found.newer)) if found.newer else None,
        _address(".index", after=str(found.older)) if found.older else None,
    )


def _rest(owners: Sequence[int | None], search: str) -> tuple[list[Group], str | None, str | None]:
    page = paging.newest_first(queue.without_deadline(owners, search=search), Handoff.id)
    lines = [queue_lines.of(entry) for entry in queue.entries([row.id for row in page.rows])]
    return [Group("rest", gettext("No deadline"), lines)] if lines else [], page.newer_url, page.older_url


def _group_of(entry: Entry) -> str:
    clock = entry.clocks[0]
    if clock.due_at < now():
        return "overdue"
    if clock.paused_at:
        return "paused"
    if clock.at_risk_at <= now():
        return "at_risk"
    is_today = clock.due_at.astimezone(zone()).date() == now().astimezone(zone()).date()
    return "today" if is_today else "later"


def _owner_ids() -> list[int | None]:
    """Whose hand-offs are shown: a rep's own and the team's; a manager may look at anybody's."""
    chosen = request.args.get("owner", "")
    if chosen == TEAM:
        return [None]
    if not _sees_all():
        return [actor().id] if chosen == MINE else [actor().id, None]
    sellers = [seller.id for seller in _sellers()]
    return [int(chosen)] if chosen in map(str, sellers) else [*sellers, None]


def _owner_choices() -> list[tuple[str, str]]:
    if not _sees_all():
        return [("", gettext("Mine and the team’s")), (MINE, gettext("Mine")), (TEAM, gettext("The team’s"))]
    sellers = [(str(seller.id), seller.name) for seller in _sellers()]
    return [("", gettext("Everybody")), *sellers, (TEAM, gettext("The team’s"))]


def _sellers() -> Sequence[User]:
    """Sales reps, and whoever else still has an open hand-off; those who left last."""
    has_open = select(Handoff.id).where(Handoff.owner_id == User.id, IS_OPEN).exists()
    sells = or_(User.role == Role.SALES_REP, has_open)
    query = select(User).where(sells).order_by(User.disabled_at.is_not(None), User.name, User.id)
    return db.session.scalars(query).all()


def _sees_all() -> bool:
    return may(actor().role, Permission.REASSIGN_HANDOFF)


def _open_count(owners: Sequence[int | None]) -> str:
    count = queue.count_open(owners)
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _views(*, is_timed: bool) -> list[dict[str, object]]:
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "owner") if request.args.get(name)}
    return [
        {"label": gettext("With a deadline"), "url": url_for(".index", **kept), "active": is_timed},
        {"label": gettext("Without a deadline"), "url": url_for(".index", **kept, view="rest"), "active": not is_timed},
    ]


class Giving(NamedTuple):
    """All open hand-offs of one rep, for a manager to give to somebody else."""

    owner: User
    open_count: str
    choices: Sequence[tuple[str, str]]


def _giving() -> Giving | None:
    chosen = request.args.get("owner", "")
    if not _sees_all() or chosen not in {str(seller.id) for seller in _sellers()}:
        return None
    owner = db.session.get_one(User, int(chosen))
    count = _open_count([owner.id])
    return Giving(owner, count, rep_choices(except_id=owner.id)) if count != "0" else None


def _address(endpoint: str, **place: str) -> str:
    """This queue with its filters: at another place, or as it is."""
    moved = ("after", "before") if place else ()
    kept: dict[str, Any] = {name: text for name, text in request.args.items() if name not in moved}
    return url_for(endpoint, **{**kept, **place})
