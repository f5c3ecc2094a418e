"""The themes of the report: every number is as long as the list behind it, whatever the filters."""

import csv
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO, StringIO
from urllib.parse import urlencode

import openpyxl
import plotly.graph_objects as go
import pypdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import DispositionKind
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition
from smarketing.models.people import User
from smarketing.services import tallies
from smarketing.web.themes import THEMES
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import handed_off
from tests.web.pages_of_figures import charts, in_plain_colours

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

FILTERS = (
    {},
    {"period": "this-month", "source": "Webinar"},
    {"period": "2026-05", "persona": "director", "version": "1", "team": "inside-sales"},
)
LINK = re.compile(r'<a href="(/reports/hand-offs/\?[^"]*)">([^<]*)</a>')


@pytest.fixture
def handed(session: Db, agreed: Cast, hands: Hands) -> None:
    hands.set(handed_off.NOW)
    version_id = session.scalars(select(AgreementVersion.id)).one()
    handed_off.handoffs(160, agreed, version_id, seed=11)
    tallies.mark_stale("due", session.scalars(select(Clock.due_on)))
    while tallies.recount_stale():
        pass


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize("filters", FILTERS, ids=["all", "a source", "everything"])
def test_every_number_is_as_long_as_the_list_behind_it(agreed: Cast, sign_in: SignIn, filters: dict[str, str]) -> None:
    client, seen = sign_in(agreed.manny), {}
    for theme in THEMES:
        page = client.get(f"/reports/themes/{theme}", query_string=filters).text
        for address, words in LINK.findall(page):
            number = re.search(r"\d[\d,]*", unescape(words))
            if number and "%" not in words:
                seen[unescape(address)] = int(number.group().replace(",", ""))
    assert len(seen) > 10
    for address, number in seen.items():
        listed = client.get(address.replace("/hand-offs/?", "/hand-offs/file.csv?")).text
        assert len([*csv.reader(StringIO(listed))]) - 1 == number, address


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize("theme", THEMES)
def test_plotly_knows_everything_a_theme_tells_it(agreed: Cast, sign_in: SignIn, theme: str) -> None:
    figures = charts(sign_in(agreed.manny).get(f"/reports/themes/{theme}").text)
    assert figures
    for figure in figures.values():
        go.Figure(in_plain_colours(figure))


@pytest.mark.usefixtures("handed")
def test_each_section_has_its_files_under_the_same_filters(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    page = unescape(client.get("/reports/themes/quality", query_string=FILTERS[1]).text)
    files = re.findall(r'href="(/reports/themes/quality/[^"]+\.(?:csv|xlsx)[^"]*)"', page)
    assert len(files) == 10
    for address in files:
        assert urlencode(FILTERS[1]) in address
        answer = client.get(address)
        assert answer.status_code == 200
        if ".xlsx" in address:
            assert openpyxl.load_workbook(BytesIO(answer.data)).active.max_row >= 1


@pytest.mark.parametrize("theme", THEMES)
def test_without_an_agreement_and_without_leads_it_says_so(cast: Cast, sign_in: SignIn, theme: str) -> None:
    answer = sign_in(cast.manny).get(f"/reports/themes/{theme}")
    assert answer.status_code == 200
    assert "Nothing is promised yet" in answer.text
    told = re.findall(r'<(?:td|p class="figure-value)[^>]*>(.*?)</', answer.text)
    assert not [each for each in told if re.search(r"\b(0|100)(\.0)?\s%", each)]


@pytest.mark.parametrize("theme", THEMES)
def test_one_lead_is_too_few_to_judge(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, theme: str) -> None:
    hands.set(handed_off.NOW)
    handed_off.handoffs(1, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=3, days=2)
    assert sign_in(agreed.manny).get(f"/reports/themes/{theme}").status_code == 200


ABSURD = (
    {"period": "never", "persona": "nobody", "team": "x" * 5000, "version": "-1", "source": "\0"},
    {"period": "9999-99", "version": "9" * 40},
    {"from": "0001-01-01", "to": "9999-12-31", "of": "everything", "owner": "²", "cycle": "0", "clock": "?"},
    {"from": "2026-06-30", "to": "2026-06-01", "clause": "\0", "reason": "\0", "owner": "9" * 30},
)


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize("args", ABSURD)
def test_absurd_filters_fall_to_the_default(agreed: Cast, sign_in: SignIn, args: dict[str, str]) -> None:
    client = sign_in(agreed.manny)
    for path in (*(f"/reports/themes/{theme}" for theme in THEMES), "/reports/hand-offs/"):
        assert client.get(path, query_string=args).status_code == 200, path


@pytest.mark.usefixtures("handed")
def test_the_parts_of_a_wait_add_up_to_it(agreed: Cast, sign_in: SignIn) -> None:
    answer = sign_in(agreed.manny).get("/reports/themes/speed/whose-time.csv")
    rows = [*csv.reader(StringIO(answer.text.removeprefix("\ufeff")))]
    seconds = [int(row[1]) for row in rows[1:]]
    assert sum(seconds[:-1]) == seconds[-1] > 0


def test_a_theme_that_does_not_exist_is_not_found(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    for path in ("/reports/themes/nothing", "/reports/themes/speed/nothing.csv", "/reports/themes/nothing/x.xlsx"):
        assert client.get(path).status_code == 404


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_printed_with_its_findings_and_numbers(agreed: Cast, sign_in: SignIn, theme: str) -> None:
    client = sign_in(agreed.manny)
    answer = client.get(f"/reports/themes/{theme}.pdf", query_string=FILTERS[1])
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    written = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.data)).pages)
    page = client.get(f"/reports/themes/{theme}", query_string=FILTERS[1]).text
    findings = re.findall(r"<figcaption>\s*<h2[^>]*>(.*?)</h2>", page)
    assert "Webinar" in written
    for finding in findings:
        assert "".join(unescape(finding).split())[:25] in "".join(written.split()), finding


def test_without_anything_a_theme_is_printed_too(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manny)
    for theme in THEMES:
        assert client.get(f"/reports/themes/{theme}.pdf").data.startswith(b"%PDF")


@pytest.mark.usefixtures("handed")
def test_what_silence_accepted_is_counted_apart(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    assert "Accepted by silence" not in client.get("/reports/themes/quality").text
    is_accepted = Disposition.kind == DispositionKind.ACCEPTED
    session.execute(update(Disposition).where(is_accepted).values(clause_id="silence", actor_id=None))
    session.commit()
    page = client.get("/reports/themes/quality").text
    assert "Accepted by silence" in page
    assert re.search(r'<a href="/reports/hand-offs/\?[^"]*of=silent[^"]*">See the \d+', page)
