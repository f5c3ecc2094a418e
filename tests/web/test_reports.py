"""The joint report: each chart with the numbers of its table and of its file, whatever the address says."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import tallies
from tests.cast import Cast, agree, document
from tests.conftest import Hands
from tests.reports import invented
from tests.web.pages_of_figures import charts, in_plain_colours, rows, text

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

SECTIONS = {
    "months": "Cohorts by month",
    "conversion": "Won by month",
    "sources": "Cohorts by source",
    "targets": "MQLs and targets by month",
    "weeks-first-answer": "First answer: kept by week",
    "weeks-sql-decision": "SQL decision: kept by week",
    "owners": "First answer: kept by owner",
    "answers": "Time to the first answer by month",
    "refusals": "Refusals by reason",
}


@pytest.fixture
def crowd(session: Db, agreed: Cast, hands: Hands) -> list[Lead]:
    hands.set(invented.NOW)
    invented.leads(120, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=5)
    invented.mark_all()
    return [*session.scalars(select(Lead))]


def file(client: FlaskClient, name: str, **filters: str) -> list[dict[str, str]]:
    answer = client.get(f"/reports/{name}.csv", query_string=filters)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return [*csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("by", ["arrived", "mql"])
def test_every_section_has_its_chart_its_table_and_its_file(agreed: Cast, sign_in: SignIn, by: str) -> None:
    client = sign_in(agreed.manny)
    page = client.get("/reports/", query_string={"by": by}).text
    assert set(charts(page)) == SECTIONS.keys()
    for name, caption in SECTIONS.items():
        shown, written = rows(page, caption), file(client, name, by=by)
        assert len(shown) == len(written)
        assert f"/reports/{name}.csv?by={by}" in page.replace("&amp;", "&")


@pytest.mark.usefixtures("crowd")
def test_a_chart_is_drawn_from_the_numbers_of_its_table(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    drawn = charts(client.get("/reports/").text)
    months = file(client, "months")[:-1]
    parts = [trace["y"] for trace in drawn["months"]["data"]]
    assert [sum(column) for column in zip(*parts, strict=True)] == [int(month["Leads"]) for month in months]
    assert parts[0] == [int(month["Won"]) for month in months]
    (shares,) = drawn["conversion"]["data"]
    for share, month in zip(shares["y"], file(client, "conversion"), strict=True):
        assert share == pytest.approx(int(month["Won"]) / int(month["Leads"]))
    (weeks,) = drawn["weeks-first-answer"]["data"]
    for share, week in zip(weeks["y"], file(client, "weeks-first-answer")[:-1], strict=True):
        due, met = int(week["Due"]), int(week["Met"])
        assert share == (pytest.approx(met / due) if due else None)
    (reasons,) = drawn["refusals"]["data"]
    assert reasons["x"] == [int(reason["Refusals"]) for reason in file(client, "refusals")]
    halves, _most = drawn["answers"]["data"]
    assert [str(value or "") for value in halves["y"]] == [month["Median"] for month in file(client, "answers")]


@pytest.mark.usefixtures("crowd")
def test_the_parts_of_the_report_add_up_to_its_wholes(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    for name in ("months", "sources", "weeks-first-answer"):
        *parts, whole = file(client, name)
        for column, value in whole.items():
            if column in ("Leads", "MQLs", "SALs", "SQLs", "Won", "Amount", "Due", "Met", "Missed", "Pending"):
                assert sum(float(part[column]) for part in parts) == pytest.approx(float(value))
    assert file(client, "months")[-1]["Leads"] == file(client, "sources")[-1]["Leads"]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("address", ["/reports/", "/reports/?by=mql", "/", "/?period=last-90-days"])
def test_plotly_knows_everything_its_charts_are_told(agreed: Cast, sign_in: SignIn, address: str) -> None:
    figures = charts(sign_in(agreed.manny).get(address).text)
    assert figures
    for figure in figures.values():
        go.Figure(in_plain_colours(figure))


@pytest.mark.usefixtures("crowd")
def test_a_source_narrows_everything_but_the_target_of_all_sources(
    session: Db, agreed: Cast, sign_in: SignIn, crowd: list[Lead]
) -> None:
    client = sign_in(agreed.manny)
    of_source = [lead for lead in crowd if lead.source == "Webinar"]
    assert file(client, "months", source="Webinar")[-1]["Leads"] == str(len(of_source))
    assert file(client, "months", source="~none")[-1]["Leads"] == str(sum(1 for lead in crowd if not lead.source))
    assert 'id="targets"' not in client.get("/reports/?source=Webinar").text
    assert client.get("/reports/targets.csv?source=Webinar").status_code == 404


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "filters",
    [
        {"by": "colour"},
        {"from": "2026-13", "to": "never"},
        {"from": "9999-99"},
        {"source": "x" * 500},
        {"source": "a\0b"},
        {"by": "", "from": "", "to": "", "source": ""},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_falls_to_the_default(
    agreed: Cast, sign_in: SignIn, filters: dict[str, str]
) -> None:
    client = sign_in(agreed.manny)
    assert file(client, "months", **filters) == file(client, "months")
    assert client.get("/reports/", query_string=filters).status_code == 200


@pytest.mark.usefixtures("crowd")
def test_months_the_wrong_way_round_are_turned(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    turned = file(client, "months", **{"from": "2026-04", "to": "2026-03"})
    assert turned == file(client, "months", **{"from": "2026-03", "to": "2026-04"})
    assert [month["Month"] for month in turned[:-1]] == ["2026-03", "2026-04"]


@pytest.mark.usefixtures("crowd")
def test_a_file_that_does_not_exist_is_not_found(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    for name in ("nothing", "weeks-nothing", "weeks-"):
        assert client.get(f"/reports/{name}.csv").status_code == 404
        assert client.get(f"/dashboard/{name}.csv").status_code == 404


def test_months_too_young_are_marked_in_the_chart_and_in_the_table(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, crowd: list[Lead]
) -> None:
    hands.set(datetime(2026, 6, 10, tzinfo=UTC))
    page = sign_in(agreed.manny).get("/reports/?to=2026-04").text
    assert [row[-1] for row in rows(page, SECTIONS["months"])] == ["", "still growing", "still growing", ""]
    (ground,) = charts(page)["conversion"]["layout"]["shapes"]
    assert ground["x0"] == "2026-02-14"
    (trace,) = charts(page)["conversion"]["data"]
    assert [colour == "var(--surface)" for colour in trace["marker"]["color"]] == [False, True, True]


def test_without_leads_each_section_says_so_and_nothing_is_0_or_100_percent(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.manny).get("/reports/").text
    assert charts(page).keys() == {"targets"}, "what is owed this month is known"
    words = text(page.partition("<main")[2])
    assert "No leads in these months" in words
    assert "First answer: nothing fell due" in words
    assert "Sales refused no lead" in words
    assert "0.0 %" not in words
    assert "100.0 %" not in words


def test_without_an_agreement_leads_are_still_counted(session: Db, cast: Cast, sign_in: SignIn, hands: Hands) -> None:
    session.add(lead_of(hands.now))
    session.flush()
    invented.mark_all()
    client = sign_in(cast.manny)
    assert file(client, "months")[-1]["Leads"] == "1"
    page = client.get("/reports/").text
    assert "Too few leads to judge" in page
    assert "weeks-" not in page


def lead_of(arrived_at: datetime) -> Lead:
    return Lead(
        external_id="1", stage="inquiry", arrived_at=arrived_at, arrived_on=arrived_at.date(), recorded_at=arrived_at
    )


def test_an_agreement_that_promises_no_first_answer_has_no_such_section(
    cast: Cast, hands: Hands, sign_in: SignIn
) -> None:
    later = [clause for clause in document()["clocks"] if clause["id"] == "sql-decision"]
    agree(cast, hands.now, clocks=later, targets=[])
    client = sign_in(cast.manny)
    assert "Time to the first answer" not in client.get("/reports/").text
    assert client.get("/reports/answers.csv").status_code == 404
    assert client.get("/").status_code == 200


def test_a_page_asks_as_often_for_many_leads_as_for_few(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hands.set(invented.NOW)
    version_id = session.scalars(select(AgreementVersion.id)).one()
    asked: list[dict[str, int]] = []
    for count, seed in ((60, 1), (120, 2)):
        invented.leads(count, agreed, version_id, seed=seed)
        invented.mark_all()
        while tallies.recount_stale():
            pass
        client = sign_in(agreed.manny)
        asked.append({address: statements(client, address) for address in ("/", "/reports/")})
    assert asked[0] == asked[1]


def statements(client: FlaskClient, address: str) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    client.get(address)
    event.listen(db.engine, "before_cursor_execute", note)
    client.get(address)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_hostile_source_is_shown_as_it_is_written(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    lead = lead_of(hands.now)
    lead.source = evil
    session.add(lead)
    session.flush()
    invented.mark_all()
    client = sign_in(agreed.manny)
    page = client.get("/reports/").text
    assert "<img" not in page.partition("<main")[2]
    assert evil in text(page.replace("&lt;", "‹").replace("&gt;", "›")).replace("‹", "<").replace("›", ">")
    ticks = charts(page)["sources"]["layout"]["yaxis"]["ticktext"]
    assert not any("<img" in tick for tick in ticks)
    lead.source = "=1+1"
    session.flush()
    tallies.mark_leads([lead.id])
    assert file(client, "sources")[0]["Source"] == "'=1+1"


def test_the_report_speaks_the_readers_language_and_numbers(agreed: Cast, sign_in: SignIn, crowd: list[Lead]) -> None:
    agreed.manny.locale = "fr"
    page = sign_in(agreed.manny).get("/reports/").text
    assert "février 2026" in page
    assert "\u202f%" in page
    assert 'data-locale="/static/vendor/plotly/locale-fr.js' in page
