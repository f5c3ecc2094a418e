"""Copies of e-mails that come in over SMTP become touches."""

import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from socket import create_connection

import pytest
from flask import Flask
from sqlalchemy import select

from smarketing.commands.mail import receiver_at
from smarketing.db import db
from smarketing.domain.importing import Row
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import accounts, handoffs, intake, mails
from tests.cast import Cast
from tests.commands.conftest import Command
from tests.commands.test_jobs import PATIENCE, ROOT
from tests.conftest import Hands
from tests.post_office import free_port, opened
from tests.services.desk import Db

DIRECTOR = {"email": "Dora@example.com", "job_title": "Sales director", "country": "FR"}


class Post:
    """Sends mail to the receiver as a mail server would."""

    def __init__(self, port: int, sent_at: str) -> None:
        self.port, self.sent_at = port, sent_at

    def send(self, to: str, copy: str, *, message_id: str = "<m1@example.com>", **headers: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "saul@example.com", to, "Our demo"
        message["Date"], message["Message-ID"] = self.sent_at, message_id
        for name, text in headers.items():
            message[name.replace("_", "-")] = text
        message.set_content("Hello")
        db.session.commit()  # the receiver has a transaction of its own
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            smtp.send_message(message, to_addrs=[copy])


@pytest.fixture
def handoff(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    """Accepted an hour ago by whoever has it."""
    intake.take([Row(DIRECTOR, engagements=[("demo_request", None)])], now=hands.now)
    handoff = session.scalars(select(Handoff)).one()
    assert handoff.owner is not None
    handoffs.accept(handoff.id, actor=handoff.owner, now=hands.now)
    mails.renew_key(handoff.owner)
    session.commit()
    hands.turn(hours=1)
    return handoff


@pytest.fixture
def post(app: Flask, hands: Hands, handoff: Handoff) -> Iterator[Post]:
    app.config["BCC_ADDRESS"] = "touches@leads.example.com"
    port = free_port()
    receiver = receiver_at(app, "127.0.0.1", port)
    receiver.start()
    yield Post(port, format_datetime(hands.now))
    receiver.stop()


def address(user: User | None) -> str:
    assert user is not None
    return f"Touches+{user.mail_key}@leads.example.com"


def logged(session: Db) -> list[tuple[str, str]]:
    session.rollback()
    return [(touch.channel, touch.note) for touch in session.scalars(select(Touch).order_by(Touch.id))]


def test_a_copy_is_a_touch_that_stops_the_clock_once(post: Post, session: Db, handoff: Handoff, hands: Hands) -> None:
    for _ in range(2):
        post.send("Dora <dora@EXAMPLE.com>", address(handoff.owner))
    assert logged(session) == [("email", "Our demo")]
    touch = session.scalars(select(Touch)).one()
    assert (touch.occurred_at, touch.actor_id) == (hands.now, handoff.owner_id)
    outcomes = {clock.outcome for clock in session.scalars(select(Clock).where(Clock.handoff_id == handoff.id))}
    assert "breached" not in outcomes
    post.send("dora@example.com", address(handoff.owner), message_id="<m2@example.com>")
    assert len(logged(session)) == 2


@pytest.mark.parametrize(
    ("to", "headers"),
    [("dora@example.com", {"Auto_Submitted": "auto-replied"}), ("nobody@example.com", {})],
)
def test_a_machine_or_a_stranger_is_no_touch(
    post: Post, session: Db, handoff: Handoff, to: str, headers: dict[str, str]
) -> None:
    post.send(to, address(handoff.owner), **headers)
    assert logged(session) == []


def test_a_mail_from_before_the_hand_off_is_none_of_it(post: Post, session: Db, handoff: Handoff, hands: Hands) -> None:
    post.sent_at = format_datetime(hands.now.replace(year=2025))
    post.send("dora@example.com", address(handoff.owner))
    assert logged(session) == []


@pytest.mark.parametrize("copy", ["touches@leads.example.com", "touches+0123@leads.example.com", "x@example.org"])
def test_mail_for_nobody_is_refused(post: Post, session: Db, copy: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post.send("dora@example.com", copy)
    assert logged(session) == []


def test_an_address_ends_when_it_is_replaced_or_its_owner_disabled(
    post: Post, session: Db, handoff: Handoff, agreed: Cast, hands: Hands
) -> None:
    assert handoff.owner is not None
    former = address(handoff.owner)
    mails.renew_key(handoff.owner)
    session.commit()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post.send("dora@example.com", former)
    accounts.disable_user(handoff.owner, actor=agreed.ada, now=hands.now)
    session.commit()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post.send("dora@example.com", address(handoff.owner))
    assert logged(session) == []


def test_a_colleague_cannot_log_touches_of_ours(post: Post, session: Db, handoff: Handoff, agreed: Cast) -> None:
    other = agreed.sara if handoff.owner_id == agreed.saul.id else agreed.saul
    mails.renew_key(other)
    session.commit()
    post.send("dora@example.com", address(other))
    assert logged(session) == []


def test_a_process_of_its_own_receives_until_it_is_told_to_stop(app: Flask, database_url: str) -> None:
    environment = {
        "SMARKETING_ENV": "test",
        "SMARKETING_DATABASE_URL": database_url,
        "SMARKETING_BCC_ADDRESS": "touches@leads.example.com",
        "SECRET_KEY": app.config["SECRET_KEY"],
        "PYTHONPATH": ":".join(sys.path),
    }
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "receive", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            wait_for_server(port)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            process.kill()


def wait_for_server(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("nobody answers")


def test_without_an_address_there_is_nothing_to_receive(flask: Command) -> None:
    ended = flask("mail", "receive")
    assert ended.exit_code == 1
    assert "SMARKETING_BCC_ADDRESS" in ended.output


def test_an_operator_sends_a_test(flask: Command, app: Flask) -> None:
    assert "SMARKETING_SMTP_HOST" in flask("mail", "test", "ada@example.org").output
    with opened() as office:
        app.config.update(office.settings)
        assert "has taken it for ada@example.org" in flask("mail", "test", "ada@example.org").output
        assert office.subjects == [("ada@example.org", "A test of Smarketing")]
        office.recipient = lambda _address: "550 5.7.1 Relaying denied"
        refused = flask("mail", "test", "ada@example.org")
    assert refused.exit_code == 1
    assert "550 5.7.1 Relaying denied" in refused.output
