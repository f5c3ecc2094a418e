"""Past hand-offs are judged as living ones would be: here by the hours of one office, in a week of March 2026."""

from datetime import UTC, datetime
from typing import Any

import pytest

from smarketing.domain.csv_format import Record, Unreadable
from smarketing.domain.errors import InvalidInput
from smarketing.domain.histories import Judge, judged
from smarketing.domain.instants import Instants
from smarketing.domain.past_events import Columns, PastEvent
from smarketing.domain.terms import Terms
from tests.cast import clause, document, terms

OFFERED, ACCEPTED, REFUSED, CALL = "handoff.offered", "handoff.accepted", "handoff.refused", "touch.logged"
AS_OF = datetime(2026, 3, 6, 17, tzinfo=UTC)
RULES = document()["clocks"][0]


def at(text: str) -> datetime:
    """“Mon 09:00” of that week, told by the clocks of Paris, an hour ahead of UTC."""
    day, _, time = text.partition(" ")
    hour, minute = map(int, time.split(":"))
    return datetime(2026, 3, 2 + "Mon Tue Wed Thu Fri".split().index(day), hour - 1, minute, tzinfo=UTC)


def told(*events: tuple[str, str] | tuple[str, str, str, str]) -> list[tuple[str, str, str, int | None]]:
    """Of each clock of the first answer: when it was due, how it ended, who had it, and its seconds."""
    clocks = [{**RULES, "on_reassign": "restart", "pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"]}]
    return judge(terms(clocks=clocks), [PastEvent("one", name, at(when), *rest) for name, when, *rest in events])


def judge(agreement: Terms, events: list[PastEvent]) -> list[tuple[str, str, str, int | None]]:
    clocks = Judge(agreement, as_of=AS_OF).clocks(events)
    return [(f"{each.due_at:%a %H:%M}", each.outcome.value, each.owner, each.seconds) for each in clocks]


@pytest.mark.parametrize(
    ("events", "clocks"),
    [
        ([(OFFERED, "Mon 09:00", "bot", "Ann"), (ACCEPTED, "Mon 11:00", "Ann", "")],
         [("Mon 14:00", "met", "Ann", 7200)]),
        ([(OFFERED, "Mon 17:00", "bot", "Ann"), (REFUSED, "Tue 12:00", "Ann", "")],
         [("Tue 12:00", "met", "Ann", 14400)]),
        ([(OFFERED, "Mon 17:00", "bot", "Ann"), (REFUSED, "Tue 12:01", "Ann", "")],
         [("Tue 12:00", "breached", "Ann", 14460)]),
        ([(OFFERED, "Mon 09:00", "bot", "Ann")], [("Mon 14:00", "breached", "Ann", 5 * 28800)]),
        ([(OFFERED, "Fri 17:00", "bot", "Ann")], [("Mon 12:00", "running", "Ann", 3600)]),
        ([(ACCEPTED, "Mon 09:00", "Ann", "")], []),
        ([(OFFERED, "Mon 09:00", "bot", "Ann"), ("handoff.reassigned", "Mon 10:00", "bot", "Bob"),
          (ACCEPTED, "Mon 14:00", "Bob", "")],
         [("Mon 14:00", "void", "Ann", None), ("Mon 15:00", "met", "Bob", 10800)]),
        ([(OFFERED, "Mon 09:00", "bot", "Ann"), ("handoff.withdrawn", "Mon 10:00")],
         [("Mon 14:00", "void", "Ann", None)]),
        ([(OFFERED, "Mon 09:00", "bot", "Ann"), ("handoff.paused", "Mon 10:00"), ("handoff.resumed", "Tue 10:00"),
          (ACCEPTED, "Tue 12:00", "Ann", "")], [("Tue 14:00", "met", "Ann", 10800)]),
        ([(OFFERED, "Mon 09:00", "bot", "Ann"), (REFUSED, "Mon 10:00", "Ann", ""),
          (OFFERED, "Tue 09:00", "bot", "Bob"), (ACCEPTED, "Tue 15:00", "Bob", "")],
         [("Mon 14:00", "met", "Ann", 3600), ("Tue 14:00", "breached", "Bob", 18000)]),
    ],
)  # fmt: skip
def test_a_past_hand_off_is_judged_by_the_clause(events: Any, clocks: Any) -> None:
    assert told(*events) == [(_utc(due), *rest) for due, *rest in clocks]


def _utc(local: str) -> str:
    """Of a deadline told in Paris."""
    day, _, time = local.partition(" ")
    return f"{day} {int(time[:2]) - 1:02d}{time[2:]}"


def test_what_depends_on_facts_of_the_lead_is_left_out_and_named() -> None:
    vip = RULES | clause("vip", "Very important", "Très important") | {
        "group": "speed", "when": {"field": "country", "one_of": ["FR"]}
    }  # fmt: skip
    others = RULES | clause("others", "All others", "Tous les autres") | {"group": "speed"}
    decision = document()["clocks"][1]
    agreement = terms(clocks=[vip, others, decision])
    kept, left_out = judged(agreement)
    assert [each.id for each in kept] == ["sql-decision"]
    assert [each.id for each in left_out] == ["vip", "others"]
    assert judge(agreement, [PastEvent("one", OFFERED, at("Mon 09:00"))]) == []


def test_another_calendar_counts_other_hours() -> None:
    agreement = terms(calendars=[*document()["calendars"], {"id": "always", "zone": "UTC", "weekly": _ALWAYS}])
    events = [PastEvent("one", OFFERED, at("Mon 17:00"))]
    (clock,) = Judge(agreement, calendar_id="always", as_of=AS_OF).clocks(events)
    assert f"{clock.due_at:%a %H:%M}" == "Mon 20:00"


_ALWAYS = {day: [["00:00", "24:00"]] for day in "mon tue wed thu fri sat sun".split()}


def row(*cells: str, headers: str = "lead event at actor owner reason") -> PastEvent:
    instants = Instants("Europe/Paris", day_first=None, now=AS_OF)
    return Columns(headers.split()).read(Record(2, list(cells)), instants)


@pytest.mark.parametrize(
    ("event", "name", "detail"),
    [
        ("Handed over", OFFERED, "why"),
        ("transmis", OFFERED, "why"),
        ("handoff.accepted", ACCEPTED, "why"),
        ("Refusé", REFUSED, "why"),
        ("Appel", CALL, "call"),
        ("MEETING", CALL, "meeting"),
        ("touch", CALL, "why"),
        ("Replied", "lead.engaged", "why"),
    ],
)
def test_events_go_by_the_words_of_other_systems(event: str, name: str, detail: str) -> None:
    read = row("one", event, "2026-03-02 09:00", "Ann", "Bob", "why")
    assert read == PastEvent("one", name, at("Mon 09:00"), "Ann", "Bob", detail)


def test_columns_may_stand_in_any_order_and_be_few() -> None:
    read = row("2026-03-02T09:00+01:00", "won", "one", headers="Date Statut Id")
    assert read == PastEvent("one", "handoff.won", at("Mon 09:00"))


def test_of_an_address_only_a_digest_is_kept() -> None:
    read = row("Zoe@Example.com", "won", "2026-03-02")
    assert read.lead == row("zoe@example.com", "won", "2026-03-02").lead
    assert "@" not in read.lead


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        (("", "won", "2026-03-02"), "lead", "does not say which lead"),
        (("one", "danced", "2026-03-02"), "event", "“danced” is no event that is known here"),
        (("one", "won", "soon"), "at", "soon"),
        (("one", "won", "2027-01-01"), "at", "lies in the future"),
        (("one",), "event", "is no event"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_column(cells: tuple[str, ...], field: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        row(*cells)
    assert refused.value.field == field


def test_a_file_without_a_needed_column_is_refused() -> None:
    with pytest.raises(Unreadable, match="no column “at”"):
        Columns(["lead", "event"])
