"""In and out through the front door: by keyboard alone, by a link passed on, and at every width, light and dark."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.roles import Role
from smarketing.services import accounts
from tests.cast import PASSWORD, Cast, person
from tests.conftest import Hands

Db = scoped_session[Session]

NEW_PASSWORD = "another lantern on the lake"
on_one_database = pytest.mark.parametrize("database", ["sqlite"])
"""For what is about the page alone."""
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "Anne-Sophie de la Rochefoucauld-Montbel ليلى الحسن 🚀 " * 2


@pytest.fixture
def enter(page: Any, session: Db, cast: Cast) -> Callable[..., Any]:
    """Fills the sign-in form that is open or to be opened, and waits until somebody is in."""
    session.commit()

    def sign(email: str, password: str = PASSWORD) -> Any:
        page.goto("/session/new")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main").wait_for()
        return page

    return sign


@pytest.mark.usefixtures("cast")
def test_the_keyboard_alone_is_enough(page: Any, session: Db) -> None:
    session.commit()
    page.goto("/people/")
    assert page.evaluate("document.activeElement.name") == "email"
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("not it")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("These do not match an account.").wait_for()
    assert page.evaluate("document.activeElement.name") == "password"
    assert page.get_by_label("E-mail").input_value() == "ada@example.com"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="People").wait_for()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    tool = page.get_by_role("button", name="You: Ada Wong")
    tool.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Your account"
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="Your account").is_visible()
    assert page.evaluate("document.activeElement.ariaLabel") == "You: Ada Wong"

    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Sign in").wait_for()
    page.go_back()
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"


def test_somebody_new_comes_in_by_the_link_they_were_passed(enter: Callable[..., Any]) -> None:
    ada = enter("ada@example.com")
    ada.get_by_role("link", name="People").first.click()
    ada.get_by_role("link", name="New account").click()
    ada.get_by_label("Name").fill("Nina Roth")
    ada.get_by_label("E-mail").fill("nina@example.com")
    ada.get_by_label("Role").select_option("Marketer")
    ada.get_by_role("button", name="Make the account").click()
    ada.get_by_role("alert").get_by_text("A marketer belongs to a team of marketing.").wait_for()
    assert ada.get_by_label("Name").input_value() == "Nina Roth"
    ada.get_by_label("Team").select_option("Marketing")
    ada.get_by_role("button", name="Make the account").click()
    link = ada.get_by_label("Link").input_value()
    ada.get_by_role("button", name="You: Ada Wong").click()
    ada.get_by_role("button", name="Sign out").click()

    nina = ada
    nina.goto(link)
    nina.get_by_text("For Nina Roth, nina@example.com").wait_for()
    nina.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    nina.get_by_label("New password again").fill(NEW_PASSWORD)
    nina.get_by_role("button", name="Set the password and sign in").click()
    nina.get_by_role("button", name="You: Nina Roth").wait_for()
    nina.get_by_role("status").get_by_text("Your password is set.").wait_for()
    nina.goto(link)
    assert nina.get_by_role("heading", level=1).inner_text() == "This link no longer works"


def test_somebody_leaves_and_it_is_undone(enter: Callable[..., Any]) -> None:
    ada = enter("ada@example.com")
    ada.goto("/people/")
    ada.get_by_role("searchbox").fill("saul")
    ada.keyboard.press("Enter")
    ada.get_by_role("link", name="Saul Berger").click()
    ada.get_by_role("button", name="Disable the account").click()
    sheet = ada.get_by_role("dialog")
    assert "is signed out at once and cannot sign in any more" in sheet.inner_text()
    sheet.get_by_role("button", name="Disable the account").click()
    message = ada.get_by_role("status")
    message.get_by_text("Saul Berger can no longer sign in.").wait_for()
    assert ada.locator("main").get_by_text("Disabled").is_visible()
    message.get_by_role("button", name="Undo").click()
    ada.get_by_role("button", name="Disable the account").wait_for()


def test_a_password_is_changed_and_the_language_follows(enter: Callable[..., Any]) -> None:
    saul = enter("saul@example.com")
    saul.goto("/account/")
    saul.get_by_label("Current password").fill(PASSWORD)
    saul.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    saul.get_by_label("New password again").fill(NEW_PASSWORD)
    saul.get_by_role("button", name="Change the password").click()
    saul.get_by_role("status").get_by_text("Your password was changed.").wait_for()
    saul.locator("main").get_by_label("Language").select_option("Français")
    saul.get_by_role("button", name="Save the settings").click()
    saul.get_by_role("heading", level=1, name="Votre compte").wait_for()
    assert saul.locator("html").get_attribute("lang") == "fr"


def test_colours_change_at_once_and_stay(enter: Callable[..., Any]) -> None:
    saul = enter("saul@example.com")
    saul.goto("/account/")
    saul.locator("main").get_by_role("button", name="Dark").click()
    saul.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    saul.wait_for_load_state("networkidle")
    saul.reload()
    assert saul.locator("html").get_attribute("data-theme") == "dark"


def test_without_scripts_everything_still_works(browser: Any, live_server: str, session: Db, cast: Cast) -> None:
    ada, saul = cast.ada.email, cast.saul.id
    session.commit()
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/people/")
    page.get_by_label("E-mail").fill(ada)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("searchbox").fill("saul")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Saul Berger").click()
    assert page.url.endswith(f"/people/{saul}")
    page.get_by_label("Name").fill("Saul B.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("Saul B. was saved.").wait_for()
    context.close()


@on_one_database
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_and_nothing_overflows(
    enter: Callable[..., Any], page: Any, session: Db, cast: Cast, hands: Hands, width: int, scheme: str
) -> None:
    session.add(person(LONG, Role.SALES_REP, cast.saul.team, hands.now))
    accounts.disable_user(cast.sara, actor=cast.ada, now=hands.now)
    team, saul, sara = cast.saul.team_id, cast.saul.id, cast.sara.id
    session.commit()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    before = ["/session/new", "/session/password?token=x", "/nowhere"]
    within = [
        "/account/",
        "/people/?state=all",
        "/people/?q=nobody",
        "/people/new",
        f"/people/{saul}",
        f"/people/{sara}",
    ]
    within += [f"/people/{saul}/link", "/people/teams/new", f"/people/teams/{team}", "/jobs/", "/notices/", "/queue/"]
    faults = [fault for path in before for fault in faults_of(page, path)]
    enter("ada@example.com")
    faults += [fault for path in within for fault in faults_of(page, path)]
    assert faults == []


def faults_of(page: Any, path: str) -> list[str]:
    page.goto(path)
    violations = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    found = [f"{path}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
    width, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return found + ([f"{path}: {width} px on {shown} px"] if width > shown else [])


@on_one_database
@pytest.mark.parametrize("path", ["/session/new", "/account/", "/people/new"])
def test_every_control_can_be_touched(enter: Callable[..., Any], browser: Any, page: Any, path: str) -> None:
    enter("ada@example.com")
    context = browser.new_context(
        base_url=re.sub(r"(//[^/]+).*", r"\1", page.url),
        viewport={"width": 360, "height": 800},
        has_touch=True,
        is_mobile=True,
        storage_state=None if path == "/session/new" else page.context.storage_state(),
    )
    phone = context.new_page()
    phone.goto(path)
    small = phone.evaluate(
        """[...document.querySelectorAll("main :is(button, a.btn, input:not([type=hidden], [type=checkbox]), select)")]
           .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
           .map((each) => each.outerHTML.slice(0, 120))"""
    )
    context.close()
    assert small == []
