"""One screen with the same figures for both sides: each equals a recount, and says what it is of."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.people import User
from tests.cast import Cast, agree, document
from tests.conftest import Hands
from tests.reports import invented
from tests.web.pages_of_figures import charts, rows, text, tiles

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
APRIL = date(2026, 4, 1)


@pytest.fixture
def crowd(session: Db, agreed: Cast, hands: Hands) -> list[Lead]:
    hands.set(invented.NOW)
    invented.leads(160, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=11)
    invented.mark_all()
    return [*session.scalars(select(Lead))]


def of_april(leads: list[Lead]) -> list[Lead]:
    return [lead for lead in leads if lead.mql_on and lead.mql_on >= APRIL]


def test_the_tiles_are_what_a_recount_says(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, crowd: list[Lead]
) -> None:
    shown = tiles(sign_in(agreed.manny).get("/").text)
    mqls = of_april(crowd)
    sals = [lead for lead in mqls if lead.sal_at or lead.sql_at or lead.won_at]
    sent_back = (Stage.INQUIRY, Stage.RECYCLED, Stage.DISQUALIFIED)
    refused = [lead for lead in mqls if lead not in sals and lead.stage in sent_back]
    assert shown["MQLs in April 2026"]["value"] == str(len(mqls))
    assert "of 120 owed by Apr 30, 2026" in shown["MQLs in April 2026"]["basis"]
    decided = len(sals) + len(refused)
    assert shown["Accepted by sales"]["value"] == f"{len(sals) / decided:.1%}".replace("%", " %")
    assert shown["Accepted by sales"]["basis"].startswith(f"{len(sals)} of {decided}, 95 % interval ")
    assert shown["SQLs of these MQLs"]["value"] == str(sum(1 for lead in mqls if lead.sql_at or lead.won_at))
    assert shown["Won of these MQLs"]["value"] == str(sum(1 for lead in mqls if lead.won_at))
    clocks = [c for c in session.scalars(select(Clock)) if c.due_on >= APRIL and c.clause_id == "first-answer"]
    met = sum(1 for clock in clocks if clock.outcome is Outcome.MET)
    missed = sum(
        1
        for clock in clocks
        if clock.outcome is Outcome.BREACHED or (clock.outcome is Outcome.RUNNING and clock.due_at < hands.now)
    )
    assert shown["First answer: kept"]["basis"].startswith(f"{met} of {met + missed} due, 95 % interval ")
    assert f"See the {missed} missed" in shown["First answer: kept"]["foot"]


def test_both_sides_and_every_role_see_the_same_figures(agreed: Cast, sign_in: SignIn, crowd: list[Lead]) -> None:
    boards = [tiles(sign_in(person).get("/").text) for person in agreed]
    assert all(board == boards[0] for board in boards)
    assert len(boards[0]) == 7


@pytest.mark.usefixtures("crowd")
def test_every_tile_says_of_how_many_as_of_when_and_what_it_means(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.manny).get("/").text
    for tile in tiles(page).values():
        assert tile["basis"]
        assert "as of 11:00" in tile["foot"]
    assert page.count('class="definition"') == len(tiles(page))


def test_what_needs_attention_is_named_with_the_way_to_it(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, crowd: list[Lead]
) -> None:
    waiting = [c for c in session.scalars(select(Clock)) if c.stopped_at is None and c.outcome is not Outcome.VOID]
    overdue = sorted((c for c in waiting if c.due_at < hands.now), key=lambda clock: clock.due_at)
    page = sign_in(agreed.sasha).get("/").text
    assert f"{len(overdue)} deadlines are past" in text(page)
    assert f'href="/leads/{overdue[0].lead_id}"' in page
    assert 'href="/queue/"' in page.partition("<main")[2]
    assert 'href="/queue/"' not in sign_in(agreed.marta).get("/").text


def test_a_day_with_nothing_to_do_says_so(agreed: Cast, sign_in: SignIn) -> None:
    assert "No deadline is past or at risk" in sign_in(agreed.sasha).get("/").text


def test_without_leads_there_is_no_data_and_neither_0_nor_100_percent(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.manny).get("/").text
    shown = tiles(page)
    for label in (
        "First answer: kept",
        "Median time to the first answer",
        "Accepted by sales",
        "SQLs of these MQLs",
        "Won of these MQLs",
    ):
        assert shown[label]["value"] == "No data"
    words = text(page.partition("<main")[2])
    assert "0.0 %" not in words
    assert "100.0 %" not in words


def test_too_few_are_not_judged(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    hands.set(invented.NOW)
    invented.leads(30, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=4)
    for number, clock in enumerate(session.scalars(select(Clock).where(Clock.clause_id == "first-answer"))):
        clock.outcome, clock.due_on = Outcome.MET if number < 4 else Outcome.VOID, APRIL
    session.flush()
    invented.mark_all()
    shown = tiles(sign_in(agreed.manny).get("/").text)["First answer: kept"]
    assert (shown["value"], shown["basis"]) == ("Too few to judge", "4 of 4 due were met")
    assert "verdict" not in shown


def test_without_an_agreement_it_says_what_to_do_and_counts_what_there_is(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.manny).get("/").text
    assert "Nothing is promised yet" in page
    assert 'href="/agreement/"' in page.partition("<main")[2]
    assert list(tiles(page)) == ["MQLs in March 2026", "Accepted by sales", "SQLs of these MQLs", "Won of these MQLs"]
    assert charts(page) == {}


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "filters", [{"period": "the-good-old-days"}, {"period": ""}, {"source": "x" * 500}, {"source": "\0"}], ids=str
)
def test_a_filter_that_makes_no_sense_falls_to_the_default(
    agreed: Cast, sign_in: SignIn, filters: dict[str, str]
) -> None:
    client = sign_in(agreed.manny)
    assert tiles(client.get("/", query_string=filters).text) == tiles(client.get("/").text)


@pytest.mark.parametrize(
    "period",
    [
        "this-month",
        "last-month",
        "last-30-days",
        "last-90-days",
        "this-quarter",
        "last-quarter",
        "this-year",
        "last-year",
    ],
)
def test_every_period_counts_its_own_days(
    agreed: Cast, sign_in: SignIn, crowd: list[Lead], hands: Hands, period: str
) -> None:
    days: dict[str, tuple[date, date]] = {
        "this-month": (APRIL, date(2026, 5, 1)),
        "last-month": (date(2026, 3, 1), APRIL),
        "last-30-days": (date(2026, 3, 17), date(2026, 4, 16)),
        "last-90-days": (date(2026, 1, 16), date(2026, 4, 16)),
        "this-quarter": (APRIL, date(2026, 7, 1)),
        "last-quarter": (date(2026, 1, 1), APRIL),
        "this-year": (date(2026, 1, 1), date(2027, 1, 1)),
        "last-year": (date(2025, 1, 1), date(2026, 1, 1)),
    }
    first, end = days[period]
    within = [lead for lead in crowd if lead.mql_on and first <= lead.mql_on < end]
    shown = tiles(sign_in(agreed.manny).get("/", query_string={"period": period}).text)
    won = sum(1 for lead in within if lead.won_at)
    assert shown["Won of these MQLs"]["value"] == (str(won) if within else "No data")


def test_the_line_of_the_month_ends_at_the_number_of_its_tile(agreed: Cast, sign_in: SignIn, crowd: list[Lead]) -> None:
    client = sign_in(agreed.manny)
    page = client.get("/").text
    ideal, actual, latest = charts(page)["pace"]["data"]
    assert ideal["y"][-1] == pytest.approx(120)
    assert latest["y"] == [len(of_april(crowd))]
    assert actual["y"][15:] == [None] * 15
    shown: list[Any] = rows(page, "MQLs so far, day by day")
    assert shown[14][1] == str(len(of_april(crowd)))
    assert shown[15][1] == ""
    assert client.get("/dashboard/pace.csv").text.splitlines()[15].startswith(f"2026-04-15,{len(of_april(crowd))},")


def test_a_target_of_all_sources_is_not_held_against_one(agreed: Cast, sign_in: SignIn, crowd: list[Lead]) -> None:
    page = sign_in(agreed.manny).get("/?source=Webinar").text
    tile = tiles(page)["MQLs in April 2026"]
    assert tile["value"] == str(sum(1 for lead in of_april(crowd) if lead.source == "Webinar"))
    assert "verdict" not in tile
    assert "pace" not in charts(page)


def test_behind_the_pace_is_said_and_reached_is_said(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    (clause,) = document()["targets"]
    hands.set(invented.NOW - timedelta(days=40))
    version = agree(cast, hands.now, targets=[clause | {"owed": 1000}])
    hands.set(invented.NOW)
    invented.leads(40, cast, version.id, seed=3)
    invented.mark_all()
    assert "behind the pace" in tiles(sign_in(cast.manny).get("/").text)["MQLs in April 2026"]["verdict"]
