"""The rep's desk: what to act on next, by the business time that is left."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.roles import Permission, Role, may
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Score
from smarketing.models.people import User
from smarketing.reports import queue
from smarketing.reports.queue import COUNTED, Entry, Place
from smarketing.services import routing
from smarketing.web import paging
from smarketing.web.access import actor, allows, now
from smarketing.web.answers import Act, acts, rep_choices
from smarketing.web.languages import zone
from smarketing.web.words import in_language

bp = Blueprint("queue", __name__, url_prefix="/queue")

MINE, TEAM = "mine", "none"
MINE_AND_TEAM = 2
SHOWN_PARTS = 2


class Line(NamedTuple):
    """A row: `clock` is the one that runs out next, with the words of its clause; None when no clock runs."""

    handoff: Handoff
    clock: Clock | None
    promise: str | None
    why: Sequence[str]
    acts: Sequence[Act]


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


def line_of(handoff_id: int) -> Line:
    return _line(queue.entries([handoff_id])[0])


def _timed(owners: Sequence[int | None], search: str) -> tuple[list[Group], str | None, str | None]:
    after, before = (Place.read(request.args.get(name)) for name in ("after", "before"))
    found = queue.read(owners, search=search, after=after, before=before)
    groups: dict[str, list[Line]] = {}
    for entry in found.entries:
        groups.setdefault(_group_of(entry), []).append(_line(entry))
    titles = {"overdue": gettext("Overdue"), "today": gettext("Due today"), "later": gettext("Later")}
    return (
        [Group(key, title, groups[key]) for key, title in titles.items() if key in groups],
        _address(before=str(found.newer)) if found.newer else None,
        _address(after=str(found.older)) if found.older else None,
    )


def _rest(owners: Sequence[int | None], search: str) -> tuple[list[Group], str | None, str | None]:
    page = paging.newest_first(queue.without_deadline(owners, search=search), Handoff.id)
    lines = [_line(entry) for entry in queue.entries([row.id for row in page.rows])]
    return [Group("rest", gettext("No deadline"), lines)] if lines else [], page.newer_url, page.older_url


def _line(entry: Entry) -> Line:
    handoff, clock = entry.handoff, next(iter(entry.clocks), None)
    clause = entry.terms.clock(clock.clause_id) if clock else None
    return Line(
        handoff,
        clock,
        in_language(clause.title) if clause else None,
        _why(handoff, entry.terms),
        acts(handoff, urgent=clause.stops_on if clause else ()),
    )


def _group_of(entry: Entry) -> str:
    due_at = entry.clocks[0].due_at
    if due_at < now():
        return "overdue"
    is_today = due_at.astimezone(zone()).date() == now().astimezone(zone()).date()
    return "today" if is_today else "later"


def _why(handoff: Handoff, terms: Terms) -> list[str]:
    """The rules that gave it most of its points; who vouched for it, when a person did."""
    if handoff.qualified_by:
        return [gettext("Marked by %(name)s", name=handoff.qualified_by.name)]
    return _best_parts(handoff.score, terms) if handoff.score else []


def _best_parts(score: Score, terms: Terms) -> list[str]:
    titles = {rule.id: rule.title for rule in (*terms.scoring.engagement, *terms.scoring.fit)}
    parts = [*score.explanation.get("engagement", ()), *score.explanation.get("fit", ())]
    best = sorted((part for part in parts if part[1] > 0 and part[0] in titles), key=lambda part: -part[1])
    return [in_language(titles[part[0]]) for part in best[:SHOWN_PARTS]]


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


def _address(**place: str) -> str:
    kept: dict[str, Any] = {name: text for name, text in request.args.items() if name not in ("after", "before")}
    return url_for(".index", **{**kept, **place})
