"""Send the letters that are due. What is taken is committed before it is sent, what was sent after.

How an e-mail reads is for the pages to say: `web` leaves its writer with the application.
"""

import logging
import time
from datetime import datetime
from typing import Protocol, cast

from flask import current_app

from smarketing.channels import email
from smarketing.channels.email import Message, Post, Refused, Server, Unreachable
from smarketing.db import db, transaction
from smarketing.logs import redacted
from smarketing.services import letters
from smarketing.services.letters import Mail

WRITER = "letter_writer"
LONGEST = 60.0
"""Seconds after which a run ends, so that it never outlives the lease on what it has taken."""

log = logging.getLogger(__name__)


class Writer(Protocol):
    def __call__(self, mail: Mail, *, now: datetime) -> Message:
        """The e-mail in the words of its recipient."""


def run(*, now: datetime) -> int:
    """How many e-mails were dealt with, sent or not."""
    server = email.server_of(current_app.config)
    if server is None:
        with transaction():
            return letters.drop_due(now=now)
    total, ends = 0, time.monotonic() + LONGEST
    while time.monotonic() < ends and (count := _deliver_some(server, now=now)):
        total += count
    return total


def _deliver_some(server: Server, *, now: datetime) -> int:
    """0 when nothing is due, or the server cannot be used at the moment."""
    with transaction():
        mails = letters.claim(domain=server.domain, now=now)
    written = [(mail, message) for mail in mails if (message := _written(mail, now=now))]
    if not written:
        return len(mails)
    left = list(reversed(written))
    try:
        with email.connected(server) as post:
            while left:
                _send(post, *left[-1], now=now)
                left.pop()
    except Unreachable as error:
        _postpone([mail for mail, _message in reversed(left)], error, now=now)
        return 0
    return len(mails)


def _written(mail: Mail, *, now: datetime) -> Message | None:
    """None where it cannot be written: that must not keep the others."""
    writer = cast(Writer, current_app.extensions[WRITER])
    try:
        db.session.connection(execution_options={"reads_only": True})
        return writer(mail, now=now)
    except Exception as error:
        log.exception("a letter could not be written")
        db.session.rollback()
        _fail(mail, f"{type(error).__name__}", is_final=False, now=now)
        return None
    finally:
        db.session.rollback()


def _send(post: Post, mail: Mail, message: Message, *, now: datetime) -> None:
    try:
        post.send(message)
    except Refused as error:
        _fail(mail, str(error), is_final=error.is_final, now=now)
    else:
        with transaction():
            letters.mark_sent(mail, now=now)


def _postpone(mails: list[Mail], error: Unreachable, *, now: datetime) -> None:
    """The first may be the cause, so it waits longer than those behind it."""
    log.warning("the mail server cannot be used: %s", redacted(str(error)))
    for mail in mails[:1]:
        _fail(mail, str(error), is_final=False, now=now)
    with transaction():
        for mail in mails[1:]:
            letters.put_back(mail, str(error), now=now)


def _fail(mail: Mail, error: str, *, is_final: bool, now: datetime) -> None:
    with transaction():
        letters.mark_failed(mail, error, is_final=is_final, now=now)
