"""Accounts and teams: what they must have, who may be in which, and who cannot be done without."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, transaction
from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.roles import Department, Role
from smarketing.models.events import Event
from smarketing.models.people import User, UserSession
from smarketing.services import accounts, passwords, sessions
from smarketing.services.accounts import Person, Profile
from smarketing.services.sessions import Origin
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]

NINA = Person("Nina@Example.com", "Nina Roth", Role.MARKETER, "marketing", locale="fr", zone="Europe/Berlin")
ORIGIN = Origin("192.0.2.1", "Firefox")


def create(hands: Hands, cast: Cast, **changes: Any) -> User:
    person = NINA._replace(**changes)
    return accounts.create_user(person, password=PASSWORD, actor=cast.ada, now=hands.now)


def names_in_journal(session: Db) -> list[str]:
    return list(session.scalars(select(Event.name).order_by(Event.id)))


# a new account


def test_a_new_account_is_as_told_and_on_record(hands: Hands, cast: Cast, session: Db) -> None:
    nina = create(hands, cast, name="  Nina \t Roth ", email=" Nina@Example.com ")
    assert (nina.name, nina.email, nina.email_key) == ("Nina Roth", "Nina@Example.com", "nina@example.com")
    assert (nina.role, nina.department, nina.locale, nina.zone) == ("marketer", "marketing", "fr", "Europe/Berlin")
    assert passwords.matches(nina.password_hash, PASSWORD)
    event = session.scalars(select(Event)).one()
    assert (event.name, event.subject_id, event.actor_id) == ("user.created", nina.id, cast.ada.id)
    assert "nina" not in str(event.data).lower()


def test_an_account_without_a_password_lets_nobody_in(hands: Hands, cast: Cast) -> None:
    nina = accounts.create_user(NINA, password=None, actor=cast.ada, now=hands.now)
    attempt = sessions.attempt(nina.email, origin=ORIGIN, now=hands.now)
    assert attempt.user_id is None
    assert not sessions.is_right(attempt, passwords.NONE_YET)
    accounts.set_password(nina, PASSWORD, actor=nina, now=hands.now)
    assert sessions.is_right(sessions.attempt(nina.email, origin=ORIGIN, now=hands.now), PASSWORD)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("email", {"email": ""}),
        ("email", {"email": "nina"}),
        ("email", {"email": "nina@localhost"}),
        ("email", {"email": "@example.com"}),
        ("email", {"email": "a@b@example.com"}),
        ("email", {"email": "ni na@example.com"}),
        ("email", {"email": "nina\0@example.com"}),
        ("email", {"email": "n" * 250 + "@a.de"}),
        ("email", {"email": "MARTA@example.COM"}),
        ("name", {"name": ""}),
        ("name", {"name": " \t "}),
        ("name", {"name": "n" * 121}),
        ("name", {"name": "Nina\0Roth"}),
        ("zone", {"zone": "Europe/Atlantis"}),
        ("zone", {"zone": "../../etc/passwd"}),
        ("team", {"team": None}),
        ("team", {"team": "nowhere"}),
        ("team", {"team": "inside-sales"}),
        ("team", {"role": Role.SALES_REP}),
        ("team", {"role": Role.MANAGER, "team": None}),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    hands: Hands, cast: Cast, session: Db, field: str, changes: dict[str, Any]
) -> None:
    count = len(session.scalars(select(User.id)).all())
    with pytest.raises(InvalidInput) as refused:
        create(hands, cast, **changes)
    assert refused.value.field == field
    assert len(session.scalars(select(User.id)).all()) == count
    assert names_in_journal(session) == []


def test_a_weak_password_makes_no_account(hands: Hands, cast: Cast, session: Db) -> None:
    with pytest.raises(InvalidInput):
        accounts.create_user(NINA, password="nina roth", actor=cast.ada, now=hands.now)
    assert session.scalar(select(User.id).where(User.email_key == "nina@example.com")) is None


@pytest.mark.parametrize("team", [None, "marketing", "inside-sales"])
def test_an_administrator_may_be_anywhere(hands: Hands, cast: Cast, team: str | None) -> None:
    assert create(hands, cast, role=Role.ADMIN, team=team).role is Role.ADMIN


# changes


def test_a_change_says_what_was_and_what_is(hands: Hands, cast: Cast, session: Db) -> None:
    person = Person("saul@example.com", "Saul B.", Role.MANAGER, "marketing", "fr", "UTC")
    sales, marketing = cast.saul.team_id, cast.manny.team_id
    accounts.change_user(cast.saul, person, actor=cast.ada, now=hands.now)
    assert (cast.saul.role, cast.saul.team_id, cast.saul.name) == (Role.MANAGER, marketing, "Saul B.")
    event = session.scalars(select(Event)).one()
    assert event.data == {"role": ["sales_rep", "manager"], "team": [sales, marketing]}


def test_the_address_of_somebody_else_cannot_be_taken(hands: Hands, cast: Cast) -> None:
    person = Person("Marta@example.com", "Saul", Role.SALES_REP, "inside-sales")
    with pytest.raises(InvalidInput):
        accounts.change_user(cast.saul, person, actor=cast.ada, now=hands.now)
    assert cast.saul.email_key == "saul@example.com"


def test_people_settle_their_own_name_language_and_zone_but_not_their_role(hands: Hands, cast: Cast) -> None:
    accounts.change_profile(cast.saul, Profile("Saul B.", "fr", "Asia/Tokyo", has_shortcuts=False), now=hands.now)
    assert (cast.saul.name, cast.saul.locale, cast.saul.zone) == ("Saul B.", "fr", "Asia/Tokyo")
    assert not cast.saul.has_shortcuts
    assert "role" not in Profile._fields


# the last administrator


def test_the_last_administrator_cannot_be_disabled(hands: Hands, cast: Cast, session: Db) -> None:
    with pytest.raises(Conflict):
        accounts.disable_user(cast.ada, actor=None, now=hands.now)
    assert cast.ada.is_active
    assert names_in_journal(session) == []


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER])
def test_the_last_administrator_cannot_become_something_else(hands: Hands, cast: Cast, role: Role) -> None:
    person = Person("ada@example.com", "Ada", role, "marketing")
    with pytest.raises(Conflict):
        accounts.change_user(cast.ada, person, actor=cast.ada, now=hands.now)
    assert cast.ada.role is Role.ADMIN


def test_one_of_two_administrators_can_go(hands: Hands, cast: Cast) -> None:
    other = create(hands, cast, role=Role.ADMIN, team=None)
    accounts.disable_user(cast.ada, actor=other, now=hands.now)
    assert not cast.ada.is_active
    with pytest.raises(Conflict):
        accounts.disable_user(other, actor=None, now=hands.now)


def test_a_disabled_administrator_does_not_count(hands: Hands, cast: Cast) -> None:
    other = create(hands, cast, role=Role.ADMIN, team=None)
    accounts.disable_user(other, actor=cast.ada, now=hands.now)
    with pytest.raises(Conflict):
        accounts.disable_user(cast.ada, actor=None, now=hands.now)


def test_nobody_disables_themselves(hands: Hands, cast: Cast) -> None:
    create(hands, cast, role=Role.ADMIN, team=None)
    with pytest.raises(NotAllowed):
        accounts.disable_user(cast.ada, actor=cast.ada, now=hands.now)


def test_two_administrators_cannot_disable_each_other_at_once(
    app: Flask, hands: Hands, cast: Cast, session: Db
) -> None:
    ada, other = cast.ada.id, create(hands, cast, role=Role.ADMIN, team=None).id
    session.commit()
    together = Barrier(2)

    def disable(pair: tuple[int, int]) -> bool:
        with app.app_context():
            try:
                together.wait()
                with transaction():
                    actor, user = (db.session.get_one(User, user_id) for user_id in pair)
                    accounts.disable_user(user, actor=actor, now=hands.now)
            except Conflict:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(disable, [(ada, other), (other, ada)]))
    assert sorted(done) == [False, True]
    session.expire_all()
    active = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
    assert len(session.scalars(active).all()) == 1


# the way out, and back


def test_disabling_ends_every_session_and_says_so_once(hands: Hands, cast: Cast, session: Db) -> None:
    for _ in range(2):
        sessions.open_session(cast.saul, origin=ORIGIN, now=hands.now)
    kept = sessions.open_session(cast.sara, origin=ORIGIN, now=hands.now)
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.turn(hours=1))
    assert sessions.live_sessions(cast.saul.id, now=hands.now) == []
    assert sessions.session_of(kept, now=hands.now)
    assert names_in_journal(session) == ["user.disabled"]


def test_an_enabled_account_has_its_old_password(hands: Hands, cast: Cast, session: Db) -> None:
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    accounts.enable_user(cast.saul, actor=cast.ada, now=hands.now)
    accounts.enable_user(cast.saul, actor=cast.ada, now=hands.now)
    assert sessions.is_right(sessions.attempt(cast.saul.email, origin=ORIGIN, now=hands.now), PASSWORD)
    assert names_in_journal(session) == ["user.disabled", "user.changed"]


# passwords


def test_a_new_password_ends_every_session_and_forgives_every_failure(hands: Hands, cast: Cast, session: Db) -> None:
    sessions.open_session(cast.saul, origin=ORIGIN, now=hands.now)
    for _ in range(5):
        sessions.attempt(cast.saul.email, origin=ORIGIN, now=hands.now)
    accounts.set_password(cast.saul, "another lantern on the lake", actor=None, now=hands.now)
    assert sessions.live_sessions(cast.saul.id, now=hands.now) == []
    attempt = sessions.attempt(cast.saul.email, origin=ORIGIN, now=hands.now)
    assert not sessions.is_right(attempt, PASSWORD)
    assert sessions.is_right(attempt, "another lantern on the lake")
    assert names_in_journal(session) == ["password.changed"]


def test_who_changes_their_own_password_stays_where_they_are(hands: Hands, cast: Cast, session: Db) -> None:
    here, there = (sessions.open_session(cast.saul, origin=ORIGIN, now=hands.now) for _ in range(2))
    found = sessions.session_of(here, now=hands.now)
    assert found
    accounts.change_own_password(cast.saul, "another lantern on the lake", session_id=found.id, now=hands.now)
    assert sessions.session_of(here, now=hands.now)
    assert sessions.session_of(there, now=hands.now) is None


def test_a_weak_new_password_changes_nothing(hands: Hands, cast: Cast, session: Db) -> None:
    token, kept = sessions.open_session(cast.saul, origin=ORIGIN, now=hands.now), cast.saul.password_hash
    with pytest.raises(InvalidInput):
        accounts.set_password(cast.saul, "1234567890", actor=None, now=hands.now)
    assert cast.saul.password_hash == kept
    assert sessions.session_of(token, now=hands.now)
    assert session.scalars(select(UserSession.revoked_at)).all() == [None]


# teams


def test_a_team_is_made_and_renamed_but_keeps_its_key(cast: Cast) -> None:
    team = accounts.create_team("field-sales", " Field  sales ", Department.SALES)
    accounts.rename_team(team, "Outside sales")
    assert (team.key, team.name, team.department) == ("field-sales", "Outside sales", Department.SALES)
    assert accounts.team_by_key("field-sales") is team


@pytest.mark.parametrize("key", ["", "Sales", "inside sales", "-sales", "é", "s" * 61, "inside-sales", "a/b", "a\n"])
def test_a_key_that_cannot_be_is_refused(cast: Cast, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.create_team(key, "Sales", Department.SALES)
    assert refused.value.field == "key"


def test_a_team_needs_a_name(cast: Cast, session: Db) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.create_team("field-sales", " ", Department.SALES)
    assert refused.value.field == "name"
    assert accounts.team_by_key("field-sales") is None
