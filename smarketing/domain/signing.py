"""The life of an agreement version: draft -> proposed -> signed by both departments -> in force -> superseded,
or expired at the end of its term, or terminated by notice.

A proposal may be withdrawn until both have signed. One version is on its way at a time. A draft that was sent to the
other side as an amendment stays what it is; a new draft comes of it when that side accepts.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from smarketing.domain.errors import N_, Conflict, InvalidInput, NotAllowed
from smarketing.domain.roles import Department, Role


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    AMENDMENT = "amendment"


SIGNATORY_DEPARTMENTS = frozenset(Department)
ON_THEIR_WAY = (VersionStatus.PROPOSED, VersionStatus.SIGNED)
"""Proposed, but not in force yet."""
OVER = (VersionStatus.SUPERSEDED, VersionStatus.EXPIRED, VersionStatus.TERMINATED)
"""Was in force."""


def check_may_change(status: VersionStatus) -> None:
    if status is not VersionStatus.DRAFT:
        raise Conflict(
            N_("Only a draft can be changed; this version is %(status)s. Draft a new one from it."), status=status.value
        )


def check_may_withdraw(status: VersionStatus) -> None:
    if status is not VersionStatus.PROPOSED:
        raise Conflict(
            N_("Only a proposal that waits for signatures can be withdrawn; this version is %(status)s."),
            status=status.value,
        )


def check_may_propose(status: VersionStatus) -> None:
    if status is not VersionStatus.DRAFT:
        raise Conflict(
            N_("Only a draft can be proposed for signature; this version is %(status)s."), status=status.value
        )


def check_may_sign(
    status: VersionStatus, *, role: Role, department: Department | None, signed: Collection[Department]
) -> Department:
    """The department this person signs for. Raises when the version, the person or the turn is wrong."""
    if status is not VersionStatus.PROPOSED:
        raise Conflict(N_("Only a proposed version can be signed; this one is %(status)s."), status=status.value)
    if role is not Role.MANAGER or department is None:
        raise NotAllowed(N_("A version is signed by one manager of marketing and one manager of sales."))
    if department in signed:
        raise Conflict(N_("This version has already been signed for %(department)s."), department=department.value)
    return department


def is_complete(signed: Collection[Department]) -> bool:
    return set(signed) >= SIGNATORY_DEPARTMENTS


def check_effective_at(effective_at: datetime, *, now: datetime) -> None:
    if effective_at < now:
        raise InvalidInput("effective_at", N_("An agreement comes into force at a moment that is still to come."))
