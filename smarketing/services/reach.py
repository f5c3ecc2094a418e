"""How people are reached: read it for many, change it for one."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smarketing.db import among, db, is_postgresql
from smarketing.domain.event_names import EventName
from smarketing.domain.reach import Choice, Reach, Topic
from smarketing.models.people import User
from smarketing.models.reach import ReachSettings
from smarketing.services import journal


def of_people(user_ids: Iterable[int]) -> dict[int, Reach]:
    """By person; those whose account is closed cannot be reached."""
    is_asked = (among(User.id, user_ids), User.disabled_at.is_(None))
    found = select(User.id, User.zone, ReachSettings).outerjoin(ReachSettings).where(*is_asked)
    return {user_id: _reach(zone, settings) for user_id, zone, settings in db.session.execute(found)}


def of(user: User) -> Reach:
    return _reach(user.zone, db.session.get(ReachSettings, user.id))


def settle(user: User, settled: Reach, *, now: datetime) -> None:
    """From now on this is how they are reached; what waits already goes as it was."""
    values = asdict(settled) | {"user_id": user.id, "quiet_on": sorted(settled.quiet_on)}
    values["choices"] = {str(topic): str(choice) for topic, choice in settled.choices.items()}
    del values["zone"]
    insert = (postgresql_insert if is_postgresql() else sqlite_insert)(ReachSettings).values(values)
    db.session.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_=values))
    journal.record(EventName.USER_CHANGED, "user", user.id, occurred_at=now, now=now, actor_id=user.id)


def _reach(zone: str, settings: ReachSettings | None) -> Reach:
    if settings is None:
        return Reach(zone)
    known = {str(topic) for topic in Topic}
    choices = {Topic(topic): Choice(choice) for topic, choice in settings.choices.items() if topic in known}
    return Reach(
        zone,
        settings.quiet_from,
        settings.quiet_until,
        frozenset(settings.quiet_on),
        settings.daily_at,
        choices,
    )
