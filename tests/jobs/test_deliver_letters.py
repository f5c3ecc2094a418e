"""From the outbox to a real SMTP server, through refusals, silence and sudden death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from socket import create_server

import pytest
from flask import Flask
from sqlalchemy import select, update

from smarketing.db import db
from smarketing.domain.event_names import EventName
from smarketing.domain.letters import LEASE, LetterState
from smarketing.domain.reach import Reach
from smarketing.jobs import deliver_letters
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.letters import Letter
from smarketing.models.people import User
from smarketing.services import letters, notices, reach
from smarketing.services.notices import Owed
from tests.cast import Cast
from tests.conftest import Hands
from tests.post_office import TAKEN, PostOffice, body, opened
from tests.services.desk import Db, hand_off

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def office(app: Flask) -> Iterator[PostOffice]:
    with opened() as office:
        app.config.update(office.settings)
        yield office


@pytest.fixture
def handoff(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    handed = hand_off(session, hands)
    session.commit()
    return handed


def give(user: User, handoff: Handoff, hands: Hands, key: str = "") -> None:
    """A notice that goes out at once, in office hours."""
    kind = EventName.HANDOFF_REASSIGNED
    notices.owe_many([Owed([user.id], kind, f"given:{key}", handoff.id, handoff.lead_id)], now=hands.now)
    db.session.commit()


def states(session: Db) -> list[tuple[LetterState, int]]:
    session.expire_all()
    rows = session.execute(select(Letter.state, Letter.attempt_count).order_by(Letter.id)).all()
    session.rollback()
    return [(row.state, row.attempt_count) for row in rows]


def test_a_notice_arrives_once_in_the_language_of_its_recipient(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    session.execute(update(Lead).values(first_name="<b>Zoé</b>", last_name="\r\nBcc: x@example.org"))
    agreed.saul.locale = "fr"
    give(agreed.saul, handoff, hands)
    assert (deliver_letters.run(now=hands.now), deliver_letters.run(now=hands.turn(hours=1))) == (1, 0)
    (message,) = office.taken
    assert message["To"] == "Saul@Example.com"
    assert message["From"] == "Smarketing <notices@smarketing.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Bcc"] is None
    assert "vous est confié" in message["Subject"]
    assert f"https://leads.example/leads/{handoff.lead_id}" in body(message, "plain")
    assert "&lt;b&gt;Zoé" in body(message, "html")
    assert "<b>" not in body(message, "html")
    letter = session.scalars(select(Letter)).one()
    assert message["Message-ID"] == letter.message_id
    assert (letter.state, letter.attempt_count, letter.sent_at) == (LetterState.SENT, 1, hands.now - timedelta(hours=1))


def test_what_is_due_together_goes_together_and_to_nobody_else(
    office: PostOffice, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    for key in "ab":
        give(agreed.saul, handoff, hands, key)
    give(agreed.sara, handoff, hands, "c")
    assert deliver_letters.run(now=hands.now) == 2
    assert sorted(office.subjects)[1] == ("Saul@Example.com", "2 notices")
    assert [to for to, _subject in sorted(office.subjects)] == ["Sara@Example.com", "Saul@Example.com"]


def test_what_was_read_in_the_bell_or_has_no_reader_is_not_sent(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    give(agreed.saul, handoff, hands, "a")
    give(agreed.sara, handoff, hands, "b")
    notices.mark_read(agreed.saul.id, now=hands.now)
    agreed.sara.disabled_at = hands.now
    session.commit()
    deliver_letters.run(now=hands.now)
    assert office.taken == []
    assert [state for state, _count in states(session)] == [LetterState.READ, LetterState.DROPPED]


def test_one_refusal_does_not_keep_the_others(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    give(agreed.saul, handoff, hands, "a")
    give(agreed.sara, handoff, hands, "b")
    give(agreed.manny, handoff, hands, "c")
    answers = {"Saul@Example.com": "550 5.1.1 No such user", "Sara@Example.com": "451 4.7.1 Try later"}
    office.recipient = lambda address: answers.get(address, TAKEN)
    assert deliver_letters.run(now=hands.now) == 3
    assert [to for to, _subject in office.subjects] == ["Manny@Example.com"]
    assert states(session) == [(LetterState.FAILED, 1), (LetterState.WAITING, 1), (LetterState.SENT, 1)]
    errors = session.scalars(select(Letter.last_error).order_by(Letter.id)).all()
    assert errors == ["550 5.1.1 No such user", "451 4.7.1 Try later", None]
    session.rollback()
    office.recipient = lambda _address: TAKEN
    assert deliver_letters.run(now=hands.turn(seconds=59)) == 0
    assert deliver_letters.run(now=hands.turn(seconds=1)) == 1
    assert states(session)[1] == (LetterState.SENT, 2)


def test_a_server_that_never_takes_it_is_asked_for_three_days(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    reach.settle(agreed.saul, Reach("Europe/Paris", 0, 0, frozenset()), now=hands.now)
    give(agreed.saul, handoff, hands)
    office.content = lambda _message: "451 4.3.0 Full"
    began, tries = hands.now, 0
    while states(session)[0][0] is LetterState.WAITING:
        tries += deliver_letters.run(now=hands.set(session.scalars(select(Letter.next_try_at)).one()))
        session.rollback()
    assert (tries, states(session)) == (13, [(LetterState.FAILED, 13)])
    assert timedelta(days=2) < hands.now - began < timedelta(days=3)


@pytest.mark.parametrize("is_listening", [True, False], ids=["silent", "absent"])
def test_a_server_that_does_not_answer_delays_the_letters_and_nothing_else(
    app: Flask, session: Db, agreed: Cast, hands: Hands, handoff: Handoff, is_listening: bool
) -> None:
    give(agreed.saul, handoff, hands, "a")
    give(agreed.sara, handoff, hands, "b")
    with create_server(("127.0.0.1", 0)) as server, opened() as office:
        settings = office.settings | {"SMTP_PORT": server.getsockname()[1], "SMTP_TIMEOUT": 0.3}
        if not is_listening:
            server.close()
        app.config.update(settings)
        began = time.monotonic()
        assert deliver_letters.run(now=hands.now) == 0
        assert time.monotonic() - began < 5
        assert states(session) == [(LetterState.WAITING, 1), (LetterState.WAITING, 0)]
        app.config.update(office.settings)
        assert deliver_letters.run(now=hands.turn(minutes=1)) == 2
        assert len(office.taken) == 2


def test_a_letter_that_cannot_be_written_keeps_nobody_waiting(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    unknown = {"clause": "gone", "due_at": hands.now.isoformat()}
    broken = Owed([agreed.saul.id], EventName.CLOCK_BREACHED, "x", handoff.id, handoff.lead_id, unknown, True)
    notices.owe_many([broken], now=hands.now)
    give(agreed.sara, handoff, hands)
    deliver_letters.run(now=hands.now)
    assert [to for to, _subject in office.subjects] == ["Sara@Example.com"]
    assert states(session) == [(LetterState.WAITING, 1), (LetterState.SENT, 1)]


PROGRAM = """
import sys
from datetime import datetime
from smarketing.jobs import deliver_letters
from tests.conftest import application
port, url, now = sys.argv[1:]
app = application(url, SMTP_HOST="127.0.0.1", SMTP_PORT=int(port), SMTP_SECURITY="none", SMTP_TIMEOUT=5,
                  SMTP_FROM="notices@smarketing.example")
with app.app_context():
    deliver_letters.run(now=datetime.fromisoformat(now))
"""


def test_killed_after_it_was_sent_it_is_sent_again_under_the_same_id(
    office: PostOffice, session: Db, database_url: str, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    give(agreed.saul, handoff, hands)
    program = [sys.executable, "-c", PROGRAM, str(office.port), database_url, hands.now.isoformat()]
    with subprocess.Popen(program, cwd=ROOT) as sender:

        def kill(_message: EmailMessage) -> str:
            os.kill(sender.pid, signal.SIGKILL)
            return TAKEN

        office.content = kill
        assert sender.wait(timeout=90) == -signal.SIGKILL
    office.content = lambda _message: TAKEN
    assert states(session) == [(LetterState.WAITING, 1)]
    assert deliver_letters.run(now=hands.set(hands.now + LEASE - timedelta(seconds=1))) == 0
    give(agreed.saul, handoff, hands, "later")
    assert deliver_letters.run(now=hands.turn(seconds=1)) == 2
    ids = [message["Message-ID"] for message in office.taken]
    assert (len(ids), len(set(ids)), ids[0] in ids[1:]) == (3, 2, True)
    assert [state for state, _count in states(session)] == [LetterState.SENT] * 2


def test_without_a_mail_server_nothing_piles_up(session: Db, agreed: Cast, hands: Hands, handoff: Handoff) -> None:
    give(agreed.saul, handoff, hands)
    assert (deliver_letters.run(now=hands.now), deliver_letters.run(now=hands.now)) == (1, 0)
    assert states(session) == [(LetterState.DROPPED, 0)]


def test_what_somebody_else_has_taken_is_left_to_them(
    office: PostOffice, session: Db, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    give(agreed.saul, handoff, hands)
    (theirs,) = letters.claim(domain="smarketing.example", now=hands.now)
    session.commit()
    assert deliver_letters.run(now=hands.now) == 0
    overtaken_at: datetime = hands.now + LEASE
    (ours,) = letters.claim(domain="smarketing.example", now=overtaken_at)
    assert (ours.message_id, ours.attempt_count) == (theirs.message_id, 2)
    letters.mark_failed(theirs, "too late to say", is_final=True, now=overtaken_at)
    assert session.scalars(select(Letter.last_error)).all() == [None]
    letters.mark_sent(ours, now=overtaken_at)
    session.commit()
    assert states(session) == [(LetterState.SENT, 2)]
