"""Every option of a clock clause as literal instants, lived through the verbs of the desk and replayed.

Days are those of March 2026 in Paris; a clock starts at 9:00 on Monday the 2nd and has four hours, unless it says so.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from smarketing.domain.dispositions import Channel
from smarketing.domain.importing import Row
from smarketing.domain.sla_clock import NOT_DUE
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.reports import clock_replay
from smarketing.services import corrections, handoffs, holds, intake, qualification, rosters, routing, touches
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, hand_off, other, owner

PARIS = ZoneInfo("Europe/Paris")
FIRST, *_OTHERS = document()["clocks"]
BY_HAND = {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"]}
BY_LEAD = {"pauses_on": ["touch.logged"], "resumes_on": ["lead.engaged"]}
TOUCHED = {"stops_on": ["touch.logged"]}
REPLIES = TOUCHED | {"starts_on": "lead.engaged", "engagement": "reply"}
DAYS = {"allowance_minutes": None, "allowance_days": 1}
WALL = {"time": "wall"}


def at(text: str) -> datetime:
    day, clock_face = text.split()
    return datetime.fromisoformat(f"2026-03-{day:0>2}T{clock_face}").replace(tzinfo=PARIS).astimezone(UTC)


class Story:
    """What happens to one lead, told as “2 10:00 accept”."""

    def __init__(self, session: Db, cast: Cast, hands: Hands) -> None:
        self._session, self._cast, self._hands = session, cast, hands

    @property
    def handoff(self) -> Handoff:
        return self._session.scalars(select(Handoff).order_by(Handoff.id.desc()).limit(1)).one()

    def tell(self, line: str) -> None:
        when, _, deed = line.rpartition(" ")
        now = self._hands.set(at(when))
        handed, rep = self.handoff, owner(self._session, self.handoff)
        told: dict[str, Any] = {"actor": rep, "now": now}
        match deed:
            case "accept":
                handoffs.accept(handed.id, **told)
            case "refuse":
                handoffs.refuse(handed.id, reason="below-criteria", note="", **told)
            case "confirm":
                handoffs.confirm(handed.id, checklist=CHECKLIST, **told)
            case "call" | "email":
                touches.log(handed.id, channel=Channel(deed), note="", occurred_at=now, **told)
            case "pause":
                holds.pause(handed.id, reason="x", **told)
            case "resume":
                holds.resume(handed.id, **told)
            case "reassign":
                routing.reassign([handed.id], owner_id=other(self._cast, handed).id, actor=self._cast.sasha, now=now)
            case "undo":
                latest = self._session.scalars(select(Disposition.id).order_by(Disposition.id.desc())).first()
                corrections.undo(handed.id, latest or 0, **told)
            case "reply":
                intake.take([Row({"email": handed.lead.email}, engagements=[("reply", now)])], now=now)
            case "mark":
                qualification.mark(handed.lead_id, reason="They called", actor=self._cast.marta, now=now)
            case "away":
                rosters.add_absence(rep.id, starts_at=now, ends_at=now + timedelta(days=1), title="", **told)
        self._session.flush()

    def clocks(self) -> list[str]:
        """Each clock of the clause: how it ended, at risk, due, limit, stopped, seconds to the answer."""
        self._session.flush()
        self._session.expire_all()
        found = self._session.scalars(select(Clock).where(Clock.clause_id == "answer").order_by(Clock.id))
        return [" | ".join([clock.outcome.value, *map(_said, _instants(clock))]) for clock in found]


def _instants(clock: Clock) -> tuple[datetime | int | None, ...]:
    return clock.at_risk_at, clock.due_at, clock.limit_at, clock.stopped_at, clock.elapsed_seconds


def _said(value: datetime | int | None) -> str:
    if value is None or value == NOT_DUE:
        return "–"
    return f"{value.astimezone(PARIS):%-d %H:%M}" if isinstance(value, datetime) else str(value)


@pytest.mark.parametrize(
    ("changes", "story", "clocks"),
    [
        ({}, [], ["running | 2 12:00 | 2 14:00 | – | – | –"]),
        ({}, ["2 09:00 accept"], ["met | 2 12:00 | 2 14:00 | – | 2 09:00 | 0"]),
        ({"limit_minutes": 480}, ["2 15:00 accept"], ["breached | 2 12:00 | 2 14:00 | 2 18:00 | 2 15:00 | 18000"]),
        ({"at_risk_ratio": 0.5}, [], ["running | 2 11:00 | 2 14:00 | – | – | –"]),
        (DAYS, [], ["running | 2 16:00 | 3 09:00 | – | – | –"]),
        (DAYS | WALL, ["27 09:00 hand over", "28 09:00 accept"], ["met | 28 03:00 | 28 09:00 | – | 28 09:00 | 86400"]),
        (DAYS | WALL, ["28 09:00 hand over", "29 09:00 accept"], ["met | 29 03:15 | 29 09:00 | – | 29 09:00 | 82800"]),
        ({}, ["27 17:00 hand over", "30 12:00 accept"], ["met | 30 11:00 | 30 12:00 | – | 30 12:00 | 14400"]),
        (WALL, [], ["running | 2 12:00 | 2 13:00 | – | – | –"]),
        (BY_HAND, ["2 10:00 pause"], ["running | – | – | – | – | –"]),
        (BY_HAND, ["2 13:45 pause"], ["running | 2 12:00 | – | – | – | –"]),
        (BY_HAND, ["2 10:00 pause", "2 11:00 resume", "2 15:00 accept"],
         ["met | 2 14:00 | 2 15:00 | – | 2 15:00 | 14400"]),
        (BY_HAND | {"limit_minutes": 480}, ["2 15:00 pause"], ["running | 2 12:00 | 2 14:00 | – | – | –"]),
        (BY_LEAD, ["2 10:00 call", "3 09:30 reply", "3 10:00 accept"],
         ["met | 3 11:30 | 3 12:30 | – | 3 10:00 | 5400"]),
        ({"cancels_on": ["touch.logged"]}, ["2 10:00 call"], ["void | 2 12:00 | 2 14:00 | – | 2 10:00 | –"]),
        ({"resets_on": ["touch.logged"]}, ["2 10:00 call"],
         ["void | 2 12:00 | 2 14:00 | – | 2 10:00 | –", "running | 2 14:00 | 2 15:00 | – | – | –"]),
        ({}, ["2 10:00 reassign", "2 11:00 accept"], ["met | 2 12:00 | 2 14:00 | – | 2 11:00 | 7200"]),
        ({"on_reassign": "restart"}, ["2 15:00 reassign", "2 16:00 accept"],
         ["breached | 2 12:00 | 2 14:00 | – | 2 15:00 | –", "met | 2 18:00 | 3 10:00 | – | 2 16:00 | 3600"]),
        ({}, ["2 10:00 accept", "2 10:05 undo"], ["running | 2 12:00 | 2 14:00 | – | – | –"]),
        ({"on_reopen": "restart"}, ["2 10:00 accept", "2 10:05 undo"],
         ["void | 2 12:00 | 2 14:00 | – | 2 10:05 | –", "running | 2 14:05 | 2 15:05 | – | – | –"]),
        ({}, ["2 10:00 refuse", "2 11:00 mark", "2 12:00 accept"],
         ["met | 2 12:00 | 2 14:00 | – | 2 10:00 | 3600", "met | 2 15:00 | 2 16:00 | – | 2 12:00 | 3600"]),
        (REPLIES, ["2 09:30 reply", "2 10:00 call", "2 11:00 reply", "2 11:30 reply"],
         ["met | 2 12:30 | 2 14:30 | – | 2 10:00 | 1800", "running | 2 15:00 | 2 16:00 | – | – | –"]),
        (TOUCHED | {"touches": 3, "channels": 2}, ["2 09:10 call", "2 09:20 call", "2 09:30 email"],
         ["met | 2 12:00 | 2 14:00 | – | 2 09:30 | 1800"]),
        ({"starts_on": "handoff.accepted", "stops_on": ["handoff.confirmed"]}, ["2 10:00 accept", "2 18:00 confirm"],
         ["breached | 2 14:00 | 2 15:00 | – | 2 18:00 | 25200"]),
        ({}, ["2 10:00 away", "3 10:00 accept"], ["breached | 2 12:00 | 2 14:00 | – | 3 10:00 | 32400"]),
    ],
    ids=[
        "a target", "no time at all", "a hard limit", "the fraction at risk", "a business day", "a calendar day",
        "a calendar day an hour short", "minutes over the change of the clocks", "all hours", "paused",
        "paused at risk", "paused and gone on", "paused past its due", "paused by a touch till a reply", "cancelled",
        "reset", "goes on with another owner", "a part for each owner", "goes on when reopened",
        "starts over when reopened", "the second time round", "each reply", "a cadence", "from acceptance to SQL",
        "an absence moves nothing",
    ],
)  # fmt: skip
def test_a_clock_of_every_kind(
    session: Db, cast: Cast, hands: Hands, changes: dict[str, Any], story: list[str], clocks: list[str]
) -> None:
    if story and story[0].endswith("hand over"):
        hands.set(at(story.pop(0).removesuffix(" hand over")))
    agree(cast, hands.now, clocks=[FIRST | clause("answer", "Answer", "Réponse") | changes])
    hand_off(session, hands)
    lived = Story(session, cast, hands)
    for line in story:
        lived.tell(line)
    assert lived.clocks() == clocks
    assert clock_replay.replay().differences == []


@pytest.mark.parametrize(
    ("calendar_of", "own", "of_team", "due_at"),
    [
        ("assignee", "new-york", None, "2 20:00"),
        ("assignee", None, "new-york", "2 20:00"),
        ("assignee", None, None, "2 14:00"),
        ("assignee", "gone", None, "2 14:00"),
        ("team", "new-york", None, "2 14:00"),
        ("team", None, "new-york", "2 20:00"),
        (None, "new-york", "new-york", "2 14:00"),
        ("country", "new-york", None, "2 14:00"),
    ],
)
def test_whose_calendar_counts_and_what_counts_without(
    session: Db, cast: Cast, hands: Hands, calendar_of: str | None, own: str | None, of_team: str | None, due_at: str
) -> None:
    office = document()["calendars"][0]
    new_york = office | {"id": "new-york", "zone": "America/New_York", "countries": ["US"]}
    answer = FIRST | clause("answer", "Answer", "Réponse") | {"calendar_of": calendar_of}
    for rep in (cast.saul, cast.sara):
        rep.calendar_key = own
    if cast.saul.team:
        cast.saul.team.calendar_key = of_team
    agree(cast, hands.now, calendars=[office, new_york], clocks=[answer])
    hand_off(session, hands)
    assert session.scalars(select(Clock.due_at)).all() == [at(due_at)]


def test_a_holiday_added_later_is_one_for_what_starts_under_the_new_version_only(
    session: Db, cast: Cast, hands: Hands
) -> None:
    answer = FIRST | clause("answer", "Answer", "Réponse") | {"allowance_minutes": 600} | BY_HAND
    agree(cast, hands.now, clocks=[answer])
    before = hand_off(session, hands)
    office = document()["calendars"][0]
    closed = office | {"holidays": [*office["holidays"], {"on": "2026-03-03", "name": "Inventory"}]}
    agree(cast, hands.turn(hours=1), calendars=[closed], clocks=[answer])
    hand_off(session, hands, "second@example.com")
    due = select(Clock.due_at).order_by(Clock.id)
    assert session.scalars(due).all() == [at("3 11:00"), at("4 12:00")]
    holds.pause(before.id, reason="x", actor=owner(session, before), now=hands.turn(hours=1))
    holds.resume(before.id, actor=owner(session, before), now=hands.turn(minutes=30))
    session.expire_all()
    assert session.scalars(due).all() == [at("3 11:30"), at("4 12:00")], "it finishes under its own version"
    assert clock_replay.replay().differences == []


def test_what_is_told_late_or_corrected_says_that_the_figure_was_restated(
    session: Db, cast: Cast, hands: Hands
) -> None:
    agree(cast, hands.now, clocks=[FIRST | clause("answer", "Answer", "Réponse") | TOUCHED])
    handed = hand_off(session, hands)
    rep = owner(session, handed)

    def log(when: str) -> int:
        told = {"channel": Channel.CALL, "note": "", "occurred_at": at(when), "actor": rep, "now": hands.now}
        return touches.log(handed.id, **told).id

    def restated() -> tuple[str, datetime | None, datetime | None]:
        session.flush()
        session.expire_all()
        clock = session.scalars(select(Clock)).one()
        return clock.outcome.value, clock.stopped_at, clock.restated_at

    hands.set(at("2 10:00"))
    second = log("2 10:00")
    assert restated() == ("met", at("2 10:00"), None), "told in time"
    hands.set(at("2 11:00"))
    first = log("2 09:30")
    assert restated() == ("met", at("2 09:30"), hands.now), "an earlier one is told late"
    hands.set(at("2 11:30"))
    touches.void(handed.id, first, actor=rep, now=hands.now)
    assert restated() == ("met", at("2 10:00"), hands.now), "and was none"
    hands.set(at("2 12:00"))
    touches.void(handed.id, second, actor=rep, now=hands.now)
    assert restated() == ("running", None, hands.now)
    assert clock_replay.replay().differences == []
