"""What the stories of the desk share: a lead handed to a rep, every answer, and the clocks it leaves."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import Channel
from smarketing.domain.importing import Row
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import handoffs, intake, touches
from tests.cast import Cast, clause, document
from tests.conftest import Hands

Db = scoped_session[Session]

CHECKLIST = {"need": "Measures ten sites", "budget": "20 k€"}
FIRST_TOUCH = clause("first-touch", "First touch", "Premier contact") | {
    "side": "sales",
    "starts_on": "handoff.offered",
    "stops_on": ["touch.logged"],
    "allowance_minutes": 480,
    "calendar": "office",
    "objective": 0.9,
}


def with_first_touch() -> list[dict[str, Any]]:
    """The clocks of the small agreement, and one that a touch stops."""
    return [*document()["clocks"], FIRST_TOUCH]


def hand_off(session: Db, hands: Hands, email: str = "g.perrin@example.com") -> Handoff:
    """A director who has asked for a demo: an MQL, handed to whose turn it is."""
    facts = {"email": email, "job_title": "Sales director", "country": "FR", "source": "Webinar"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    return session.scalars(select(Handoff).order_by(Handoff.id.desc()).limit(1)).one()


def owner(session: Db, handoff: Handoff) -> User:
    return session.get_one(User, handoff.owner_id)


def other(cast: Cast, handoff: Handoff) -> User:
    return cast.sara if handoff.owner_id == cast.saul.id else cast.saul


def stop_selling(cast: Cast, hands: Hands) -> None:
    """Nobody can be dealt a lead: it waits in the team's queue."""
    cast.saul.disabled_at = cast.sara.disabled_at = hands.now


def start_selling(cast: Cast) -> None:
    cast.saul.disabled_at = cast.sara.disabled_at = None


def give(answer: str, handoff: Handoff, actor: User, hands: Hands) -> object:
    """Any of the answers, or a touch, as of now."""
    told: dict[str, Any] = {"actor": actor, "now": hands.now}
    match answer:
        case "accept":
            return handoffs.accept(handoff.id, **told)
        case "refuse":
            return handoffs.refuse(handoff.id, reason="bad-data", note="", **told)
        case "confirm":
            return handoffs.confirm(handoff.id, checklist=CHECKLIST, **told)
        case "recycle":
            until = hands.now.date() + timedelta(days=30)
            return handoffs.recycle(handoff.id, reason="no-budget", until=until, note="", **told)
        case "win":
            return handoffs.win(handoff.id, amount_cents=100, **told)
        case "lose":
            return handoffs.lose(handoff.id, reason="competitor", note="", **told)
        case _:
            return touches.log(handoff.id, channel=Channel.CALL, note="", occurred_at=hands.now, **told)


def clocks_of(session: Db, handoff: Handoff) -> dict[str, tuple[Outcome, bool]]:
    """Each clause with how its latest clock stands and whether it has stopped."""
    session.flush()
    session.expire_all()
    found = session.scalars(select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.id))
    return {clock.clause_id: (clock.outcome, clock.stopped_at is not None) for clock in found}


def story(session: Db) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.lead_id.is_not(None)).order_by(Event.id)))
