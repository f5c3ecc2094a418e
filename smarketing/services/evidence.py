"""The facts of a hand-off, frozen as one canonical text with its digest: ids, instants, numbers, no personal data."""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.touches import Touch
from smarketing.services import agreements


class Frozen(NamedTuple):
    text: str
    digest: str


def freeze(handoff: Handoff) -> Frozen:
    """What is known of this hand-off now: under which terms, with which score, what was answered, how clocks stand."""
    text = json.dumps(_facts(handoff), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Frozen(text, digest(text))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _facts(handoff: Handoff) -> dict[str, Any]:
    clocks = db.session.scalars(select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.id))
    touches = db.session.scalars(select(Touch).where(Touch.handoff_id == handoff.id).order_by(Touch.id))
    version = agreements.version(handoff.agreement_version_id)
    return {
        "version": handoff.agreement_version_id,
        "title": version.terms.title.en,
        "state": handoff.state.value,
        "cycle": handoff.cycle,
        "points": handoff.points,
        "qualified_by": handoff.qualified_by_id,
        "offered_at": handoff.offered_at.isoformat(),
        "score": _parts(handoff),
        "answers": [
            {"kind": each.kind.value, "reason": each.reason, "by": each.actor_id, "at": each.occurred_at.isoformat()}
            for each in handoff.dispositions
        ],
        "clocks": [
            {
                "clause": clock.clause_id,
                "outcome": clock.outcome.value,
                "started_at": clock.started_at.isoformat(),
                "due_at": clock.due_at.isoformat(),
                "stopped_at": clock.stopped_at.isoformat() if clock.stopped_at else None,
            }
            for clock in clocks
        ],
        "touches": [{"channel": touch.channel.value, "at": touch.occurred_at.isoformat()} for touch in touches],
    }


def _parts(handoff: Handoff) -> dict[str, Any] | None:
    score = handoff.score
    if score is None:
        return None
    parts = {name: [part[:2] for part in score.explanation.get(name, ())] for name in ("fit", "engagement")}
    return {"id": score.id, "is_mql": score.is_mql, **parts}
