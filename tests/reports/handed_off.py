"""Hand-offs as they really go: offered, answered, confirmed, won or given up, with clocks, touches and disputes."""

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import calibration
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState, Ground
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Department
from smarketing.domain.scoring import Scorer
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import CountedRule, Disposition, Handoff
from smarketing.models.leads import Lead, Score
from smarketing.models.personas import Persona
from smarketing.models.touches import Touch
from smarketing.services import journal
from tests.cast import Cast, terms

ZONE = "Europe/Paris"
NOW = datetime(2026, 6, 18, 9, 7, tzinfo=UTC)
SOURCES = (None, "Webinar", "Google Ads", "Ads · “été” 100 %")
RULES = Scorer(terms()).rules
ENDS = (HandoffState.CONFIRMED, HandoffState.WON, HandoffState.LOST, HandoffState.RECYCLED)


def handoffs(count: int, cast: Cast, version_id: int, *, seed: int, days: int = 100) -> list[Handoff]:
    random = Random(seed)
    personas = [*db.session.scalars(select(Persona.id)), None]
    made = [_handoff(random, number, cast, version_id, personas, days) for number in range(count)]
    db.session.flush()
    return made


def _handoff(
    random: Random, number: int, cast: Cast, version_id: int, personas: list[int | None], days: int
) -> Handoff:
    at = NOW - timedelta(minutes=random.randrange(days * 1440))
    lead = Lead(
        external_id=f"{number}-{random.getrandbits(40):x}",
        source=random.choice(SOURCES),
        stage=Stage.MQL,
        arrived_at=at,
        arrived_on=local_day(at, ZONE),
        mql_at=at,
        mql_on=local_day(at, ZONE),
        recorded_at=at,
        cycle=1,
    )
    db.session.add(lead)
    db.session.flush()
    state = _state(random)
    is_answered = state not in (HandoffState.OFFERED, HandoffState.WITHDRAWN)
    answered_at = min(NOW, at + timedelta(minutes=random.randrange(1, 2000))) if is_answered else None
    owner = random.choice([cast.saul.id, cast.sara.id])
    handoff = Handoff(
        lead_id=lead.id,
        cycle=random.choice([1, 1, 1, 2, 3]),
        agreement_version_id=version_id,
        persona_id=random.choice(personas),
        owner_id=owner if is_answered or random.random() < 0.7 else None,
        state=state,
        mql_at=at,
        offered_at=at,
        answered_at=answered_at,
        closed_at=None if state in (HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.CONFIRMED) else NOW,
    )
    db.session.add(handoff)
    db.session.flush()
    first = random.choice([owner, owner, None])
    journal.record(
        EventName.HANDOFF_OFFERED,
        "handoff",
        handoff.id,
        occurred_at=at,
        now=at,
        lead_id=lead.id,
        data={"owner": first},
    )
    _score(handoff, number)
    db.session.add(_clock(random, handoff, "first-answer", answered_at))
    if answered_at:
        _answers(random, handoff, answered_at, cast)
    return handoff


def _score(handoff: Handoff, number: int) -> None:
    """A director who has seen the prices on so many days, or asked for a demo."""
    asked = ["asked-for-demo", 40, 1] if number % 3 else ["saw-prices", 10 * (number % 9 + 1), number % 9 + 1]
    told = {"fit": [["is-director", 30, 1, None]], "engagement": [[*asked, handoff.mql_at.isoformat()]], "reasons": []}
    score = Score(
        lead_id=handoff.lead_id,
        agreement_version_id=handoff.agreement_version_id,
        persona_id=handoff.persona_id,
        fit_points=30,
        engagement_points=int(asked[1]),
        points=30 + int(asked[1]),
        is_mql=True,
        explanation=told,
        scored_at=handoff.mql_at,
    )
    db.session.add(score)
    db.session.flush()
    handoff.points, handoff.score_id = score.points, score.id
    for rule, points in calibration.counted(told, RULES):
        db.session.add(CountedRule(handoff_id=handoff.id, rule=rule, points_without=points))


def _state(random: Random) -> HandoffState:
    return random.choices(
        [HandoffState.OFFERED, HandoffState.WITHDRAWN, HandoffState.REFUSED, HandoffState.ACCEPTED, *ENDS],
        [2, 1, 4, 3, 3, 1, 2, 2],
    )[0]


def _answers(random: Random, handoff: Handoff, at: datetime, cast: Cast) -> None:
    if handoff.state is HandoffState.REFUSED:
        reason = random.choice(["below-criteria", "not-now", "bad-data", None])
        _disposition(handoff, DispositionKind.REFUSED, at, reason)
        if random.random() < 0.3:
            _dispute(random, handoff, at, cast)
        return
    _disposition(handoff, DispositionKind.ACCEPTED, at)
    for _touch in range(random.randrange(4)):
        when = at + timedelta(minutes=random.randrange(600))
        db.session.add(
            Touch(
                lead_id=handoff.lead_id,
                handoff_id=handoff.id,
                actor_id=cast.saul.id,
                channel=Channel.CALL,
                note="",
                occurred_at=when,
                recorded_at=when,
            )
        )
    if handoff.state in ENDS[:3]:
        _disposition(handoff, DispositionKind.CONFIRMED, at + timedelta(days=random.randrange(20)))
    kinds = {HandoffState.WON: "won", HandoffState.LOST: "lost", HandoffState.RECYCLED: "recycled"}
    if handoff.state in kinds:
        amount = random.randrange(10**6) if handoff.state is HandoffState.WON else None
        _disposition(handoff, DispositionKind(kinds[handoff.state]), NOW, amount=amount)


def _disposition(
    handoff: Handoff, kind: DispositionKind, at: datetime, reason: str | None = None, amount: int | None = None
) -> None:
    db.session.add(
        Disposition(
            handoff_id=handoff.id,
            kind=kind,
            reason=reason,
            actor_id=handoff.owner_id,
            occurred_at=min(at, NOW),
            recorded_at=NOW,
            amount_cents=amount,
        )
    )


def _dispute(random: Random, handoff: Handoff, at: datetime, cast: Cast) -> None:
    db.session.add(
        Dispute(
            kind=DisputeKind.REFUSAL,
            lead_id=handoff.lead_id,
            handoff_id=handoff.id,
            state=random.choice(list(DisputeState)),
            side=Department.MARKETING,
            ground=Ground.MEETS_CRITERIA,
            note="It does.",
            raised_by_id=cast.manny.id,
            raised_at=at,
            answer_due_at=at,
            figures_on=local_day(at, ZONE),
            evidence="{}",
            digest="0" * 64,
        )
    )


def _clock(random: Random, handoff: Handoff, clause: str, stopped_at: datetime | None) -> Clock:
    due_at = handoff.offered_at + timedelta(minutes=random.randrange(60, 2500))
    end = stopped_at or NOW
    outcome = Outcome.MET if stopped_at and end <= due_at else Outcome.BREACHED if end > due_at else Outcome.RUNNING
    if handoff.state is HandoffState.WITHDRAWN:
        outcome, stopped_at = Outcome.VOID, NOW
    return Clock(
        handoff_id=handoff.id,
        lead_id=handoff.lead_id,
        agreement_version_id=handoff.agreement_version_id,
        clause_id=clause,
        owner_id=handoff.owner_id,
        outcome=outcome,
        side=Department.SALES,
        started_at=handoff.offered_at,
        at_risk_at=due_at,
        due_at=due_at,
        due_on=local_day(due_at, ZONE),
        stopped_at=stopped_at,
        elapsed_seconds=int((stopped_at - handoff.offered_at).total_seconds()) if stopped_at else None,
    )
