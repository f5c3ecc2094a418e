"""What each rep takes of the turn, and when they are away."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select

from smarketing.db import db
from smarketing.domain.errors import N_, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Permission, may
from smarketing.domain.routing import MOST_WEIGHT
from smarketing.models.people import User
from smarketing.models.routing import Absence, RoutingProfile
from smarketing.services import calendar_files, journal, letters

LONGEST = timedelta(days=3 * 366)
LONGEST_TITLE = 200
MOST_PLACES = 300


class Takes(NamedTuple):
    """Weight in per cent of a full turn; empty countries and languages take all."""

    weight: int
    most_a_day: int | None
    countries: Sequence[str]
    languages: Sequence[str]
    started_on: date | None


def profile_of(user_id: int) -> Takes:
    found = db.session.get(RoutingProfile, user_id)
    if found is None:
        return Takes(100, None, (), (), None)
    return Takes(found.weight, found.most_a_day, found.countries, found.languages, found.started_on)


def change(user: User, takes: Takes, *, actor: User, now: datetime) -> None:
    """What this rep takes from now on. Raises InvalidInput naming the field at fault."""
    _check_may(user.id, actor, Permission.REASSIGN_HANDOFF)
    if not 0 <= takes.weight <= MOST_WEIGHT:
        raise InvalidInput("weight", N_("A share is 0 to %(limit)s per cent of a full one."), limit=MOST_WEIGHT)
    if takes.most_a_day is not None and not 0 <= takes.most_a_day <= 10_000:
        raise InvalidInput("most_a_day", N_("A limit is 0 to %(limit)s leads a day."), limit=10_000)
    for name in ("countries", "languages"):
        if len(getattr(takes, name)) > MOST_PLACES or any(len(text) > 60 for text in getattr(takes, name)):
            raise InvalidInput(name, N_("Write at most %(limit)s short words, a comma between."), limit=MOST_PLACES)
    profile = db.session.get(RoutingProfile, user.id, with_for_update=True) or RoutingProfile(user_id=user.id)
    profile.weight, profile.most_a_day, profile.started_on = takes.weight, takes.most_a_day, takes.started_on
    profile.countries, profile.languages = list(takes.countries), list(takes.languages)
    db.session.add(profile)
    data = {"weight": takes.weight, "most_a_day": takes.most_a_day}
    journal.record(EventName.ROUTING_CHANGED, "user", user.id, occurred_at=now, now=now, actor_id=actor.id, data=data)


def absences(user_id: int, *, now: datetime) -> Sequence[Absence]:
    """Those that are not over, the next first."""
    coming = (Absence.user_id == user_id, Absence.ends_at > now)
    return db.session.scalars(select(Absence).where(*coming).order_by(Absence.starts_at, Absence.id)).all()


def add_absence(
    user_id: int, *, starts_at: datetime, ends_at: datetime, title: str, actor: User, now: datetime
) -> Absence:
    """Somebody is given no leads in this time; what they have already stays theirs."""
    _check_may(user_id, actor, Permission.REASSIGN_HANDOFF)
    if ends_at <= starts_at or ends_at <= now:
        raise InvalidInput("last_on", N_("An absence ends after it begins, and not in the past."))
    if ends_at - starts_at > LONGEST:
        raise InvalidInput("last_on", N_("An absence lasts three years at most."))
    absence = Absence(user_id=user_id, starts_at=starts_at, ends_at=ends_at, title=title.strip()[:LONGEST_TITLE])
    db.session.add(absence)
    db.session.flush()
    _record(EventName.ABSENCE_ADDED, user_id, count=1, actor=actor, now=now)
    return absence


def remove_absence(absence_id: int, *, actor: User, now: datetime) -> int:
    """Whose it was."""
    absence = db.session.get(Absence, absence_id)
    if absence is None:
        raise Missing(N_("This absence does not exist."))
    _check_may(absence.user_id, actor, Permission.REASSIGN_HANDOFF)
    db.session.delete(absence)
    _record(EventName.ABSENCE_REMOVED, absence.user_id, count=1, actor=actor, now=now)
    return absence.user_id


def bring_calendar(user: User, content: bytes, *, actor: User, now: datetime) -> calendar_files.Read:
    """What the file says takes the place of what an earlier file had said; what was written by hand stays."""
    _check_may(user.id, actor, Permission.REASSIGN_HANDOFF)
    found = calendar_files.read(content, zone=user.zone, now=now)
    from_file = (Absence.user_id == user.id, Absence.uid.is_not(None), Absence.ends_at > now)
    db.session.execute(delete(Absence).where(*from_file))
    db.session.add_all(
        Absence(user_id=user.id, starts_at=each.starts_at, ends_at=each.ends_at, title=each.title, uid=each.uid)
        for each in found.away
    )
    _record(EventName.ABSENCE_ADDED, user.id, count=len(found.away), actor=actor, now=now)
    return found


def _check_may(user_id: int, actor: User, permission: Permission) -> None:
    if actor.id != user_id and not may(actor.role, permission):
        raise NotAllowed(N_("Only they themselves or a manager can change this."))


def _record(name: EventName, user_id: int, *, count: int, actor: User, now: datetime) -> None:
    letters.retime(user_id, now=now)
    data = {"count": count}
    journal.record(name, "user", user_id, occurred_at=now, now=now, actor_id=actor.id, data=data)
