"""What every page of figures says where there is little or nothing to count, or where the rules changed on the way."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.web.themes import THEMES
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.reports import handed_off
from tests.web.pages_of_figures import text, tiles

Db = scoped_session[Session]
Situation = Callable[[Db, Cast, Hands], None]
NONSENSE = re.compile(r"\b(nan|NaN|inf|Infinity|None|Undefined|Traceback)\b")
OUT_OF_NOTHING = re.compile(r"\b(0|100)(\.0)?\s?%")
RATIO = {"side": "sales", "counted": "sals", "among": "handoffs", "at_least": 0.5}
RAMP = {"steps": [{"from_month": 0, "quota_ratio": 0, "routing_ratio": 1}]}


def nothing_agreed(_session: Db, _cast: Cast, hands: Hands) -> None:
    hands.set(handed_off.NOW)


def no_leads(_session: Db, cast: Cast, hands: Hands) -> None:
    agreed_on(cast, hands)


def one_lead(session: Db, cast: Cast, hands: Hands) -> None:
    agreed_on(cast, hands)
    come(session, cast, 1)


def no_working_day(session: Db, cast: Cast, hands: Hands) -> None:
    """The calendar is closed from the first of June to the end of July."""
    (office, *_others) = document()["calendars"]
    days = [handed_off.NOW.date().replace(day=1) + timedelta(days=number) for number in range(61)]
    holidays = [{"on": day.isoformat(), "name": "Closed"} for day in days]
    agreed_on(cast, hands, calendars=[office | {"holidays": holidays}])
    come(session, cast, 40)


def nothing_owed(session: Db, cast: Cast, hands: Hands) -> None:
    """The ramp leaves nothing of what each owes."""
    (plain,) = document()["targets"]
    each = plain | {"id": "each", "metric": "calls", "side": "sales", "each": "person", "is_ramped": True}
    share = clause("share", "Share", "Part") | RATIO | {"each": "person", "is_ramped": True}
    agreed_on(cast, hands, targets=[plain, each], ratios=[share], ramp=clause("ramp", "Ramp", "Montée") | RAMP)
    come(session, cast, 40)


def another_version(session: Db, cast: Cast, hands: Hands) -> None:
    agreed_on(cast, hands)
    come(session, cast, 40)
    agree(cast, hands.turn(days=-5), ratios=[clause("share", "Share", "Part") | RATIO])
    hands.turn(days=5)


def another_zone(session: Db, cast: Cast, hands: Hands) -> None:
    agreed_on(cast, hands)
    come(session, cast, 40)
    calendars = [each | {"zone": "America/New_York"} for each in document()["calendars"]]
    agree(cast, hands.turn(days=-5), zone="America/New_York", calendars=calendars)
    hands.turn(days=5)


def agreed_on(cast: Cast, hands: Hands, **changes: Any) -> None:
    hands.set(handed_off.NOW - timedelta(days=95))
    agree(cast, hands.now, **changes)
    hands.set(handed_off.NOW)


def come(session: Db, cast: Cast, count: int) -> None:
    handed_off.handoffs(count, cast, session.scalars(select(AgreementVersion.id)).one(), seed=17, days=40)
    session.commit()


SITUATIONS = (nothing_agreed, no_leads, one_lead, no_working_day, nothing_owed, another_version, another_zone)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_every_page_answers_in_sentences(
    session: Db, cast: Cast, hands: Hands, sign_in: Callable[[User], FlaskClient], situation: Situation
) -> None:
    situation(session, cast, hands)
    session.commit()
    client = sign_in(cast.sasha)
    pages = ("/", "/reports/", "/reports/sources/", f"/reports/people/{cast.saul.id}", "/statements/")
    for path in (*pages, *(f"/reports/themes/{theme}?period=this-month" for theme in THEMES)):
        answer = client.get(path)
        assert answer.status_code == 200, path
        told = text(re.sub(r"<(script|style|svg).*?</\1>", " ", answer.text, flags=re.S))
        assert not NONSENSE.search(told), (path, NONSENSE.findall(told))
        for heading in re.findall(r'<article class="report-section.*?<h2[^>]*>(.*?)</h2>', answer.text, re.S):
            assert re.search(r"\w{3}", unescape(heading)), path
        if situation in (nothing_agreed, no_leads):
            for label, tile in tiles(answer.text).items():
                assert not OUT_OF_NOTHING.search(tile["value"]), (path, label, tile)
                assert tile.get("basis"), (path, label)
