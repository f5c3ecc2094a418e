"""What a notice says, and where it leads: alike in the bell and in an e-mail."""

from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import get_locale, gettext
from sqlalchemy import Select, select

from smarketing.domain.disputes import DisputeState
from smarketing.domain.errors import N_
from smarketing.domain.event_names import EventName
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.services import agreements
from smarketing.web import filters
from smarketing.web.words import in_language, label

SENTENCES = {
    EventName.CLOCK_WARNED: N_("%(lead)s: “%(clause)s” is due %(due)s"),
    EventName.CLOCK_BREACHED: N_("%(lead)s: “%(clause)s” was due %(due)s and was not met"),
}
DISPUTES = {
    EventName.DISPUTE_RAISED: N_("%(lead)s: the other side contests something and waits for your answer"),
    EventName.DISPUTE_ANSWERED: N_("%(lead)s: the other side objects, so the arbiters rule"),
    EventName.DISPUTE_RULED: N_("%(lead)s: the dispute is closed, %(state)s"),
}
AMENDMENTS = {
    EventName.AMENDMENT_SENT: N_("“%(title)s”: the other side asks for an amendment and waits for your answer"),
    EventName.AMENDMENT_ACCEPTED: N_("“%(title)s”: your amendment was accepted and is a draft to be signed"),
    EventName.AMENDMENT_REFUSED: N_("“%(title)s”: your amendment was refused"),
    EventName.AMENDMENT_WITHDRAWN: N_("“%(title)s”: the other side took its amendment back"),
    EventName.AMENDMENT_LAPSED: N_("“%(title)s”: the amendment lapsed without an answer"),
}
IMPORT_ENDS = {
    "done": N_("Your import is done. New leads: %(new)s, MQLs: %(mql)s, rejected rows: %(rejected)s"),
    "cancelled": N_("Your import was stopped. New leads taken before: %(new)s"),
    "failed": N_("Your import failed. New leads taken before: %(new)s"),
}


class Target(NamedTuple):
    """The page that a notice is about."""

    endpoint: str
    values: dict[str, Any]


def found() -> Select[*tuple[Any, ...]]:
    """Notices with what their sentence needs: id, notice, lead and the version of the hand-off."""
    joined = select(Notice.id, Notice, Lead, Handoff.agreement_version_id)
    return joined.outerjoin(Lead, Notice.lead_id == Lead.id).outerjoin(Handoff, Notice.handoff_id == Handoff.id)


def target(notice: Notice, lead: Lead | None) -> Target | None:
    data = notice.data or {}
    if data.get("dispute"):
        return Target("disputes.show", {"dispute_id": data["dispute"]})
    if data.get("amendment"):
        return Target("amendments.show", {"amendment_id": data["amendment"]})
    if lead:
        return Target("leads.show", {"lead_id": lead.id})
    return Target("imports.show", {"import_id": data["import"]}) if data.get("import") else None


def sentence(notice: Notice, lead: Lead | None, version_id: int | None) -> str:
    kind, data = EventName(notice.kind), notice.data or {}
    if kind is EventName.HANDOFF_REASSIGNED and lead is not None:
        return gettext("%(lead)s was given to you: the clocks go on as they were", lead=lead.name)
    if kind in DISPUTES and lead is not None:
        return gettext(DISPUTES[kind], lead=lead.name, state=label(DisputeState(data["state"])))
    if kind in AMENDMENTS:
        return gettext(AMENDMENTS[kind], title=data["title"])
    if kind is EventName.TIMEBOX_ENDED and lead is not None and version_id is not None:
        boxes = agreements.version(version_id).terms.timeboxes
        title = next((in_language(each.title) for each in boxes if each.id == data["clause"]), "")
        return gettext("%(lead)s stood still: “%(clause)s”", lead=lead.name, clause=title)
    if kind is EventName.IMPORT_FINISHED:
        return _ended_import(data)
    if kind not in SENTENCES or lead is None or version_id is None:
        return label(kind)
    clause = agreements.version(version_id).terms.clock(data["clause"])
    due = filters.local_datetime(datetime.fromisoformat(data["due_at"]))
    return gettext(SENTENCES[kind], lead=lead.name, clause=clause.title.in_locale(str(get_locale())), due=due)


def _ended_import(data: dict[str, Any]) -> str:
    counts = {name: filters.number(data.get(name, 0)) for name in ("new", "mql", "rejected")}
    return gettext(IMPORT_ENDS.get(data.get("state", ""), IMPORT_ENDS["done"]), **counts)
