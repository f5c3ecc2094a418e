"""Keep each lead in one of the company's own statuses: as people answer, as stages change, as the agreement changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select, update

from smarketing.db import among, db
from smarketing.domain import lifecycle, statuses, timeboxes
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Permission, may
from smarketing.domain.terms import Terms
from smarketing.domain.terms_vocabulary import StatusClause
from smarketing.models.events import Event
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import agreements, journal
from smarketing.services.agreements import Force
from smarketing.services.journal import JournalLine

UNDO_WITHIN: Final = timedelta(minutes=10)


def firsts(force: Force | None) -> Mapping[Stage, str]:
    """The status with which new leads begin at each stage, where one is named."""
    return statuses.firsts(force.terms) if force else {}


def answer(lead: Lead, *, reason: str | None = None, actor: User, now: datetime) -> None:
    """The lead has come to its stage by somebody's answer: to the status that the answer leads to.

    Raises Conflict or InvalidInput where the agreement leads to none.
    """
    if force := agreements.standing():
        clause = statuses.answered(force.terms, lead.status, lead.stage, reason)
        _enter(lead, clause, reason, force=force, actor=actor, now=now)


def follow(lead: Lead, *, reason: str | None = None, actor: User | None, now: datetime) -> None:
    """The lead has come to its stage and nobody chose its status: to that of the reason, else the first."""
    if force := agreements.standing():
        clause = statuses.by_itself(force.terms, lead.stage, reason)
        _enter(lead, clause, reason, force=force, actor=actor, now=now)


def put_back(lead: Lead, *, answered_at: datetime, actor: User, now: datetime) -> None:
    """To where it stood before the answer of this instant, as if that had not been; its stage has been put back."""
    force = agreements.standing()
    change = db.session.scalars(_changes(lead.id).where(Event.occurred_at == answered_at).limit(1)).first()
    told = (change.data or {}) if change else {}
    clause = statuses.named(force.terms, told.get("before")) if force else None
    if force and clause and clause.stage is lead.stage:
        _reenter(lead, clause, told, force=force, actor=actor, now=now)
    else:
        follow(lead, actor=actor, now=now)


def choices(lead: Lead, actor: User) -> list[StatusClause]:
    """The statuses that this person can put the lead in."""
    force = agreements.standing()
    if force is None or not force.terms.statuses or lead.erased_at or not _may_choose(lead, actor):
        return []
    return statuses.choices(force.terms, lead.status, lead.stage, is_with_sales=_is_with_sales(lead))


def choose(lead_id: int, *, status: str, reason: str | None, actor: User, now: datetime) -> Lead:
    """Put a lead in another status: of the stage it is at, or one that ends it where sales does not have it.

    Raises InvalidInput for what the agreement does not lead to, NotAllowed for somebody else's lead.
    """
    lead = _held(lead_id)
    if not _may_choose(lead, actor):
        raise NotAllowed(N_("Only who has this lead can put it in another status."))
    force = agreements.standing()
    if force is None:
        raise InvalidInput("status", N_("The agreement does not know the status “%(status)s”."), status=status[:60])
    clause = statuses.chosen(force.terms, lead.status, status, reason)
    given = reason if clause.reasons else None
    if clause.stage is not lead.stage:
        _bring(lead, clause, given, force.terms, now=now)
    _enter(lead, clause, given, force=force, actor=actor, now=now, is_chosen=True)
    _show(lead)
    return lead


def undo(lead_id: int, *, actor: User, now: datetime) -> Lead:
    """Put a lead back in the status it was in before this person chose, where nothing has happened to it since.

    An answer is undone otherwise: its hand-off goes back with the lead.
    """
    lead, force = _held(lead_id), agreements.standing()
    latest = db.session.scalars(_changes(lead_id).limit(1)).first()
    told = (latest.data or {}) if latest else {}
    clause = statuses.named(force.terms, told.get("before")) if force else None
    is_choice = told.get("chosen") and told.get("status") == lead.status
    if latest is None or force is None or clause is None or not is_choice:
        raise Conflict(N_("This has been undone already, or something has happened since."))
    if latest.actor_id != actor.id:
        raise NotAllowed(N_("Only who chose the status can undo it."))
    if now - latest.occurred_at > UNDO_WITHIN:
        minutes = int(UNDO_WITHIN.total_seconds() // 60)
        raise Conflict(N_("A status can be undone for %(minutes)s minutes; after that it stands."), minutes=minutes)
    if clause.stage is not lead.stage:
        lead.stage, lead.rescore_at = clause.stage, now
        lead.recycled_until = lead.recycled_until if lead.stage is Stage.RECYCLED else None
    _reenter(lead, clause, told, force=force, actor=actor, now=now)
    _show(lead)
    return lead


def settle(lead_ids: Sequence[int], *, force: Force, now: datetime) -> None:
    """Leads that a batch has brought to another stage: to its first status, with a line of the journal each."""
    if not force.terms.statuses or not lead_ids:
        return
    strays = among(Lead.id, lead_ids), _is_astray(force.terms)
    columns = Lead.id, Lead.stage, Lead.status, Lead.status_reason, Lead.status_at
    rows = db.session.execute(select(*columns).where(*strays).order_by(Lead.id)).all()
    if rows:
        _begin(*strays, terms=force.terms, now=now)
        journal.record_many((_line(row, force, now=now) for row in rows), now=now)
        db.session.expire_all()


def adopt(*, now: datetime) -> int:
    """Another version is in force: leads whose status it does not know at their stage begin with its first; how many.

    One line of the journal for all of them.
    """
    force = agreements.in_force()
    moved = _begin(_is_astray(force.terms), terms=force.terms, now=now) if force else 0
    if force and moved:
        db.session.expire_all()
        version_id = force.version_id
        told: dict[str, Any] = {"occurred_at": now, "version_id": version_id, "data": {"moved": moved}}
        journal.record(EventName.STATUSES_ADOPTED, "version", version_id, **told, now=now)
    return moved


def _is_astray(terms: Terms) -> ColumnElement[bool]:
    """In no status of its stage although there are some, or in one that is none of its stage."""
    named = statuses.firsts(terms)
    fits: list[ColumnElement[bool]] = [
        and_(Lead.stage == stage, Lead.status.in_([clause.id for clause in statuses.of_stage(terms, stage)]))
        for stage in named
    ]
    if not fits:
        return Lead.status.is_not(None)
    is_without = and_(Lead.status.is_(None), Lead.stage.not_in(named))
    return not_(func.coalesce(or_(is_without, *fits), false()))


def _begin(*strays: ColumnElement[bool], terms: Terms, now: datetime) -> int:
    named = statuses.firsts(terms)
    first = case(*((Lead.stage == stage, status) for stage, status in named.items())) if named else None
    since = case((Lead.stage.in_(named), now)) if named else None
    begin = update(Lead).where(*strays).values(status=first, status_reason=None, status_at=since)
    return int(db.session.connection().execute(begin).rowcount)


def _held(lead_id: int) -> Lead:
    """The lead as it stands, locked as services/locks.py does."""
    lead = db.session.get(Lead, lead_id, populate_existing=True, with_for_update={"key_share": True})
    if lead is None:
        raise Missing(N_("This lead does not exist."))
    if lead.erased_at is not None:
        raise Missing(N_("What was known of this person was erased."))
    return lead


def _may_choose(lead: Lead, actor: User) -> bool:
    """Who has it from sales, else marketing."""
    owners = db.session.scalars(select(Handoff.owner_id).where(Handoff.lead_id == lead.id, IS_OPEN)).all()
    if owners:
        return may(actor.role, Permission.ANSWER_HANDOFF) and owners[0] in (None, actor.id)
    return may(actor.role, Permission.QUALIFY_LEAD)


def _is_with_sales(lead: Lead) -> bool:
    return db.session.scalar(select(Handoff.id).where(Handoff.lead_id == lead.id, IS_OPEN)) is not None


def _bring(lead: Lead, clause: StatusClause, reason: str | None, terms: Terms, *, now: datetime) -> None:
    """To another stage, by hand: where sales has the lead, only an answer to the hand-off can."""
    move = statuses.BY_HAND.get(clause.stage)
    if move is None or _is_with_sales(lead):
        message = N_("The status “%(status)s” belongs to the stage “%(stage)s”: an answer leads there.")
        raise InvalidInput("status", message, status=clause.title, stage=clause.stage.value)
    lead.stage = lifecycle.after(lead.stage, move)
    lead.rescore_at = now
    if lead.stage is Stage.RECYCLED:
        lead.recycled_until = timeboxes.nurtured_until(terms, reason, now)


def _enter(
    lead: Lead,
    clause: StatusClause | None,
    reason: str | None,
    *,
    force: Force,
    actor: User | None,
    now: datetime,
    is_chosen: bool = False,
) -> None:
    if clause is None and lead.status is None:
        return
    told = _told(lead, clause.id if clause else None, reason) | ({"chosen": True} if is_chosen else {})
    lead.status, lead.status_reason = (clause.id, reason) if clause else (None, None)
    lead.status_at = now if clause else None
    _record(lead.id, told, force=force, actor=actor, now=now)


def _reenter(
    lead: Lead, clause: StatusClause, change: Mapping[str, Any], *, force: Force, actor: User, now: datetime
) -> None:
    """Back to before a change, with the reason and the instant of then."""
    since = datetime.fromisoformat(change["since"]) if change.get("since") else now
    told = _told(lead, clause.id, change.get("before_reason")) | {"since": since.isoformat(), "undone": True}
    lead.status, lead.status_reason, lead.status_at = clause.id, change.get("before_reason"), since
    _record(lead.id, told, force=force, actor=actor, now=now)


def _show(lead: Lead) -> None:
    """Whoever looks at its hand-off is shown the change."""
    db.session.flush()
    shown = update(Handoff).where(Handoff.lead_id == lead.id, IS_OPEN).values(edition=Handoff.edition + 1)
    db.session.execute(shown.execution_options(synchronize_session=False))
    db.session.expire_all()


def _told(lead: Any, status: str | None, reason: str | None) -> dict[str, Any]:
    """What the journal says of a change: what came, and what was there before and since when."""
    return {
        "status": status,
        "reason": reason,
        "before": lead.status,
        "before_reason": lead.status_reason,
        "since": lead.status_at.isoformat() if lead.status_at else None,
    }


def _line(row: Any, force: Force, *, now: datetime) -> JournalLine:
    told = _told(row, firsts(force).get(row.stage), None)
    return JournalLine(EventName.LEAD_STATUS_CHANGED, "lead", row.id, now, row.id, None, force.version_id, told)


def _record(lead_id: int, told: dict[str, Any], *, force: Force, actor: User | None, now: datetime) -> None:
    actor_id = actor.id if actor else None
    line = JournalLine(EventName.LEAD_STATUS_CHANGED, "lead", lead_id, now, lead_id, actor_id, force.version_id, told)
    journal.record_many([line], now=now)


def _changes(lead_id: int) -> Any:
    """The journal's lines of its changes, the latest first."""
    is_change = (Event.lead_id == lead_id, Event.name == EventName.LEAD_STATUS_CHANGED)
    return select(Event).where(*is_change).order_by(Event.id.desc())
