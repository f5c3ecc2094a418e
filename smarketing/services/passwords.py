"""Hash passwords and compare them, with Argon2id. Slow on purpose: never while a transaction holds a lock."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes, one lane: OWASP's minimum, so that two cores survive a burst of sign-ins
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

NOBODY = _hasher.hash("nobody has this password")
"""What an unknown account's password is compared with, so that the answer takes as long as for a known one."""

NONE_YET = "none yet"
"""In the place of a hash: the person has not chosen a password, so none is right."""


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other costs than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
