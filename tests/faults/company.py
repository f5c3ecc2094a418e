"""A company that lives through faults: people, an agreement whose clocks run out within the hour, and their tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from smarketing.db import db, transaction
from smarketing.domain.reach import Choice, Reach, Topic
from smarketing.models.people import User
from smarketing.services import passes, reach, sessions, tokens
from smarketing.services.sessions import Origin
from tests.cast import agree, clause, hire
from tests.conftest import Hands, application
from tests.services.desk import with_first_touch

IMPORT_CHUNK = 7
"""Rows of a file that become leads in one transaction: few, so that a kill finds it in between."""

UNANSWERED = clause("unanswered", "Unanswered", "Sans réponse") | {
    "stage": "mql",
    "after": {"business_hours": 1},
    "calendar": "office",
    "outcome": "escalate",
}
LADDER = clause("ladder", "Ladder", "Paliers") | {
    "promises": ["first-answer"],
    "steps": [{"at_ratio": 0.9, "tell": ["owner"]}, {"at_ratio": 1.5, "tell": ["sales_managers"], "act": "list"}],
}
ALL_AT_ONCE = dict.fromkeys(Topic, Choice.AT_ONCE)
AT_ONCE = Reach("Europe/Paris", quiet_from=0, quiet_until=0, quiet_on=frozenset(), choices=ALL_AT_ONCE)
"""Everybody wants an e-mail about everything, at any time."""


class Company(NamedTuple):
    app: Flask
    hands: Hands
    marketer: str
    """The token of a system that brings leads in."""
    reps: dict[int, str]
    """Those of the reps, by their ids."""
    cookies: dict[int, str]
    """Those of the reps' browsers."""

    def sign_in(self) -> None:
        """The reps, with their browsers, for some days."""
        with self.app.app_context(), transaction():
            for rep_id in self.reps:
                self.cookies[rep_id] = _cookie(self.app, _browser(db.session.get_one(User, rep_id), self.hands))


@contextmanager
def company(url: str, **settings: Any) -> Iterator[Company]:
    """Founded on an empty, migrated database; no connection is left open, so that processes can be forked from it."""
    hands = Hands()
    with TemporaryDirectory(prefix="smarketing-faults-") as folder:
        uploads = str(Path(folder) / "uploads")
        app = application(url, WALLCLOCK=hands, UPLOADS=uploads, LOG_LEVEL="CRITICAL", **settings)
        app.config["TESTING"] = False
        passes.CHUNK = IMPORT_CHUNK  # type: ignore[misc]
        with app.app_context(), transaction():
            founded = _found(app, hands)
        founded.sign_in()
        disconnect(app)
        yield founded
        disconnect(app)


def _found(app: Flask, hands: Hands) -> Company:
    cast = hire(hands.now)
    clocks = [_within(30, each) for each in with_first_touch()]
    agree(cast, hands.now, clocks=clocks, timeboxes=[UNANSWERED], escalations=[LADDER])
    for person in cast:
        reach.settle(person, AT_ONCE, now=hands.now)
    reps = (cast.saul, cast.sara)
    return Company(
        app,
        hands,
        _token(cast.marta, hands),
        {rep.id: _token(rep, hands) for rep in reps},
        {},
    )


def _within(minutes: int, clock: dict[str, Any]) -> dict[str, Any]:
    return clock | {"allowance_minutes": minutes}


def _token(user: User, hands: Hands) -> str:
    return tokens.issue("faults", may_write=True, life=None, actor=user, now=hands.now)


def _browser(user: User, hands: Hands) -> str:
    return sessions.open_session(user, origin=Origin("127.0.0.1", "faults"), now=hands.now)


def disconnect(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _cookie(app: Flask, token: str) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'token': token})}"
