"""Takes the visits of a moment in."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from smarketing.db import bulk_insert, db, next_ids
from smarketing.demo.crowd import ZONE, Visit
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Stage
from smarketing.models.leads import Engagement, Lead
from smarketing.models.tallies import Cohort
from smarketing.services import journal, qualification, tallies
from smarketing.services.journal import JournalLine
from smarketing.services.leads import search_text

FIELDS = "first_name last_name company job_title country phone source campaign landing_page".split()


def take(visits: Sequence[Visit], *, now: datetime) -> None:
    keys = [visit.email.lower() for visit in visits]
    known = dict(db.session.execute(select(Lead.email_key, Lead.id).where(Lead.email_key.in_(keys))).all())
    new = [visit for visit in visits if visit.email.lower() not in known]
    ids = next_ids(Lead, len(new))
    known.update(zip((visit.email.lower() for visit in new), ids, strict=True))
    lead_rows = [
        (
            lead_id,
            visit.email,
            visit.email.lower(),
            *(visit.facts.get(field) for field in FIELDS),
            json.dumps(visit.custom),
            search_text(visit.facts | {"email": visit.email}),
            Stage.INQUIRY.value,
            0,
            False,
            visit.at,
            visit.at.astimezone(ZONE).date(),
            now,
            1,
        )
        for lead_id, visit in zip(ids, new, strict=True)
    ]
    columns = ["id", "email", "email_key", *FIELDS, "custom", "search_text", "stage", "cycle", "is_held"]
    columns += ["arrived_at", "arrived_on", "recorded_at", "edition"]
    bulk_insert(Lead, columns, lead_rows)
    acts = [(known[visit.email.lower()], *engagement, now) for visit in visits for engagement in visit.engagements]
    engagement_ids = next_ids(Engagement, len(acts))
    bulk_insert(
        Engagement,
        ["id", "lead_id", "kind", "occurred_at", "recorded_at"],
        [(i, *act) for i, act in zip(engagement_ids, acts, strict=True)],
    )
    journal.record_many(
        (
            JournalLine(EventName.LEAD_ARRIVED, "lead", lead_id, visit.at, lead_id)
            for lead_id, visit in zip(ids, new, strict=True)
        ),
        now=now,
    )
    tallies.mark_stale(Cohort.ARRIVED, [visit.at.astimezone(ZONE).date() for visit in new])
    qualification.rescore([known[key] for key in dict.fromkeys(keys)], now=now)
