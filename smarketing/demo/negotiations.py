"""How a version of the agreement comes about: drafted on one day, proposed and signed on the next working day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from smarketing.db import db
from smarketing.demo import staff, vocabulary
from smarketing.demo.crowd import ZONE
from smarketing.demo.story import Story
from smarketing.domain.amendments import Written
from smarketing.domain.terms import Terms
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.models.people import User
from smarketing.services import agreements, amendments, comments

SATURDAY = 5
DRAFTED, PROPOSED, SIGNED = time(15, 40), time(16, 5), (time(16, 50), time(17, 35))
"""Afternoons in Paris, when it is morning in Montréal."""
SENT, COMMENTED = time(17, 50), time(18, 20)


def plan(
    story: Story,
    terms: Terms,
    *,
    signed_on: date,
    effective_at: datetime,
    drafted_by: str,
    signed_by: Sequence[str],
) -> None:
    """`drafted_by` and `signed_by` are the addresses of managers; the latter sign in this order."""
    story.plan(_at(working_day_before(signed_on), DRAFTED), partial(_draft, terms, drafted_by))
    story.plan(_at(signed_on, PROPOSED), partial(_propose, drafted_by, effective_at))
    for email, moment in zip(signed_by, SIGNED, strict=False):
        story.plan(_at(signed_on, moment), partial(_sign, email))


def plan_amendment(story: Story, terms: Terms, *, sent_on: date) -> None:
    """Marketing asks for these terms, and sales says something before it answers."""
    story.plan(_at(sent_on, SENT), partial(_send, terms))
    story.plan(_at(sent_on, COMMENTED), _comment)


def agree(terms: Terms, *, effective_at: datetime, now: datetime) -> None:
    """All of it at one moment, for whoever needs an agreement and no history."""
    marketing, sales = staff.MARKETING_MANAGER.email, staff.SALES_MANAGER.email
    _draft(terms, marketing, now)
    _propose(marketing, effective_at, now)
    _sign(sales, now)
    _sign(marketing, now)
    db.session.flush()


def working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def monday_from(day: date) -> datetime:
    """Midnight of the first Monday that is not before this day."""
    return _at(day + timedelta(days=-day.weekday() % 7), time())


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=ZONE).astimezone(UTC)


def _draft(terms: Terms, email: str, now: datetime) -> None:
    agreements.draft(terms, actor=_manager(email), now=now)


def _propose(email: str, effective_at: datetime, now: datetime) -> None:
    agreements.propose(_latest(), effective_at=effective_at, actor=_manager(email), now=now)


def _sign(email: str, now: datetime) -> None:
    version = _latest()
    agreements.sign(version, signed_digest=version.digest, actor=_manager(email), now=now)


def _send(terms: Terms, now: datetime) -> None:
    author = _manager(staff.MARKETING_MANAGER.email)
    drafted = agreements.draft(terms, actor=author, now=now)
    amendments.send(drafted, Written(*vocabulary.AMENDMENT, {}), actor=author, now=now)


def _comment(now: datetime) -> None:
    version = db.session.scalars(select(Amendment)).one().version
    comments.write(
        version, comments.WHOLE, vocabulary.ON_THE_AMENDMENT, actor=_manager(staff.SALES_MANAGER.email), now=now
    )


def _latest() -> AgreementVersion:
    return db.session.scalars(select(AgreementVersion).order_by(AgreementVersion.number.desc()).limit(1)).one()


def _manager(email: str) -> User:
    return db.session.scalars(select(User).where(User.email_key == email)).one()
