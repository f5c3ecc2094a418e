"""E-mail over a real connection: secured, signed in, and cut when it takes too long."""

import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server, socket
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from smarketing.channels import email
from smarketing.channels.email import Refused, Server, Unreachable, connected, server_of, trial
from tests.post_office import PostOffice, opened

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of “localhost”, with its key in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "both.pem"
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost".split()
    try:
        subprocess.run(["openssl", *made, "-keyout", key, "-out", file], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl to make a certificate with")
    file.write_text(file.read_text() + key.read_text())
    return file


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def server(office: PostOffice, **changes: Any) -> Server:
    values: dict[str, Any] = office.settings | {"SMTP_USER": "", "SMTP_PASSWORD": ""} | changes
    found = server_of(values)
    assert found is not None
    return found


def send(to: Server, address: str = "ada@example.org") -> None:
    with connected(to) as post:
        post.send(trial(address, to, now=NOW))


def is_ada(_server: Any, _session: Any, _envelope: Any, _mechanism: str, sent: Any) -> AuthResult:
    return AuthResult(success=sent == LoginPassword(b"ada", b"lovelace"), handled=False)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_secured_connection_needs_a_certificate_that_is_trusted_and_bears_the_name(
    security: str, certificate: Path, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(**{"ssl_context" if security == "tls" else "tls_context": context}) as office:
        named = {"SMTP_SECURITY": security, "SMTP_HOST": "localhost", "SMTP_TIMEOUT": 5}
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            send(server(office, **named))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            send(server(office, **named | {"SMTP_HOST": "127.0.0.1"}))
        send(server(office, **named))
        assert office.subjects == [("ada@example.org", "A test of Smarketing")]


def test_who_has_to_sign_in_does(certificate: Path, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    named = {"SMTP_SECURITY": "starttls", "SMTP_HOST": "localhost", "SMTP_TIMEOUT": 5, "SMTP_USER": "ada"}
    with opened(tls_context=context, auth_required=True, authenticator=is_ada) as office:
        with pytest.raises(Unreachable, match="535"):
            send(server(office, **named, SMTP_PASSWORD="byron"))
        send(server(office, **named, SMTP_PASSWORD="lovelace"))
        assert len(office.taken) == 1


def test_a_plain_server_is_not_spoken_to_where_it_should_be_secure() -> None:
    with opened() as office:
        with pytest.raises(Unreachable, match="STARTTLS"):
            send(server(office, SMTP_SECURITY="starttls"))
        assert office.taken == []


@pytest.mark.parametrize(
    ("address", "is_final"), [("gone@example.org", True), ("full@example.org", False), ("zoé@example.org", True)]
)
def test_a_refusal_says_whether_it_is_for_good(address: str, is_final: bool) -> None:
    answers = {"gone@example.org": "550 5.1.1 Gone", "full@example.org": "452 4.2.2 Full"}
    with opened(enable_SMTPUTF8=False) as office:
        office.recipient = lambda to: answers.get(to, "250 OK")
        with pytest.raises(Refused) as refusal:
            send(server(office), address)
        assert refusal.value.is_final is is_final


@pytest.fixture
def trickling() -> Iterator[int]:
    """The port of a server that greets without an end, a letter at a time, so that no single read is late."""
    listening = create_server(("127.0.0.1", 0))

    def greet(connection: socket) -> None:
        with connection:
            try:
                while True:
                    connection.send(b"2")
                    time.sleep(0.02)
            except OSError:
                return

    thread = Thread(target=lambda: greet(listening.accept()[0]), daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    thread.join()
    listening.close()


def test_a_server_that_trickles_is_cut_off(trickling: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "LONGEST", 0.3)
    with opened() as office, pytest.raises(Unreachable):
        send(server(office, SMTP_PORT=trickling))
