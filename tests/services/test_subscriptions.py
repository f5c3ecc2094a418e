"""Reports that are ordered come every week, once, to whom they were ordered for."""

import os
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO

import pypdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from smarketing.channels import chrome
from smarketing.domain.errors import InvalidInput, Missing, NotAllowed
from smarketing.jobs import deliver_letters, send_reports
from smarketing.models.agreements import AgreementVersion
from smarketing.models.letters import Letter
from smarketing.models.notices import Notice
from smarketing.models.subscriptions import Subscription
from smarketing.reports import vectors
from smarketing.services import subscriptions
from tests.cast import Cast
from tests.conftest import Hands
from tests.post_office import body, opened
from tests.reports import handed_off
from tests.services.desk import Db

FILTERS = {"period": "last-30-days"}
MONDAY = datetime(2026, 3, 9, 7, tzinfo=UTC)
"""8 in the morning in Paris."""


def order(cast: Cast, hands: Hands, **changes: object) -> Subscription:
    asked = {"weekday": 0, "is_for_all": True, "actor": cast.manny, "now": hands.now} | changes
    return subscriptions.order("promises", FILTERS, **asked)  # type: ignore[arg-type]


def told(session: Db) -> list[int]:
    session.rollback()
    return list(session.scalars(select(Notice.recipient_id).where(Notice.kind == "report.sent").order_by(Notice.id)))


def test_it_comes_on_its_day_at_eight_once_and_again_a_week_later(session: Db, cast: Cast, hands: Hands) -> None:
    hands.set(datetime(2026, 3, 4, 9, tzinfo=UTC))
    row = order(cast, hands, is_for_all=False)
    session.commit()
    assert row.next_at == MONDAY
    assert send_reports.run(now=hands.now) == 0
    hands.set(MONDAY)
    assert (send_reports.run(now=hands.now), send_reports.run(now=hands.now)) == (1, 0)
    assert told(session) == [cast.manny.id]
    hands.turn(days=20)
    assert (send_reports.run(now=hands.now), send_reports.run(now=hands.now)) == (1, 0)
    assert told(session) == [cast.manny.id] * 2


def test_both_departments_get_it_but_for_those_who_left(session: Db, cast: Cast, hands: Hands) -> None:
    order(cast, hands)
    cast.sara.disabled_at = hands.now
    session.commit()
    send_reports.run(now=hands.turn(days=7))
    assert set(told(session)) == {cast.marta.id, cast.manny.id, cast.saul.id, cast.sasha.id}


def test_it_may_be_cancelled_by_its_own_and_by_managers(session: Db, cast: Cast, hands: Hands) -> None:
    with pytest.raises(NotAllowed):
        order(cast, hands, actor=cast.saul)
    with pytest.raises(InvalidInput, match="day of the week"):
        order(cast, hands, weekday=7)
    own, shared = order(cast, hands, is_for_all=False, actor=cast.saul), order(cast, hands)
    assert [row.id for row in subscriptions.visible(cast.saul)] == [shared.id, own.id]
    assert [row.id for row in subscriptions.visible(cast.sasha)] == [shared.id]
    for row, actor in ((own, cast.manny), (shared, cast.saul)):
        with pytest.raises(Missing):
            subscriptions.cancel(row.id, actor=actor, now=hands.now)
    subscriptions.cancel(own.id, actor=cast.saul, now=hands.now)
    subscriptions.cancel(shared.id, actor=cast.sasha, now=hands.now)
    session.commit()
    assert send_reports.run(now=hands.turn(days=7)) == 0
    assert told(session) == []


def test_the_letter_holds_the_figures_and_the_page_as_a_pdf_in_its_readers_language(
    app: Flask, session: Db, agreed: Cast, hands: Hands
) -> None:
    agreed.manny.locale = "fr"
    order(agreed, hands, is_for_all=False)
    order(agreed, hands, is_for_all=False, actor=agreed.saul)
    session.commit()
    send_reports.run(now=hands.turn(days=7))
    with opened() as office:
        app.config.update(office.settings)
        hands.turn(days=1)
        assert deliver_letters.run(now=hands.now) == 2
        by_address = {message["To"]: message for message in office.taken}
    french, english = by_address["Manny@Example.com"], by_address["Saul@Example.com"]
    assert "Première réponse" in body(french, "plain")
    assert "First answer" in body(english, "plain")
    assert "Première réponse" in text_of(french)
    assert "First answer" in text_of(english)
    assert {letter.state for letter in session.scalars(select(Letter))} == {"sent"}


def test_charts_are_pictures_where_a_chrome_is_at_hand_and_bars_where_not(
    app: Flask, session: Db, agreed: Cast, hands: Hands
) -> None:
    hands.set(handed_off.NOW)
    handed_off.handoffs(60, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=9)
    asked = {"weekday": 0, "is_for_all": False, "actor": agreed.manny}
    subscriptions.order("quality", {"period": "last-90-days"}, **asked, now=hands.now)  # type: ignore[arg-type]
    session.commit()
    with opened() as office:
        app.config.update(office.settings)
        for path in ("none", chrome.at_hand(os.environ.get("SMARKETING_CHROMIUM", ""))):
            app.config["CHROME"] = path or pytest.skip("no Chrome is at hand")
            send_reports.run(now=hands.turn(days=7))
            assert deliver_letters.run(now=hands.turn(days=4)) == 1
            hands.turn(days=-4)
        bars, drawn = office.taken
    assert body(bars, "html").count("bgcolor") > 5
    assert "cid:" not in body(bars, "html")
    shown = [each for each in drawn.walk() if each.get_content_type() == "image/png"]
    assert len(shown) == body(drawn, "html").count("cid:") > 2
    for each in shown:
        assert each["Content-ID"].strip("<>") in body(drawn, "html")
        picture = Image.open(BytesIO(each.get_content()))
        assert picture.width == vectors.WIDTH * chrome.SCALE
        assert len(picture.convert("L").getcolors() or ()) > 5
    assert text_of(drawn, "quality-")


def text_of(message: EmailMessage, name: str = "promises-") -> str:
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    assert (file.get_filename() or "").startswith(name)
    return pypdf.PdfReader(BytesIO(file.get_content())).pages[0].extract_text()
