"""What the two sides contest in the demo: answered, ruled on, and some that wait for either."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from smarketing.db import db
from smarketing.demo import staff
from smarketing.demo import vocabulary as words
from smarketing.demo.story import Story
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.errors import Conflict
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import disputes

End = Callable[[Dispute, datetime], Any]


def plan(story: Story, *, now: datetime) -> None:
    """From the oldest to those that are open now; each begins in the morning and is answered a day later."""
    story.plan(now - timedelta(days=30), lambda at: _excuse(story, "outage", _agree(staff.MARKETING_MANAGER), at))
    story.plan(now - timedelta(days=23), lambda at: _refusal(story, _rule("dismissed"), at))
    story.plan(now - timedelta(days=13), lambda at: _refusal(story, _agree(staff.SALES_MANAGER), at))
    story.plan(now - timedelta(days=6), lambda at: _excuse(story, "wrong_data", _rule("upheld"), at))
    story.plan(now - timedelta(days=2), lambda at: _excuse(story, "outage", _object, at))
    story.plan(now - timedelta(hours=3), lambda at: _refusal(story, None, at))


def _refusal(story: Story, end: End | None, now: datetime) -> None:
    refused = select(Handoff).where(Handoff.state == HandoffState.REFUSED).order_by(Handoff.id.desc()).limit(1)
    told: dict[str, Any] = {"ground": "meets_criteria", "note": words.CONTEST_NOTES["refusal"], "now": now}
    for handoff in db.session.scalars(refused):
        raised = disputes.contest_refusal(handoff.id, actor=_user(staff.MARKETERS[0]), **told)
        _plan_end(story, raised.id, end, now)


def _excuse(story: Story, ground: str, end: End | None, now: datetime) -> None:
    breached = select(Clock).where(Clock.outcome == Outcome.BREACHED, Clock.excused_at.is_(None))
    told: dict[str, Any] = {"ground": ground, "note": words.CONTEST_NOTES[ground], "now": now}
    for clock in db.session.scalars(breached.order_by(Clock.id.desc()).limit(1)):
        raised = disputes.ask_excuse(clock.id, actor=_user(staff.REPS[0]), **told)
        _plan_end(story, raised.id, end, now)


def _plan_end(story: Story, dispute_id: int, end: End | None, now: datetime) -> None:
    if end:
        story.plan(now + timedelta(days=1), lambda at: end(db.session.get_one(Dispute, dispute_id), at))


def _agree(manager: Any) -> End:
    return lambda dispute, now: disputes.concede(dispute.id, note="", actor=_user(manager), now=now)


def _object(dispute: Dispute, now: datetime) -> None:
    manager = staff.SALES_MANAGER if dispute.side == "marketing" else staff.MARKETING_MANAGER
    disputes.object_to(dispute.id, note=words.OBJECTION, actor=_user(manager), now=now)


def _rule(verdict: str) -> End:
    def rule(dispute: Dispute, now: datetime) -> None:
        _object(dispute, now)
        for arbiter in (staff.MARKETING_MANAGER, staff.SALES_MANAGER):
            with suppress(Conflict):
                told: dict[str, Any] = {"verdict": verdict, "note": words.RULINGS[verdict], "now": now}
                disputes.vote(dispute.id, actor=_user(arbiter), **told)

    return rule


def _user(person: Any) -> User:
    return db.session.scalars(select(User).where(User.email_key == person.email.lower())).one()
