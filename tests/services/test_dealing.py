"""Leads dealt out as agreed: weights, limits, absences and routes; the ledger says who was given and credited what."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.errors import InvalidInput, NotAllowed
from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.routing import Absence, LedgerLine
from smarketing.services import accounts, handoffs, intake, leaving, qualification, rosters, routing
from smarketing.services.rosters import Takes
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.services.desk import Db, give, hand_off, owner

FULL = Takes(100, None, (), (), None)


def bring(session: Db, hands: Hands, count: int, **facts: str) -> list[int | None]:
    """Owners of so many new MQLs, in the order they came."""
    before = session.scalar(select(Handoff.id).order_by(Handoff.id.desc()).limit(1)) or 0
    known = {"job_title": "Sales director", "country": "FR"} | facts
    rows = [
        Row({"email": f"{before + n}@example.com"} | known, engagements=[("demo_request", None)]) for n in range(count)
    ]
    intake.take(rows, now=hands.now)
    return list(session.scalars(select(Handoff.owner_id).where(Handoff.id > before).order_by(Handoff.id)))


def takes(user: User, cast: Cast, hands: Hands, **changes: Any) -> None:
    rosters.change(user, FULL._replace(**changes), actor=cast.sasha, now=hands.now)


def ledger(session: Db) -> list[tuple[int | None, str, str]]:
    lines = session.scalars(select(LedgerLine).order_by(LedgerLine.id))
    return [(line.user_id, line.share.value, line.why) for line in lines]


def test_half_a_share_is_half_as_many(session: Db, agreed: Cast, hands: Hands) -> None:
    takes(agreed.sara, agreed, hands, weight=50)
    dealt = bring(session, hands, 6)
    assert (dealt.count(agreed.saul.id), dealt.count(agreed.sara.id)) == (4, 2)
    assert [share for _user, share, _why in ledger(session)] == ["given"] * 6


def test_the_days_limit_holds_over_batches_and_the_rest_waits_for_the_team(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    for rep in (agreed.saul, agreed.sara):
        takes(rep, agreed, hands, most_a_day=2)
    assert bring(session, hands, 3).count(None) == 0
    assert bring(session, hands, 2, source="Fair")[1] is None
    assert ledger(session)[-1] == (None, "given", "turn")
    hands.turn(days=1)
    assert None not in bring(session, hands, 2, source="Next day")


def test_nobody_is_given_leads_while_away_nor_a_burst_afterwards(session: Db, agreed: Cast, hands: Hands) -> None:
    span: Any = {"starts_at": hands.now, "ends_at": hands.now + timedelta(days=7), "title": ""}
    rosters.add_absence(agreed.saul.id, **span, actor=agreed.saul, now=hands.now)
    assert set(bring(session, hands, 7)) == {agreed.sara.id}
    hands.turn(days=7)
    back = bring(session, hands, 4)
    assert back.count(agreed.saul.id) == 2


def test_countries_of_a_rep_go_to_nobody_else_only_where_the_rule_says(session: Db, agreed: Cast, hands: Hands) -> None:
    takes(agreed.saul, agreed, hands, countries=["BE"])
    assert set(bring(session, hands, 3)) == {agreed.sara.id}
    assert agreed.saul.id in bring(session, hands, 2, country="BE")


@pytest.mark.parametrize(
    ("when", "is_marked"),
    [
        ({"field": "fit_points", "at_least": 1}, False),
        ({"field": "engagement_points", "at_least": 1}, False),
        ({"field": "engagement_count", "at_least": 1}, False),
        ({"field": "engagement_count", "at_least": 1}, True),
    ],
    ids=["its fit", "its engagement", "how often it did something", "the same, marked by hand"],
)
def test_a_route_asks_for_what_the_score_tells(
    session: Db, cast: Cast, hands: Hands, when: dict[str, Any], is_marked: bool
) -> None:
    agree(cast, hands.now, routes=[clause("kept", "Kept", "Gardés") | {"to": "marketing", "when": when}])
    if not is_marked:
        assert bring(session, hands, 2) == [None, None]
        return
    intake.take([Row({"email": "quiet@example.com"}, engagements=[("web_visit", None)])], now=hands.now)
    (lead_id,) = session.scalars(select(Lead.id))
    qualification.mark(lead_id, reason="Met at the fair", actor=cast.marta, now=hands.now)
    assert session.scalars(select(Handoff.owner_id)).all() == [None]


def test_who_last_touched_a_lead_keeps_it_by_the_route(session: Db, cast: Cast, hands: Hands) -> None:
    keeps = clause("keeps", "Who knows it", "Qui le connaît") | {"to": "last_rep", "within": {"days": 30}}
    agree(cast, hands.now, routes=[keeps])
    first = hand_off(session, hands)
    rep = owner(session, first)
    give("touch", first, rep, hands)
    give("accept", first, rep, hands)
    hand_off(session, hands, "between@example.com")
    give("recycle", first, rep, hands)
    qualification.mark(first.lead_id, reason="Asked again", actor=cast.marta, now=hands.turn(days=3))
    again = session.scalars(select(Handoff).where(Handoff.lead_id == first.lead_id, Handoff.cycle == 2)).one()
    assert again.owner_id == rep.id
    assert ledger(session)[-1] == (rep.id, "given", "keeps")


def test_what_is_taken_back_or_given_away_is_credited_once(session: Db, agreed: Cast, hands: Hands) -> None:
    first = hand_off(session, hands)
    rep = first.owner_id
    qualification.take_back(first.lead_id, reason="A test", actor=agreed.marta, now=hands.now)
    assert ledger(session) == [(rep, "given", "turn"), (rep, "credited", "handoff.withdrawn")]
    second = hand_off(session, hands, "second@example.com")
    assert second.owner_id == rep, "their turn came back"
    other = agreed.sara if rep == agreed.saul.id else agreed.saul
    routing.reassign([second.id], owner_id=other.id, actor=agreed.sasha, now=hands.now)
    assert ledger(session)[-1] == (rep, "credited", "handoff.reassigned")
    routing.reassign([second.id], owner_id=None, actor=agreed.sasha, now=hands.now)
    assert len(ledger(session)) == 4, "who was given it by a manager had no turn to lose"


def test_an_answer_credits_nobody(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    handoffs.refuse(handoff.id, reason="bad-data", note="", actor=owner(session, handoff), now=hands.now)
    assert [share for _user, share, _why in ledger(session)] == ["given"]


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:one@example.com
SUMMARY:Summer
DTSTART;VALUE=DATE:20260401
DTEND;VALUE=DATE:20260404
END:VEVENT
BEGIN:VEVENT
UID:two@example.com
DTSTART:20260410T080000Z
DURATION:PT4H
END:VEVENT
BEGIN:VEVENT
UID:three@example.com
STATUS:CANCELLED
DTSTART;VALUE=DATE:20260501
END:VEVENT
BEGIN:VEVENT
UID:four@example.com
RRULE:FREQ=WEEKLY
DTSTART;VALUE=DATE:20260501
END:VEVENT
BEGIN:VEVENT
UID:five@example.com
DTSTART;VALUE=DATE:20200501
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_a_calendar_file_takes_the_place_of_the_one_before(session: Db, agreed: Cast, hands: Hands) -> None:
    span: Any = {"starts_at": hands.now, "ends_at": hands.now + timedelta(days=1), "title": "By hand"}
    rosters.add_absence(agreed.saul.id, **span, actor=agreed.saul, now=hands.now)
    for _ in range(2):
        found = rosters.bring_calendar(agreed.saul, CALENDAR, actor=agreed.saul, now=hands.now)
        assert (len(found.away), found.repeating) == (2, 1)
    kept = session.scalars(select(Absence).order_by(Absence.starts_at)).all()
    assert [each.title for each in kept] == ["By hand", "Summer", ""]
    assert kept[1].starts_at.isoformat() == "2026-03-31T22:00:00+00:00", "a day of Paris"
    assert kept[1].ends_at - kept[1].starts_at == timedelta(days=3)


@pytest.mark.parametrize("content", [b"", b"no calendar", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR"])
def test_what_is_no_calendar_changes_nothing(session: Db, agreed: Cast, hands: Hands, content: bytes) -> None:
    rosters.bring_calendar(agreed.saul, CALENDAR, actor=agreed.saul, now=hands.now)
    with pytest.raises(InvalidInput) as fault:
        rosters.bring_calendar(agreed.saul, content, actor=agreed.saul, now=hands.now)
    assert fault.value.field == "file"
    assert len(session.scalars(select(Absence)).all()) == 2


def test_nobody_changes_the_absences_of_a_colleague(session: Db, agreed: Cast, hands: Hands) -> None:
    span: Any = {"starts_at": hands.now, "ends_at": hands.now + timedelta(days=1), "title": ""}
    with pytest.raises(NotAllowed):
        rosters.add_absence(agreed.saul.id, **span, actor=agreed.sara, now=hands.now)
    with pytest.raises(NotAllowed):
        rosters.change(agreed.saul, FULL, actor=agreed.sara, now=hands.now)
    assert session.scalars(select(Absence)).all() == []


def test_whoever_leaves_hands_their_leads_over_by_the_clauses(session: Db, cast: Cast, hands: Hands) -> None:
    leaves = [
        clause("accepted-stay", "Accepted", "Acceptés") | {"stages": ["sal"], "to": "manager"},
        clause("new-go-on", "New", "Nouveaux") | {"stages": ["mql"], "to": "turn"},
    ]
    agree(cast, hands.now, offboarding=leaves)
    bring(session, hands, 4)
    mine = session.scalars(select(Handoff).where(Handoff.owner_id == cast.saul.id).order_by(Handoff.id)).all()
    handoffs.accept(mine[0].id, actor=cast.saul, now=hands.now)
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    assert leaving.hand_over(cast.saul, actor=cast.ada, now=hands.now) == 2
    session.expire_all()
    assert [each.owner_id for each in mine] == [None, cast.sara.id]


def test_without_a_clause_they_stay_where_they_are(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    accounts.disable_user(rep, actor=agreed.ada, now=hands.now)
    assert leaving.hand_over(rep, actor=agreed.ada, now=hands.now) == 0
    assert handoff.owner_id == rep.id
