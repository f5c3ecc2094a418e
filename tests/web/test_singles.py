"""The pages of one person, one version and one source; and two readings side by side."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import StringIO
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.attainment import Share, change
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tallies import Cohort
from smarketing.services import tallies
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.reports import handed_off
from tests.web.pages_of_figures import charts, in_plain_colours, rows

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
LINK = re.compile(r'<a href="(/reports/hand-offs/\?[^"]*)">([^<]*)</a>')


@pytest.fixture
def two_versions(session: Db, agreed: Cast, hands: Hands) -> Cast:
    """What was offered since 9 May was made under a second version, which asks each for calls and acceptance."""
    hands.set(handed_off.NOW - timedelta(days=40))
    first = session.scalars(select(AgreementVersion.id)).one()
    made = handed_off.handoffs(160, agreed, first, seed=31)
    (plain,) = document()["targets"]
    calls = plain | {"id": "calls", "metric": "calls", "side": "sales", "each": "person", "owed": 20, "period": "month"}
    accepted = clause("accepted", "Accepted", "Acceptées") | {"side": "sales", "counted": "sals", "among": "handoffs"}
    second = agree(agreed, hands.now, targets=[plain, calls], ratios=[accepted | {"at_least": 0.5, "each": "person"}])
    hands.set(handed_off.NOW)
    assert second.effective_at
    for handoff in [each for each in made if each.offered_at >= second.effective_at]:
        handoff.agreement_version_id = second.id
        for clock in session.scalars(select(Clock).where(Clock.handoff_id == handoff.id)):
            clock.agreement_version_id = second.id
    tallies.mark_stale("due", session.scalars(select(Clock.due_on)))
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    session.commit()
    return agreed


def listed(client: FlaskClient, page: str) -> int:
    """How many numbers of a page are as long as the list behind them; fails where one is not."""
    seen = 0
    for address, words in LINK.findall(page):
        number = re.search(r"\d[\d,]*", unescape(words))
        if number and "%" not in words:
            rows = client.get(unescape(address).replace("/hand-offs/?", "/hand-offs/file.csv?")).text
            assert len([*csv.reader(StringIO(rows))]) - 1 == int(number.group().replace(",", "")), address
            seen += 1
    return seen


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    return [*csv.reader(StringIO(client.get(address).text.lstrip("\ufeff")))][1:]


def test_a_person_sees_their_own_figures_and_a_manager_their_side(two_versions: Cast, sign_in: SignIn) -> None:
    saul, sara, marta = two_versions.saul.id, two_versions.sara.id, two_versions.marta.id
    seen = {
        two_versions.saul: {saul},
        two_versions.sasha: {saul, sara},
        two_versions.manny: {marta},
        two_versions.ada: set(),
    }
    for reader, may_see in seen.items():
        client = sign_in(reader)
        for person in (saul, sara, marta):
            status = client.get(f"/reports/people/{person}").status_code
            assert status == (200 if person in may_see else 404), (reader.name, person)


def test_a_persons_numbers_are_theirs(session: Db, two_versions: Cast, sign_in: SignIn) -> None:
    client, saul = sign_in(two_versions.saul), two_versions.saul.id
    page = client.get(f"/reports/people/{saul}?period=last-90-days").text
    assert "Sara" not in page
    assert listed(client, page) > 5
    assert client.get("/").text.count(f'href="/reports/people/{saul}"') == 1
    (row,) = [
        row
        for row in rows_of(client, f"/reports/people/{saul}/own-promises.csv?period=last-90-days")
        if row[0] == "First answer"
    ]
    due = session.scalars(select(Clock).where(Clock.owner_id == saul, Clock.due_on >= "2026-03-21")).all()
    met = [clock for clock in due if clock.outcome is Outcome.MET]
    assert int(row[2]) == len(met) > 5
    for figure in charts(page).values():
        go.Figure(in_plain_colours(figure))


def test_what_each_person_owes_is_named_to_them_and_their_manager_only(two_versions: Cast, sign_in: SignIn) -> None:
    names = {}
    for reader in (two_versions.saul, two_versions.sasha, two_versions.manny):
        rows = rows_of(sign_in(reader), "/reports/themes/volume/each-calls.csv?period=this-month")
        names[reader.name] = [row[0] for row in rows if row[0] != "All"]
        assert rows[-1][0] == "All"
    assert names == {
        "Saul Berger": ["Saul Berger"],
        "Sasha Petit": ["Sara Lindqvist", "Saul Berger"],
        "Manny Ortiz": [],
    }


def test_the_share_each_person_owes_is_theirs_and_their_managers_to_see(two_versions: Cast, sign_in: SignIn) -> None:
    names = {}
    for reader in (two_versions.saul, two_versions.sasha, two_versions.manny):
        told = rows_of(sign_in(reader), "/reports/themes/promises/share-accepted.csv?period=this-month")
        names[reader.name] = [row[0] for row in told if row[0] != "All"]
        assert told[-1][0] == "All"
    assert names == {
        "Saul Berger": ["Saul Berger"],
        "Sasha Petit": ["Sara Lindqvist", "Saul Berger"],
        "Manny Ortiz": [],
    }
    client, saul = sign_in(two_versions.saul), two_versions.saul.id
    page = client.get(f"/reports/people/{saul}").text
    ((title, _period, _ramp, promised, *_numbers),) = rows(page, "Shares that each owes")
    assert (title, promised.split()[:3]) == ("Accepted", ["at", "least", "50"])
    assert listed(client, page) > 5


def test_a_version_is_compared_with_the_one_before(session: Db, two_versions: Cast, sign_in: SignIn) -> None:
    client = sign_in(two_versions.manny)
    page = client.get("/reports/versions/2")
    assert page.status_code == 200
    assert client.get("/reports/versions/1").status_code == 200
    assert client.get("/reports/versions/3").status_code == 404
    assert "/reports/versions/2" in client.get(f"/agreement/{version_id(session, 2)}").text
    shares = []
    for number in (2, 1):
        handoffs = session.scalars(
            select(Handoff)
            .join(AgreementVersion)
            .where(AgreementVersion.number == number, Handoff.state != "withdrawn")
        )
        decided = [each for each in handoffs if each.answered_at and each.offered_at >= came_on(session, number)]
        shares.append(Share(sum(each.state != "refused" for each in decided), len(decided)))
    assert all(share.is_telling for share in shares)
    rows = rows_of(client, "/reports/versions/2/comparison.csv")
    (row,) = [row for row in rows if row[0].startswith("Accepted, of the decided")]
    assert [float(each) for each in row[1:3]] == [round(share.ratio or 0, 4) for share in shares]


def version_id(session: Db, number: int) -> int:
    return session.scalars(select(AgreementVersion.id).where(AgreementVersion.number == number)).one()


def came_on(session: Db, number: int) -> object:
    at = session.scalars(select(AgreementVersion.effective_at).where(AgreementVersion.number == number)).one()
    assert at
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def test_each_source_has_a_page_reached_from_the_list(two_versions: Cast, sign_in: SignIn) -> None:
    client = sign_in(two_versions.marta)
    page = client.get("/reports/sources/?period=last-90-days").text
    links = [unescape(each) for each in re.findall(r'href="(/reports/sources/\?[^"]*source=[^"]*)"', page)]
    assert len(links) >= 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert listed(client, answer.text) > 3
    assert client.get("/reports/sources/?source=Nobody").status_code == 200


@pytest.mark.parametrize("theme", ["promises", "speed", "quality", "conversion", "contribution"])
@pytest.mark.parametrize("compare", ["period", "year", "version"])
def test_a_theme_is_put_beside_another_reading(two_versions: Cast, sign_in: SignIn, theme: str, compare: str) -> None:
    client = sign_in(two_versions.manny)
    page = client.get(f"/reports/themes/{theme}?period=2026-05&compare={compare}").text
    assert f"compare={compare}" in page
    for row in rows_of(client, f"/reports/themes/{theme}/comparison.csv?period=2026-05&compare={compare}"):
        if row[3]:
            assert float(row[3]) == pytest.approx((float(row[1]) - float(row[2])) * 100, abs=0.02)
            assert float(row[4]) <= float(row[3]) <= float(row[5])
    assert client.get(f"/reports/themes/{theme}/comparison.csv?compare=nonsense").status_code == 404


def test_a_difference_is_that_of_the_two_months(session: Db, two_versions: Cast, sign_in: SignIn) -> None:
    client = sign_in(two_versions.manny)
    rows = rows_of(client, "/reports/themes/quality/comparison.csv?period=2026-05&compare=period")
    shares = []
    for month in (5, 4):
        handoffs = [each for each in session.scalars(select(Handoff)) if each.offered_at.month == month]
        decided = [each for each in handoffs if each.answered_at and each.state not in ("withdrawn", "offered")]
        shares.append(Share(sum(each.state != "refused" for each in decided), len(decided)))
    expected = change(*shares)
    assert expected
    told = [float(each) for each in rows[0][3:6]]
    assert told == [pytest.approx(each * 100, abs=0.01) for each in (expected.difference, expected.low, expected.high)]


def test_what_became_is_compared_at_the_same_age(session: Db, two_versions: Cast, sign_in: SignIn) -> None:
    rows = rows_of(
        sign_in(two_versions.manny), "/reports/themes/conversion/comparison.csv?period=this-quarter&compare=period"
    )
    shares = []
    for months in ((4, 5, 6), (1, 2, 3)):
        old = [
            each
            for each in session.scalars(select(Handoff))
            if each.offered_at.astimezone(ZoneInfo(handed_off.ZONE)).month in months
            and each.offered_at < handed_off.NOW - timedelta(days=30)
            and each.state != "withdrawn"
        ]
        soon = [
            each
            for each in old
            for answer in each.dispositions
            if answer.kind == "confirmed" and answer.occurred_at - each.offered_at <= timedelta(days=30)
        ]
        shares.append(Share(len(soon), len(old)))
    assert shares[0].is_telling
    assert shares[1].is_telling
    assert [float(each) for each in rows[0][1:3]] == [round(share.ratio or 0, 4) for share in shares]
