"""Erasing a person: nothing that names them is left in any table, and no figure moves."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from smarketing.db import Base
from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict, InvalidInput, Missing
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.jobs import erase_expired
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.leads import Lead
from smarketing.models.objections import Objection
from smarketing.services import disputes, erasure, handoffs, intake, qualification, remarks, touches
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, hand_off, owner

MARK = "zebra"


def known_everywhere(session: Db, agreed: Cast, hands: Hands) -> int:
    """A lead whose every text, typed or brought, holds MARK."""
    named = {
        "email": f"g.{MARK}@example.com",
        "first_name": MARK,
        "last_name": MARK.upper(),
        "company": f"{MARK} AG",
        "phone": f"+33 {MARK}",
        "landing_page": f"https://example.com/?for={MARK}",
        "external_id": f"crm-{MARK}",
        "job_title": f"Sales director {MARK}",
        "country": "FR",
        "source": "Webinar",
    }
    intake.take([Row(named, {"note": MARK})], now=hands.now)
    lead = session.scalars(select(Lead)).one()
    told: dict[str, Any] = {"actor": agreed.marta, "now": hands.now}
    qualification.mark(lead.id, reason=f"{MARK} asked me", **told)
    qualification.take_back(lead.id, reason=f"{MARK} no more", **told)
    qualification.mark(lead.id, reason=f"{MARK} again", **told)
    remarks.write(lead.id, f"Met {MARK}", **told)
    handoff = session.scalars(select(Handoff).where(Handoff.closed_at.is_(None))).one()
    told = {"actor": owner(session, handoff), "now": hands.now}
    disputes.contest_mql(handoff.id, ground="fails_criteria", note=f"{MARK} is none", **told)
    handoffs.accept(handoff.id, **told)
    touches.log(handoff.id, channel=Channel.CALL, note=f"spoke to {MARK}", occurred_at=hands.now, **told)
    handoffs.confirm(handoff.id, checklist={key: f"{said} {MARK}" for key, said in CHECKLIST.items()}, **told)
    return lead.id


def tables_that_say(session: Db, word: str) -> list[str]:
    session.flush()
    found = []
    for table in Base.metadata.sorted_tables:
        rows = session.execute(select(table)).all()
        if any(word in str(value).lower() for row in rows for value in row):
            found.append(table.name)
    return found


def test_nothing_that_names_the_person_is_left(session: Db, agreed: Cast, hands: Hands) -> None:
    lead_id = known_everywhere(session, agreed, hands)
    said = tables_that_say(session, MARK)
    assert {"leads", "events", "remarks", "touches", "dispositions", "disputes"} <= set(said)
    before = session.execute(select(Lead.mql_at, Lead.sal_at, Lead.sql_at, Lead.points, Lead.source)).one()
    events = session.scalar(select(func.count()).select_from(Event)) or 0
    hands.turn(minutes=5)
    erasure.erase(lead_id, has_objected=False, actor=agreed.manny, now=hands.now)
    assert tables_that_say(session, MARK) == []
    lead = session.get_one(Lead, lead_id, populate_existing=True)
    assert (lead.stage, lead.erased_at, lead.name) == (Stage.DISQUALIFIED, hands.now, f"#{lead_id}")
    assert session.execute(select(Lead.mql_at, Lead.sal_at, Lead.sql_at, Lead.points, Lead.source)).one() == before
    handoff = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert handoff is not None
    assert (handoff.state, handoff.closed_at) == (HandoffState.WITHDRAWN, hands.now)
    assert not session.scalars(select(Clock).where(Clock.outcome == "running")).all()
    added = session.scalars(select(Event.name).order_by(Event.id).offset(events)).all()
    assert added[-1] == "lead.erased"
    assert "handoff.withdrawn" in added
    assert session.scalars(select(Objection)).all() == []


def test_who_objects_is_not_brought_in_again_by_any_road(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands, "g.perrin@example.com")
    erasure.erase(handoff.lead_id, has_objected=True, actor=agreed.manny, now=hands.now)
    rows = [
        Row({"email": "G.Perrin@example.com"}, number=2, cells=["G.Perrin@example.com"]),
        Row({"email": "b@example.com"}),
    ]
    outcome = intake.take(rows, now=hands.now)
    assert (outcome.new, [each.message for each in outcome.rejected]) == (
        1,
        ["This person has asked never to be brought in again."],
    )
    assert list(outcome.rejected[0].cells) == []
    with pytest.raises(InvalidInput) as refused:
        intake.enter(Row({"email": "g.perrin@example.com"}), actor=agreed.marta, now=hands.now, zone="UTC")
    assert refused.value.field == "email"
    assert "perrin" not in str(session.execute(select(Objection.__table__)).all())


def test_what_is_erased_stays_so(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    lead_id, rep = handoff.lead_id, owner(session, handoff)
    told: dict[str, Any] = {"actor": agreed.manny, "now": hands.now}
    erasure.erase(lead_id, has_objected=False, **told)
    edition = session.scalars(select(Lead.edition).where(Lead.id == lead_id)).one()
    with pytest.raises(Conflict):
        erasure.erase(lead_id, has_objected=True, **told)
    with pytest.raises(Missing):
        intake.correct(lead_id, {"email": "new@example.com"}, edition=edition, **told)
    with pytest.raises(Missing):
        qualification.mark(lead_id, reason="I know them", **told)
    with pytest.raises(Missing):
        remarks.write(lead_id, "It was Gisele", **told)
    with pytest.raises(Conflict):
        handoffs.accept(handoff.id, actor=rep, now=hands.now)
    with pytest.raises(Missing):
        erasure.erase(10**6, has_objected=False, **told)
    back = intake.take([Row({"email": "g.perrin@example.com"})], now=hands.now)
    assert back.new == 1


def test_the_journal_lets_go_of_nothing_else(session: Db, agreed: Cast, hands: Hands) -> None:
    lead_id = hand_off(session, hands).lead_id
    for change in ("data = NULL", "name = 'lead.lost'", "occurred_at = recorded_at, data = '{}'"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(f"UPDATE events SET {change} WHERE lead_id = {lead_id}"))  # noqa: S608
    erasure.erase(lead_id, has_objected=False, actor=agreed.manny, now=hands.now)
    session.execute(text(f"UPDATE events SET data = NULL WHERE lead_id = {lead_id}"))  # noqa: S608
    for change in ("data = '{}'", "data = NULL, name = 'lead.lost'", "data = NULL, actor_id = 1"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(f"UPDATE events SET {change} WHERE lead_id = {lead_id}"))  # noqa: S608


def test_rows_that_were_not_taken_are_forgotten_with_the_person(session: Db, agreed: Cast, hands: Hands) -> None:
    lead_id = hand_off(session, hands, "g.perrin@example.com").lead_id
    row: dict[str, Any] = {"import_id": brought(session, agreed, hands), "row_number": 3, "field": "", "message": "x"}
    session.add(RejectedRow(**row, params={}, cells=["", "G.PERRIN@example.com"]))
    session.add(RejectedRow(**row | {"row_number": 4}, params={"email": "g.perrin@example.com"}, cells=[]))
    session.add(RejectedRow(**row | {"row_number": 5}, params={}, cells=["gXperrin@example.com"]))
    session.flush()
    erasure.erase(lead_id, has_objected=False, actor=agreed.manny, now=hands.now)
    assert session.scalars(select(RejectedRow.row_number)).all() == [5]


def brought(session: Db, agreed: Cast, hands: Hands) -> int:
    file = Import(
        filename="a.csv",
        stored_as="a",
        size_bytes=1,
        encoding="utf-8",
        delimiter=",",
        headers=["email"],
        state="done",
        created_by_id=agreed.ada.id,
        created_at=hands.now,
    )
    session.add(file)
    session.flush()
    return file.id


RETENTION = {
    "id": "kept-two-years",
    "title": {"en": "Inquiries are kept two years", "fr": "Les demandes sont gardées deux ans"},
    "stages": ["inquiry"],
    "keep_months": 24,
    "then": "anonymise",
}


@pytest.mark.parametrize(("then", "left"), [("anonymise", ("Assistant", "FR", None)), ("erase", (None, None, None))])
def test_leads_are_kept_as_long_as_was_agreed(
    session: Db, cast: Cast, hands: Hands, then: str, left: tuple[str | None, ...]
) -> None:
    agree(cast, hands.now, retention=[RETENTION | {"then": then}])
    cold = {"job_title": "Assistant", "country": "FR", "first_name": "Ann"}
    intake.take([Row({"email": "old@example.com", **cold})], now=hands.now)
    intake.take([Row({"email": "active@example.com", **cold})], now=hands.now)
    hand_off(session, hands, "worked@example.com")
    hands.set(hands.now.replace(year=hands.now.year + 2) - timedelta(hours=9))
    assert erase_expired.run(now=hands.now) == 0
    active = Row({"email": "active@example.com"}, engagements=[("webinar", hands.now)])
    intake.take([active], now=hands.now)
    hands.turn(days=1)
    assert erase_expired.run(now=hands.now) == 1
    assert erase_expired.run(now=hands.now) == 0
    (old,) = session.scalars(select(Lead).where(Lead.erased_at.is_not(None))).all()
    assert (old.job_title, old.country, old.first_name) == left
    assert session.scalars(select(Event.data).where(Event.name == "lead.erased")).all() == [{"ground": "retention"}]
