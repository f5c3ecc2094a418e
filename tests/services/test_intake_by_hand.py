"""A lead that somebody types, and facts that somebody puts right."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.errors import Conflict, InvalidInput, Missing
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.models.events import Event
from smarketing.models.leads import Lead, Score
from smarketing.models.tallies import FunnelDay, StaleDay
from smarketing.services import intake, tallies
from smarketing.services.intake import Known
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]

FACTS = {"email": "Gilles@Perrin.example", "first_name": "Gilles", "company": "Perrin", "source": "Webinar"}


@pytest.fixture
def gilles(session: Db, agreed: Cast, hands: Hands) -> Lead:
    lead_id = intake.enter(Row(FACTS), actor=agreed.marta, now=hands.now, zone="Europe/Paris")
    return session.get_one(Lead, lead_id)


def edition(session: Db, lead: Lead) -> int:
    session.flush()
    session.expire_all()
    return lead.edition


def test_a_typed_lead_is_scored_and_told_of_whoever_typed_it(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands
) -> None:
    assert (gilles.email, gilles.stage, gilles.points) == ("Gilles@Perrin.example", Stage.INQUIRY, 0)
    arrived = session.scalars(select(Event).where(Event.name == "lead.arrived")).one()
    assert (arrived.lead_id, arrived.actor_id) == (gilles.id, agreed.marta.id)


def test_a_typed_lead_that_meets_the_criteria_is_handed_off_at_once(session: Db, agreed: Cast, hands: Hands) -> None:
    facts = {"email": "d@example.com", "job_title": "Director", "country": "FR"}
    row = Row(facts, engagements=[("demo_request", None)])
    lead_id = intake.enter(row, actor=agreed.marta, now=hands.now, zone="UTC")
    lead = session.get_one(Lead, lead_id)
    assert (lead.stage, lead.cycle) == (Stage.MQL, 1)
    assert lead.owner_id in (agreed.saul.id, agreed.sara.id)


def test_a_typed_lead_that_is_known_changes_nothing_and_names_the_other(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands
) -> None:
    before = edition(session, gilles)
    row = Row({"email": "GILLES@perrin.example", "company": "Other"})
    with pytest.raises(Known) as refusal:
        intake.enter(row, actor=agreed.marta, now=hands.now, zone="UTC")
    assert (refusal.value.field, refusal.value.lead_id) == ("email", gilles.id)
    assert (edition(session, gilles), gilles.company) == (before, "Perrin")


def test_a_typed_lead_needs_an_e_mail(session: Db, agreed: Cast, hands: Hands) -> None:
    with pytest.raises(InvalidInput):
        intake.enter(Row({"company": "Perrin"}), actor=agreed.marta, now=hands.now, zone="UTC")
    assert session.scalar(select(func.count()).select_from(Lead)) == 0


def test_a_correction_is_written_told_scored_and_counted_again(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands
) -> None:
    while tallies.recount_stale():
        pass
    facts = {"email": "g@perrin.example", "job_title": "Director", "country": "FR", "source": "Fair"}
    hands.turn(hours=1)
    assert intake.correct(gilles.id, facts, edition=edition(session, gilles), actor=agreed.manny, now=hands.now)
    session.expire_all()
    assert (gilles.email, gilles.email_key, gilles.company) == ("g@perrin.example", "g@perrin.example", None)
    assert gilles.search_text == "director g perrin example"
    assert gilles.points == 50
    told = session.scalars(select(Event).where(Event.name == "lead.updated")).one()
    assert told.data == {"fields": ["company", "country", "email", "first_name", "job_title", "source"]}
    assert told.actor_id == agreed.manny.id
    assert session.scalar(select(func.count()).select_from(Score)) == 2
    while tallies.recount_stale():
        pass
    counted = {row.source: row.leads for row in session.scalars(select(FunnelDay))}
    assert counted == {"Fair": 1}


def test_a_correction_that_changes_nothing_leaves_no_trace(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands
) -> None:
    before, told = edition(session, gilles), session.scalar(select(func.count()).select_from(Event))
    marks = session.scalar(select(func.count()).select_from(StaleDay))
    assert not intake.correct(gilles.id, FACTS, edition=before, actor=agreed.marta, now=hands.now)
    assert edition(session, gilles) == before
    assert session.scalar(select(func.count()).select_from(Event)) == told
    assert session.scalar(select(func.count()).select_from(StaleDay)) == marks


def test_the_second_of_two_corrections_is_told_of_the_first(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands
) -> None:
    opened = edition(session, gilles)
    intake.correct(gilles.id, FACTS | {"company": "First"}, edition=opened, actor=agreed.marta, now=hands.now)
    with pytest.raises(Conflict):
        intake.correct(gilles.id, FACTS | {"company": "Second"}, edition=opened, actor=agreed.manny, now=hands.now)
    session.expire_all()
    assert gilles.company == "First"


@pytest.mark.parametrize(
    "facts",
    [{}, {"company": "Perrin"}, {"email": "OTHER@example.com"}],
    ids=["nothing", "no e-mail", "somebody else’s e-mail"],
)
def test_a_correction_keeps_a_lead_known_by_an_e_mail_of_its_own(
    session: Db, gilles: Lead, agreed: Cast, hands: Hands, facts: dict[str, str]
) -> None:
    intake.enter(Row({"email": "other@example.com"}), actor=agreed.marta, now=hands.now, zone="UTC")
    with pytest.raises(InvalidInput) as refusal:
        intake.correct(gilles.id, facts, edition=edition(session, gilles), actor=agreed.marta, now=hands.now)
    assert refusal.value.field == "email"
    session.expire_all()
    assert gilles.email == "Gilles@Perrin.example"


def test_a_lead_known_by_another_system_needs_no_e_mail(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row({"external_id": "L1", "email": "l@example.com"})], now=hands.now)
    lead = session.scalars(select(Lead)).one()
    intake.correct(lead.id, {"company": "Perrin"}, edition=lead.edition, actor=agreed.marta, now=hands.now)
    session.expire_all()
    assert (lead.email, lead.email_key, lead.external_id) == (None, None, "L1")


def test_a_correction_that_brings_the_missing_fact_makes_an_mql(session: Db, agreed: Cast, hands: Hands) -> None:
    asked_at = hands.now - timedelta(hours=1)
    intake.take([Row({"email": "d@example.com"}, engagements=[("demo_request", asked_at)])], now=hands.now)
    lead = session.scalars(select(Lead)).one()
    assert lead.stage is Stage.INQUIRY
    facts = {"email": "d@example.com", "country": "FR"}
    intake.correct(lead.id, facts, edition=lead.edition, actor=agreed.marta, now=hands.turn(hours=1))
    session.expire_all()
    assert (lead.stage, lead.mql_at) == (Stage.MQL, hands.now)


def test_nobody_corrects_a_lead_that_does_not_exist(session: Db, agreed: Cast, hands: Hands) -> None:
    with pytest.raises(Missing):
        intake.correct(404, FACTS, edition=1, actor=agreed.marta, now=hands.now)
