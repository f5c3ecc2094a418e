"""Past hand-offs with what became of them: partners mostly become SQLs, and so do leads who asked for a demo."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import local_day
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Engagement, Lead, Score
from tests.cast import Cast

SOURCES = {"Partner": 1.6, "Webinar": 0.2, "Google": -1.2}


def write(count: int, cast: Cast, *, until: datetime, seed: int = 1, likelihood: dict[str, float] = SOURCES) -> None:
    """One hand-off an hour, the last an hour before `until`; `likelihood` is in log-odds."""
    random = Random(seed)
    version_id = db.session.scalars(select(AgreementVersion.id)).first() or 0
    offered = [until - timedelta(hours=count - number) for number in range(count)]
    leads = [_lead(random.choice(list(likelihood)), at) for at in offered]
    db.session.add_all(leads)
    db.session.flush()
    scores = [_score(lead, version_id, has_asked=random.random() < 0.5) for lead in leads]
    db.session.add_all(scores)
    db.session.flush()
    handoffs = []
    for lead, score in zip(leads, scores, strict=True):
        db.session.add(
            Engagement(lead_id=lead.id, kind="visit", occurred_at=lead.arrived_at, recorded_at=lead.arrived_at)
        )
        odds = likelihood[lead.source or ""] + (0.8 if score.points > 60 else -0.8)
        came = random.random() < 1 / (1 + 2.718 ** -(1.4 * odds))
        handoffs.append(_handoff(lead, score, came, cast.saul.id))
    db.session.add_all(handoffs)
    db.session.flush()


def _lead(source: str, at: datetime) -> Lead:
    return Lead(
        source=source,
        country="FR",
        stage=Stage.SAL,
        cycle=1,
        arrived_at=at - timedelta(days=2),
        arrived_on=local_day(at, "Europe/Paris"),
        mql_at=at,
        mql_on=local_day(at, "Europe/Paris"),
        recorded_at=at - timedelta(days=2),
    )


def _score(lead: Lead, version_id: int, *, has_asked: bool) -> Score:
    act, points = ("asked-for-demo", 40) if has_asked else ("saw-prices", 30)
    return Score(
        lead_id=lead.id,
        agreement_version_id=version_id,
        fit_points=30,
        engagement_points=points,
        points=30 + points,
        is_mql=True,
        explanation={"fit": [["is-director", 30, 1, None]], "engagement": [[act, points, 1, None]], "reasons": []},
        scored_at=lead.mql_at,
    )


def _handoff(lead: Lead, score: Score, came: bool, rep_id: int) -> Handoff:
    at = lead.mql_at or lead.arrived_at
    kinds = [DispositionKind.ACCEPTED, DispositionKind.CONFIRMED] if came else [DispositionKind.REFUSED]
    hours = range(1, 1 + len(kinds))
    given = [(kind, at + timedelta(minutes=30 * hour)) for kind, hour in zip(kinds, hours, strict=True)]
    return Handoff(
        lead_id=lead.id,
        cycle=1,
        agreement_version_id=score.agreement_version_id,
        score_id=score.id,
        points=score.points,
        owner_id=rep_id,
        state=HandoffState.CONFIRMED if came else HandoffState.REFUSED,
        mql_at=at,
        offered_at=at,
        answered_at=given[0][1],
        closed_at=None if came else given[0][1],
        dispositions=[
            Disposition(kind=kind, actor_id=rep_id, occurred_at=when, recorded_at=when) for kind, when in given
        ],
    )
