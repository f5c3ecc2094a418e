"""What has happened to one lead: its cycles with their clocks, answers and touches, and the journal's lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from smarketing.db import among, db
from smarketing.domain import statuses
from smarketing.domain.event_names import EventName
from smarketing.domain.statuses import Change, Stay
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.imports import Import
from smarketing.models.leads import Engagement, Lead, Score
from smarketing.models.merges import STANDS, Merge
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.reports.rollups import Scope

MOST_ENGAGEMENTS = 50


class Version(NamedTuple):
    number: int
    terms: Terms


class Cycle(NamedTuple):
    """One hand-off of the lead; the clocks in the order they started, the touches newest first."""

    handoff: Handoff
    clocks: Sequence[Clock]
    touches: Sequence[Touch]


def lead(lead_id: int) -> Lead | None:
    with_names = (joinedload(Lead.owner), joinedload(Lead.persona))
    return db.session.scalars(select(Lead).where(Lead.id == lead_id).options(*with_names)).one_or_none()


def latest_score(lead_id: int) -> Score | None:
    return db.session.scalars(select(Score).where(Score.lead_id == lead_id).order_by(Score.id.desc()).limit(1)).first()


def engagements(lead_id: int) -> Sequence[Engagement]:
    """The latest, up to one more than MOST_ENGAGEMENTS."""
    newest = select(Engagement).where(Engagement.lead_id == lead_id).order_by(Engagement.occurred_at.desc())
    return db.session.scalars(newest.order_by(Engagement.id.desc()).limit(MOST_ENGAGEMENTS + 1)).all()


def cycles(lead_id: int) -> list[Cycle]:
    """Newest first; five queries, however many there are."""
    answers = selectinload(Handoff.dispositions).joinedload(Disposition.actor)
    people = (joinedload(Handoff.owner), joinedload(Handoff.qualified_by), joinedload(Handoff.persona))
    of_lead = select(Handoff).where(Handoff.lead_id == lead_id).order_by(Handoff.cycle.desc(), Handoff.id.desc())
    handoffs = db.session.scalars(of_lead.options(answers, *people)).all()
    ids = [handoff.id for handoff in handoffs]
    clocks = _by_handoff(
        select(Clock)
        .where(among(Clock.handoff_id, ids))
        .order_by(Clock.started_at, Clock.id)
        .options(selectinload(Clock.pauses))
    )
    touches = _by_handoff(
        select(Touch)
        .where(among(Touch.handoff_id, ids))
        .order_by(Touch.occurred_at.desc(), Touch.id.desc())
        .options(joinedload(Touch.actor))
    )
    return [Cycle(handoff, clocks.get(handoff.id, ()), touches.get(handoff.id, ())) for handoff in handoffs]


def events(lead_id: int) -> Select[*tuple[Any, ...]]:
    """The journal's lines of a lead with who did it; for a page of them, newest first."""
    named = select(Event.id, Event, User.name.label("actor_name")).outerjoin(User, User.id == Event.actor_id)
    return named.where(among(Event.lead_id, numbers(lead_id)))


def numbers(lead_id: int) -> list[int]:
    """Its own and those of the records that were merged into it: what the journal knows it by."""
    return [lead_id, *db.session.scalars(Merge.absorbed_by([lead_id]))]


def merged_mqls(scope: Scope) -> int:
    """How many MQLs these days count less, because two records were of one person."""
    within = (STANDS, Merge.mql_on >= scope.period.starts_on, Merge.mql_on < scope.period.ends_on)
    query: Any = select(func.count()).select_from(Merge).where(*within)
    if scope.source is not None:
        query = query.join(Lead, Lead.id == Merge.lead_id).where(func.coalesce(Lead.source, "") == scope.source)
    return int(db.session.scalar(query) or 0)


def stays(lead: Lead) -> list[Stay]:
    """Its statuses in time, the latest last."""
    is_change = (Event.lead_id == lead.id, Event.name == EventName.LEAD_STATUS_CHANGED)
    lines = db.session.execute(select(Event.occurred_at, Event.data).where(*is_change).order_by(Event.id))
    changes = [_change(at, data or {}) for at, data in lines]
    current = Stay(lead.status, lead.status_reason, lead.status_at) if lead.status and lead.status_at else None
    return statuses.stays(changes, current)


def _change(at: datetime, data: Mapping[str, Any]) -> Change:
    since = datetime.fromisoformat(data["since"]) if data.get("since") else None
    is_undoing = bool(data.get("undone"))
    return Change(at, data.get("status"), data.get("reason"), data.get("before"), since, is_undoing)


def versions(ids: Iterable[int | None]) -> Mapping[int, Version]:
    wanted = {version_id for version_id in ids if version_id is not None}
    columns = (AgreementVersion.id, AgreementVersion.number, AgreementVersion.terms)
    found = db.session.execute(select(*columns).where(among(AgreementVersion.id, wanted)))
    return {version_id: Version(number, parse(text)) for version_id, number, text in found}


def user_names(ids: Iterable[int | None]) -> Mapping[int, str]:
    wanted = {user_id for user_id in ids if user_id is not None}
    return dict(db.session.execute(select(User.id, User.name).where(among(User.id, wanted))).all())


def import_name(import_id: int | None) -> str | None:
    if import_id is None:
        return None
    return db.session.scalar(select(Import.filename).where(Import.id == import_id))


def _by_handoff(query: Select[Any]) -> dict[int, list[Any]]:
    gathered: dict[int, list[Any]] = {}
    for row in db.session.scalars(query):
        gathered.setdefault(row.handoff_id, []).append(row)
    return gathered
