"""The pages a person may open, in the same place for everybody."""

from typing import NamedTuple

from flask import request, url_for
from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission, may
from smarketing.web.access import actor


class Place(NamedTuple):
    endpoint: str
    icon: str
    label: str
    permission: Permission


PLACES = (
    Place("dashboard.index", "dashboard", N_("Dashboard"), Permission.SEE_REPORTS),
    Place("queue.index", "inbox", N_("Queue"), Permission.SEE_QUEUE),
    Place("inbox.index", "mail", N_("Inbox"), Permission.QUALIFY_LEAD),
    Place("leads.index", "users", N_("Leads"), Permission.SEE_LEADS),
    Place("agreements.index", "file-certificate", N_("Agreement"), Permission.SEE_AGREEMENT),
    Place("reports.index", "chart-bar", N_("Reports"), Permission.SEE_REPORTS),
    Place("disputes.index", "scale", N_("Disputes"), Permission.CONTEST),
    Place("routing.index", "send", N_("Routing"), Permission.REASSIGN_HANDOFF),
    Place("imports.index", "file-import", N_("Imports"), Permission.IMPORT_LEADS),
    Place("people.index", "user", N_("People"), Permission.SEE_PEOPLE),
    Place("jobs.index", "jobs", N_("Jobs"), Permission.SEE_JOBS),
)


def items() -> list[dict[str, object]]:
    return [
        {
            "url": url_for(place.endpoint),
            "icon": place.icon,
            "label": gettext(place.label),
            "active": _is_here(url_for(place.endpoint)),
            "count": None,
        }
        for place in PLACES
        if may(actor().role, place.permission)
    ]


def _is_here(url: str) -> bool:
    """Whether the page is that place or lies within it; everything lies within "/"."""
    return request.path == url or (url != "/" and request.path.startswith(url))
