"""Take leads in, new or known: many rows at a time, each safe to bring again.

Every row is merged with what is known of its lead. What is new is written, scored, judged and, where the criteria
hold, handed to sales; a lead that brings its own stage dates is scored only.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Value
from smarketing.domain.importing import TEXT_LIMITS, Rejected, Row
from smarketing.domain.lifecycle import Stage
from smarketing.domain.merges import KeyKind
from smarketing.domain.merging import Batch, Draft, Fate
from smarketing.domain.periods import local_day
from smarketing.memory import uncollected
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import Cohort
from smarketing.services import (
    agreements,
    journal,
    lead_keys,
    leads,
    objections,
    qualification,
    replays,
    statuses,
    tallies,
)
from smarketing.services.agreements import Force
from smarketing.services.journal import JournalLine
from smarketing.services.leads import Standing
from smarketing.services.subjects import Subject, subjects_of

STAGE_DATES = frozenset("mql_at sal_at sql_at won_at lost_at amount".split())
"""Changes after which a lead scores the same."""


class Outcome(NamedTuple):
    """What became of the rows.

    `early` are numbers of rows taken although the lead reached a stage before it came, `stated` the ids of the leads
    that the rows taken spoke of.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    mqls: int = 0
    rejected: Sequence[Rejected] = ()
    early: Sequence[int] = ()
    stated: Sequence[int] = ()


def take(
    rows: Sequence[Row],
    *,
    now: datetime,
    actor: User | None = None,
    import_id: int | None = None,
    zone: str = "UTC",
    spoken: Container[int] = (),
) -> Outcome:
    """Bring rows in. A row that contradicts what is known is among the rejected and changes nothing.

    `zone` is where days begin while no agreement says so. `spoken` holds the leads that earlier rows of the same file
    have spoken of: what those said stands.
    """
    with uncollected():
        known = leads.known_to(rows)
        for draft in known:
            draft.is_stated = draft.lead_id in spoken
        batch, fates, rejected = merge(rows, known, now=now)
        force = agreements.in_force()
        zone = force.terms.zone if force else zone
        because: dict[str, Any] = {"import": import_id} if import_id else {}
        told = _Told(actor.id if actor else None, because, now)
        mqls = _write_new(batch.new, force=force, zone=zone, import_id=import_id, told=told)
        mqls += _write_changed(batch.changed, zone=zone, told=told)
    stated = [draft.lead_id for draft in (*batch.new, *known) if draft.is_stated and draft.lead_id]
    return Outcome(fates[Fate.NEW], fates[Fate.CHANGED], fates[Fate.UNCHANGED], mqls, rejected, batch.early, stated)


def foresee(batch: Batch, *, now: datetime) -> frozenset[int]:
    """Which leads of a merged batch would become MQL; writes nothing. Those that are new have ids below 0."""
    force = agreements.in_force()
    if force is None:
        return frozenset()
    again = [draft for draft in batch.changed if _may_score_differently(draft)]
    ids = [draft.lead_id for draft in again if draft.lead_id and draft.lead_id > 0]
    known = {subject.lead_id: subject for subject in subjects_of(ids)} if ids else {}
    firsts = statuses.firsts(force)
    judged = [_subject(draft, firsts) for draft in batch.new]
    judged += [_changed_subject(draft, known.get(draft.lead_id or 0), firsts) for draft in again]
    return qualification.foresee(judged, force=force, now=now)


def _changed_subject(draft: Draft, known: Subject | None, firsts: Mapping[Stage, str]) -> Subject:
    subject = _subject(draft, firsts)
    engagements = [*draft.engagements.union(known.engagements if known else ())]
    if known is None:
        return subject._replace(engagements=engagements)
    values = {**subject.values, "cycle": known.cycle, "status": known.values["status"]}
    return known._replace(values=values, engagements=engagements, stage=draft.stage)


def enter(row: Row, *, actor: User, now: datetime, zone: str) -> int:
    """Take one lead in that somebody has typed; its id. Raises InvalidInput for one that is known already."""
    if "email" not in row.facts:
        raise InvalidInput("email", N_("A lead is known by its e-mail, so it needs one."))
    objections.check(row.facts["email"])
    for draft in leads.known_to([row]):
        if draft.lead_id:
            raise Known(draft.lead_id)
    take([row], now=now, actor=actor, zone=zone)
    return db.session.scalars(select(Lead.id).where(Lead.email_key == row.facts["email"].lower())).one()


class Known(InvalidInput):
    """The e-mail of a new lead belongs to one that is there already."""

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__("email", N_("A lead with this e-mail is here already."))


def correct(lead_id: int, facts: Mapping[str, str], *, edition: int, actor: User, now: datetime) -> bool:
    """Put right what is known of a lead and judge it again; whether anything changed.

    `facts` are those that can be typed, without the empty ones: what they leave out is erased. Raises Conflict when
    somebody has changed the lead since `edition` was read.
    """
    lead = db.session.get(Lead, lead_id, populate_existing=True, with_for_update={"key_share": True})
    if lead is None:
        raise Missing(N_("This lead does not exist."))
    if lead.erased_at is not None:
        raise Missing(N_("What was known of this person was erased."))
    if lead.edition != edition:
        raise Conflict(N_("Somebody changed this lead after you opened it. Compare, then save again to keep yours."))
    changed = sorted(name for name in TYPED if (getattr(lead, name) or "") != facts.get(name, ""))
    if not changed:
        return False
    _check_identity(lead, facts)
    if "email" in facts:
        lead_keys.exchange(lead.id, facts["email"], lead.email)
    tallies.mark_leads([lead_id])
    leads.write_facts(lead, {name: facts.get(name) for name in TYPED})
    line = JournalLine(EventName.LEAD_UPDATED, "lead", lead_id, now, lead_id, actor.id, None, {"fields": changed})
    journal.record_many([line], now=now)
    tallies.mark_leads([lead_id])
    qualification.rescore([lead_id], now=now)
    return True


TYPED = tuple(name for name in TEXT_LIMITS if name != "external_id")
"""The facts that people type; the id of the other system is not theirs to change."""


def _check_identity(lead: Lead, facts: Mapping[str, str]) -> None:
    email = facts.get("email")
    if email is None:
        if lead.external_id is None:
            raise InvalidInput("email", N_("A lead is known by its e-mail, so it needs one."))
        return
    objections.check(email)
    others = select(Lead.id).where(Lead.email_key == email.lower(), Lead.id != lead.id)
    if db.session.scalar(others) is not None or lead_keys.holder(KeyKind.EMAIL, email.lower()) not in (None, lead.id):
        raise InvalidInput("email", N_("The e-mail “%(email)s” belongs to another lead."), email=email)


def merge(rows: Sequence[Row], known: Sequence[Draft], *, now: datetime) -> tuple[Batch, Counter[Fate], list[Rejected]]:
    """Decide what each row makes of its lead; writes nothing."""
    batch = Batch(known, now=now)
    fates: Counter[Fate] = Counter()
    rejected = []
    kept_out = objections.among_rows(rows)
    for row in rows:
        if kept_out and row.facts.get("email") in kept_out:
            rejected.append(Rejected(row.number, "email", objections.REFUSED, {}, ()))
            continue
        try:
            fates[batch.add(row)] += 1
        except InvalidInput as fault:
            rejected.append(Rejected(row.number, fault.field, fault.message, fault.params, row.cells))
    return batch, fates, rejected


class _Told(NamedTuple):
    """What every journal line of a batch has in common."""

    actor_id: int | None
    because: dict[str, Any]
    now: datetime


def _write_new(drafts: Sequence[Draft], *, force: Force | None, zone: str, import_id: int | None, told: _Told) -> int:
    """Write leads that were not known, as they stand after their first judgement; how many became MQL."""
    for draft, lead_id in zip(drafts, leads.new_ids(len(drafts)), strict=True):
        draft.lead_id = lead_id
    if not drafts:
        return 0
    now = told.now
    firsts = statuses.firsts(force)
    subjects = [_subject(draft, firsts) for draft in drafts]
    judged = qualification.judge(subjects, force=force, now=now) if force else None
    standings = list(judged.standings.values()) if judged else [_unjudged(draft, zone) for draft in drafts]
    leads.insert(drafts, standings, statuses=firsts, zone=zone, import_id=import_id, now=now)
    journal.record_many((_line(EventName.LEAD_ARRIVED, draft, draft.arrived_at, told) for draft in drafts), now=now)
    _write_engagements(drafts, told)
    if judged and force:
        qualification.record(judged, force=force, now=now)
    tallies.mark_stale(Cohort.ARRIVED, {local_day(draft.arrived_at, zone) for draft in drafts})
    tallies.mark_stale(Cohort.MQL, {standing.mql_on for standing in standings})
    return len(judged.promoted) if judged else 0


def _write_changed(drafts: Sequence[Draft], *, zone: str, told: _Told) -> int:
    """Write leads that were known and are changed, and judge them again; how many became MQL."""
    if not drafts:
        return 0
    changed = [draft for draft in drafts if draft.changes]
    lead_ids = [draft.lead_id for draft in changed if draft.lead_id]
    tallies.mark_leads(lead_ids)
    leads.write_changes(changed, zone=zone)
    lines = (
        _line(EventName.LEAD_UPDATED, draft, told.now, told, fields=sorted(set(draft.changes))) for draft in changed
    )
    journal.record_many(lines, now=told.now)
    _write_engagements(drafts, told)
    replays.engaged(_acts(drafts), now=told.now)
    tallies.mark_leads(lead_ids)
    again = [draft.lead_id for draft in drafts if draft.lead_id and _may_score_differently(draft)]
    mqls = qualification.rescore(again, now=told.now)
    if force := agreements.in_force():
        statuses.settle(lead_ids, force=force, now=told.now)
    return mqls


def _may_score_differently(draft: Draft) -> bool:
    return bool(draft.engaged) or not STAGE_DATES.issuperset(draft.changes)


def _write_engagements(drafts: Sequence[Draft], told: _Told) -> None:
    engaged = [draft for draft in drafts if draft.engaged]
    if engaged:
        leads.insert_engagements(engaged, now=told.now)
        lines = (
            _line(EventName.LEAD_ENGAGED, draft, at, told, kind=kind) for draft in engaged for kind, at in draft.engaged
        )
        journal.record_many(lines, now=told.now)


def _acts(drafts: Sequence[Draft]) -> Iterator[tuple[int, str, datetime]]:
    return ((draft.lead_id or 0, kind, at) for draft in drafts for kind, at in draft.engaged)


def _subject(draft: Draft, firsts: Mapping[Stage, str]) -> Subject:
    assert draft.lead_id is not None  # noqa: S101 - reserved by the caller
    custom = {CUSTOM_PREFIX + key: text for key, text in draft.custom.items()}
    milestones = draft.milestones
    standing: dict[str, Value] = {
        "stage": draft.stage,
        "status": firsts.get(draft.stage),
        "cycle": 0,
        "arrived_at": draft.arrived_at,
        "mql_at": milestones.mql_at,
        "sal_at": milestones.sal_at,
        "sql_at": milestones.sql_at,
    }
    return Subject(
        draft.lead_id,
        {**standing, **draft.facts, **custom},
        draft.engaged,
        draft.stage,
        mql_at=draft.milestones.mql_at,
        has_history=draft.has_history,
    )


def _unjudged(draft: Draft, zone: str) -> Standing:
    mql_at = draft.milestones.mql_at
    mql_on: date | None = local_day(mql_at, zone) if mql_at else None
    return Standing(draft.stage, 0, None, None, None, None, None, mql_at, mql_on)


def _line(name: EventName, draft: Draft, occurred_at: datetime, told: _Told, **data: Any) -> JournalLine:
    data |= told.because
    lead_id = draft.lead_id or 0
    return JournalLine(name, "lead", lead_id, occurred_at, lead_id, told.actor_id, None, data or None)
