"""What an administrator sees of that which happens by itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session, scoped_session

from smarketing.jobs.lease import Lease
from smarketing.jobs.schedule import TIMETABLE
from smarketing.models.people import User
from smarketing.models.runs import JobRun
from smarketing.web.paging import SIZE
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def ada(sign_in: SignIn, cast: Cast) -> FlaskClient:
    return sign_in(cast.ada)


def ran(session: Db, hands: Hands, job: str, *, seconds: float = 0, **changes: Any) -> None:
    start = hands.now + timedelta(seconds=seconds)
    values = {"job": job, "started_at": start, "holder": "here:1", "count": 0}
    values["finished_at"] = start + timedelta(milliseconds=1234)
    session.execute(insert(JobRun).values(**(values | changes)))


def runs(page: str) -> list[list[str]]:
    table = page.partition('id="runs"')[2].partition("</table>")[0].partition("<tbody")[2]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in table.split("</tr>")]
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells if row]


def test_the_whole_timetable_is_shown_before_anything_has_run(ada: FlaskClient) -> None:
    page = ada.get("/jobs/").text
    assert all(f">{job.name}<" in page for job in TIMETABLE)
    assert page.count("Has not run yet") == len(TIMETABLE)
    assert "No clock is swept and no file is read until a server with a scheduler is started." in page
    assert "No run on record matches." in page


def test_who_keeps_the_timetable_is_named(app: Flask, ada: FlaskClient) -> None:
    lease = Lease(app)
    lease.renew()
    assert f"{lease.holder}, since" in ada.get("/jobs/").text


def test_a_run_says_how_long_how_much_and_how_it_ended(ada: FlaskClient, session: Db, hands: Hands) -> None:
    ran(session, hands, "sweep_breaches", count=3)
    ran(session, hands, "run_imports", seconds=1, count=None, error="ValueError: <b>broken</b>")
    page = ada.get("/jobs/").text
    failed, done = runs(page)
    assert done[1:4] == ["sweep_breaches", "1,234", "3"]
    assert failed[1] == "run_imports"
    assert "ValueError: &lt;b&gt;broken&lt;/b&gt;" in failed[4]
    assert (page.count("Has not run yet"), page.count(">Done<")) == (len(TIMETABLE) - 2, 1)


def test_a_job_that_works_again_is_no_longer_called_failed(ada: FlaskClient, session: Db, hands: Hands) -> None:
    ran(session, hands, "run_imports", error="ValueError: broken")
    ran(session, hands, "run_imports", seconds=1)
    timetable = ada.get("/jobs/").text.partition('id="runs"')[0]
    assert ">Failed<" not in timetable.replace('<option value="failed">Failed<', "")


@pytest.mark.parametrize(
    ("query", "found"),
    [("job=run_imports", 2), ("ended=failed", 1), ("job=purge_runs&ended=failed", 0), ("job=nothing&ended=x", 0)],
)
def test_runs_are_found_by_job_and_end(ada: FlaskClient, session: Db, hands: Hands, query: str, found: int) -> None:
    ran(session, hands, "purge_runs")
    ran(session, hands, "run_imports", seconds=1)
    ran(session, hands, "run_imports", seconds=2, error="ValueError: broken")
    assert len(runs(ada.get(f"/jobs/?{query}").text)) == found


def test_runs_are_paged_with_their_filters(ada: FlaskClient, session: Db, hands: Hands) -> None:
    for second in range(SIZE + 1):
        ran(session, hands, "purge_runs", seconds=second)
        ran(session, hands, "close_days", seconds=second)
    page = ada.get("/jobs/?job=purge_runs").text
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    last = runs(ada.get(older[1].replace("&amp;", "&")).text)
    assert [run[1] for run in last] == ["purge_runs"]
