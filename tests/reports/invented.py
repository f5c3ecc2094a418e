"""Leads with hand-offs, clocks and refusals as chance would have them, two months of them: facts only, no roll-ups."""

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.lifecycle import Milestones, Stage, stage_of
from smarketing.domain.periods import local_day
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.tallies import DUE, Cohort
from smarketing.services import tallies
from tests.cast import Cast

ZONE = "Europe/Paris"
BEGIN = datetime(2026, 2, 20, tzinfo=UTC)
NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)
"""In between, on 29 March, Paris puts its clocks forward."""

SOURCES = (None, "", "Webinar", "Google Ads", "Ads · “été” 100 %")
CLAUSES = ("first-answer", "sql-decision")
REASONS = ("below-criteria", "not-now", "bad-data")
ANY_MINUTE = (NOW - BEGIN) // timedelta(minutes=1)


def leads(count: int, cast: Cast, version_id: int, *, seed: int) -> None:
    random = Random(seed)
    for _ in range(count):
        lead = _lead(random)
        db.session.add(lead)
        db.session.flush()
        for cycle in range(random.randint(0, 2) if lead.mql_at else 0):
            _hand_off(random, lead, cycle + 1, cast, version_id)
    db.session.flush()


def mark_all() -> None:
    """As whoever writes facts must: their days are to be counted."""
    for kind, column in ((Cohort.ARRIVED, Lead.arrived_on), (Cohort.MQL, Lead.mql_on), (DUE, Clock.due_on)):
        tallies.mark_stale(kind, db.session.scalars(select(column)))


def _lead(random: Random) -> Lead:
    arrived_at = BEGIN + timedelta(minutes=random.randrange(ANY_MINUTE))
    milestones = _milestones(random, arrived_at)
    stage = stage_of(milestones)
    if stage is Stage.MQL and random.random() < 0.4:
        stage = random.choice([Stage.INQUIRY, Stage.RECYCLED, Stage.DISQUALIFIED])
    return Lead(
        external_id=f"{random.getrandbits(60):x}",
        source=random.choice(SOURCES),
        stage=stage,
        arrived_at=arrived_at,
        arrived_on=local_day(arrived_at, ZONE),
        mql_on=local_day(milestones.mql_at, ZONE) if milestones.mql_at else None,
        recorded_at=arrived_at,
        amount_cents=random.randrange(10**6) if random.random() < 0.5 else None,
        **milestones._asdict(),
    )


def _milestones(random: Random, at: datetime) -> Milestones:
    """Some stages are known to have been passed only because a later one was reached."""
    reached: dict[str, datetime | None] = {}
    for name in ("mql_at", "sal_at", "sql_at", "won_at"):
        if random.random() < 0.35:
            break
        at = min(NOW, at + timedelta(hours=random.randrange(1, 120)))
        reached[name] = at if name == "mql_at" or random.random() < 0.85 else None
    return Milestones(**reached)


def _hand_off(random: Random, lead: Lead, cycle: int, cast: Cast, version_id: int) -> None:
    assert lead.mql_at
    handoff = Handoff(
        lead_id=lead.id,
        cycle=cycle,
        agreement_version_id=version_id,
        owner_id=random.choice([cast.saul.id, cast.sara.id, None]),
        state=HandoffState.REFUSED,
        mql_at=lead.mql_at,
        offered_at=lead.mql_at,
    )
    db.session.add(handoff)
    db.session.flush()
    if random.random() < 0.5:
        _refuse(random, handoff, cast)
    for clause in CLAUSES:
        db.session.add(_clock(random, handoff, clause))


def _refuse(random: Random, handoff: Handoff, cast: Cast) -> None:
    at = BEGIN + timedelta(minutes=random.randrange(ANY_MINUTE))
    reason = random.choice(REASONS)
    refused = DispositionKind.REFUSED
    disposition = Disposition(
        handoff_id=handoff.id, kind=refused, reason=reason, actor_id=cast.saul.id, occurred_at=at, recorded_at=at
    )
    db.session.add(disposition)


def _clock(random: Random, handoff: Handoff, clause: str) -> Clock:
    started_at = BEGIN + timedelta(minutes=random.randrange(ANY_MINUTE))
    due_at = started_at + timedelta(minutes=random.randrange(1, 3000))
    outcome = random.choice([Outcome.MET, Outcome.MET, Outcome.BREACHED, Outcome.RUNNING, Outcome.VOID])
    stopped_at, seconds = None, None
    if outcome is Outcome.MET or (outcome is Outcome.BREACHED and random.random() < 0.5):
        stopped_at, seconds = due_at, random.randrange(40) * 600
    elif outcome is Outcome.VOID or (outcome is Outcome.BREACHED and random.random() < 0.5):
        stopped_at = due_at + timedelta(hours=random.randrange(40))
    return Clock(
        handoff_id=handoff.id,
        lead_id=handoff.lead_id,
        agreement_version_id=handoff.agreement_version_id,
        clause_id=clause,
        owner_id=handoff.owner_id,
        outcome=outcome,
        started_at=started_at,
        at_risk_at=started_at + (due_at - started_at) / 2,
        due_at=due_at,
        due_on=local_day(due_at, ZONE),
        stopped_at=stopped_at,
        elapsed_seconds=seconds,
    )
