"""One field for everything: leads, people, pages and things to do. A palette over any page, and a page without it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.importing import words_of
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Permission, Role, may
from smarketing.models.leads import Lead
from smarketing.reports import lead_list, lead_search
from smarketing.reports.lead_list import Filters
from smarketing.web import navigation, status_words
from smarketing.web.access import actor, allows, now
from smarketing.web.navigation import Place
from smarketing.web.words import label

bp = Blueprint("search", __name__, url_prefix="/search")

LONGEST = 200
MOST_LEADS = 8
MOST_OTHERS = 6
COMMANDS = (
    Place("leads.new", "plus", N_("Add a lead"), Permission.IMPORT_LEADS),
    Place("imports.new", "upload", N_("Import a file of leads"), Permission.IMPORT_LEADS),
    Place("people.new", "user", N_("Invite a person"), Permission.MANAGE_PEOPLE),
    Place("notices.index", "bell", N_("Read my notices"), Permission.USE_ACCOUNT),
    Place("account.show", "settings", N_("Change my settings, shortcuts or password"), Permission.USE_ACCOUNT),
)


class Found(NamedTuple):
    """A line to choose: `about` says what or where it is."""

    label: str
    about: str
    url: str
    icon: str


class Group(NamedTuple):
    key: str
    title: str
    found: Sequence[Found]


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    text = request.args.get("q", "").replace("\0", "")[:LONGEST].strip()
    is_part = bool(request.headers.get("HX-Request"))
    template = "search/_found.html" if is_part else "search/index.html"
    return render_template(template, text=text, groups=[group for group in _groups(text) if group.found])


def _groups(text: str) -> Iterator[Group]:
    words = lead_search.words(text)
    if words:
        yield Group("leads", gettext("Leads"), list(_leads(words, text)))
        yield Group("people", gettext("People"), list(_people(words))[:MOST_OTHERS])
    yield Group("pages", gettext("Pages"), list(_places(navigation.PLACES, words)))
    yield Group("commands", gettext("Things to do"), list(_places(COMMANDS, words)))


def _leads(words: Sequence[str], text: str) -> Iterator[Found]:
    filters = Filters(words=tuple(words))
    lines = lead_list.newest(filters, now=now(), limit=MOST_LEADS + 1)
    for line in lines[:MOST_LEADS]:
        lead = line.lead
        about = " · ".join(filter(None, (lead.company, lead.email, label(Stage(lead.stage)), _status(lead))))
        yield Found(lead.name, about, url_for("leads.show", lead_id=lead.id), f"stage-{lead.stage}")
    if len(lines) > MOST_LEADS:
        yield Found(gettext("All leads with “%(text)s”", text=text), "", url_for("leads.index", q=text), "search")


def _status(lead: Lead) -> str | None:
    return status_words.name(lead.status) if lead.status else None


def _people(words: Sequence[str]) -> Iterator[Found]:
    for person in lead_list.people():
        if not _has_all(person.name, words):
            continue
        if person.role == Role.SALES_REP and may(actor().role, Permission.REASSIGN_HANDOFF):
            yield Found(person.name, gettext("Their queue"), url_for("queue.index", owner=person.id), "inbox")
        if person.role == Role.SALES_REP:
            yield Found(person.name, gettext("Their leads"), url_for("leads.index", owner=person.id), "users")
        elif may(actor().role, Permission.SEE_PEOPLE):
            yield Found(person.name, label(Role(person.role)), url_for("people.index"), "user")


def _places(places: Sequence[Place], words: Sequence[str]) -> Iterator[Found]:
    for place in places:
        name = gettext(place.label)
        if may(actor().role, place.permission) and _has_all(name, words):
            yield Found(name, "", url_for(place.endpoint), place.icon)


def _has_all(name: str, words: Sequence[str]) -> bool:
    """Each of the words begins one of the name's."""
    parts = words_of(name)
    return all(any(part.startswith(word) for part in parts) for word in words)
