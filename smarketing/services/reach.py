"""How people are reached: read it for many, change it for one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smarketing.db import among, db, is_postgresql
from smarketing.domain.event_names import EventName
from smarketing.domain.reach import Away, Choice, Reach, Topic
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import Team, User
from smarketing.models.reach import ReachSettings
from smarketing.models.routing import Absence
from smarketing.services import journal


def of_people(user_ids: Iterable[int], *, now: datetime) -> dict[int, Reach]:
    """By person, with their days off and what is left of their absences; a closed account cannot be reached."""
    ids = list(user_ids)
    is_asked = (among(User.id, ids), User.disabled_at.is_(None))
    columns = (User.id, User.zone, User.calendar_key, Team.calendar_key, ReachSettings)
    query = select(*columns).outerjoin(Team, Team.id == User.team_id)
    found = db.session.execute(query.outerjoin(ReachSettings, ReachSettings.user_id == User.id).where(*is_asked)).all()
    days_off, away = _DaysOff(), _away(ids, now=now)
    return {
        user_id: replace(_reach(zone, settings), days_off=days_off.of(own or theirs, zone), away=away.get(user_id, ()))
        for user_id, zone, own, theirs, settings in found
    }


class _DaysOff:
    """Of the calendars of the agreement in force; each is looked at once."""

    def __init__(self) -> None:
        in_force = AgreementVersion.status == VersionStatus.IN_FORCE
        text = db.session.scalar(select(AgreementVersion.terms).where(in_force))
        self._terms: Terms | None = parse(text) if text else None
        self._known: dict[tuple[str | None, str], frozenset[date]] = {}

    def of(self, key: str | None, zone: str) -> frozenset[date]:
        """By the calendar with this key; without one, by the first in this zone. None where there is neither."""
        if (key, zone) not in self._known:
            calendars = self._terms.calendars if self._terms else ()
            theirs = next((each for each in calendars if each.id == key), None)
            theirs = theirs or next((each for each in calendars if each.zone == zone), None)
            self._known[key, zone] = theirs.days_off() if theirs else frozenset()
        return self._known[key, zone]


def _away(user_ids: Sequence[int], *, now: datetime) -> dict[int, Sequence[Away]]:
    to_come = (among(Absence.user_id, user_ids), Absence.ends_at > now)
    query = select(Absence.user_id, Absence.starts_at, Absence.ends_at).where(*to_come)
    found: dict[int, list[Away]] = {}
    for user_id, starts_at, ends_at in db.session.execute(query.order_by(Absence.starts_at)):
        found.setdefault(user_id, []).append(Away(starts_at, ends_at))
    return {user_id: tuple(each) for user_id, each in found.items()}


def of(user: User) -> Reach:
    """What they have settled themselves."""
    return _reach(user.zone, db.session.get(ReachSettings, user.id))


def settle(user: User, settled: Reach, *, now: datetime) -> None:
    """From now on this is how they are reached; what waits already goes as it was."""
    values = asdict(settled) | {"user_id": user.id, "quiet_on": sorted(settled.quiet_on)}
    values["choices"] = {str(topic): str(choice) for topic, choice in settled.choices.items()}
    for not_settled in ("zone", "days_off", "away"):
        del values[not_settled]
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
