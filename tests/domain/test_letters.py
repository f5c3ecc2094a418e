"""When a letter that failed is tried again, and what names its e-mail."""

from datetime import UTC, datetime, timedelta

import pytest

from smarketing.domain.letters import PAUSES, message_id, next_try

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt_count", "again_at"), [(1, "08:01"), (2, "08:05"), (3, "08:15"), (5, "09:00"), (8, "16:00"), (12, "20:00")]
)
def test_each_failure_waits_longer(attempt_count: int, again_at: str) -> None:
    assert next_try(attempt_count, MONDAY) == datetime.fromisoformat(f"2026-03-02T{again_at}+00:00")


def test_after_almost_three_days_it_has_failed() -> None:
    assert next_try(13, MONDAY) is None
    assert timedelta(days=2, hours=12) < sum(PAUSES, timedelta()) < timedelta(days=3)


def test_an_e_mail_is_named_by_its_first_letter_and_the_instant() -> None:
    assert message_id(7, MONDAY, "example.org") == "<letter-7-1772438400@example.org>"
