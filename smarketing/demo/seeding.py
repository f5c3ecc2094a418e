"""Brings the company into an empty database, and knows it again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from smarketing.db import db
from smarketing.demo import disagreements, negotiations, staff
from smarketing.demo.crowd import ZONE, Crowd, Visit, batches
from smarketing.demo.negotiations import monday_from, working_day_before
from smarketing.demo.story import Story, at_midnight
from smarketing.domain import terms_text
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.terms import Terms, read_terms
from smarketing.models.people import User
from smarketing.services import accounts, tallies

AGREEMENT = Path(__file__).with_name("agreement.yaml")
SEED = 20260302
DAYS = 91
FIRST_VERSION = 0.42
"""The part of the history for which the version lasted that the one in force took the place of."""
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


def amendment() -> Terms:
    """What sales proposes now: an hour less to answer in, for fewer leads of a higher score."""
    document = agreement().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["mql"]["when"]["all"][0]["at_least"] = 75
    document["clocks"][0]["allowance_minutes"] = 180
    document["targets"][0]["owed"] = 190
    return read_terms(document)


def quicker_touch() -> Terms:
    """What marketing asks for as an amendment: two hours less until the first touch."""
    document = agreement().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["clocks"][1]["allowance_minutes"] = 360
    return read_terms(document)


def seed(*, now: datetime, tell: Callable[[str], None], days: int = DAYS) -> None:
    """Everybody, the agreement and its history until `now`. The caller opens the transaction."""
    random = Random(SEED)
    starts_at = at_midnight(now - timedelta(days=days))
    tell("People and teams")
    hire(now=starts_at - timedelta(days=21))
    tell("The agreement, signed by both sides")
    office = compiled(agreement().calendar("paris"))
    waits = [_instant_before(now, minutes=ANSWER_WITHIN * share, office=office) for share in WAITING]
    story = Story(random, office, starts_at=starts_at, waiting_from=waits[0], now=now)
    plan_versions(story, starts_at=starts_at, now=now)
    disagreements.plan(story, now=now)
    story.plan_rounds()
    for batch in visits(random, starts_at=starts_at, waits=waits, now=now):
        story.plan_visits(batch)
    for day in story.run():
        db.session.flush()
        db.session.expunge_all()
        if day.day in (1, 11, 21):
            tell(f"History up to {day:%d %B %Y}")
    while tallies.recount_stale(limit=500):
        pass


def plan_versions(story: Story, *, starts_at: datetime, now: datetime) -> None:
    """A version that was, the one in force, a proposal that waits for marketing’s signature, an amendment for sales."""
    marketing, sales = staff.MARKETING_MANAGER.email, staff.SALES_MANAGER.email
    today = now.astimezone(ZONE).date()
    second_at = monday_from((starts_at + (now - starts_at) * FIRST_VERSION).astimezone(ZONE).date())
    for terms, effective_at in ((first_agreement(), starts_at), (agreement(), second_at)):
        negotiations.plan(
            story,
            terms,
            signed_on=working_day_before(effective_at.astimezone(ZONE).date() - timedelta(days=3)),
            effective_at=effective_at,
            drafted_by=marketing,
            signed_by=(sales, marketing),
        )
    negotiations.plan(
        story,
        amendment(),
        signed_on=working_day_before(today),
        effective_at=monday_from(today + timedelta(days=5)),
        drafted_by=sales,
        signed_by=(sales,),
    )
    negotiations.plan_amendment(story, quicker_touch(), sent_on=working_day_before(today))


def hire(*, now: datetime) -> None:
    for crew in staff.TEAMS:
        accounts.create_team(crew.key, crew.name, crew.department)
    for person in staff.EVERYBODY:
        accounts.create_user(person, password=staff.PASSWORD, actor=None, now=now)


def visits(random: Random, *, starts_at: datetime, waits: list[datetime], now: datetime) -> Iterator[list[Visit]]:
    """Who came, gathered as they were taken in."""
    crowd = Crowd(random)
    earlier = crowd.between(starts_at, now, quiet_from=waits[0])
    yield from batches(earlier, timedelta(minutes=60))
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
