"""Hand leads off to sales: a hand-off each, its journal line and its clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import among, bulk_insert, db, next_ids
from smarketing.domain import calibration, timeboxes
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import OFFERED, Happening
from smarketing.domain.lifecycle import Stage
from smarketing.models.handoffs import CountedRule, Handoff
from smarketing.models.leads import Score
from smarketing.services import agreements, clock_starts, journal
from smarketing.services.agreements import Force
from smarketing.services.clock_starts import Started
from smarketing.services.journal import JournalLine


class Offer(NamedTuple):
    """A lead that has just become an MQL, with what is frozen at that moment."""

    lead_id: int
    cycle: int
    owner_id: int | None
    score_id: int | None
    points: int | None
    persona_id: int | None
    qualified_by_id: int | None
    mql_at: datetime


_COLUMNS = (
    "id lead_id cycle agreement_version_id score_id points persona_id owner_id qualified_by_id state mql_at"
    " offered_at timebox_at edition"
).split()


def offer(offers: Sequence[Offer], *, force: Force, now: datetime) -> None:
    """Hand leads off to the owners dealt to them."""
    ids = next_ids(Handoff, len(offers))
    version_id = force.version_id
    timebox_at = timeboxes.first_end(force.terms, Stage.MQL, [Happening(now, OFFERED)])
    rows, lines, started = [], [], []
    for handoff_id, lead in zip(ids, offers, strict=True):
        rows.append(
            (
                handoff_id,
                lead.lead_id,
                lead.cycle,
                version_id,
                lead.score_id,
                lead.points,
                lead.persona_id,
                lead.owner_id,
                lead.qualified_by_id,
                HandoffState.OFFERED.value,
                lead.mql_at,
                now,
                timebox_at,
                1,
            )
        )
        data = {"owner": lead.owner_id, "points": lead.points, "cycle": lead.cycle}
        lines.append(
            JournalLine(EventName.HANDOFF_OFFERED, "handoff", handoff_id, now, lead.lead_id, None, version_id, data)
        )
        started.append(Started(handoff_id, lead.lead_id, lead.owner_id, now))
    bulk_insert(Handoff, _COLUMNS, rows)
    _count_rules(dict(zip(ids, offers, strict=True)), force=force)
    journal.record_many(lines, now=now)
    clock_starts.start(EventName.HANDOFF_OFFERED, started, force=force, now=now)


def _count_rules(offered: Mapping[int, Offer], *, force: Force) -> None:
    """Write which rules counted in the score each was made with; one that an older version made, under its rules."""
    of_score = {offer.score_id: handoff_id for handoff_id, offer in offered.items() if offer.score_id is not None}
    query = select(Score.id, Score.agreement_version_id, Score.explanation).where(among(Score.id, of_score))
    rows = []
    for score_id, version_id, told in db.session.execute(query):
        made_under = force if version_id == force.version_id else agreements.version(version_id)
        rows += [(of_score[score_id], *each) for each in calibration.counted(told, made_under.scorer.rules)]
    bulk_insert(CountedRule, ("handoff_id", "rule", "points_without"), rows)
