"""End the agreement when its term does, renew it where it says so, and take notice from either side."""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import tenures
from smarketing.domain.errors import N_, Conflict, InvalidInput, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Department
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion, Termination
from smarketing.models.people import User
from smarketing.services import agreements, notices
from smarketing.services.notices import Owed


def give_notice(version: AgreementVersion, *, clause_id: str | None, actor: User, now: datetime) -> Termination:
    """A signatory ends the version in force, for a cause it names or with its plain notice when None."""
    db.session.refresh(version, with_for_update=True)
    terms, side = parse(version.terms), _side(actor)
    if version.status is not VersionStatus.IN_FORCE:
        raise Conflict(N_("Only the version in force can be ended."))
    if standing(version) is not None:
        raise Conflict(N_("Notice was given already."))
    cause = next((each for each in terms.terminations if each.id == clause_id), None)
    if clause_id is not None and (cause is None or cause.side not in (None, side)):
        raise InvalidInput("cause", N_("The agreement does not let your side end it for this cause."))
    ends_at = tenures.ended_by_notice(terms, clause_id, now=now)
    given = Termination(
        version_id=version.id, side=side, clause_id=clause_id, given_by_id=actor.id, given_at=now, ends_at=ends_at
    )
    db.session.add(given)
    version.ends_at = min(ends_at, version.ends_at or ends_at)
    agreements.record(EventName.VERSION_NOTICE_GIVEN, version, actor=actor, occurred_at=now, now=now)
    _tell(EventName.VERSION_NOTICE_GIVEN, version, now=now)
    return given


def take_back_notice(version: AgreementVersion, *, actor: User, now: datetime) -> None:
    """The side that gave notice takes it back, as long as the version is in force."""
    given = standing(version)
    if given is None or version.status is not VersionStatus.IN_FORCE:
        raise Conflict(N_("There is no notice to take back."))
    if given.side != _side(actor):
        raise NotAllowed(N_("Only the side that gave notice takes it back."))
    given.taken_back_at = now
    version.ends_at = _end_of_term(version, parse(version.terms), now=now)
    agreements.record(EventName.VERSION_NOTICE_TAKEN_BACK, version, actor=actor, occurred_at=now, now=now)
    _tell(EventName.VERSION_NOTICE_TAKEN_BACK, version, now=now)


def standing(version: AgreementVersion) -> Termination | None:
    """The notice that was given and not taken back."""
    is_standing = (Termination.version_id == version.id, Termination.taken_back_at.is_(None))
    return db.session.scalars(select(Termination).where(*is_standing)).first()


def keep_term(*, now: datetime) -> int:
    """Renew or end the version in force whose term is over, as of that moment; remind of one that soon is. How many."""
    version = db.session.scalars(AgreementVersion.in_force()).first()
    if version is None:
        return 0
    terms = parse(version.terms)
    if version.ends_at is None:
        version.ends_at = tenures.ends_at(terms, version.effective_at or now)
    count = 0
    while version.status is VersionStatus.IN_FORCE and version.ends_at <= now:
        _end_or_renew(version, terms, now=now)
        count += 1
    if version.status is VersionStatus.IN_FORCE and tenures.reminded_at(terms, version.ends_at) <= now:
        _tell(EventName.VERSION_ENDING, version, now=now)
    return count


def _end_or_renew(version: AgreementVersion, terms: Terms, *, now: datetime) -> None:
    ended_at = version.ends_at or now
    is_ended = standing(version) is not None
    longer = None if is_ended else tenures.renewed(terms, ended_at)
    if longer is not None:
        version.ends_at = longer
        agreements.record(EventName.VERSION_RENEWED, version, actor=None, occurred_at=ended_at, now=now)
        return
    version.status = VersionStatus.TERMINATED if is_ended else VersionStatus.EXPIRED
    version.superseded_at = ended_at
    name = EventName.VERSION_TERMINATED if is_ended else EventName.VERSION_EXPIRED
    agreements.record(name, version, actor=None, occurred_at=ended_at, now=now)
    _tell(name, version, now=now)


def _end_of_term(version: AgreementVersion, terms: Terms, *, now: datetime) -> datetime:
    end = tenures.ends_at(terms, version.effective_at or now)
    while end <= now and (longer := tenures.renewed(terms, end)) is not None:
        end = longer
    return end


def _side(actor: User) -> Department:
    if actor.department is None:
        raise NotAllowed(N_("Only a manager of marketing or of sales ends the agreement."))
    return actor.department


def _tell(name: EventName, version: AgreementVersion, *, now: datetime) -> None:
    managers = [each for side in Department for each in notices.managers_of(side)]
    ends_at = version.ends_at.isoformat() if version.ends_at else ""
    is_again = now.isoformat() if name is not EventName.VERSION_ENDING else ""
    key = f"{name}:{version.id}:{ends_at}:{is_again}"
    data = {"version": version.id, "number": version.number, "ends_at": ends_at}
    notices.owe_many([Owed(managers, name, key, data=data)], now=now)
