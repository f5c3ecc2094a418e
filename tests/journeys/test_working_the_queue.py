"""Saul works his queue by mouse and by keyboard, loses a race to Sara, and every page of it is for everybody."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from smarketing.domain.importing import Row
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import handoffs, intake, routing
from tests.cast import PASSWORD, Cast, agree
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, with_first_touch

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "Anne-Sophie de la Rochefoucauld-Montbel ليلى الحسن 🚀 " * 3


@pytest.fixture(scope="session")
def database() -> str:
    """What stands behind the pages is told on both; here it is about the browser."""
    return "sqlite"


@pytest.fixture
def queued(session: Db, cast: Cast, hands: Hands) -> None:
    """Five leads of Saul's, each a minute more urgent than the next, and one that waits for the team."""
    agree(cast, hands.now, clocks=with_first_touch())
    for name in ("Amélie", "Bruno", "Chloé", "Denis", LONG, "Teamlead"):
        facts = {"first_name": name, "email": f"{name[:3]}@example.com", "job_title": "Director", "country": "FR"}
        intake.take([Row(facts | {"company": name}, engagements=[("demo_request", None)])], now=hands.turn(minutes=1))
    *sauls, teams = session.scalars(select(Handoff.id).order_by(Handoff.id))
    routing.reassign(sauls, owner_id=cast.saul.id, actor=cast.sasha, now=hands.now)
    routing.reassign([teams], owner_id=None, actor=cast.sasha, now=hands.now)
    session.commit()


def sign_in(page: Any, session: Db, user: User) -> Any:
    email = user.email
    session.commit()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Queue").first.click()
    page.get_by_role("heading", name="Queue", level=1).wait_for()
    return page


@pytest.fixture
def saul(page: Any, session: Db, cast: Cast, queued: None) -> Any:
    """Saul's browser on his queue, signed in by the form."""
    return sign_in(page, session, cast.saul)


def row(page: Any, name: str) -> Any:
    return page.locator("tr[data-row]", has_text=name)


def focused(page: Any, name: str) -> None:
    """Waits until the row of this name has the focus."""
    page.locator(".row-link:focus", has_text=name).wait_for()


def state(session: Db, name: str) -> str:
    session.rollback()
    state = session.scalars(select(Handoff.state).join(Lead).where(Lead.first_name == name)).one()
    session.rollback()
    return str(state)


def settled(page: Any) -> None:
    """What was swapped in is all there, as it is for anybody who takes a moment to read it."""
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")


def test_by_mouse_from_the_queue_to_a_won_deal(saul: Any, session: Db) -> None:
    names = saul.locator("tr[data-row] .row-link").all_inner_texts()
    assert [name[:5] for name in names] == ["Améli", "Bruno", "Chloé", "Denis", "Anne-", "Teaml"]
    row(saul, "Amélie").get_by_role("button", name="Accept").click()
    saul.get_by_text("You accepted Amélie.").wait_for()
    assert "SAL" in row(saul, "Amélie").text_content()
    assert saul.locator("tr[data-row] .row-link").first.inner_text() == "Amélie", "the row stays in its place"

    row(saul, "Amélie").get_by_role("link", name="Touch").click()
    row(saul, "Amélie").get_by_label("Meeting").check()
    row(saul, "Amélie").get_by_label("Note").fill("Met at their office.")
    row(saul, "Amélie").get_by_role("button", name="Log a touch").click()
    saul.get_by_text("The touch was logged.").wait_for()

    row(saul, "Amélie").get_by_role("link", name="Confirm").click()
    row(saul, "Amélie").get_by_label("Need").fill("Ten sites.")
    row(saul, "Amélie").get_by_role("button", name="Confirm as SQL").click()
    row(saul, "Amélie").get_by_text("at least 2 answers; it has 1").wait_for()
    settled(saul)
    assert row(saul, "Amélie").get_by_label("Need").input_value() == "Ten sites.", "nothing typed is lost"
    row(saul, "Amélie").get_by_label("Budget").fill("20 k€")
    row(saul, "Amélie").get_by_role("button", name="Confirm as SQL").click()
    saul.get_by_text("Amélie is an SQL now.").wait_for()

    row(saul, "Amélie").get_by_role("link", name="Won").click()
    row(saul, "Amélie").get_by_label("Amount").fill("a lot")
    row(saul, "Amélie").get_by_role("button", name="Mark as won").click()
    row(saul, "Amélie").get_by_text("is not an amount").wait_for()
    settled(saul)
    row(saul, "Amélie").get_by_label("Amount").fill("12 500")
    row(saul, "Amélie").get_by_role("button", name="Mark as won").click()
    saul.get_by_text("Amélie is won.").wait_for()
    assert row(saul, "Amélie").get_by_role("button").count() == 0
    assert state(session, "Amélie") == "won"
    assert session.scalars(select(Lead.amount_cents).where(Lead.first_name == "Amélie")).one() == 1_250_000
    assert session.scalars(select(Touch.note)).all() == ["Met at their office."]
    session.rollback()
    saul.reload()
    assert row(saul, "Amélie").count() == 0


def test_by_keyboard_without_the_mouse(saul: Any, session: Db) -> None:
    keys = saul.keyboard
    keys.press("j")
    keys.press("j")
    keys.press("k")
    focused(saul, "Amélie")
    keys.press("a")
    saul.get_by_text("You accepted Amélie.").wait_for()
    focused(saul, "Amélie")
    keys.press("j")
    focused(saul, "Bruno")
    keys.press("r")
    saul.locator("[name=reason]:focus").wait_for()
    keys.press("2")
    saul.get_by_text("You refused Bruno. The lead is now: Recycled.").wait_for()
    assert session.scalars(select(Disposition.reason).order_by(Disposition.id.desc())).first() == "not-now"
    focused(saul, "Bruno")
    keys.press("j")
    keys.press("t")
    saul.locator("[name=channel]:focus").wait_for()
    keys.press("Escape")
    focused(saul, "Chloé")
    assert (state(session, "Bruno"), state(session, "Chloé")) == ("refused", "offered")
    assert session.scalars(select(Touch)).all() == []
    session.rollback()
    keys.press("z")
    saul.get_by_text("Undone: Bruno is where it was before.").wait_for()
    assert state(session, "Bruno") == "offered"
    assert row(saul, "Bruno").get_by_role("button", name="Accept").count() == 1, "the row is back without a reload"
    saul.locator(".row-link", has_text="Chloé").focus()
    keys.press("t")
    saul.locator("[name=channel]:focus").wait_for()
    keys.press("1")
    saul.get_by_text("The touch was logged.").wait_for()
    assert [touch.channel for touch in session.scalars(select(Touch))] == ["call"]


def test_what_is_known_stands_beside_the_row_that_has_the_focus(saul: Any) -> None:
    saul.keyboard.press("j")
    saul.keyboard.press("j")
    saul.locator("#queue-context h2", has_text="Bruno").wait_for()
    assert "Asked for a demo" in saul.locator("#queue-context").inner_text()
    saul.set_viewport_size({"width": 360, "height": 800})
    saul.locator("tr", has_text="Chloé").locator(".queue-open").click()
    saul.locator("#pack-sheet h2", has_text="Chloé").wait_for()
    check(saul, "the sheet of a lead at 360")
    saul.keyboard.press("Escape")
    assert not saul.locator("#pack-sheet").is_visible()


def test_the_palette_goes_anywhere_by_keyboard(saul: Any) -> None:
    saul.keyboard.press("Control+k")
    saul.keyboard.type("chloe")
    saul.locator("#palette-found [aria-selected=true]", has_text="Chloé").wait_for()
    check(saul, "the palette")
    saul.keyboard.press("Enter")
    saul.get_by_role("heading", name="Chloé", level=1).wait_for()
    saul.keyboard.press("Control+k")
    saul.keyboard.type("account")
    saul.keyboard.press("Escape")
    assert not saul.locator("#palette").is_visible()


def test_changes_come_without_a_reload_and_move_nothing(saul: Any, session: Db, cast: Cast, hands: Hands) -> None:
    saul.locator(".row-link", has_text="Bruno").focus()
    before = saul.locator("tr[data-row] .row-link").all_inner_texts()
    waiting = session.scalars(select(Handoff.id).where(Handoff.owner_id.is_(None))).one()
    handoffs.accept(waiting, actor=cast.sara, now=hands.now)
    facts = {"first_name": "Emma", "email": "emma@example.com", "job_title": "Director", "country": "FR"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    latest = session.scalars(select(Handoff.id).order_by(Handoff.id.desc())).first() or 0
    routing.reassign([latest], owner_id=cast.saul.id, actor=cast.sasha, now=hands.now)
    session.commit()
    hands.turn(seconds=3)
    saul.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    row(saul, "Teamlead").get_by_text("Sara Lindqvist accepted it, 3 seconds ago").wait_for()
    assert saul.locator("tr[data-row] .row-link").all_inner_texts() == before
    focused(saul, "Bruno")
    saul.get_by_text("1 more is waiting: show it").click()
    row(saul, "Emma").wait_for()
    assert row(saul, "Teamlead").count() == 0


def test_the_loser_of_a_race_is_told_who_and_sees_it(saul: Any, session: Db, cast: Cast, hands: Hands) -> None:
    waiting = session.scalars(select(Handoff.id).where(Handoff.owner_id.is_(None))).one()
    handoffs.accept(waiting, actor=cast.sara, now=hands.now)
    session.commit()
    hands.turn(seconds=7)
    row(saul, "Teamlead").get_by_role("button", name="Accept").click()
    saul.get_by_text("Sara Lindqvist was quicker: accepted it 7 s ago.").wait_for()
    assert "SAL" in row(saul, "Teamlead").text_content()
    assert row(saul, "Teamlead").get_by_role("button").count() == 0
    saul.get_by_role("button", name="Close this message").click()
    saul.reload()
    assert row(saul, "Teamlead").count() == 0


def test_without_scripts_the_same_forms_are_pages(
    browser: Any, live_server: str, session: Db, cast: Cast, queued: None
) -> None:
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill("saul@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/queue/?q=chlo")
    row(page, "Chloé").get_by_role("link", name="Refuse").click()
    page.get_by_label("Note").fill("Wrong number")
    page.get_by_role("button", name="Refuse the lead").click()
    assert "does not know the reason" in page.locator("main").inner_text()
    assert page.get_by_label("Note").input_value() == "Wrong number"
    page.get_by_label("Bad data").check()
    page.get_by_role("button", name="Refuse the lead").click()
    assert page.url.endswith("/queue/?q=chlo")
    assert "You refused Chloé" in page.locator("#toasts").inner_text()
    context.close()
    assert state(session, "Chloé") == "refused"


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_every_page_of_the_desk_is_for_everybody(
    saul: Any, session: Db, cast: Cast, hands: Hands, width: int, theme: str
) -> None:
    first, second, *_rest = session.scalars(select(Handoff.id).order_by(Handoff.id))
    for handoff_id in (first, second):
        handoffs.accept(handoff_id, actor=cast.saul, now=hands.now)
    handoffs.confirm(second, checklist=CHECKLIST, actor=cast.saul, now=hands.now)
    session.commit()
    saul.emulate_media(color_scheme=theme)
    saul.set_viewport_size({"width": width, "height": 800})
    for path in ("queue/", "queue/?q=nobody", "queue/?view=rest", "handoffs/3/refusal", "handoffs/3/touches"):
        inspect(saul, f"/{path}", width)
    for path in ("handoffs/1/confirmation", "handoffs/1/recycling", "handoffs/2/win", "handoffs/2/loss", "leads/1"):
        inspect(saul, f"/{path}", width)
    saul.goto("/queue/")
    row(saul, "Chloé").get_by_role("link", name="Refuse").click()
    row(saul, "Chloé").get_by_role("button", name="Refuse the lead").click()
    row(saul, "Chloé").get_by_text("does not know the reason").wait_for()
    check(saul, "a row with a fault")


def inspect(page: Any, url: str, width: int) -> None:
    assert page.goto(url).status == 200
    check(page, url)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, url


def check(page: Any, where: str) -> None:
    """Read when what stands beside the list has come, too."""
    page.locator("#queue-context > p").wait_for(state="hidden")
    found = Axe().run(page, options={"runOnly": STANDARDS})
    assert found.response["violations"] == [], f"{where}: {found.generate_report()}"
