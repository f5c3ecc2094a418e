"""E-mails at the command line: receive the copies that sales sends, in a process of its own; send a test."""

import asyncio
import logging
import signal
from typing import Any

import click
from aiosmtpd.controller import Controller
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from smarketing.channels import email
from smarketing.commands.jobs import STOPS, application
from smarketing.db import db, transaction
from smarketing.domain import mails as copies
from smarketing.services import mails

MOST_BYTES = 25 * 1024 * 1024
UNKNOWN = "550 5.1.1 Nobody has this address"
LATER = "451 4.3.0 Try again later"

log = logging.getLogger(__name__)

group = AppGroup("mail", help="E-mails that come in and go out.")


@group.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send ADDRESS a test e-mail and say how that went."""
    server = email.server_of(current_app.config)
    if server is None:
        raise click.ClickException("Set SMARKETING_SMTP_HOST and SMARKETING_SMTP_FROM first.")
    try:
        with email.connected(server) as post:
            post.send(email.trial(address, server, now=current_app.config["WALLCLOCK"]()))
    except (email.Unreachable, email.Refused) as error:
        raise click.ClickException(f"{server.host}:{server.port} did not take it: {error}") from None
    click.echo(f"{server.host}:{server.port} has taken it for {address}.")


@group.command("receive")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=2525, show_default=True, type=click.IntRange(1, 65535))
def receive(host: str, port: int) -> None:
    """Log copies of e-mails as touches until SIGTERM or Ctrl+C."""
    if not current_app.config["BCC_ADDRESS"]:
        raise click.ClickException("Set SMARKETING_BCC_ADDRESS, such as touches@leads.example.com, first.")
    receiver = receiver_at(application(), host, port)
    # waited for rather than handled: a handler that sets an event may find its lock held by whom it interrupts
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    receiver.start()
    click.echo(f"Receiving mail at {host}:{port}.")
    try:
        signal.sigwait(STOPS)
    finally:
        receiver.stop()


def receiver_at(app: Flask, host: str, port: int) -> Controller:
    return Controller(Receiver(app), hostname=host, port=port, data_size_limit=MOST_BYTES, ident="Smarketing")


class Receiver:
    """Takes mail for addresses that belong to somebody, and for no other: it relays nothing."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        local, _, domain = app.config["BCC_ADDRESS"].lower().partition("@")
        self._start, self._end = f"{local}+", f"@{domain}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        answer = await asyncio.to_thread(self._known, self._key(address))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        return await asyncio.to_thread(self._take, [self._key(each) for each in envelope.rcpt_tos], envelope.content)

    def _key(self, address: str) -> str:
        """Empty where the address is none of ours."""
        written = address.lower()
        is_ours = written.startswith(self._start) and written.endswith(self._end)
        return written.removeprefix(self._start).removesuffix(self._end) if is_ours else ""

    def _known(self, key: str) -> str:
        with self._app.app_context():
            try:
                db.session.connection(execution_options={"reads_only": True})
                return "250 OK" if key and mails.owner_of(key) else UNKNOWN
            except SQLAlchemyError:
                return _later()

    def _take(self, keys: list[str], raw: bytes) -> str:
        """Accepted once it is committed: whoever sent it keeps it until then."""
        mail = copies.read(raw)
        with self._app.app_context():
            now = self._app.config["WALLCLOCK"]()
            try:
                with transaction():
                    owners = filter(None, map(mails.owner_of, dict.fromkeys(keys)))
                    logged = [mails.log(mail, actor=owner, now=now) for owner in owners]
            except SQLAlchemyError:
                return _later()
        log.info("a copy of a mail: %s touches", sum(map(len, logged)))
        return "250 OK"


def _later() -> str:
    log.exception("The database cannot be used")
    db.session.rollback()
    return LATER
