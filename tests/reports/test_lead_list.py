"""Each filter lists exactly the leads, or clocks, that a count over all rows finds; in order, and page by page."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, is_postgresql
from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Milestones, Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.reports import lead_list, lead_search
from smarketing.reports.lead_list import NOBODY, Days, Filters, Sort, Standing
from smarketing.services import handoffs, intake, qualification
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import invented

Db = scoped_session[Session]

FROM, TO = date(2026, 3, 1), date(2026, 3, 31)
MARCH = Days(FROM, TO)


@pytest.fixture
def crowd(session: Db, agreed: Cast, hands: Hands) -> list[Lead]:
    hands.set(invented.NOW)
    version_id = session.scalars(select(AgreementVersion.id)).one()
    invented.leads(150, agreed, version_id, seed=2026)
    return [*session.scalars(select(Lead))]


def rows(filters: Filters, hands: Hands, sort: Sort = Sort.NEWEST) -> list[Any]:
    return lead_list.whole(filters, ids(filters, hands, sort))


def ids(filters: Filters, hands: Hands, sort: Sort = Sort.NEWEST) -> list[int]:
    keys = lead_list.keys(filters, sort)
    query = lead_list.found(filters, now=hands.now).order_by(*(key.desc() for key in keys))
    return [row.id for row in db.session.execute(query)]


def reached(lead: Lead) -> Stage:
    """The furthest stage of the funnel that it has ever got to."""
    dates = {Stage.WON: lead.won_at, Stage.SQL: lead.sql_at, Stage.SAL: lead.sal_at, Stage.MQL: lead.mql_at}
    return next((stage for stage, at in dates.items() if at), Stage.INQUIRY)


def is_within(day: date | None) -> bool:
    return day is not None and FROM <= day <= TO


OF_LEADS: dict[str, tuple[Filters, Callable[[Lead], bool]]] = {
    "everything": (Filters(), lambda lead: True),
    "one stage": (Filters(stages=(Stage.MQL,)), lambda lead: lead.stage is Stage.MQL),
    "two stages": (
        Filters(stages=(Stage.WON, Stage.RECYCLED)),
        lambda lead: lead.stage in (Stage.WON, Stage.RECYCLED),
    ),
    "a source": (Filters(source="Webinar"), lambda lead: lead.source == "Webinar"),
    "no source": (Filters(source=""), lambda lead: not lead.source),
    "nobody’s": (Filters(owner_id=NOBODY), lambda lead: lead.owner_id is None),
    "arrived": (Filters(arrived=MARCH), lambda lead: is_within(lead.arrived_on)),
    "arrived since": (Filters(arrived=Days(FROM)), lambda lead: lead.arrived_on >= FROM),
    "arrived until": (Filters(arrived=Days(None, FROM)), lambda lead: lead.arrived_on <= FROM),
    "an mql in march": (Filters(mql=MARCH), lambda lead: is_within(lead.mql_on)),
    "reached sal": (
        Filters(reached=Stage.SAL),
        lambda lead: reached(lead) in (Stage.SAL, Stage.SQL, Stage.WON),
    ),
    "reached won": (Filters(reached=Stage.WON), lambda lead: reached(lead) is Stage.WON),
    "no further than inquiry": (Filters(furthest=Stage.INQUIRY), lambda lead: reached(lead) is Stage.INQUIRY),
    "no further than sql": (Filters(furthest=Stage.SQL), lambda lead: reached(lead) is Stage.SQL),
    "as far as won": (Filters(furthest=Stage.WON), lambda lead: reached(lead) is Stage.WON),
    "a cohort of a source": (
        Filters(source="Google Ads", arrived=MARCH, reached=Stage.MQL),
        lambda lead: lead.source == "Google Ads" and is_within(lead.arrived_on) and reached(lead) is not Stage.INQUIRY,
    ),
    "another import": (Filters(import_id=7), lambda lead: False),
    "a persona nobody has": (Filters(persona="pilot"), lambda lead: False),
}


@pytest.mark.parametrize("name", OF_LEADS)
def test_a_filter_lists_the_leads_it_means(name: str, crowd: list[Lead], hands: Hands) -> None:
    filters, is_meant = OF_LEADS[name]
    meant = [lead for lead in crowd if is_meant(lead)]
    listed = rows(filters, hands)
    assert [row.Lead.id for row in listed] == [
        lead.id for lead in sorted(meant, key=lambda lead: (lead.arrived_at, lead.id), reverse=True)
    ]
    assert lead_list.count(filters, now=hands.now) == len(meant)


def is_missed(clock: Clock, now: datetime) -> bool:
    return clock.outcome is Outcome.BREACHED or (clock.outcome is Outcome.RUNNING and clock.due_at < now)


def counts(clock: Clock) -> bool:
    return clock.outcome is not Outcome.VOID


def test_clocks_are_listed_one_by_one_as_the_figures_count_them(
    crowd: list[Lead], session: Db, agreed: Cast, hands: Hands
) -> None:
    now, saul = hands.set(invented.NOW - timedelta(days=20)), agreed.saul.id
    owners: dict[int | None, str] = {saul: agreed.saul.name, agreed.sara.id: agreed.sara.name}
    clocks = [*session.scalars(select(Clock))]
    of_source = {lead.id for lead in crowd if not lead.source}
    meant: list[tuple[Filters, list[Clock]]] = [
        (Filters(clause_id="first-answer"), [c for c in clocks if counts(c) and c.clause_id == "first-answer"]),
        (Filters(standing=Standing.MET), [c for c in clocks if c.outcome is Outcome.MET]),
        (Filters(standing=Standing.BREACHED), [c for c in clocks if is_missed(c, now)]),
        (
            Filters(standing=Standing.RUNNING),
            [c for c in clocks if c.outcome is Outcome.RUNNING and c.due_at >= now],
        ),
        (Filters(due=MARCH), [c for c in clocks if counts(c) and is_within(c.due_on)]),
        (
            Filters(clause_id="sql-decision", owner_id=saul),
            [c for c in clocks if counts(c) and c.clause_id == "sql-decision" and c.owner_id == saul],
        ),
        (
            Filters(due=MARCH, owner_id=NOBODY),
            [c for c in clocks if counts(c) and is_within(c.due_on) and not c.owner_id],
        ),
        (Filters(due=MARCH, source=""), [c for c in clocks if counts(c) and is_within(c.due_on)]),
    ]
    for filters, wanted in meant:
        if filters.source == "":
            wanted = [clock for clock in wanted if clock.lead_id in of_source]
        assert wanted
        listed = rows(filters, hands)
        assert [row.Clock.id for row in listed] == [
            clock.id for clock in sorted(wanted, key=lambda clock: (clock.due_at, clock.id), reverse=True)
        ]
        assert all(row.Lead.id == row.Clock.lead_id for row in listed)
        assert all(row.owner_name == owners.get(row.Clock.owner_id) for row in listed)
        assert lead_list.count(filters, now=now) == len(wanted)
    in_march = rows(Filters(due=MARCH), hands)
    assert len({row.Lead.id for row in in_march}) < len(in_march)


def take(hands: Hands, *people: dict[str, str], demo: bool = False) -> None:
    rows = [Row(facts, engagements=[("demo_request", None)] if demo else []) for facts in people]
    intake.take(rows, now=hands.now)


def names(filters: Filters, hands: Hands, sort: Sort = Sort.NEWEST) -> list[str]:
    return [row.Lead.name for row in rows(filters, hands, sort)]


@pytest.mark.parametrize("common", [2_000, 0], ids=["by the index", "by walking the list"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("helene", ["Hélène Noël"]),
        ("NOËL hel", ["Hélène Noël"]),
        ("noel perrin", []),
        ("fromage", ["Bob %_/'"]),
        ("romagerie", []),
        ("b.o'neill@shop", ["Bob %_/'"]),
        ("shop exam", ["Bob %_/'"]),
        ("directeur", ["Hélène Noël"]),
        ("strasse", ["ليلى"]),
        ("L-77", ["ليلى"]),
        ("example", ["Bob %_/'", "Hélène Noël", "ليلى"]),
        ("ليلى", ["ليلى"]),
        ("%", []),
        ("_", []),
        ("'", []),
        ("🚀", []),
        ('" OR 1=1 --', []),
        ("a:* | b & !c", []),
        ("NEAR(x y) -z ^", []),
        ("x" * 300, []),
    ],
)
def test_a_search_finds_words_by_how_they_begin_whatever_their_case_and_accents(
    session: Db, cast: Cast, hands: Hands, text: str, found: list[str], common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_search, "COMMON", common)
    take(hands, {"first_name": "Hélène", "last_name": "Noël", "email": "h@example.com", "job_title": "Directeur"})
    take(hands, {"first_name": "Bob %_/'", "company": "Fromagerie Perrin", "email": "b.o'neill@shop.example"})
    facts = {"first_name": "ليلى", "company": "🚀 Straße GmbH", "email": "l@example.org", "external_id": "L-77"}
    take(hands, facts)
    assert sorted(names(Filters(words=tuple(lead_search.words(text))), hands)) == found


def test_a_lead_is_found_by_what_it_is_called_now(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, {"first_name": "Anna", "email": "a@example.com"})
    anna = session.scalars(select(Lead)).one()
    facts = {"email": "a@example.com", "first_name": "Béa"}
    intake.correct(anna.id, facts, edition=anna.edition, actor=agreed.marta, now=hands.now)
    assert names(Filters(words=("anna",)), hands) == []
    assert names(Filters(words=("bea",)), hands) == ["Béa"]
    if not is_postgresql():
        session.execute(sql("INSERT INTO leads_words (leads_words) VALUES ('integrity-check')"))


def test_most_points_come_first_and_leads_without_a_score_last(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, *({"email": f"{name}@example.com", "first_name": name} for name in "abcd"))
    leads = {lead.first_name: lead for lead in session.scalars(select(Lead))}
    leads["a"].points, leads["b"].points, leads["c"].points = 5, None, -20
    leads["d"].points = 5
    session.flush()
    assert names(Filters(), hands, Sort.POINTS) == ["d", "a", "c", "b"]


def test_newest_is_who_arrived_last_and_not_who_was_recorded_last(session: Db, cast: Cast, hands: Hands) -> None:
    late = Row({"email": "late@example.com"}, arrived_at=hands.now - timedelta(days=90))
    take(hands, {"email": "now@example.com"})
    intake.take([late], now=hands.now)
    assert names(Filters(), hands) == ["now@example.com", "late@example.com"]


def test_a_row_shows_the_open_clock_that_is_due_first_and_none_when_all_is_answered(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    facts = {"job_title": "Director", "country": "FR"}
    take(hands, {"email": "open@example.com", **facts}, {"email": "taken@example.com", **facts}, demo=True)
    take(hands, {"email": "cold@example.com"})
    waiting, taken = session.scalars(select(Clock).order_by(Clock.id)).all()
    owner = agreed.saul if taken.owner_id == agreed.saul.id else agreed.sara
    handoffs.accept(taken.handoff_id, actor=owner, now=hands.turn(hours=1))
    lines = {line.lead.email: line for line in lead_list.lines(Filters(), ids(Filters(), hands))}
    assert lines["open@example.com"].clock == waiting
    shown = lines["taken@example.com"].clock
    assert shown is not None
    assert (shown.clause_id, shown.stopped_at) == ("sql-decision", None)
    assert lines["cold@example.com"].clock is None


def test_a_lead_that_was_taken_back_shows_no_clock(session: Db, agreed: Cast, hands: Hands) -> None:
    take(hands, {"email": "g@example.com", "job_title": "Director", "country": "FR"}, demo=True)
    lead = session.scalars(select(Lead)).one()
    qualification.take_back(lead.id, reason="A competitor.", actor=agreed.marta, now=hands.turn(hours=1))
    session.flush()
    assert [line.clock for line in lead_list.lines(Filters(), ids(Filters(), hands))] == [None]
    assert rows(Filters(clause_id="first-answer"), hands) == []


def test_more_than_a_thousand_are_not_counted_further(session: Db, cast: Cast, hands: Hands) -> None:
    take(hands, *({"email": f"{number}@example.com"} for number in range(1000)))
    assert lead_list.count(Filters(), now=hands.now) == 1000
    take(hands, *({"email": f"{number}@example.org"} for number in range(5)))
    assert lead_list.count(Filters(), now=hands.now) == 1001


def test_leads_that_brought_their_stage_dates_count_in_their_cohort(session: Db, agreed: Cast, hands: Hands) -> None:
    won = Milestones(won_at=hands.now)
    intake.take([Row({"email": "w@example.com"}, milestones=won)], now=hands.now)
    assert names(Filters(reached=Stage.MQL), hands) == ["w@example.com"]
    assert names(Filters(furthest=Stage.SQL), hands) == []
