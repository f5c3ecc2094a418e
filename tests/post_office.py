"""A real SMTP server for the tests: it keeps what it takes, and refuses or hangs where it is told to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import create_server
from typing import Any

from aiosmtpd.controller import Controller

TAKEN = "250 OK"
SENDER = "Smarketing <notices@smarketing.example>"


class PostOffice:
    """`recipients` and `content` decide what is answered; both are called with what was sent."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipient: Callable[[str], str] = lambda _address: TAKEN
        self.content: Callable[[EmailMessage], str] = lambda _message: TAKEN
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        answer = self.recipient(address)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        answer = self.content(message)
        if answer == TAKEN:
            self.taken.append(message)
        return answer

    @property
    def settings(self) -> dict[str, Any]:
        """For the application that sends here."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": self.port,
            "SMTP_SECURITY": "none",
            "SMTP_FROM": SENDER,
            "SMTP_TIMEOUT": 1,
            "PUBLIC_URL": "https://leads.example",
        }

    @property
    def subjects(self) -> list[tuple[str, str]]:
        return [(message["To"], message["Subject"]) for message in self.taken]


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def opened(**options: Any) -> Iterator[PostOffice]:
    office = PostOffice()
    office.port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
