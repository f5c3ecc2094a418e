"""From a draft to the version in force: frozen when proposed, signed once by each side, in force at its moment."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.errors import Conflict, DomainError, InvalidInput, Missing, NotAllowed
from smarketing.domain.importing import Row
from smarketing.domain.signing import VersionStatus
from smarketing.jobs import put_versions_in_force
from smarketing.models.agreements import AgreementVersion, Signature
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Score
from smarketing.models.personas import Persona
from smarketing.services import agreements, intake
from tests.cast import Cast, clause, document, terms, words
from tests.conftest import Hands

Db = scoped_session[Session]


def drafted(cast: Cast, hands: Hands, **changes: object) -> AgreementVersion:
    return agreements.draft(terms(**changes), actor=cast.manny, now=hands.now)


def proposed(cast: Cast, hands: Hands, *, hours: float = 48, **changes: object) -> AgreementVersion:
    version = drafted(cast, hands, **changes)
    agreements.propose(version, effective_at=hands.now + timedelta(hours=hours), actor=cast.manny, now=hands.now)
    return version


def signed(cast: Cast, hands: Hands, *, hours: float = 48, **changes: object) -> AgreementVersion:
    version = proposed(cast, hands, hours=hours, **changes)
    for manager in (cast.manny, cast.sasha):
        agreements.sign(version, signed_digest=version.digest, actor=manager, now=hands.now)
    return version


def told(session: Db, version: AgreementVersion) -> list[str]:
    """Of this version, in the order it was written."""
    mine = (Event.subject_type == "version", Event.subject_id == version.id)
    return list(session.scalars(select(Event.name).where(*mine).order_by(Event.id)))


def test_a_version_is_in_force_once_both_have_signed_and_its_moment_has_come(
    session: Db, cast: Cast, hands: Hands
) -> None:
    version = proposed(cast, hands)
    agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)
    assert version.status is VersionStatus.PROPOSED
    agreements.sign(version, signed_digest=version.digest, actor=cast.sasha, now=hands.turn(hours=1))
    assert version.status is VersionStatus.SIGNED
    assert put_versions_in_force.run(now=hands.turn(hours=46)) == 0
    assert agreements.in_force() is None
    hands.turn(hours=9)  # the job is late
    assert put_versions_in_force.run(now=hands.now) == 1
    assert put_versions_in_force.run(now=hands.now) == 0
    force = agreements.in_force()
    assert force is not None
    assert (force.version_id, force.terms) == (version.id, terms())
    effective = session.scalars(select(Event).where(Event.name == "version.effective")).one()
    assert effective.occurred_at == version.effective_at
    assert effective.recorded_at == hands.now
    assert told(session, version) == [
        "version.drafted",
        "version.proposed",
        "version.signed",
        "version.signed",
        "version.effective",
    ]


def test_a_version_signed_after_its_moment_is_in_force_from_the_last_signature(
    session: Db, cast: Cast, hands: Hands
) -> None:
    version = proposed(cast, hands, hours=1)
    agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)
    late = hands.turn(hours=30)
    agreements.sign(version, signed_digest=version.digest, actor=cast.sasha, now=late)
    agreements.put_due_versions_in_force(now=late)
    assert (version.status, version.effective_at) == (VersionStatus.IN_FORCE, late)


def test_the_next_version_supersedes_it_at_the_same_instant(session: Db, agreed: Cast, hands: Hands) -> None:
    first = session.scalars(select(AgreementVersion)).one()
    second = signed(agreed, hands, title=words("The second", "Le deuxième"))
    agreements.put_due_versions_in_force(now=hands.turn(hours=50))
    assert (first.status, second.status) == (VersionStatus.SUPERSEDED, VersionStatus.IN_FORCE)
    assert first.superseded_at == second.effective_at
    assert (first.number, second.number) == (1, 2)


def test_what_runs_keeps_the_terms_it_started_under(session: Db, agreed: Cast, hands: Hands) -> None:
    hot = {"job_title": "Director", "country": "FR"}
    rows = [Row({"email": f"{n}@example.com", **hot}, engagements=[("demo_request", None)]) for n in range(2)]
    intake.take(rows[:1], now=hands.now)
    first, old_clock = agreements.required(), session.scalars(select(Clock)).one()
    due_at = old_clock.due_at
    shorter = [document()["clocks"][0] | {"allowance_minutes": 60}]
    signed(agreed, hands, hours=1, clocks=shorter)
    agreements.put_due_versions_in_force(now=hands.turn(hours=1))
    intake.take(rows[1:], now=hands.now)
    second = agreements.required()
    assert second.version_id != first.version_id
    by_version = dict(session.execute(select(Clock.agreement_version_id, Clock.due_at)).all())
    assert by_version[first.version_id] == due_at
    assert by_version[second.version_id] == hands.now + timedelta(hours=1)
    for table in (Handoff, Score):
        named = session.scalars(select(table.agreement_version_id).order_by(table.id)).all()
        assert named == [first.version_id, second.version_id]


def test_personas_follow_the_version_in_force_and_are_never_lost(session: Db, agreed: Cast, hands: Hands) -> None:
    other = clause("other", "Whoever", "Quiconque") | {"description": words("Anybody.", "N’importe qui.")}
    fit = [clause("anybody", "Anybody", "N’importe qui") | {"when": {"field": "country", "present": True}, "points": 5}]
    signed(agreed, hands, hours=1, personas=[other], scoring=document()["scoring"] | {"fit": fit})
    agreements.put_due_versions_in_force(now=hands.turn(hours=1))
    personas = {persona.key: persona for persona in session.scalars(select(Persona))}
    assert (personas["other"].name_en, personas["other"].retired_at) == ("Whoever", None)
    assert personas["director"].retired_at == hands.now


Refused = Callable[[Cast, Hands], object]


def refused_steps() -> list[tuple[str, Refused, type[DomainError], str]]:
    def sign_as(name: str) -> Refused:
        def sign(cast: Cast, hands: Hands) -> object:
            version = proposed(cast, hands)
            return agreements.sign(version, signed_digest=version.digest, actor=getattr(cast, name), now=hands.now)

        return sign

    def sign_twice(cast: Cast, hands: Hands) -> object:
        version = proposed(cast, hands)
        agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)
        return agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)

    def sign_another_text(cast: Cast, hands: Hands) -> object:
        return agreements.sign(proposed(cast, hands), signed_digest="0" * 64, actor=cast.manny, now=hands.now)

    def sign_a_draft(cast: Cast, hands: Hands) -> object:
        version = drafted(cast, hands)
        return agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)

    def propose_twice(cast: Cast, hands: Hands) -> object:
        version = proposed(cast, hands)
        return agreements.propose(version, effective_at=hands.now, actor=cast.manny, now=hands.now)

    def propose_beside_another(cast: Cast, hands: Hands) -> object:
        proposed(cast, hands)
        return proposed(cast, hands)

    def change_what_is_proposed(cast: Cast, hands: Hands) -> object:
        version = proposed(cast, hands)
        return agreements.redraft(version, terms(), edition=version.edition, actor=cast.manny, now=hands.now)

    def discard_what_is_proposed(cast: Cast, hands: Hands) -> object:
        return agreements.discard(proposed(cast, hands), actor=cast.manny, now=hands.now)

    def withdraw_what_is_signed(cast: Cast, hands: Hands) -> object:
        return agreements.withdraw(signed(cast, hands), actor=cast.manny, now=hands.now)

    def name_a_team_that_is_not_there(cast: Cast, hands: Hands) -> object:
        parties = [{"department": "marketing", "team": "brand"}, document()["parties"][1]]
        return proposed(cast, hands, parties=parties)

    def propose_what_fails_its_example(cast: Cast, hands: Hands) -> object:
        return proposed(cast, hands, examples=[clause("hot", "Hot", "Chaud") | {"about": "mql", "holds": "yes"}])

    return [
        ("an example fails", propose_what_fails_its_example, Conflict, "the example “Hot” does not hold"),
        ("a rep signs", sign_as("saul"), NotAllowed, "one manager of marketing"),
        ("an administrator signs", sign_as("ada"), NotAllowed, "one manager of marketing"),
        ("a manager signs twice", sign_twice, Conflict, "already been signed for marketing"),
        ("another text", sign_another_text, Conflict, "The text has changed"),
        ("a draft is signed", sign_a_draft, Conflict, "Only a proposed version"),
        ("in the past", lambda cast, hands: proposed(cast, hands, hours=-1), InvalidInput, "still to come"),
        ("proposed twice", propose_twice, Conflict, "Only a draft can be proposed"),
        ("two on their way", propose_beside_another, Conflict, "Version 1 is still on its way"),
        ("changed after proposing", change_what_is_proposed, Conflict, "Only a draft can be changed"),
        ("discarded after proposing", discard_what_is_proposed, Conflict, "Only a draft can be changed"),
        ("withdrawn after signing", withdraw_what_is_signed, Conflict, "waits for signatures"),
        ("no such team", name_a_team_that_is_not_there, Missing, "marketing team “brand”"),
    ]


@pytest.mark.parametrize(
    ("step", "error", "says"),
    [case[1:] for case in refused_steps()],
    ids=[case[0].replace(" ", "-") for case in refused_steps()],
)
def test_a_step_out_of_turn_is_refused_and_says_why(
    session: Db, cast: Cast, hands: Hands, step: Refused, error: type[DomainError], says: str
) -> None:
    with pytest.raises(error, match=says):
        step(cast, hands)
    assert agreements.in_force() is None


def test_a_withdrawn_proposal_stays_with_its_signatures_and_makes_way(session: Db, cast: Cast, hands: Hands) -> None:
    version = proposed(cast, hands)
    agreements.sign(version, signed_digest=version.digest, actor=cast.manny, now=hands.now)
    agreements.withdraw(version, actor=cast.sasha, now=hands.now)
    with pytest.raises(Conflict):
        agreements.sign(version, signed_digest=version.digest, actor=cast.sasha, now=hands.now)
    assert len(session.scalars(select(Signature)).all()) == 1
    assert proposed(cast, hands).number == 2


def test_of_two_who_save_a_draft_the_second_is_told(session: Db, cast: Cast, hands: Hands) -> None:
    version = drafted(cast, hands)
    read = version.edition
    agreements.redraft(version, terms(notice_days=60), edition=read, actor=cast.manny, now=hands.now)
    session.flush()
    with pytest.raises(Conflict, match="while you were writing"):
        agreements.redraft(version, terms(notice_days=90), edition=read, actor=cast.sasha, now=hands.now)
    assert '"notice_days":60' in version.terms


def test_saving_the_same_text_tells_nothing_new(session: Db, cast: Cast, hands: Hands) -> None:
    version = drafted(cast, hands)
    agreements.redraft(version, terms(), edition=version.edition, actor=cast.manny, now=hands.now)
    assert told(session, version) == ["version.drafted"]


def test_a_discarded_draft_is_gone_but_not_its_story(session: Db, cast: Cast, hands: Hands) -> None:
    version = drafted(cast, hands)
    version_id = version.id
    agreements.discard(version, actor=cast.manny, now=hands.now)
    assert session.get(AgreementVersion, version_id) is None
    events = session.scalars(select(Event.name).where(Event.subject_id == version_id, Event.subject_type == "version"))
    assert events.all() == ["version.drafted", "version.discarded"]
