"""Manny reads dashboard and report: the numbers are the database’s, the charts are drawn, all can be reached."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands
from tests.reports import invented

Db = scoped_session[Session]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "Ads · Anne-Sophie de la Rochefoucauld-Montbel ليلى 🚀 <b>bold</b> " * 2
COLOUR = "element => getComputedStyle(element.querySelector('.xtick text')).fill"


@pytest.fixture
def manny(page: Any, session: Db, agreed: Cast, hands: Hands) -> Any:
    """Manny’s browser, signed in, with two months behind him."""
    hands.set(invented.NOW)
    page.clock.set_fixed_time(hands.now)
    invented.leads(120, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=5)
    session.scalars(select(Lead)).first().source = LONG[:120]  # type: ignore[union-attr]
    agreed.saul.name = "Anne-Sophie de la Rochefoucauld-Montbel"
    invented.mark_all()
    email = agreed.manny.email
    session.commit()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Dashboard").wait_for()
    return page


def wait_until_drawn(page: Any) -> list[Any]:
    """Every chart of the page, each with a drawing in it."""
    charts = page.locator("[data-chart]")
    for chart in charts.all():
        chart.locator(".main-svg").first.wait_for()
    return list(charts.all())


def test_the_numbers_of_the_page_are_those_of_the_database(manny: Any, session: Db) -> None:
    is_april = Lead.mql_on >= invented.NOW.date().replace(day=1)
    mqls = session.scalar(select(func.count()).where(is_april))
    tile = manny.locator(".figure", has_text="MQLs in April 2026")
    assert tile.locator(".figure-value").inner_text() == str(mqls)
    tile.get_by_role("link", name="See the leads").click()
    manny.get_by_text(f"{mqls} leads").first.wait_for()

    manny.goto("/reports/")
    leads = session.scalar(select(func.count()).select_from(Lead))
    manny.locator("#months").locator(".main-svg").first.wait_for()
    table = manny.locator(".report-section", has=manny.locator("#months"))
    table.get_by_text("Figures as a table").click()
    assert table.get_by_role("row", name="All months").get_by_role("cell").first.inner_text() == str(leads)
    drawn = manny.locator("#months").evaluate("element => element.data.flatMap(trace => trace.y)")
    assert sum(drawn) == leads


def test_every_chart_is_drawn_named_and_redrawn_in_the_colours_of_the_theme(manny: Any) -> None:
    for address, least in (("/", 3), ("/reports/?by=mql", 9)):
        manny.emulate_media(color_scheme="light")
        manny.goto(address)
        charts = wait_until_drawn(manny)
        assert len(charts) >= least
        for chart in charts:
            assert chart.get_attribute("role") == "img"
            assert len(chart.get_attribute("aria-label")) > 20
            assert chart.locator(".scatterlayer .trace, .barlayer .trace").count() == chart.evaluate(
                "element => element.data.length"
            )
            assert chart.locator(".modebar").count() == 0
        light = charts[0].evaluate(COLOUR)
        manny.emulate_media(color_scheme="dark")
        manny.wait_for_function(
            "light => getComputedStyle(document.querySelector('[data-chart] .xtick text')).fill !== light", arg=light
        )


def test_a_filter_applies_at_once_and_stands_in_the_address(manny: Any) -> None:
    manny.get_by_role("combobox", name="Period").select_option("last-month")
    manny.locator(".figure", has_text="MQLs in March 2026").wait_for()
    assert "period=last-month" in manny.url
    manny.get_by_role("combobox", name="Source").select_option("Webinar")
    manny.wait_for_url("**source=Webinar**")
    assert "period=last-month" in manny.url
    manny.go_back()
    manny.locator(".figure", has_text="MQLs in March 2026").wait_for()
    assert manny.get_by_role("combobox", name="Source").input_value() == ""


def test_a_bar_leads_to_its_leads(manny: Any) -> None:
    manny.goto("/reports/")
    wait_until_drawn(manny)
    bar = manny.locator("#months .barlayer .trace").last.locator(".point path").nth(1)
    count = manny.locator("#months").evaluate("element => element.data.at(-1).y[1]")
    box = bar.bounding_box()
    manny.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    manny.wait_for_url("**/leads/?**furthest=inquiry**")
    manny.get_by_text(f"{count} leads").first.wait_for()


def test_definitions_and_tables_are_reached_by_keyboard(manny: Any) -> None:
    question = manny.locator(".definition summary").first
    question.focus()
    manny.keyboard.press("Enter")
    assert manny.get_by_text("Leads that became an MQL in the month").is_visible()
    summary = manny.get_by_text("Figures as a table").first
    summary.focus()
    manny.keyboard.press("Enter")
    assert manny.get_by_role("row", name="Apr 15, 2026").is_visible()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_nothing_about_figures_is_inaccessible_or_too_wide(manny: Any, width: int, theme: str) -> None:
    manny.emulate_media(color_scheme=theme)
    manny.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/?period=last-year&source=~none", "/reports/", "/reports/?source=Nowhere"):
        inspect(manny, address, width)


def inspect(page: Any, address: str, width: int) -> None:
    page.goto(address)
    wait_until_drawn(page)
    for details in page.locator("main details:not(.definition)").all():
        details.evaluate("each => { each.open = true }")
    found = Axe().run(page, options={"runOnly": STANDARDS})
    assert found.response["violations"] == [], f"{address}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, address
