"""What becomes of the open leads of somebody who leaves, by the agreed clauses; what no clause names stays theirs."""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Stage
from smarketing.domain.routing import Asking, Rule
from smarketing.domain.terms import Terms
from smarketing.domain.terms_routing import OffboardingClause
from smarketing.domain.verdicts import judge
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import agreements, dealing, routing
from smarketing.services.subjects import facts_of

NOBODY = ("manager", "marketing")


def hand_over(user: User, *, actor: User, now: datetime) -> int:
    """Give the open hand-offs of `user`, who can be given none any more, to others; how many moved."""
    force = agreements.in_force()
    if force is None or not force.terms.offboarding:
        return 0
    owned = select(Handoff.id, Handoff.lead_id, Lead.stage, Lead.status).join(Lead, Lead.id == Handoff.lead_id)
    rows = db.session.execute(owned.where(IS_OPEN, Handoff.owner_id == user.id).order_by(Handoff.id)).all()
    facts = facts_of([row.lead_id for row in rows], now=now)
    table = dealing.lay(force.terms, now=now, is_locking=True)
    moving: dict[int | None, list[int]] = {}
    for handoff_id, lead_id, stage, status in rows:
        clause = _clause(force.terms, stage, status, facts[lead_id])
        if clause is None:
            continue
        rule = Rule(clause.id, lambda _facts: True, clause.to, None)
        asked = Asking(lead_id, facts[lead_id])
        (asking,) = [asked] if clause.to in (*NOBODY, "turn") else dealing.acquainted([asked], force.terms, now=now)
        table.rules = [rule]
        dealt = table.deal(asking)
        moving.setdefault(dealt.user_id, []).append(handoff_id)
    dealing.keep(table)
    return sum(
        routing.reassign(handoff_ids, owner_id=owner_id, actor=actor, now=now)
        for owner_id, handoff_ids in moving.items()
    )


def _clause(terms: Terms, stage: Stage, status: str | None, facts: Facts) -> OffboardingClause | None:
    """The first that fits; one that names neither stages nor statuses fits all."""
    for clause in terms.offboarding:
        is_there = stage in clause.stages or status in clause.statuses
        if (is_there or not (clause.stages or clause.statuses)) and (
            clause.when is None or judge(clause.when, facts).held
        ):
            return clause
    return None
