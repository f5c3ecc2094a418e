"""Before sales answers a hand-off: has it done what the agreement asks first?"""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import demands
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.verdicts import compile_test
from smarketing.models.handoffs import Handoff
from smarketing.models.touches import Touch
from smarketing.services import agreements
from smarketing.services.subjects import facts_of


def check(handoff: Handoff, kind: DispositionKind, *, reason: str | None = None, note: str = "", now: datetime) -> None:
    """Raises InvalidInput or Conflict that names the clause and what is missing."""
    terms = agreements.version(handoff.agreement_version_id).terms
    if not demands.asks(terms, kind, reason):
        return
    facts = facts_of([handoff.lead_id], now=now)[handoff.lead_id]
    applies = lambda rule: compile_test(rule)(facts)  # noqa: E731
    demands.check_note(terms, kind, reason, note, applies)
    demands.check_known(terms, kind, facts.values, applies)
    touches = db.session.execute(select(Touch.channel, Touch.occurred_at).where(Touch.handoff_id == handoff.id))
    began_at = {
        "handoff.offered": handoff.offered_at,
        "handoff.accepted": handoff.answered_at,
        "handoff.confirmed": handoff.lead.sql_at,
    }
    demands.check_worked(terms, kind, reason, [(channel, at) for channel, at in touches], began_at, applies)
