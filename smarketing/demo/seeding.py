"""Brings the company into an empty database, and knows it again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from smarketing.db import db
from smarketing.demo import staff
from smarketing.demo.crowd import Crowd, Visit, batches
from smarketing.demo.story import Story, at_midnight
from smarketing.domain import terms_text
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.terms import Terms, read_terms
from smarketing.models.people import User
from smarketing.services import accounts, agreements, tallies

AGREEMENT = Path(__file__).with_name("agreement.yaml")
SEED = 20260302
DAYS = 91
FIRST_VERSION_DAYS = 38
"""How long the version lasted that the one in force took the place of."""
ANSWER_WITHIN = 240
"""Business minutes, as the agreement says."""
WAITING = (
    2.0,
    1.6,
    1.3,
    1.15,
    1.05,
    0.95,
    0.9,
    0.86,
    0.82,
    0.78,
    0.6,
    0.52,
    0.44,
    0.36,
    0.28,
    0.2,
    0.14,
    0.08,
    0.05,
    0.02,
)
"""How much of their time the leads have used up that wait in the queues now; the reps take turns."""


def is_empty() -> bool:
    return db.session.scalar(select(User.id).limit(1)) is None


def is_demo() -> bool:
    return db.session.scalar(select(User.id).where(User.email_key == staff.ADMIN.email)) is not None


def agreement() -> Terms:
    """The agreement in force."""
    return terms_text.read(AGREEMENT.read_text(encoding="utf-8"))


def first_agreement() -> Terms:
    """The version before: a whole day to answer in, fewer leads owed, and less asked of a lead."""
    document = agreement().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["mql"]["when"]["all"][0]["at_least"] = 65
    document["clocks"][0] |= {"allowance_minutes": 480, "objective": 0.85}
    document["targets"][0]["owed"] = 170
    return read_terms(document)


def seed(*, now: datetime, tell: Callable[[str], None], number: int = SEED) -> None:
    """Everybody, the agreement and its history until `now`. The caller opens the transaction."""
    random = Random(number)
    starts_at = at_midnight(now - timedelta(days=DAYS))
    tell("People and teams")
    hire(now=starts_at - timedelta(days=12))
    tell("The agreement, signed by both sides")
    second_at = at_midnight(starts_at + timedelta(days=FIRST_VERSION_DAYS))
    agree(first_agreement(), effective_at=starts_at, now=starts_at - timedelta(days=5))
    terms = agreement()
    office = compiled(terms.calendar("paris"))
    waits = [_instant_before(now, minutes=ANSWER_WITHIN * share, office=office) for share in WAITING]
    story = Story(random, office, starts_at=starts_at, waiting_from=waits[0], now=now)
    story.plan(second_at - timedelta(days=6), lambda at: agree(terms, effective_at=second_at, now=at))
    story.plan_rounds()
    for batch in visits(random, starts_at=starts_at, waits=waits, now=now):
        story.plan_visits(batch)
    for day in story.run():
        db.session.expunge_all()
        if day.day in (1, 11, 21):
            tell(f"History up to {day:%d %B %Y}")
    while tallies.recount_stale(limit=500):
        pass


def hire(*, now: datetime) -> None:
    for crew in staff.TEAMS:
        accounts.create_team(crew.key, crew.name, crew.department)
    for person in staff.EVERYBODY:
        accounts.create_user(person, password=staff.PASSWORD, actor=None, now=now)


def agree(terms: Terms, *, effective_at: datetime, now: datetime) -> None:
    """Drafted by marketing, proposed the day after, signed by sales first."""
    marketing, sales = (_manager(person.email) for person in (staff.MARKETING_MANAGER, staff.SALES_MANAGER))
    version = agreements.draft(terms, actor=marketing, now=now)
    agreements.propose(version, effective_at=effective_at, actor=marketing, now=now + timedelta(hours=26))
    agreements.sign(version, signed_digest=version.digest, actor=sales, now=now + timedelta(hours=31))
    agreements.sign(version, signed_digest=version.digest, actor=marketing, now=now + timedelta(hours=33))
    db.session.flush()


def visits(random: Random, *, starts_at: datetime, waits: list[datetime], now: datetime) -> Iterator[list[Visit]]:
    """Who came, gathered as they were taken in."""
    crowd = Crowd(random)
    earlier = crowd.between(starts_at, now, quiet_from=waits[0])
    yield from batches(earlier, timedelta(minutes=40))
    for at in waits:
        yield [crowd.ready(at)]


def _instant_before(now: datetime, *, minutes: float, office: BusinessCalendar) -> datetime:
    """The latest whole minute that lies so many business minutes before now."""
    least, most = 0, 15 * 24 * 60
    while least < most:
        middle = (least + most) // 2
        if office.elapsed(now - timedelta(minutes=middle), now) >= timedelta(minutes=minutes):
            most = middle
        else:
            least = middle + 1
    return now - timedelta(minutes=least)


def _manager(email: str) -> User:
    return db.session.scalars(select(User).where(User.email_key == email)).one()
