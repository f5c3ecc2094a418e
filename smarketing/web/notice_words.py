"""What a notice says, and where it leads: alike in the bell and in an e-mail."""

from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy import Select, select

from smarketing.db import among, db
from smarketing.domain.disputes import DisputeState
from smarketing.domain.errors import N_
from smarketing.domain.event_names import EventName
from smarketing.domain.terms import Terms
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import agreements
from smarketing.web import filters
from smarketing.web.clause_words import listed
from smarketing.web.themes import THEMES
from smarketing.web.words import in_language, label

SENTENCES = {
    EventName.CLOCK_WARNED: N_("%(lead)s: “%(clause)s” is due %(due)s"),
    EventName.CLOCK_BREACHED: N_("%(lead)s: “%(clause)s” was due %(due)s and was not met"),
}
ESCALATED = N_("%(ladder)s – %(lead)s: “%(clause)s” is due %(due)s")
ESCALATED_LATE = N_("%(ladder)s – %(lead)s: “%(clause)s” was due %(due)s and still waits")
TO_DO = N_("To do – %(lead)s: %(task)s")
IN_PLACE = N_("%(name)s is away. %(said)s")
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
THANKED = N_("Week of %(week)s: you kept %(met)s of %(total)s promises. Thank you!")
LATE = N_("Week of %(week)s: you kept %(met)s of %(total)s promises; %(waiting)s of those missed still wait for you")
ALL_THANKED = N_("Week of %(week)s: all was kept by %(kept)s. Thank you!")
SOME_LATE = N_("Week of %(week)s: late were %(late)s")
SOME_OF_BOTH = N_("Week of %(week)s: late were %(late)s; all was kept by %(kept)s")
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
    if data.get("theme"):
        return Target("themes.show", {"theme": data["theme"], **data["filters"]})
    if data.get("is_task"):
        return Target("tasks.index", {})
    if data.get("ends_at"):
        return Target("agreements.index", {})
    if data.get("dispute"):
        return Target("disputes.show", {"dispute_id": data["dispute"]})
    if data.get("predictor"):
        return Target("predictors.show", {"predictor_id": data["predictor"]})
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
    if kind is EventName.REPORT_SENT and data["theme"] in THEMES:
        name, _question, _build = THEMES[data["theme"]]
        return gettext("Weekly report: %(theme)s", theme=gettext(name))
    if kind is EventName.WEEK_SUMMED:
        return _week(data) if "met" in data else _week_of_all(data)
    if kind is EventName.IMPORT_FINISHED:
        return _ended_import(data)
    if lead is None or version_id is None or kind not in (*SENTENCES, EventName.CLOCK_ESCALATED):
        return label(kind)
    return _of_clock(kind, notice, lead, agreements.version(version_id).terms)


def _of_clock(kind: EventName, notice: Notice, lead: Lead, terms: Terms) -> str:
    data = notice.data or {}
    due_at = datetime.fromisoformat(data["due_at"])
    words = {"lead": lead.name, "clause": in_language(terms.clock(data["clause"]).title)}
    words["due"] = filters.local_datetime(due_at)
    if kind is not EventName.CLOCK_ESCALATED:
        return gettext(SENTENCES[kind], **words)
    ladder = terms.ladder(data["ladder"])
    task = ladder.steps[data["step"]].task
    if data.get("is_task") and task:
        return gettext(TO_DO, lead=lead.name, task=in_language(task))
    template = ESCALATED_LATE if notice.created_at > due_at else ESCALATED
    said = gettext(template, ladder=in_language(ladder.title), **words)
    if data.get("instead_of"):
        return gettext(IN_PLACE, name=db.session.get_one(User, data["instead_of"]).name, said=said)
    return said


def _week(data: dict[str, Any]) -> str:
    counts = {name: filters.number(data[name]) for name in ("met", "total", "waiting")}
    is_late = data["met"] < data["total"]
    return gettext(LATE if is_late else THANKED, week=_week_name(data), **counts)


def _week_of_all(data: dict[str, Any]) -> str:
    """For managers: who was late, with how many, the latest first; and who kept everything."""
    ids = [*map(int, data["late"]), *data["kept"]]
    names = {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(among(User.id, ids)))}
    by_count = sorted(data["late"].items(), key=lambda pair: -pair[1])
    late = listed([f"{names[int(user_id)]} ({filters.number(count)})" for user_id, count in by_count], style="standard")
    kept = listed([names[user_id] for user_id in data["kept"]], style="standard")
    template = SOME_OF_BOTH if late and kept else SOME_LATE if late else ALL_THANKED
    return gettext(template, week=_week_name(data), late=late, kept=kept)


def _week_name(data: dict[str, Any]) -> str:
    return filters.local_date(date.fromisoformat(data["week"]))


def _ended_import(data: dict[str, Any]) -> str:
    counts = {name: filters.number(data.get(name, 0)) for name in ("new", "mql", "rejected")}
    return gettext(IMPORT_ENDS.get(data.get("state", ""), IMPORT_ENDS["done"]), **counts)
