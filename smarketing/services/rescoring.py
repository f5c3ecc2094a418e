"""Bring up to date the scores that time alone has changed: only of leads whose score can have changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select, update

from smarketing.db import among, db
from smarketing.domain.lifecycle import Stage
from smarketing.memory import uncollected
from smarketing.models.leads import Lead, Score
from smarketing.services import agreements, leads, qualification
from smarketing.services.agreements import Force
from smarketing.services.qualification import Judged
from smarketing.services.subjects import subjects_of

JUDGED_ANEW = (Stage.INQUIRY, Stage.RECYCLED)
"""The stages in which other criteria can make an MQL of a lead."""


def rescore_due(*, now: datetime, limit: int) -> int:
    """Judge up to `limit` leads again whose moment has come, the earliest first; how many there were.

    A lead that comes out as it went in is only given its next moment: neither a score nor a line of the journal.
    """
    force = agreements.in_force()
    due = select(Lead.id).where(Lead.rescore_at <= now).order_by(Lead.rescore_at, Lead.id).limit(limit)
    lead_ids = db.session.scalars(due.with_for_update(skip_locked=True, key_share=True)).all()
    if not lead_ids or force is None:
        return 0
    with uncollected():
        judged = qualification.judge(subjects_of(lead_ids), force=force, now=now)
        changed = _changed(judged, force=force)
        qualification.write(_only(judged, changed), force=force, now=now)
        leads.write_moments({key: each.rescore_at for key, each in judged.standings.items() if key not in changed})
    return len(lead_ids)


def judge_all_anew(*, now: datetime) -> int:
    """Have every lead judged that other criteria could make an MQL, since other ones have come into force; how many.

    Leads that came before the first agreement are among them.
    """
    undecided = update(Lead).where(Lead.stage.in_(JUDGED_ANEW)).values(rescore_at=now)
    return int(db.session.connection().execute(undecided).rowcount)


def _changed(judged: Judged, *, force: Force) -> set[int]:
    """Those promoted, and those whose score or reasons are not the ones on record."""
    latest = _latest([subject.lead_id for subject in judged.subjects])
    changed = set(judged.promoted)
    for subject, score, told in zip(judged.subjects, judged.scores, judged.told, strict=True):
        came_to = (force.version_id, score.fit_points, score.engagement_points, score.is_mql, told)
        if latest.get(subject.lead_id) != came_to:
            changed.add(subject.lead_id)
    return changed


def _latest(lead_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    newest = select(func.max(Score.id)).where(among(Score.lead_id, lead_ids)).group_by(Score.lead_id)
    told = cast(Score.explanation, Text)
    columns = (Score.agreement_version_id, Score.fit_points, Score.engagement_points, Score.is_mql, told)
    rows = db.session.execute(select(Score.lead_id, *columns).where(Score.id.in_(newest)))
    return {lead_id: tuple(rest) for lead_id, *rest in rows}


def _only(judged: Judged, lead_ids: set[int]) -> Judged:
    kept = [place for place, subject in enumerate(judged.subjects) if subject.lead_id in lead_ids]
    return Judged(
        [judged.subjects[place] for place in kept],
        [judged.scores[place] for place in kept],
        [judged.told[place] for place in kept],
        {key: judged.standings[key] for key in lead_ids},
        judged.promoted,
        judged.dealt,
    )
