"""Which passwords are good enough, and how long a guesser has to wait."""

from datetime import datetime, timedelta
from typing import NamedTuple

from smarketing.domain.errors import N_, DomainError, InvalidInput

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 256
FORGOTTEN_AFTER = timedelta(hours=24)
LONGEST_WAIT = timedelta(hours=1)
LINK_LIFE = timedelta(days=3)
"""How long somebody may take to follow a link that sets a password."""

COMMON = frozenset(
    "1234567890 12345678910 0123456789 qwertyuiop 1q2w3e4r5t password12 password123 password1234 passw0rd123"
    " motdepasse motdepasse1 motdepasse123 azertyuiop azerty1234 azerty12345 administrator administrateur"
    " iloveyou12 welcome123 welcome1234 bienvenue1 bienvenue123 smarketing smarketing1 smarketing123 letmein1234"
    " changeme123 changeme1234 qwerty12345 qwerty1234 abcdefghij abcd123456 11111111111 123123123123 soleil12345"
    " football123 princess123 sunshine123 superman123 michelle123 jetaime123 loulou12345 doudou12345".split()
)
"""The frequent ones of at least MINIMUM_LENGTH; the shorter ones are refused for their length."""


class Limit(NamedTuple):
    """Failures that are free, after which each further one doubles the wait."""

    free_failures: int
    first_wait: timedelta


ACCOUNT_LIMIT = Limit(5, timedelta(seconds=30))
ADDRESS_LIMIT = Limit(30, timedelta(seconds=30))


class Throttled(DomainError):
    """Too many wrong passwords lately; `until` says when the next try is possible."""

    def __init__(self, until: datetime, *, now: datetime) -> None:
        self.until = until
        minutes = max(1, -int((now - until).total_seconds() // 60))
        super().__init__(N_("Too many attempts. Wait %(minutes)s min, then try again."), minutes=minutes)


def locked_until(failure_count: int, limit: Limit, *, now: datetime) -> datetime | None:
    """When the next try is possible after so many failures in a row; None when at once."""
    excess = failure_count - limit.free_failures
    if excess < 0:
        return None
    doublings: int = 2 ** min(excess, 20)
    return now + min(limit.first_wait * doublings, LONGEST_WAIT)


def check_strength(password: str, *, email: str, name: str) -> None:
    """Raises InvalidInput for one that is short, frequent or made of the person's own name or address."""
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput("password", N_("A password has at least %(count)s characters."), count=MINIMUM_LENGTH)
    if len(password) > MAXIMUM_LENGTH:
        raise InvalidInput("password", N_("A password has at most %(count)s characters."), count=MAXIMUM_LENGTH)
    folded = password.casefold()
    own = {
        email.casefold(),
        email.casefold().partition("@")[0],
        name.casefold(),
        name.casefold().replace(" ", ""),
    }
    if folded in COMMON or folded in own or len(set(folded)) < 4:
        raise InvalidInput("password", N_("This password is easy to guess. Take a few unrelated words instead."))
