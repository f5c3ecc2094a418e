"""What the reader's side may contest on the page of a lead, and what was contested there."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext

from smarketing.domain import disputes as rules
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState
from smarketing.domain.roles import Permission, may
from smarketing.domain.sla_clock import Urgency
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Handoff
from smarketing.web.access import actor
from smarketing.web.dispute_page import TITLES
from smarketing.web.filters import urgency

CONTESTABLE = {
    DisputeKind.REFUSAL: {HandoffState.REFUSED},
    DisputeKind.MQL: {HandoffState.OFFERED, HandoffState.REFUSED},
}


class Contest(NamedTuple):
    label: str
    url: str


def of_handoff(handoff: Handoff, known: Sequence[Dispute]) -> list[Contest]:
    """How to contest the hand-off or its refusal, where that has not been done."""
    standing = {each.kind for each in known if each.handoff_id == handoff.id and _stands(each)}
    return [
        Contest(gettext(TITLES[kind]), _url(kind=kind.value, handoff=handoff.id))
        for kind, states in CONTESTABLE.items()
        if handoff.state in states and kind not in standing and _may(rules.raised_by(kind))
    ]


def of_clock(clock: Clock, terms: Terms, known: Sequence[Dispute]) -> str | None:
    """Where to ask that this missed clock be excused."""
    if urgency(clock) not in (Urgency.OVERDUE, Urgency.LATE):
        return None
    is_asked = any(each.clock_id == clock.id and _stands(each) for each in known)
    is_ours = _may(rules.raised_by(DisputeKind.BREACH, terms.clock(clock.clause_id).side))
    return _url(clock=clock.id) if is_ours and not is_asked else None


def _stands(dispute: Dispute) -> bool:
    return dispute.state is not DisputeState.TAKEN_BACK


def _may(side: Any) -> bool:
    return may(actor().role, Permission.CONTEST) and actor().department is side


def _url(**subject: Any) -> str:
    return url_for("disputes.new", **subject)
