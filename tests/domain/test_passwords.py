"""Which passwords are refused, and how long a guesser waits."""

from datetime import UTC, datetime, timedelta

import pytest

from smarketing.domain.errors import InvalidInput
from smarketing.domain.passwords import (
    ACCOUNT_LIMIT,
    ADDRESS_LIMIT,
    COMMON,
    LONGEST_WAIT,
    MINIMUM_LENGTH,
    Throttled,
    check_strength,
    locked_until,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def check(password: str) -> None:
    check_strength(password, email="Marta.Keller@Example.com", name="Marta Keller")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "nine char",
        "x" * 257,
        "1234567890",
        "MotDePasse123",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "marta.keller",
        "MARTA KELLER",
        "martakeller",
        "marta.keller@example.com",
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(password)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "a lantern over still water",
        "ten char s",
        "пароль не из словаря",
        "🐝🌵🪐🎲🧵🫖🪁🗝🧭🪵",
        "y0!?" * 64,
        " leading and trailing ",
    ],
)
def test_any_character_counts_and_none_is_demanded(password: str) -> None:
    check(password)


def test_every_frequent_password_on_the_list_would_be_long_enough() -> None:
    assert min(map(len, COMMON)) >= MINIMUM_LENGTH


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, None), (4, None), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (5000, 3600)]
)
def test_each_failure_after_the_fifth_doubles_the_wait_up_to_an_hour(failures: int, seconds: int | None) -> None:
    until = locked_until(failures, ACCOUNT_LIMIT, now=NOW)
    assert until == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_an_address_may_fail_more_often_than_an_account() -> None:
    assert locked_until(ADDRESS_LIMIT.free_failures - 1, ADDRESS_LIMIT, now=NOW) is None
    assert ADDRESS_LIMIT.free_failures > ACCOUNT_LIMIT.free_failures


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (3600, 60)])
def test_the_wait_is_told_in_minutes_rounded_up(seconds: int, minutes: int) -> None:
    assert f" {minutes} " in str(Throttled(NOW + timedelta(seconds=seconds), now=NOW))
    assert timedelta(seconds=seconds) <= LONGEST_WAIT
