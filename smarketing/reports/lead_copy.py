"""All that is known of one person, to hand to them: what the product holds, in the names of its fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from smarketing.db import among, db
from smarketing.domain.importing import MILESTONES, TEXT_LIMITS
from smarketing.models.events import Event
from smarketing.models.leads import Engagement, Lead
from smarketing.models.merges import LeadKey
from smarketing.models.remarks import Remark
from smarketing.reports import lead_history
from smarketing.reports.lead_history import Cycle

Copied = Mapping[str, Any]


def of(lead: Lead) -> Copied:
    """Names of colleagues are left out: they are not the person's data."""
    score = lead_history.latest_score(lead.id)
    return {
        "facts": {name: text for name in TEXT_LIMITS if (text := getattr(lead, name))} | lead.custom,
        "also_known_by": [{each.kind.value: each.text} for each in _keys(lead.id)],
        "stage": lead.stage.value,
        **_status(lead),
        "persona": lead.persona.key if lead.persona else None,
        "reached": {"arrived_at": lead.arrived_at.isoformat()}
        | {name: at.isoformat() for name in MILESTONES if (at := getattr(lead, name))},
        "score": {"points": lead.points, "grade": lead.grade, "explanation": score.explanation} if score else None,
        "engagements": [{"kind": kind, "at": at.isoformat()} for kind, at in _engagements(lead.id)],
        "handoffs": [_cycle(cycle) for cycle in lead_history.cycles(lead.id)],
        "remarks": [{"text": text, "at": at.isoformat()} for text, at in _remarks(lead.id)],
        "history": [{"what": name, "at": at.isoformat()} for name, at in _history(lead.id)],
    }


def _status(lead: Lead) -> Copied:
    if lead.status is None or lead.status_at is None:
        return {}
    return {"status": {"id": lead.status, "reason": lead.status_reason, "since": lead.status_at.isoformat()}}


def _cycle(cycle: Cycle) -> Copied:
    return {
        "state": cycle.handoff.state.value,
        "offered_at": cycle.handoff.offered_at.isoformat(),
        "answers": [
            {
                "kind": answer.kind.value,
                "reason": answer.reason,
                "note": answer.note,
                "checklist": answer.checklist,
                "at": answer.occurred_at.isoformat(),
            }
            for answer in cycle.handoff.dispositions
        ],
        "touches": [
            {"channel": touch.channel.value, "note": touch.note, "at": touch.occurred_at.isoformat()}
            for touch in cycle.touches
        ],
    }


def _engagements(lead_id: int) -> Sequence[Row[*tuple[str, datetime]]]:
    of_lead = select(Engagement.kind, Engagement.occurred_at).where(Engagement.lead_id == lead_id)
    return db.session.execute(of_lead.order_by(Engagement.occurred_at, Engagement.id)).all()


def _keys(lead_id: int) -> Sequence[LeadKey]:
    return db.session.scalars(select(LeadKey).where(LeadKey.lead_id == lead_id).order_by(LeadKey.id)).all()


def _remarks(lead_id: int) -> Sequence[Row[*tuple[str, datetime]]]:
    of_lead = select(Remark.text, Remark.written_at).where(Remark.lead_id == lead_id)
    return db.session.execute(of_lead.order_by(Remark.id)).all()


def _history(lead_id: int) -> Sequence[Row[*tuple[str, datetime]]]:
    of_lead = select(Event.name, Event.occurred_at).where(among(Event.lead_id, lead_history.numbers(lead_id)))
    return db.session.execute(of_lead.order_by(Event.id)).all()
