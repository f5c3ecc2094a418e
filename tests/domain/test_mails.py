"""What a copy of an e-mail says."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain import mails

PLAIN = (
    b'From: Saul <saul@example.com>\r\nTo: "Dora, Director" <Dora@Example.com>\r\n'
    b"Cc: a@example.com, b@example.com\r\n"
    b"Subject: =?utf-8?q?Votre_d=C3=A9mo?=\r\nDate: Mon, 2 Mar 2026 10:30:00 +0100\r\nMessage-ID: <m1@example.com>\r\n"
)


def test_a_mail_says_to_whom_it_went_and_when() -> None:
    mail = mails.read(PLAIN + b"\r\nHello")
    assert mail == mails.Mail(
        "<m1@example.com>",
        "Votre démo",
        frozenset({"dora@example.com", "a@example.com", "b@example.com"}),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        is_automatic=False,
    )


@pytest.mark.parametrize(
    ("header", "is_automatic"),
    [
        (b"Auto-Submitted: no", False),
        (b"Auto-Submitted: auto-replied", True),
        (b"auto-submitted: auto-generated; owner=x", True),
        (b"Precedence: bulk", True),
        (b"Precedence: first-class", False),
        (b"List-Id: <news.example.com>", True),
        (b"X-Mailer: none", False),
    ],
)
def test_a_machine_is_told_from_a_person(header: bytes, is_automatic: bool) -> None:
    assert mails.read(PLAIN + header + b"\r\n\r\n").is_automatic is is_automatic


UNREADABLE = [b"yesterday", b"", b"Mon, 2 Mar 2026 10:30:00 -0000", b"Mon, 99 Mar 99999 10:30:00 +0100"]


@pytest.mark.parametrize("date", UNREADABLE)
def test_a_date_that_cannot_be_read_is_none(date: bytes) -> None:
    assert mails.read(b"To: a@example.com\r\nDate: " + date + b"\r\n\r\n").sent_at is None


@given(st.binary(max_size=400))
def test_whatever_comes_is_read(raw: bytes) -> None:
    mail = mails.read(b"To: a@example.com\r\nSubject: " + raw)
    assert "\n" not in mail.subject
    assert len(mail.subject) <= mails.LONGEST_SUBJECT
