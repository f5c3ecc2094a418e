"""Two records of one person become one lead, whatever hangs on them, and two people again where that was wrong."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from smarketing.db import Base
from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict, DomainError, InvalidInput, Missing
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.domain.mails import Mail
from smarketing.domain.merges import KeyKind
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Engagement, Lead
from smarketing.models.merges import LeadKey, Merge
from smarketing.models.objections import Objection
from smarketing.models.tallies import FunnelDay
from smarketing.reports import clock_replay
from smarketing.services import (
    erasure,
    handoffs,
    intake,
    lead_keys,
    mails,
    merge_plans,
    merges,
    qualification,
    remarks,
    separations,
    tallies,
    touches,
)
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

CRM = {"external_id": "crm-7", "email": "a.levy@acme.fr", "first_name": "Anne", "last_name": "Levi", "company": "Acme"}
FORM = {
    "external_id": "web-9",
    "email": "Anne.Levy@gmail.com",
    "last_name": "Lévy",
    "phone": "06 12 34 56 78",
    "job_title": "Sales director",
    "country": "FR",
}


def brought(session: Db, hands: Hands, facts: dict[str, str], *acts: str) -> int:
    """The lead that a row with these facts and engagements makes."""
    intake.take([Row(facts, engagements=[(kind, hands.now) for kind in acts])], now=hands.now)
    return session.scalars(select(Lead.id).where(Lead.email_key == facts["email"].lower())).one()


@pytest.fixture
def two(session: Db, agreed: Cast, hands: Hands) -> tuple[int, int]:
    """A record from a CRM that looked at prices, and a later one from a form that asked for a demo: an MQL."""
    crm = brought(session, hands, CRM, "pricing_page")
    hands.turn(hours=1)
    return crm, brought(session, hands, FORM, "demo_request")


def lead_of(session: Db, lead_id: int) -> Lead:
    return session.get_one(Lead, lead_id, populate_existing=True)


def test_all_that_both_have_is_the_leads(session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]) -> None:
    crm, form = two
    remarks.write(form, "She called", actor=agreed.marta, now=hands.now)
    handoff = session.scalars(select(Handoff)).one()
    touches.log(
        handoff.id,
        channel=Channel.CALL,
        note="",
        occurred_at=hands.now,
        actor=owner(session, handoff),
        now=hands.now,
    )
    planned = merge_plans.plan(crm, form, from_other=["last_name"])
    assert merge_plans.foresee(planned, now=hands.turn(minutes=5)) == (100, False)
    made = merges.merge(crm, form, from_other=["last_name"], actor=agreed.marta, now=hands.now)
    lead = lead_of(session, crm)
    assert (lead.first_name, lead.last_name, lead.email, lead.phone) == ("Anne", "Lévy", CRM["email"], FORM["phone"])
    assert (lead.stage, lead.cycle, lead.owner_id, lead.points) == (Stage.MQL, 1, handoff.owner_id, 100)
    assert lead.arrived_at == hands.now - timedelta(hours=1, minutes=5)
    assert session.get(Lead, form) is None
    for table in Base.metadata.sorted_tables:
        if "lead_id" in table.columns and table.name != "events":
            assert not session.execute(select(table).where(table.c.lead_id == form)).all(), table.name
    assert {(each.kind, each.text) for each in lead_keys.of_lead(crm)} == {
        (KeyKind.EMAIL, FORM["email"]),
        (KeyKind.EXTERNAL_ID, FORM["external_id"]),
    }
    line = session.scalars(select(Event).where(Event.name == "lead.merged")).one()
    told = {"absorbed": form, "merge": made.id, "fields": ["country", "job_title", "last_name", "phone"]}
    assert (line.lead_id, line.actor_id, line.data) == (crm, agreed.marta.id, told)
    assert clock_replay.replay().differences == []
    assert merges.merge(crm, form, actor=agreed.marta, now=hands.now).id == made.id, "asked again it was made once"


def test_the_score_is_that_of_one_lead_with_all_the_facts(session: Db, agreed: Cast, hands: Hands) -> None:
    facts = {"job_title": "Director", "country": "FR"}
    ids = [brought(session, hands, {"email": f"{n}@example.com", **facts}, "pricing_page") for n in range(3)]
    hands.turn(days=1)
    intake.take([Row({"email": "2@example.com"}, engagements=[("pricing_page", hands.now)])], now=hands.now)
    whole = brought(session, hands, {"email": "whole@example.com", **facts}, "pricing_page")
    earlier = ("pricing_page", hands.now - timedelta(days=1))
    intake.take([Row({"email": "whole@example.com"}, engagements=[earlier])], now=hands.now)
    merges.merge(ids[1], ids[2], actor=agreed.marta, now=hands.now)
    merges.merge(ids[0], ids[1], actor=agreed.marta, now=hands.now)
    assert lead_of(session, ids[0]).points == lead_of(session, whole).points == 70
    assert session.scalar(select(func.count()).where(Engagement.lead_id == ids[0])) == 2, "the same act counts once"
    assert session.scalars(Merge.absorbed_by([ids[0]]).order_by(Merge.absorbed_id)).all() == ids[1:]


def test_rows_under_the_other_address_or_id_find_the_lead_and_overwrite_nothing(
    session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]
) -> None:
    crm, form = two
    merges.merge(crm, form, actor=agreed.marta, now=hands.now)
    again = {**FORM, "last_name": "Lewy", "campaign": "Spring"}
    at = hands.turn(minutes=1)
    rows = [Row(again, engagements=[("webinar", at)]), Row({"email": FORM["email"]}, engagements=[("webinar", at)])]
    assert intake.take(rows, now=hands.now)[:3] == (0, 1, 1)
    lead = lead_of(session, crm)
    assert (lead.external_id, lead.email, lead.last_name, lead.campaign) == ("crm-7", CRM["email"], "Levi", "Spring")
    assert lead.search_text.count("gmail") == 1
    assert intake.take([Row({**CRM, "last_name": "Levy"})], now=hands.now).changed == 1, "its own id goes on to tell"
    with pytest.raises(InvalidInput, match="here already"):
        intake.enter(Row({"email": FORM["email"].upper()}, number=1), actor=agreed.marta, now=hands.now, zone="UTC")
    handoff = session.scalars(select(Handoff)).one()
    mail = Mail("m1", "Hello", frozenset({FORM["email"].lower()}), hands.now, False)
    assert [touch.lead_id for touch in mails.log(mail, actor=owner(session, handoff), now=hands.now)] == [crm]
    third = brought(session, hands, {"email": "third@example.com"})
    told: dict[str, Any] = {"actor": agreed.marta, "now": hands.now}
    with pytest.raises(InvalidInput, match="belongs to another lead"):
        intake.correct(third, {"email": FORM["email"]}, edition=lead_of(session, third).edition, **told)
    intake.correct(crm, {"email": FORM["email"]}, edition=lead_of(session, crm).edition, **told)
    assert {each.text for each in lead_keys.of_lead(crm)} == {CRM["email"], FORM["external_id"]}, "they change places"


def test_of_two_hand_offs_that_wait_the_later_ends_and_both_count_as_cycles(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    first = hand_off(session, hands, "one@example.com")
    hands.turn(days=1)
    second = hand_off(session, hands, "two@example.com")
    tallies.recount_stale(limit=1000)
    one, two = first.lead_id, second.lead_id
    made = merges.merge(two, one, actor=agreed.marta, now=hands.turn(hours=1))
    session.expire_all()
    assert (made.ended_handoff_id, made.mql_on) == (second.id, hands.now.date())
    assert (first.state, first.cycle, second.state, second.cycle) == (
        HandoffState.OFFERED,
        1,
        HandoffState.WITHDRAWN,
        2,
    )
    assert {each.outcome for each in session.scalars(select(Clock).where(Clock.handoff_id == second.id))} == {"void"}
    assert lead_of(session, two).owner_id == first.owner_id
    tallies.recount_stale(limit=1000)
    assert session.scalar(select(func.sum(FunnelDay.mqls)).where(FunnelDay.cohort == "mql")) == 1
    handoffs.accept(first.id, actor=owner(session, first), now=hands.turn(hours=1))
    assert clock_replay.replay().differences == []
    with pytest.raises(Conflict, match="worked on or changed"):
        separations.separate(made.id, actor=agreed.marta, now=hands.now)


def test_two_that_sales_works_on_are_refused_and_nothing_changes(session: Db, agreed: Cast, hands: Hands) -> None:
    found = [hand_off(session, hands, f"{each}@example.com") for each in ("one", "two")]
    for handoff in found:
        handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    with pytest.raises(Conflict, match="Sales is at work on both"):
        merges.merge(found[0].lead_id, found[1].lead_id, actor=agreed.marta, now=hands.now)
    assert session.scalars(select(Merge)).all() == []


def everything(session: Db) -> dict[str, list[Any]]:
    """All rows but those that only ever grow, and what says when they were last written."""
    session.flush()
    grown = {"events", "scores", "merges", "stale_days", "ledger_lines", "notices", "letters"}
    moving = {"edition", "restated_at", "updated_at", "rescore_at"}
    return {
        table.name: sorted(
            str([value for name, value in row._mapping.items() if name not in moving and (name, table.name) != KEY])
            for row in session.execute(select(table))
        )
        for table in Base.metadata.sorted_tables
        if table.name not in grown
    }


KEY = ("id", "engagements")


def test_separated_they_are_what_they_were(session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]) -> None:
    crm, form = two
    intake.take([Row({"email": CRM["email"]}, engagements=[("demo_request", hands.now)])], now=hands.now)
    qualification.mark(crm, reason="Asked twice", actor=agreed.marta, now=hands.turn(minutes=5))
    before = everything(session)
    made = merges.merge(crm, form, from_other=["email", "last_name"], actor=agreed.marta, now=hands.turn(minutes=5))
    assert made.ended_handoff_id is not None
    separations.separate(made.id, actor=agreed.marta, now=hands.turn(days=1))
    after = everything(session)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert clock_replay.replay().differences == []
    with pytest.raises(Conflict, match="separated already"):
        separations.separate(made.id, actor=agreed.marta, now=hands.now)
    again = merges.merge(form, crm, actor=agreed.marta, now=hands.now)
    with pytest.raises(Conflict, match="30 days"):
        separations.separate(again.id, actor=agreed.marta, now=hands.now + timedelta(days=31))


def test_a_merge_that_makes_an_mql_is_taken_back_with_its_hand_off(session: Db, agreed: Cast, hands: Hands) -> None:
    director = brought(session, hands, {"email": "one@example.com", "job_title": "Director", "country": "FR"})
    asked = brought(session, hands, {"email": "two@example.com"}, "demo_request")
    made = merges.merge(director, asked, actor=agreed.marta, now=hands.turn(hours=1))
    assert lead_of(session, director).stage is Stage.MQL
    separations.separate(made.id, actor=agreed.marta, now=hands.turn(hours=1))
    assert [lead_of(session, each).stage for each in two_of(director, asked)] == [Stage.INQUIRY] * 2
    assert session.scalars(select(Handoff.state)).all() == [HandoffState.WITHDRAWN]
    assert clock_replay.replay().differences == []


def two_of(*lead_ids: int) -> tuple[int, ...]:
    return lead_ids


def test_only_the_latest_of_several_merges_can_be_undone(
    session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]
) -> None:
    crm, form = two
    third = brought(session, hands, {"email": "third@example.com"}, "pricing_page")
    told: dict[str, Any] = {"actor": agreed.marta, "now": hands.now}
    first = merges.merge(form, third, **told)
    second = merges.merge(crm, form, **told)
    assert session.scalars(Merge.in_place_of(third)).one() == crm, "the oldest number leads on to the last"
    with pytest.raises(Conflict, match="Undo that merge first"):
        separations.separate(first.id, **told)
    separations.separate(second.id, **told)
    assert session.scalars(Merge.in_place_of(third)).one() == form
    separations.separate(first.id, **told)
    assert session.scalars(select(LeadKey)).all() == []
    assert len(session.scalars(select(Lead)).all()) == 3


def test_an_address_that_is_somebody_elses_is_let_go_of(
    session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]
) -> None:
    crm, form = two
    made = merges.merge(crm, form, actor=agreed.marta, now=hands.now)
    for key in lead_keys.of_lead(crm):
        separations.release(key.id, actor=agreed.marta, now=hands.now)
    assert "gmail" not in lead_of(session, crm).search_text
    newcomer = brought(session, hands, FORM)
    assert newcomer not in (crm, form), "a number that leads on to another lead is never given again"
    with pytest.raises(DomainError):
        separations.separate(made.id, actor=agreed.marta, now=hands.now)


def test_what_cannot_be_merged_is_said(session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]) -> None:
    crm, form = two
    told: dict[str, Any] = {"actor": agreed.marta, "now": hands.now}
    with pytest.raises(InvalidInput, match="the same lead"):
        merges.merge(crm, crm, **told)
    with pytest.raises(Missing, match="does not exist"):
        merges.merge(crm, 10**6, **told)
    with pytest.raises(Conflict, match="after you compared"):
        merges.merge(crm, form, editions={crm: 1, form: 99}, **told)
    third = brought(session, hands, {"email": "third@example.com"})
    merges.merge(crm, form, **told)
    with pytest.raises(Missing, match="merged into another one"):
        merges.merge(third, form, **told)
    erasure.erase(third, has_objected=False, actor=agreed.manny, now=hands.now)
    with pytest.raises(Missing, match="erased"):
        merges.merge(crm, third, **told)


def test_erasing_the_lead_erases_what_was_known_of_both(
    session: Db, agreed: Cast, hands: Hands, two: tuple[int, int]
) -> None:
    crm, form = two
    told: dict[str, Any] = {"actor": agreed.marta, "now": hands.now}
    qualification.take_back(form, reason="Lévy rang me", **told)
    made = merges.merge(crm, form, **told)
    erasure.erase(crm, has_objected=True, actor=agreed.manny, now=hands.now)
    session.flush()
    for table in Base.metadata.sorted_tables:
        rows = str(session.execute(select(table)).all()).lower()
        assert not [word for word in ("levy", "lévy", "levi", "gmail", "crm-7", "612345678") if word in rows], (
            table.name
        )
    assert session.scalar(select(func.count()).select_from(Objection)) == 2, "no address of theirs is brought in again"
    with pytest.raises(Conflict, match="erased"):
        separations.separate(made.id, **told)


LISTENING = clause("reply", "Reply", "Réponse") | {
    "side": "sales",
    "starts_on": "lead.engaged",
    "engagement": "pricing_page",
    "stops_on": ["touch.logged"],
    "allowance_minutes": 60,
    "calendar": "office",
    "objective": 0.9,
}


def test_clocks_hear_of_the_other_record_from_the_merge_on(session: Db, cast: Cast, hands: Hands) -> None:
    agree(cast, hands.now, clocks=[*document()["clocks"], LISTENING])
    handoff = hand_off(session, hands)
    other = brought(session, hands, {"email": "other@example.com"})
    crm = brought(session, hands, {"email": "crm@example.com"})

    def engaged(email: str) -> None:
        intake.take([Row({"email": email}, engagements=[("pricing_page", hands.turn(minutes=10))])], now=hands.now)

    def started() -> int:
        return session.scalar(select(func.count()).where(Clock.clause_id == "reply")) or 0

    engaged("other@example.com")
    assert started() == 0
    told: dict[str, Any] = {"actor": cast.marta, "now": hands.now}
    made = merges.merge(other, handoff.lead_id, **told)
    assert (started(), clock_replay.replay().differences) == (0, []), "nobody could have known"
    engaged("other@example.com")
    assert (started(), clock_replay.replay().differences) == (1, [])
    last = merges.merge(crm, other, actor=cast.marta, now=hands.turn(minutes=1))
    rep = session.scalars(select(Handoff)).one().owner
    assert rep is not None
    touches.log(handoff.id, channel=Channel.CALL, note="", occurred_at=hands.now, actor=rep, now=hands.now)
    engaged("crm@example.com")
    assert (started(), clock_replay.replay().differences) == (2, [])
    separations.separate(last.id, actor=cast.marta, now=hands.turn(minutes=1))
    separations.separate(made.id, actor=cast.marta, now=hands.now)
    assert clock_replay.replay().differences == []
    assert clock_replay.replay(since=hands.now.date()).differences == []
