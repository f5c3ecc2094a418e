"""E-mail over SMTP. Nothing here waits for long: every answer has `timeout` seconds, a connection LONGEST in all."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from threading import Timer
from typing import Any, Final, NamedTuple

LONGEST: Final = 60.0
"""Seconds after which a connection is cut, however busy: a server that trickles must not hold us."""


class Server(NamedTuple):
    """How to reach the mail server. `security` is starttls, tls or none; nobody signs in where `user` is empty."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    timeout: float

    @property
    def domain(self) -> str:
        """What we are known by: the domain of the sender."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


class Attachment(NamedTuple):
    """A PDF file."""

    filename: str
    content: bytes


class Picture(NamedTuple):
    """A PNG file that the HTML shows as `cid:` and its name; its size is in pixels."""

    name: str
    content: bytes
    width: int
    height: int


class Message(NamedTuple):
    message_id: str
    to: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    attachments: Sequence[Attachment] = ()
    pictures: Sequence[Picture] = ()


class Unreachable(Exception):
    """The server cannot be used at the moment, for any e-mail."""


class Refused(Exception):
    """The server does not take this e-mail; `is_final` says that it never will."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        self.is_final = is_final
        super().__init__(message)


def server_of(settings: Mapping[str, Any]) -> Server | None:
    """None where no mail server is set."""
    if not settings.get("SMTP_HOST"):
        return None
    names = "HOST PORT SECURITY USER PASSWORD FROM TIMEOUT".split()
    return Server(*(settings[f"SMTP_{name}"] for name in names))


def trial(address: str, server: Server, *, now: datetime) -> Message:
    """What an operator sends to see whether anything arrives."""
    text = "Sent by `flask mail test`: notices of Smarketing will arrive as this e-mail did."
    message_id = f"<test-{int(now.timestamp())}@{server.domain}>"
    return Message(message_id, address, "A test of Smarketing", f"{text}\n", f"<p>{text}</p>\n", now)


class Post:
    """An open connection to the mail server."""

    def __init__(self, smtp: smtplib.SMTP, server: Server) -> None:
        self._smtp, self._server = smtp, server

    def send(self, message: Message) -> None:
        """Returns when the server has taken it. Raises Refused or Unreachable."""
        try:
            self._smtp.send_message(_composed(message, self._server))
        except smtplib.SMTPRecipientsRefused as error:
            (code, words), *_ = error.recipients.values()
            raise _refused(code, words) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPSenderRefused as error:
            raise Refused(_told(error.smtp_code, error.smtp_error), is_final=False) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            raise Refused(_words(error), is_final=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_words(error)) from error


@contextmanager
def connected(server: Server) -> Iterator[Post]:
    """Connect, secure the connection and sign in. Raises Unreachable."""
    smtp = _client(server)
    cut = Timer(LONGEST, _cut, [smtp])
    cut.daemon = True
    cut.start()
    try:
        try:
            _open(smtp, server)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_words(error)) from error
        yield Post(smtp, server)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        cut.cancel()
        smtp.close()


def _client(server: Server) -> smtplib.SMTP:
    # our own name is given, since looking it up may take minutes
    given: dict[str, Any] = {"timeout": server.timeout, "local_hostname": server.domain}
    if server.security == "tls":
        return smtplib.SMTP_SSL(context=ssl.create_default_context(), **given)
    return smtplib.SMTP(**given)


def _open(smtp: smtplib.SMTP, server: Server) -> None:
    smtp._host = server.host  # type: ignore[attr-defined]  # the name the certificate must bear; connect() forgets it
    smtp.connect(server.host, server.port)
    if server.security == "starttls":
        smtp.starttls(context=ssl.create_default_context())
    if server.user:
        smtp.login(server.user, server.password)


def _cut(smtp: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, AttributeError):
        smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def _composed(message: Message, server: Server) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = server.sender, message.to
    mail["Subject"] = " ".join(message.subject.splitlines())
    mail["Date"], mail["Message-ID"] = format_datetime(message.sent_at), message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    *_others, html = mail.iter_parts()
    for picture in message.pictures:
        html.add_related(
            picture.content,
            maintype="image",
            subtype="png",
            cid=f"<{picture.name}>",
            filename=f"{picture.name}.png",
            disposition="inline",
        )
    for each in message.attachments:
        mail.add_attachment(each.content, maintype="application", subtype="pdf", filename=each.filename)
    return mail


def _refused(code: int, words: bytes | str) -> Refused:
    return Refused(_told(code, words), is_final=code >= 500)


def _told(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _told(error.smtp_code, error.smtp_error)
    return " ".join(f"{type(error).__name__}: {error}".split())
