"""Every macro on one page, in both themes and at the widths people use."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, Form, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

GALLERY = (Path(__file__).parent / "gallery.html").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class CompanyForm(Form):  # type: ignore[misc]
    file = FileField("File", description="The first row holds the names.")
    name = StringField("Company", validators=[InputRequired("Write the name of the company.")])
    phone = StringField("Phone")
    team = SelectField("Team", choices=[SelectChoice("1", "EMEA")])
    side = RadioField("You sign for", choices=[SelectChoice("m", "Marketing"), SelectChoice("s", "Sales")], default="m")
    is_agreed = BooleanField("The lead agreed")


@pytest.fixture
def values(clock: Any) -> dict[str, Any]:
    form = CompanyForm(MultiDict({"team": "1", "side": "m"}))
    form.validate()
    return {
        "form": form,
        "rows": [
            ("Amélie Roux", "mql", "Saul", clock(-134.5, -200, "overdue", "by 2 h 14 min")),
            (
                "Anne-Sophie de la Rochefoucauld-Montbel",
                "sal",
                None,
                clock(38.5, -5, "at_risk", "38 min left"),
            ),
            ("ليلى الحسن", "sql", "Saul", clock(300.5, 200, "on_track", "in 5 h 0 min")),
            ("Tom 🚀", "won", "Saul", clock(300, 200, "met", "after 10 min")),
            ("Bo", "recycled", "Saul", clock(300, 200, "void", None)),
        ],
        "bars": [
            SimpleNamespace(label="Demo", detail="2 times", points="+40", left=0, width=40, is_less=False),
            SimpleNamespace(label="Limit", detail=None, points="−8", left=32, width=8, is_less=True),
        ],
        "total": SimpleNamespace(label="Score", points="32", left=0, width=32),
        "axis": SimpleNamespace(left=0, width=40),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_inaccessible(show: Any, values: dict[str, Any], theme: str, width: int) -> None:
    page = show(GALLERY, values=values | {"theme": theme}, width=width)
    page.locator("#kept .main-svg").first.wait_for()
    found = Axe().run(page, options={"runOnly": STANDARDS})
    assert found.response["violations"] == [], found.generate_report()


def test_the_page_never_scrolls_sideways(show: Any, values: dict[str, Any]) -> None:
    page = show(GALLERY, values=values)
    for width in (320, 360, 640, 768, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_state_is_told_in_words_and_not_by_colour_alone(show: Any, values: dict[str, Any]) -> None:
    badges = show(GALLERY, values=values).locator("#queue .badge-state")
    assert [" ".join(words.split()) for words in badges.all_inner_texts()] == [
        "Overdue by 2 h 14 min",
        "At risk 38 min left",
        "Due in 5 h 0 min",
        "Met after 10 min",
        "Withdrawn",
    ]
    assert len({badge.locator("use").get_attribute("href") for badge in badges.all()}) == 5


def test_an_error_names_its_field_and_has_the_focus(show: Any, values: dict[str, Any]) -> None:
    page = show(GALLERY, values=values)
    page.locator(".error-summary:focus").get_by_role("link", name="Company: Write the name").click()
    assert page.evaluate("document.activeElement.id") == "name"
    field = page.get_by_label("Company", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == "name-error"


def test_a_field_without_errors_is_not_called_invalid(show: Any, values: dict[str, Any]) -> None:
    assert show(GALLERY, values=values).get_by_label("Phone").get_attribute("aria-invalid") is None


def test_no_data_is_said_and_not_drawn_as_zero(show: Any, values: dict[str, Any]) -> None:
    tile = show(GALLERY, values=values).locator(".figure", has_text="Accepted")
    assert "No data" in tile.inner_text()
    assert "%" not in tile.inner_text()


def test_paper_shows_no_navigation_and_the_figures_of_a_chart(show: Any, values: dict[str, Any]) -> None:
    page = show(GALLERY, values=values)
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert not page.get_by_role("button", name="Refuse…").is_visible()
    assert page.locator(".chart-table td", has_text="Monday").is_visible()


def test_the_page_of_a_failed_server_needs_nothing_but_the_skeleton(show: Any) -> None:
    page = show("{% extends 'errors/500.html' %}", values={"current_user": None, "navigation": None})
    assert page.get_by_role("heading", level=1).inner_text() == "Something went wrong here"


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413])
def test_an_error_page_says_what_happened_and_what_now(show: Any, code: int) -> None:
    page = show(f"{{% extends 'errors/{code}.html' %}}")
    assert page.locator(".failure p").count() == 4
    assert page.get_by_role("link", name="Go to the dashboard").is_visible()


def test_one_who_has_not_signed_in_sees_no_navigation(show: Any) -> None:
    page = show(
        "{% extends 'base.html' %}{% block title %}Sign in{% endblock %}{% block main %}Words{% endblock %}",
        values={"current_user": SimpleNamespace(is_authenticated=False)},
    )
    assert page.get_by_role("heading", name="Sign in").is_visible()
    assert page.get_by_role("navigation").count() == 0
