"""Find leads, and write many at once: new ones, changed ones, and how they stand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select

from smarketing.db import among, bulk_insert, bulk_update, db, is_postgresql, json_text, next_ids
from smarketing.domain.importing import MILESTONES, TEXT_LIMITS, Row, words_of
from smarketing.domain.lifecycle import Milestones, Stage
from smarketing.domain.merging import Draft
from smarketing.domain.periods import local_day
from smarketing.domain.twins import phone_key
from smarketing.models.leads import Engagement, Lead
from smarketing.models.merges import Merge
from smarketing.services import lead_keys

FACTS = tuple(TEXT_LIMITS)
SEARCHED = ("first_name", "last_name", "company", "job_title", "email", "external_id")


class Standing(NamedTuple):
    """What a judgement makes of the lead's own row."""

    stage: Stage
    cycle: int
    persona_id: int | None
    owner_id: int | None
    fit_points: int | None
    engagement_points: int | None
    points: int | None
    mql_at: datetime | None
    mql_on: date | None
    grade: str | None = None
    rescore_at: datetime | None = None


_FACT_COLUMNS = [getattr(Lead, name) for name in FACTS]
_MILESTONE_COLUMNS = [getattr(Lead, name) for name in MILESTONES]


def known_to(rows: Sequence[Row]) -> list[Draft]:
    """The leads that these rows speak of, with their engagements where a row brings one; locked on PostgreSQL."""
    external_ids = {row.facts["external_id"] for row in rows if "external_id" in row.facts}
    email_keys = {row.facts["email"].lower() for row in rows if "email" in row.facts}
    drafts = _drafts(among(Lead.external_id, external_ids)) if external_ids else []
    email_keys -= {draft.facts["email"].lower() for draft in drafts if "email" in draft.facts}
    drafts += _drafts(among(Lead.email_key, email_keys)) if email_keys else []
    drafts += _known_otherwise(external_ids, email_keys, drafts)
    found = {draft.lead_id: draft for draft in drafts if draft.lead_id}
    if found and any(row.engagements for row in rows):
        for lead_id, *engagement in db.session.execute(
            select(Engagement.lead_id, Engagement.kind, Engagement.occurred_at).where(among(Engagement.lead_id, found))
        ):
            found[lead_id].engagements.add(cast(tuple[str, datetime], tuple(engagement)))
    return list(found.values())


def _known_otherwise(external_ids: set[str], email_keys: set[str], known: Sequence[Draft]) -> list[Draft]:
    """Leads that these rows speak of by what another record of the person had. Of all, their further keys.

    Asked last and read again once they are locked, so that a merge at the same moment hides no lead.
    """
    for draft in known:
        external_ids.discard(draft.facts.get("external_id", ""))
        email_keys.discard(draft.facts.get("email", "").lower())
    known_ids = {draft.lead_id for draft in known}
    holding = [lead_id for lead_id in lead_keys.holding(external_ids, email_keys) if lead_id not in known_ids]
    found = _drafts(among(Lead.id, holding)) if holding else []
    drafts = {draft.lead_id: draft for draft in (*known, *found) if draft.lead_id}
    for lead_id, keys in (lead_keys.of_leads(drafts) if drafts else {}).items():
        drafts[lead_id].further = frozenset(keys)
    return found


def _drafts(condition: Any) -> list[Draft]:
    columns = Lead.id, Lead.custom, Lead.arrived_at, Lead.amount_cents, Lead.stage, Lead.cycle
    query = select(*columns, *_FACT_COLUMNS, *_MILESTONE_COLUMNS).where(condition).order_by(Lead.id)
    if is_postgresql():
        query = query.with_for_update()
    drafts = []
    for lead_id, custom, arrived_at, amount_cents, stage, cycle, *rest in db.session.execute(query):
        facts = {name: text for name, text in zip(FACTS, rest[: len(FACTS)], strict=True) if text}
        milestones = Milestones(*rest[len(FACTS) :])
        drafts.append(Draft(lead_id, facts, custom, arrived_at, milestones, amount_cents, stage, cycle > 0))
    return drafts


def new_ids(count: int) -> range | list[int]:
    """Numbers for new leads; none that a lead had which was absorbed, for that one leads on to another."""
    return next_ids(Lead, count, above=db.session.scalar(select(func.max(Merge.absorbed_id))) or 0)


_LEAD_COLUMNS = (
    "id",
    *FACTS,
    "email_key",
    "custom",
    "search_text",
    *Standing._fields,
    *MILESTONES[1:],
    "amount_cents",
    "status",
    "status_at",
    "is_held",
    "arrived_at",
    "arrived_on",
    "recorded_at",
    "import_id",
    "edition",
)


def insert(
    drafts: Sequence[Draft],
    standings: Sequence[Standing],
    *,
    statuses: Mapping[Stage, str],
    zone: str,
    import_id: int | None,
    now: datetime,
) -> None:
    """Write new leads, whose ids are reserved, as they stand; `statuses` holds the first of each stage."""
    rows = []
    for draft, standing in zip(drafts, standings, strict=True):
        get = draft.facts.get
        email, status = get("email"), statuses.get(standing.stage)
        rows.append(
            (
                draft.lead_id,
                *map(get, FACTS),
                email.lower() if email else None,
                json_text(draft.custom) if draft.custom else "{}",
                search_text(draft.facts),
                standing.stage.value,
                *standing[1:],
                *draft.milestones[1:],
                draft.amount_cents,
                status,
                now if status else None,
                False,
                draft.arrived_at,
                local_day(draft.arrived_at, zone),
                now,
                import_id,
                1,
            )
        )
    bulk_insert(Lead, _LEAD_COLUMNS, rows)


_CHANGED = (
    *FACTS,
    "email_key",
    "custom",
    "search_text",
    *MILESTONES,
    "mql_on",
    "amount_cents",
    "stage",
    "arrived_at",
    "arrived_on",
)


def write_changes(drafts: Sequence[Draft], *, zone: str) -> None:
    """Write what a batch has made of leads that were known."""
    rows = [
        (
            draft.lead_id,
            *map(draft.facts.get, FACTS),
            draft.facts["email"].lower() if "email" in draft.facts else None,
            json_text(draft.custom),
            search_text(draft.facts, further=[key for _kind, key in draft.further]),
            *draft.milestones,
            local_day(draft.milestones.mql_at, zone) if draft.milestones.mql_at else None,
            draft.amount_cents,
            draft.stage.value,
            draft.arrived_at,
            local_day(draft.arrived_at, zone),
        )
        for draft in drafts
    ]
    _update(_CHANGED, rows)


def write_facts(lead: Lead, facts: Mapping[str, str | None]) -> None:
    """Other facts for one lead, and what it is found by."""
    for name, text in facts.items():
        setattr(lead, name, text)
    lead.email_key = lead.email.lower() if lead.email else None
    further = [each.key for each in lead_keys.of_lead(lead.id)]
    lead.search_text = search_text({name: getattr(lead, name) or "" for name in FACTS}, further=further)
    db.session.flush()


def write_standings(standings: Mapping[int, Standing]) -> None:
    _update(Standing._fields, [(lead_id, each.stage.value, *each[1:]) for lead_id, each in standings.items()])


def write_moments(rescore_at: Mapping[int, datetime | None]) -> None:
    """When each lead is to be judged again; nobody who is editing one need know."""
    bulk_update(Lead, ["rescore_at"], list(rescore_at.items()), is_edit=False)


def _update(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        db.session.flush()
        bulk_update(Lead, columns, rows)
        db.session.expire_all()


_ENGAGEMENT_COLUMNS = "lead_id kind occurred_at recorded_at".split()


def insert_engagements(drafts: Sequence[Draft], *, now: datetime) -> None:
    acts = [(draft.lead_id, kind, at, now) for draft in drafts for kind, at in draft.engaged]
    bulk_insert(Engagement, _ENGAGEMENT_COLUMNS, acts)


def search_text(facts: Mapping[str, str], *, further: Iterable[str] = ()) -> str:
    """What a lead is found by: the words of its names, company, title, e-mails and ids, and its telephone number."""
    words = words_of(" ".join((*filter(None, map(facts.get, SEARCHED)), *sorted(further))))
    if phone := facts.get("phone"):
        words.append(phone_key(phone))
    return " ".join(words).rstrip()
