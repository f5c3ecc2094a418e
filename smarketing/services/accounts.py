"""People and their teams: create, change, disable, set a password. Signing in is in services/sessions.py."""

import re
import unicodedata
from datetime import datetime
from typing import NamedTuple
from zoneinfo import available_timezones

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import roles
from smarketing.domain.errors import N_, Conflict, InvalidInput, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.passwords import check_strength
from smarketing.domain.roles import Department, Role
from smarketing.models.people import Team, User
from smarketing.services import journal, passwords, sessions

_TEAM_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_MISPLACED = {
    Role.MARKETER: N_("A marketer belongs to a team of marketing."),
    Role.SALES_REP: N_("A sales rep belongs to a team of sales."),
    Role.MANAGER: N_("A manager belongs to a team of marketing or of sales."),
}
"""Administrators may be anywhere."""


class Person(NamedTuple):
    """What is known of somebody who is to have an account. `team` is the key of a team; admins may have none."""

    email: str
    name: str
    role: Role
    team: str | None
    locale: str = "en"
    zone: str = "UTC"


class Profile(NamedTuple):
    """What people settle themselves."""

    name: str
    locale: str
    zone: str
    has_shortcuts: bool


def create_user(person: Person, *, password: str | None, actor: User | None, now: datetime) -> User:
    """A new account; without a password nobody can sign in until one is chosen, see `set_password`.

    `actor` is None at the command line. Raises InvalidInput naming the field at fault.
    """
    email, name = _email(person.email), _name(person.name)
    _check_is_free(email)
    _check_zone(person.zone)
    team = _team_for(person.role, person.team)
    if password is not None:
        check_strength(password, email=email, name=name)
    user = User(
        email=email,
        email_key=email.lower(),
        name=name,
        role=person.role,
        team_id=team.id if team else None,
        password_hash=passwords.NONE_YET if password is None else passwords.hash_of(password),
        locale=person.locale,
        zone=person.zone,
        created_at=now,
        turn=0,
    )
    db.session.add(user)
    db.session.flush()
    _record(EventName.USER_CREATED, user, actor=actor, now=now, data={"role": person.role})
    return user


def change_user(user: User, person: Person, *, actor: User, now: datetime) -> None:
    """Change who somebody is and what they may do; it holds from their next request."""
    email, name = _email(person.email), _name(person.name)
    _check_is_free(email, except_id=user.id)
    _check_zone(person.zone)
    team = _team_for(person.role, person.team)
    if person.role is not Role.ADMIN:
        _check_is_not_the_last_admin(user)
    data = {"role": [user.role, person.role], "team": [user.team_id, team.id if team else None]}
    user.email, user.email_key, user.name = email, email.lower(), name
    user.role, user.team = person.role, team
    user.locale, user.zone = person.locale, person.zone
    _record(EventName.USER_CHANGED, user, actor=actor, now=now, data=data)


def change_profile(user: User, profile: Profile, *, now: datetime) -> None:
    _check_zone(profile.zone)
    user.name = _name(profile.name)
    user.locale, user.zone, user.has_shortcuts = profile.locale, profile.zone, profile.has_shortcuts
    _record(EventName.USER_CHANGED, user, actor=user, now=now)


def set_locale(user: User, locale: str) -> None:
    user.locale = locale


def set_theme(user: User, theme: str) -> None:
    """Light, dark or auto: as the device."""
    user.theme = theme


def disable_user(user: User, *, actor: User | None, now: datetime) -> None:
    """Nobody can sign in with this account any more; its sessions end at once, its past stays."""
    if not user.is_active:
        return
    if actor is not None and actor.id == user.id:
        raise NotAllowed(N_("You cannot disable your own account."))
    _check_is_not_the_last_admin(user)
    user.disabled_at = now
    sessions.end_sessions(user.id, now=now)
    _record(EventName.USER_DISABLED, user, actor=actor, now=now)


def enable_user(user: User, *, actor: User | None, now: datetime) -> None:
    if user.is_active:
        return
    user.disabled_at = None
    _record(EventName.USER_CHANGED, user, actor=actor, now=now, data={"disabled": False})


def set_password(user: User, password: str, *, actor: User | None, now: datetime) -> None:
    """A new password, chosen by a link or set at the command line; every session of the account ends."""
    _change_password(user, password)
    sessions.end_sessions(user.id, now=now)
    _record(EventName.PASSWORD_CHANGED, user, actor=actor, now=now)


def change_own_password(user: User, password: str, *, session_id: int, now: datetime) -> None:
    """A new password, set by somebody who has just proven the old one; every session but this one ends."""
    _change_password(user, password)
    sessions.end_sessions(user.id, now=now, except_id=session_id)
    _record(EventName.PASSWORD_CHANGED, user, actor=user, now=now)


def create_team(key: str, name: str, department: Department) -> Team:
    """A new team. Its key is for good: agreements name it."""
    if not _TEAM_KEY.fullmatch(key):
        raise InvalidInput("key", N_("A key has up to 60 lower-case letters a to z, digits and hyphens."))
    if db.session.scalar(select(Team.id).where(Team.key == key)):
        raise InvalidInput("key", N_("There is already a team “%(team)s”."), team=key)
    team = Team(key=key, name=_name(name), department=department)
    db.session.add(team)
    db.session.flush()
    return team


def rename_team(team: Team, name: str) -> None:
    team.name = _name(name)


def team_by_key(key: str) -> Team | None:
    return db.session.scalars(select(Team).where(Team.key == key)).one_or_none()


# what an account must have


def _email(text: str) -> str:
    email = text.strip()
    local, _at, domain = email.partition("@")
    is_plain = not any(character.isspace() or _is_control(character) for character in email)
    if not (local and "." in domain and "@" not in domain and is_plain and len(email) <= 254):
        raise InvalidInput("email", N_("“%(email)s” is not an e-mail address."), email=email[:60])
    return email


def _check_is_free(email: str, *, except_id: int | None = None) -> None:
    owner_id = db.session.scalar(select(User.id).where(User.email_key == email.lower()))
    if owner_id not in (None, except_id):
        raise InvalidInput("email", N_("There is already an account with this e-mail address."))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 120 or any(map(_is_control, name)):
        raise InvalidInput("name", N_("A name has 1 to 120 characters."))
    return name


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _check_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise InvalidInput("zone", N_("“%(zone)s” is not a time zone, such as Europe/Paris."), zone=zone[:60])


def _team_for(role: Role, key: str | None) -> Team | None:
    team = team_by_key(key) if key else None
    if key and team is None:
        raise InvalidInput("team", N_("There is no team “%(team)s”."), team=key[:60])
    if not roles.may_belong_to(role, team.department if team else None):
        raise InvalidInput("team", _MISPLACED[role])
    return team


def _change_password(user: User, password: str) -> None:
    check_strength(password, email=user.email, name=user.name)
    user.password_hash = passwords.hash_of(password)
    sessions.forget_failures(user)


def _check_is_not_the_last_admin(user: User) -> None:
    """Locks the administrators, so that two cannot remove each other at once."""
    admins = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).with_for_update()
    if list(db.session.scalars(admins)) == [user.id]:
        raise Conflict(N_("This is the last administrator: make somebody else one first."))


def _record(
    name: EventName, user: User, *, actor: User | None, now: datetime, data: dict[str, object] | None = None
) -> None:
    actor_id = actor.id if actor else None
    journal.record(name, "user", user.id, occurred_at=now, now=now, actor_id=actor_id, data=data)
