"""People and their sessions: create, sign in, sign out, change a password, disable.

Guessing is throttled in the database, per account and per address, so that any number of workers count together.
Whatever is wrong with a sign-in, the answer is the same and takes as long.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from smarketing.db import db
from smarketing.domain import passwords, roles
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.passwords import Throttled
from smarketing.domain.roles import Department, Role
from smarketing.models.people import SignInThrottle, Team, User, UserSession
from smarketing.services import journal

SESSION_LIFE = timedelta(days=14)
IDLE_LIFE = timedelta(days=3)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly the last sign of life of a session is known."""

# 19 MiB, two passes, one lane: OWASP's minimum, so that two cores survive a burst of sign-ins
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


class Origin(NamedTuple):
    """Where a sign-in comes from, as far as the browser tells."""

    address: str
    user_agent: str


class Person(NamedTuple):
    """What is known of somebody who is to have an account. `team` is the key of a team; admins may have none."""

    email: str
    name: str
    role: Role
    team: str | None
    locale: str = "en"
    zone: str = "UTC"


def create_team(key: str, name: str, department: Department) -> Team:
    team = Team(key=key, name=name, department=department)
    db.session.add(team)
    db.session.flush()
    return team


def create_user(person: Person, *, password: str, actor: User | None, now: datetime) -> User:
    """A new account. Raises InvalidInput naming the field at fault, Conflict for an e-mail already in use."""
    email, name = _email(person.email), _name(person.name)
    _check_zone(person.zone)
    team = _team_for(person.role, person.team)
    passwords.check_strength(password, email=email, name=name)
    if db.session.scalar(select(User.id).where(User.email_key == email.lower())):
        raise Conflict(N_("There is already an account with this e-mail address."))
    user = User(
        email=email,
        email_key=email.lower(),
        name=name,
        role=person.role,
        team_id=team.id if team else None,
        password_hash=_hasher.hash(password),
        locale=person.locale,
        zone=person.zone,
        created_at=now,
        turn=0,
    )
    db.session.add(user)
    db.session.flush()
    _record(EventName.USER_CREATED, user, actor=actor, now=now, data={"role": person.role.value})
    return user


def change_user(user: User, person: Person, *, actor: User, now: datetime) -> None:
    """Change who somebody is and what they may do; it holds from their next request."""
    _check_keeps_an_admin(user, person.role)
    email = _email(person.email)
    taken = select(User.id).where(User.email_key == email.lower(), User.id != user.id)
    if db.session.scalar(taken):
        raise Conflict(N_("There is already an account with this e-mail address."))
    team = _team_for(person.role, person.team)
    _check_zone(person.zone)
    data = {"role": [user.role, person.role.value], "team": [user.team_id, team.id if team else None]}
    user.email, user.email_key, user.name = email, email.lower(), _name(person.name)
    user.role, user.team_id = person.role, team.id if team else None
    user.locale, user.zone = person.locale, person.zone
    db.session.flush()
    _record(EventName.USER_CHANGED, user, actor=actor, now=now, data=data)


def disable_user(user: User, *, actor: User | None, now: datetime) -> None:
    """Nobody can sign in with this account any more; its sessions end at once, its past stays."""
    if actor is not None and actor.id == user.id:
        raise NotAllowed(N_("You cannot disable your own account."))
    _check_keeps_an_admin(user, None)
    user.disabled_at = user.disabled_at or now
    end_sessions(user.id, now=now)
    _record(EventName.USER_DISABLED, user, actor=actor, now=now)


def enable_user(user: User, *, actor: User, now: datetime) -> None:
    user.disabled_at = None
    _record(EventName.USER_CHANGED, user, actor=actor, now=now, data={"disabled": False})


def set_password(user: User, password: str, *, actor: User | None, now: datetime) -> None:
    """A new password, set by an administrator or at the command line; every session of the account ends."""
    passwords.check_strength(password, email=user.email, name=user.name)
    user.password_hash = _hasher.hash(password)
    end_sessions(user.id, now=now)
    _forget_failures(_account_key(user.email_key))
    _record(EventName.PASSWORD_CHANGED, user, actor=actor, now=now)


def change_password(user: User, *, current: str, new: str, keep_token: str, now: datetime) -> None:
    """Somebody changes their own password; their other sessions end. Raises InvalidInput for a wrong one."""
    if not is_password_of(user, current):
        raise InvalidInput("current", N_("This is not your current password."))
    passwords.check_strength(new, email=user.email, name=user.name)
    user.password_hash = _hasher.hash(new)
    end_sessions(user.id, now=now, except_token=keep_token)
    _record(EventName.PASSWORD_CHANGED, user, actor=user, now=now)


def is_password_of(user: User, password: str) -> bool:
    return _verifies(user.password_hash, password)


# signing in


def throttled_until(email: str, origin: Origin, *, now: datetime) -> datetime | None:
    """Until when neither this account nor this address may try again; None when it may."""
    keys = (_account_key(email), _address_key(origin))
    locked = select(SignInThrottle.locked_until_at).where(
        SignInThrottle.key.in_(keys), SignInThrottle.locked_until_at > now
    )
    return max(filter(None, db.session.scalars(locked)), default=None)


def authenticate(email: str, password: str, *, origin: Origin, now: datetime) -> User | None:
    """The person whose e-mail and password these are; None otherwise, and the failure is counted.

    Commit also after None: a failure that is rolled back was not counted. Raises Throttled while locked.
    """
    until = throttled_until(email, origin, now=now)
    if until is not None:
        raise Throttled(until, now=now)
    user = db.session.scalars(select(User).where(User.email_key == email.strip().lower())).one_or_none()
    is_right = _verifies(user.password_hash if user else _NOBODY, password)
    if user is None or not is_right or not user.is_active:
        _count_failure(_account_key(email), passwords.ACCOUNT_LIMIT, now=now)
        _count_failure(_address_key(origin), passwords.ADDRESS_LIMIT, now=now)
        return None
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    _forget_failures(_account_key(email))
    return user


def open_session(user: User, *, origin: Origin, now: datetime) -> str:
    """A new session; the token goes into the cookie and is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            token_hash=_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIFE,
            user_agent=origin.user_agent[:300],
            address=origin.address[:45],
        )
    )
    db.session.flush()
    return token


def session_of(token: str, *, now: datetime) -> UserSession | None:
    """The live session of a token, with its user; None when it has ended, or the account has."""
    found = db.session.scalars(
        select(UserSession).join(User).where(UserSession.token_hash == _hash(token), User.disabled_at.is_(None))
    ).one_or_none()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    return None if found.last_seen_at + IDLE_LIFE <= now else found


def see_session(session_id: int, *, now: datetime) -> None:
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def live_sessions(user_id: int, *, now: datetime) -> Sequence[UserSession]:
    is_live = (
        UserSession.user_id == user_id,
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > now,
        UserSession.last_seen_at > now - IDLE_LIFE,
    )
    return db.session.scalars(select(UserSession).where(*is_live).order_by(UserSession.last_seen_at.desc())).all()


def end_session(session_id: int, *, user_id: int, now: datetime) -> None:
    """End one session of this person. Raises Missing when it is not theirs."""
    is_theirs = (UserSession.id == session_id, UserSession.user_id == user_id)
    ended = update(UserSession).where(*is_theirs).values(revoked_at=now).returning(UserSession.id)
    if db.session.scalar(ended) is None:
        raise Missing(N_("This session does not exist."))


def end_sessions(user_id: int, *, now: datetime, except_token: str | None = None) -> None:
    """End every session of this person, or every one but the one of this token."""
    is_live = [UserSession.user_id == user_id, UserSession.revoked_at.is_(None)]
    if except_token is not None:
        is_live.append(UserSession.token_hash != _hash(except_token))
    db.session.execute(update(UserSession).where(*is_live).values(revoked_at=now))


def _count_failure(key: str, limit: passwords.Limit, *, now: datetime) -> None:
    throttle = db.session.get(SignInThrottle, key, with_for_update=True)
    if throttle is None:
        throttle = SignInThrottle(key=key, failure_count=0, last_failed_at=now)
        db.session.add(throttle)
    if throttle.last_failed_at + passwords.FORGOTTEN_AFTER <= now:
        throttle.failure_count = 0
    throttle.failure_count += 1
    throttle.last_failed_at = now
    throttle.locked_until_at = passwords.locked_until(throttle.failure_count, limit, now=now)
    db.session.flush()


def _forget_failures(key: str) -> None:
    throttle = db.session.get(SignInThrottle, key)
    if throttle is not None:
        db.session.delete(throttle)


def _account_key(email: str) -> str:
    return f"account:{_hash(email.strip().lower())}"


def _address_key(origin: Origin) -> str:
    return f"address:{origin.address}"[:100]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


# what an account must have


def _email(text: str) -> str:
    email = text.strip()
    local, at, domain = email.rpartition("@")
    if not (at and local and "." in domain) or len(email) > 254 or any(c.isspace() for c in email):
        raise InvalidInput("email", N_("“%(email)s” is not an e-mail address."), email=email[:60])
    return email


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 120:
        raise InvalidInput("name", N_("A name has 1 to 120 characters."))
    return name


def _check_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise InvalidInput("zone", N_("“%(zone)s” is not a time zone, such as Europe/Paris."), zone=zone[:60])


def _team_for(role: Role, key: str | None) -> Team | None:
    team = db.session.scalars(select(Team).where(Team.key == key)).one_or_none() if key else None
    if key and team is None:
        raise InvalidInput("team", N_("There is no team “%(team)s”."), team=key)
    if not roles.may_belong_to(role, Department(team.department) if team else None):
        raise InvalidInput("team", N_("A marketer belongs to a team of marketing, a sales rep to one of sales."))
    return team


def _check_keeps_an_admin(user: User, new_role: Role | None) -> None:
    if user.role is not Role.ADMIN or new_role is Role.ADMIN:
        return
    others = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None), User.id != user.id)
    if db.session.scalar(others.limit(1)) is None:
        raise Conflict(N_("This is the last administrator: make somebody else one first."))


def _record(
    name: EventName, user: User, *, actor: User | None, now: datetime, data: dict[str, object] | None = None
) -> None:
    actor_id = actor.id if actor else None
    journal.record(name, "user", user.id, occurred_at=now, now=now, actor_id=actor_id, data=data)
