"""Correct what an upheld dispute had contested, so that the figures follow and say that they were corrected."""

from datetime import datetime

from smarketing.db import db
from smarketing.domain import lifecycle
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Move, Stage
from smarketing.models.disputes import Dispute
from smarketing.models.people import User
from smarketing.models.tallies import DUE, Cohort
from smarketing.services import agreements, dealing, handoffs, journal, qualification, statuses, tallies

LONGEST_REASON = 500


def correct(dispute: Dispute, *, actor: User, now: datetime) -> None:
    match dispute.kind:
        case DisputeKind.BREACH:
            _excuse(dispute, now=now)
        case DisputeKind.REFUSAL:
            _overturn(dispute, now=now)
        case DisputeKind.MQL:
            _uncount(dispute, actor=actor, now=now)


def _excuse(dispute: Dispute, *, now: datetime) -> None:
    """The clock stays breached; beside that figure stands the one without excused clocks."""
    clock = dispute.clock
    assert clock is not None  # noqa: S101 - a breach is always of a clock
    clock.excused_at = now
    tallies.mark_stale(DUE, [clock.due_on])
    journal.record(
        EventName.CLOCK_EXCUSED,
        "clock",
        clock.id,
        occurred_at=now,
        now=now,
        lead_id=clock.lead_id,
        version_id=clock.agreement_version_id,
        data={"clause": clock.clause_id, "handoff": clock.handoff_id},
    )


def _overturn(dispute: Dispute, *, now: datetime) -> None:
    """The refusal does not count, and whoever contested it vouches for the lead: it goes to sales once more, unless
    something else has happened to it since.
    """
    handoff, lead = dispute.handoff, dispute.lead
    for answer in handoff.dispositions:
        if answer.kind is DispositionKind.REFUSED:
            answer.overturned_at = now
    if lead.cycle != handoff.cycle or handoffs.open_handoff(lead.id):
        return
    if lead.stage is Stage.DISQUALIFIED:
        lead.stage = Stage.INQUIRY
        statuses.follow(lead, actor=None, now=now)
    db.session.flush()
    if lifecycle.is_allowed(lead.stage, Move.QUALIFY) and agreements.in_force():
        qualification.mark(lead.id, reason=_because(dispute), actor=dispute.raised_by, now=now)


def _uncount(dispute: Dispute, *, actor: User, now: datetime) -> None:
    """The lead does not count as an MQL: taken back while it waits, without its date once it was refused."""
    handoff, lead = dispute.handoff, dispute.lead
    if handoff.state is HandoffState.OFFERED and lead.cycle == handoff.cycle:
        qualification.take_back(lead.id, reason=_because(dispute), actor=actor, now=now)
        return
    dealing.credit([(handoff.owner_id, lead.id)], why=EventName.DISPUTE_RULED, now=now)
    if lead.mql_at == handoff.mql_at and lead.sal_at is None:
        tallies.mark_stale(Cohort.MQL, [lead.mql_on])
        tallies.mark_stale(Cohort.ARRIVED, [lead.arrived_on])
        lead.mql_at = lead.mql_on = None
    lead.is_held = True


def _because(dispute: Dispute) -> str:
    return dispute.note[:LONGEST_REASON]
