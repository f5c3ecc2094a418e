"""Draft, propose, sign and put in force the versions of the agreement; look up the one in force."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain import amendments, clause_tests, signing, tenures
from smarketing.domain.errors import N_, Conflict, DomainError, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Department, Role
from smarketing.domain.scoring import Scorer, scorer
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, canonical, digest, parse
from smarketing.models.agreements import Agreement, AgreementVersion, Signature
from smarketing.models.people import Team, User
from smarketing.models.personas import Persona
from smarketing.services import journal, revisions


class Force(NamedTuple):
    """A version as the rest of the product needs it; parsed terms are cached by their text."""

    version_id: int
    canonical: str

    @property
    def terms(self) -> Terms:
        return parse(self.canonical)

    @property
    def scorer(self) -> Scorer:
        return scorer(self.canonical)


def in_force() -> Force | None:
    is_in_force = AgreementVersion.status == VersionStatus.IN_FORCE
    row = db.session.execute(select(AgreementVersion.id, AgreementVersion.digest).where(is_in_force)).first()
    return Force(row.id, _text(*row)) if row else None


_texts: dict[str, str] = {}
"""The terms of the latest versions asked for, by digest: a large agreement is not fetched with every request."""
_MOST_TEXTS = 16


def _text(version_id: int, its_digest: str) -> str:
    if its_digest not in _texts:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        query = select(AgreementVersion.terms).where(AgreementVersion.id == version_id)
        _texts[its_digest] = db.session.execute(query).scalar_one()
    return _texts[its_digest]


def standing() -> Force | None:
    """The version in force, else the latest that was: its words go on being used. None before the first."""
    was_in_force = AgreementVersion.status.in_((VersionStatus.IN_FORCE, *signing.OVER))
    newest = select(AgreementVersion.id, AgreementVersion.digest).where(was_in_force)
    row = db.session.execute(newest.order_by(AgreementVersion.number.desc()).limit(1)).first()
    return Force(row.id, _text(*row)) if row else None


def required() -> Force:
    """The version in force. Raises Missing when there is none."""
    force = in_force()
    if force is None:
        raise Missing(N_("No agreement is in force yet. Draft one, have both departments sign it, then come back."))
    return force


def version(version_id: int) -> Force:
    """A version by id, whatever its status: running hand-offs and clocks finish under their own.

    A session asks once for one that was in force: its terms never change.
    """
    known: dict[int, Force] = db.session.info.setdefault("versions", {})
    if version_id not in known:
        columns = (AgreementVersion.terms, AgreementVersion.status)
        terms, status = db.session.execute(select(*columns).where(AgreementVersion.id == version_id)).one()
        if status not in (VersionStatus.IN_FORCE, *signing.OVER):
            return Force(version_id, terms)
        known[version_id] = Force(version_id, terms)
    return known[version_id]


def draft(terms: Terms, *, actor: User, now: datetime) -> AgreementVersion:
    """A new draft of the one standing agreement, numbered after the latest version."""
    agreement = db.session.scalars(select(Agreement).order_by(Agreement.id)).first()
    if agreement is None:
        agreement = Agreement(name=terms.title.en, created_at=now)
        db.session.add(agreement)
        db.session.flush()
    latest = select(func.max(AgreementVersion.number)).where(AgreementVersion.agreement_id == agreement.id)
    text = canonical(terms)
    drafted = AgreementVersion(
        agreement_id=agreement.id,
        number=(db.session.scalar(latest) or 0) + 1,
        status=VersionStatus.DRAFT,
        terms=text,
        digest=digest(text),
        drafted_by_id=actor.id,
        drafted_at=now,
    )
    db.session.add(drafted)
    db.session.flush()
    revisions.keep(drafted, actor=actor, now=now)
    record(EventName.VERSION_DRAFTED, drafted, actor=actor, occurred_at=now, now=now)
    return drafted


def redraft(
    drafted: AgreementVersion,
    terms: Terms,
    *,
    edition: int,
    actor: User,
    now: datetime,
    piece: str | None = None,
    restores: int | None = None,
) -> None:
    """Other terms for a draft, kept as a revision. Raises Conflict when it has been saved since `edition` was read.

    `piece` is the part that was edited, `restores` the number of the revision that is brought back.
    """
    signing.check_may_change(drafted.status)
    if drafted.edition != edition:
        raise Conflict(
            N_("Somebody has saved this draft while you were writing. Your text is kept here; compare before you save.")
        )
    text = canonical(terms)
    if text == drafted.terms:
        return
    revisions.keep_what_was(drafted)
    drafted.terms, drafted.digest = text, digest(text)
    revisions.keep(drafted, actor=actor, now=now, piece=piece, restores=restores)
    record(EventName.VERSION_CHANGED, drafted, actor=actor, occurred_at=now, now=now)


def discard(drafted: AgreementVersion, *, actor: User, now: datetime) -> None:
    """Remove a draft for good; what was proposed stays."""
    signing.check_may_change(drafted.status)
    record(EventName.VERSION_DISCARDED, drafted, actor=actor, occurred_at=now, now=now)
    db.session.delete(drafted)
    db.session.flush()


def propose(drafted: AgreementVersion, *, effective_at: datetime, actor: User, now: datetime) -> None:
    """Freeze a draft for signature, to come into force at `effective_at` or when signed, whichever is later."""
    signing.check_may_propose(drafted.status)
    signing.check_effective_at(effective_at, now=now)
    if (force := in_force()) is not None:
        amendments.check_effect_day(force.terms, parse(drafted.terms), effective_at)
    for obstacle in (*revisions.obstacles(drafted), *obstacles(drafted)):
        raise obstacle
    drafted.status = VersionStatus.PROPOSED
    drafted.proposed_at = now
    drafted.effective_at = effective_at
    record(EventName.VERSION_PROPOSED, drafted, actor=actor, occurred_at=now, now=now)


def withdraw(proposed: AgreementVersion, *, actor: User, now: datetime) -> None:
    """Take a proposal off the table. It stays on record with the signatures it had, and can be drafted anew."""
    db.session.refresh(proposed, with_for_update=True)
    signing.check_may_withdraw(proposed.status)
    proposed.status = VersionStatus.WITHDRAWN
    record(EventName.VERSION_WITHDRAWN, proposed, actor=actor, occurred_at=now, now=now)


def sign(proposed: AgreementVersion, *, signed_digest: str, actor: User, now: datetime) -> Signature:
    """Sign the digest the signatory was shown. The second department's signature makes the version signed."""
    db.session.refresh(proposed, with_for_update=True)
    if signed_digest != proposed.digest:
        raise Conflict(N_("The text has changed since you read it. Read it again before you sign."))
    for failure in clause_tests.failures(parse(proposed.terms)):
        raise failure
    signed = {signature.department for signature in proposed.signatures}
    department = signing.check_may_sign(proposed.status, role=actor.role, department=actor.department, signed=signed)
    if any(signature.user_id == actor.id for signature in proposed.signatures):
        raise Conflict(N_("You have signed this version already; the other side signs next."))
    signature = Signature(
        version_id=proposed.id, user_id=actor.id, department=department, digest=proposed.digest, signed_at=now
    )
    proposed.signatures.append(signature)
    if signing.is_complete({*signed, department}):
        proposed.status = VersionStatus.SIGNED
        proposed.effective_at = max(proposed.effective_at or now, now)
    record(EventName.VERSION_SIGNED, proposed, actor=actor, occurred_at=now, now=now)
    return signature


def put_due_versions_in_force(*, now: datetime) -> int:
    """Put signed versions in force whose moment has come, as of that moment; how many."""
    due = db.session.scalars(AgreementVersion.awaiting_effect(now)).all()
    for signed in due:
        _put_in_force(signed, now=now)
    return len(due)


def _put_in_force(signed: AgreementVersion, *, now: datetime) -> None:
    effective_at = signed.effective_at or now
    previous = db.session.scalars(AgreementVersion.in_force()).first()
    if previous is not None:
        previous.status = VersionStatus.SUPERSEDED
        previous.superseded_at = previous.ends_at = effective_at
        db.session.flush()
        record(EventName.VERSION_SUPERSEDED, previous, actor=None, occurred_at=effective_at, now=now)
    signed.status = VersionStatus.IN_FORCE
    signed.ends_at = tenures.ends_at(parse(signed.terms), effective_at)
    db.session.flush()
    _project_personas(signed, now=now)
    record(EventName.VERSION_EFFECTIVE, signed, actor=None, occurred_at=effective_at, now=now)


def _project_personas(signed: AgreementVersion, *, now: datetime) -> None:
    known = {persona.key: persona for persona in db.session.scalars(select(Persona))}
    for clause in parse(signed.terms).personas:
        persona = known.pop(clause.id, None) or Persona(key=clause.id)
        persona.name_en, persona.name_fr = clause.title.en, clause.title.fr
        persona.agreement_version_id, persona.retired_at = signed.id, None
        db.session.add(persona)
    for absent in known.values():
        absent.retired_at = absent.retired_at or now
    db.session.flush()


def obstacles(drafted: AgreementVersion) -> Iterator[DomainError]:
    """What stands between sound terms and their proposal, apart from entries that are not finished."""
    terms = parse(drafted.terms)
    known = dict(db.session.execute(select(Team.key, Team.department)).all())
    for party in terms.parties:
        if known.get(party.team) != party.department:
            message = N_("The agreement names the %(department)s team “%(team)s”, which does not exist.")
            yield Missing(message, department=party.department.value, team=party.team)
    if terms.handoff.team not in known:
        yield Missing(N_("Leads are handed to the team “%(team)s”, which does not exist."), team=terms.handoff.team)
    for department in _without_signatory():
        message = N_("Nobody can sign for %(department)s: it has no manager whose account is open.")
        yield Missing(message, department=department.value)
    yield from clause_tests.failures(terms)
    on_its_way = select(AgreementVersion.number).where(AgreementVersion.status.in_(signing.ON_THEIR_WAY))
    number = db.session.scalar(on_its_way.limit(1))
    if number is not None:
        message = N_("Version %(number)s is still on its way: propose another one when it is in force or withdrawn.")
        yield Conflict(message, number=number)


def _without_signatory() -> list[Department]:
    may_sign = (User.role == Role.MANAGER, User.disabled_at.is_(None))
    found = set(db.session.scalars(select(Team.department).join(User, User.team_id == Team.id).where(*may_sign)))
    return [department for department in Department if department not in found]


def record(
    name: EventName, subject: AgreementVersion, *, actor: User | None, occurred_at: datetime, now: datetime
) -> None:
    journal.record(
        name,
        "version",
        subject.id,
        occurred_at=occurred_at,
        now=now,
        actor_id=actor.id if actor else None,
        version_id=subject.id,
        data={"digest": subject.digest},
    )
