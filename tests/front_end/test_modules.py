"""What the modules do in a browser, and what they leave alone."""

from datetime import timedelta
from typing import Any

import pytest

PAGE = """
{{% extends "base.html" %}}
{{% from "macros/badges.html" import clock_badge %}}
{{% from "macros/chart.html" import chart %}}
{{% from "macros/confirm.html" import confirm %}}
{{% from "macros/filters.html" import filter_form, filter_search, filter_select %}}
{{% from "macros/forms.html" import button_form %}}
{{% block title %}}Page{{% endblock %}}
{{% block main %}}{0}{{% endblock %}}
"""


def scene(main: str) -> str:
    return PAGE.format(main)


# countdown


def text(page: Any, selector: str) -> str:
    return " ".join(page.locator(selector).inner_text().split())


def test_a_clock_counts_down_through_its_states(show: Any, clock: Any) -> None:
    measured = clock(62.5, 2, "on_track", "in 1 h 2 min")
    page = show(scene("{{ clock_badge(measured) }}"), values={"measured": measured})
    assert text(page, ".badge-state") == "Due in 1 h 2 min"
    page.clock.run_for(timedelta(minutes=3).total_seconds() * 1000)
    assert text(page, ".badge-state") == "At risk 59 min left"
    page.clock.run_for(timedelta(minutes=75).total_seconds() * 1000)
    assert text(page, ".badge-state") == "Overdue by 15 min"
    assert page.locator(".badge-state use").get_attribute("href").endswith("#state-overdue")


def test_a_wrong_clock_of_the_device_does_not_matter(show: Any, clock: Any) -> None:
    values = {"measured": clock(62.5, 2, "on_track", "in 1 h 2 min")}
    page = show(scene("{{ clock_badge(measured) }}"), values=values, browser_is_ahead=timedelta(hours=2))
    assert text(page, ".badge-state") == "Due in 1 h 2 min"


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [(3000, "on_track", "Wed 10:00"), (90, "met", "after 5 min"), (90, "paused", "2 h left")],
)
def test_a_far_or_resting_clock_keeps_the_words_of_the_server(
    show: Any, clock: Any, minutes: int, state: str, words: str | None
) -> None:
    page = show(scene("{{ clock_badge(measured) }}"), values={"measured": clock(minutes, minutes - 60, state, words)})
    page.clock.run_for(timedelta(minutes=30).total_seconds() * 1000)
    assert page.locator(".badge-detail").text_content() == (words or "")
    assert page.locator(".badge-state").get_attribute("data-state") == state


# keyboard

LIST = """
<ul data-list>
  <li data-row><a href="#1">One</a> <button type="button" data-shortcut="a" id="accept-1">Accept</button></li>
  <li data-row><a href="#2">Two</a> <button type="button" data-shortcut="a" id="accept-2">Accept</button></li>
</ul>
<button type="button" data-shortcut="n" id="new">New lead</button>
{{ filter_search('words', 'Search') }}
"""


def presses(page: Any) -> list[str]:
    """From now on, the ids of the buttons pressed."""
    pressed: list[str] = []
    page.expose_function("note", lambda name: pressed.append(name))
    page.evaluate("document.addEventListener('click', ({ target }) => note(target.id))")
    return pressed


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_j_and_k_go_from_row_to_row_and_stop_at_the_ends(show: Any) -> None:
    page = show(scene(LIST))
    seen = []
    for key in "jjjkk":
        page.keyboard.press(key)
        seen.append(focused(page))
    assert seen == ["One", "Two", "Two", "One", "One"]


def test_a_letter_acts_on_the_row_in_focus_only(show: Any) -> None:
    page = show(scene(LIST))
    pressed = presses(page)
    page.keyboard.press("a")
    assert pressed == []
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("n")
    assert pressed == ["accept-2", "new"]


def test_nothing_happens_while_one_types_or_holds_a_modifier(show: Any) -> None:
    page = show(scene(LIST))
    pressed = presses(page)
    page.keyboard.press("Control+n")
    page.keyboard.press("/")
    page.keyboard.type("jan")
    assert page.get_by_role("searchbox").input_value() == "jan"
    assert pressed == []


def test_shortcuts_can_be_switched_off(show: Any) -> None:
    page = show(scene(LIST), values={"shortcuts_on": False})
    pressed = presses(page)
    page.keyboard.press("j")
    page.keyboard.press("n")
    assert focused(page) != "One"
    assert pressed == []


def test_the_help_lists_the_shortcuts_of_the_page(show: Any) -> None:
    page = show(scene(LIST))
    page.keyboard.press("?")
    lines = page.locator("#shortcut-help [data-listed]").all_inner_texts()
    assert [line.split(maxsplit=1) for line in lines] == [["A", "Accept"], ["N", "New lead"], ["/", "Search"]]
    page.keyboard.press("Escape")
    assert not page.locator("#shortcut-help").is_visible()


# confirmation


def test_a_confirmation_names_the_consequence_and_can_be_left(show: Any, stage: Any) -> None:
    page = show(scene("{{ confirm('x', 'Withdraw…', 'Withdraw it?', 'Saul is told.', '/refusal', 'Withdraw it') }}"))
    page.get_by_role("button", name="Withdraw…").click()
    assert page.get_by_role("dialog", name="Withdraw it?").is_visible()
    assert page.get_by_text("Saul is told.").is_visible()
    assert focused(page) == "Go back"
    page.keyboard.press("Enter")
    assert not page.get_by_text("Saul is told.").is_visible()
    assert ("POST", "/refusal") not in stage.requests


# theme


def test_the_theme_changes_at_once_and_is_kept_by_the_server(show: Any, stage: Any) -> None:
    page = show(scene("Words"))
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="You: Saul Berger").click()
    with page.expect_request("**/account.theme") as kept:
        page.get_by_role("button", name="Dark").click()
    assert "dark" in kept.value.post_data
    assert "token" in kept.value.post_data
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


# messages


def test_a_success_goes_by_itself_and_an_error_stays(show: Any) -> None:
    page = show(scene("Words"), flashes=(("success", "Accepted."), ("error", "Too late.")))
    assert page.locator("[data-toast] p").all_inner_texts() == ["Accepted.", "Too late."]
    page.clock.run_for(20_000)
    assert page.locator("[data-toast] p").all_inner_texts() == ["Too late."]
    page.get_by_role("button", name="Close this message").click()
    assert page.locator("[data-toast]").count() == 0


def test_a_message_stays_while_it_is_pointed_at(show: Any) -> None:
    undoable = {"message": "Refused.", "undo_url": "/undo"}
    page = show(scene("Words"), flashes=(("success", undoable),))
    page.get_by_role("button", name="Undo").hover()
    page.clock.run_for(30_000)
    assert page.get_by_text("Refused.").is_visible()
    page.mouse.move(10, 10)
    page.clock.run_for(10_000)
    assert page.get_by_text("Refused.").count() == 0


def test_a_refused_request_says_why_and_changes_nothing(show: Any) -> None:
    page = show(scene("<div id='row'>{{ button_form('Accept', '/refusal', target='#row') }}</div>"))
    with page.expect_request("**/refusal") as sent:
        page.get_by_role("button", name="Accept").click()
    assert sent.value.headers["x-csrftoken"] == "token"
    page.get_by_text("Sara was quicker.").wait_for()
    assert page.get_by_role("button", name="Accept").is_visible()


# charts

FIGURE = {
    "data": [
        {
            "type": "bar",
            "x": ["Mon", "Tue"],
            "y": [3, 4],
            "marker": {"color": "var(--state-met)"},
            "customdata": ["/#mon", "/#tue"],
        }
    ],
    "layout": {},
}
CHART = """{% call chart('kept', 'Kept', 'Sentence.', figure, figure_url) %}<table></table>{% endcall %}"""


def bar_colour(page: Any) -> str:
    return str(page.locator("#kept .point path").first.evaluate("bar => getComputedStyle(bar).fill"))


def test_a_chart_takes_its_colours_from_the_tokens_of_the_theme(show: Any) -> None:
    page = show(scene(CHART), values={"figure": FIGURE})
    page.locator("#kept .point").first.wait_for()
    assert bar_colour(page) == "rgb(19, 108, 67)"
    page.get_by_role("button", name="You: Saul Berger").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_function(
        "getComputedStyle(document.querySelector('#kept .point path')).fill === 'rgb(116, 207, 159)'"
    )


def test_a_point_leads_to_its_records(show: Any) -> None:
    page = show(scene(CHART), values={"figure": FIGURE})
    page.locator("#kept .point").first.wait_for()
    box = page.locator("#kept .point path").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.clock.run_for(500)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/#tue")


def test_a_chart_that_cannot_be_drawn_says_where_its_figures_are(show: Any) -> None:
    page = show(scene(CHART), values={"figure_url": "/nowhere"})
    page.get_by_text("The chart could not be drawn. The table below holds the same figures.").wait_for()


def test_a_page_without_charts_does_not_load_their_library(show: Any, stage: Any) -> None:
    show(scene("Words"))
    assert [path for _method, path in stage.requests if "plotly-cartesian" in path] == []


# filters, files, explanations


def test_a_changed_filter_applies_at_once_and_keeps_the_focus(show: Any) -> None:
    choice = "{{ filter_select('source', 'Source', [('', 'Any'), ('web', 'Web')]) }}"
    page = show(scene("{% call filter_form('/') %}" + choice + "{% endcall %}"))
    page.get_by_label("Source").select_option("web")
    page.wait_for_url("**/?source=web")
    assert page.evaluate("document.activeElement.name") == "source"


def test_a_dropped_file_is_as_good_as_a_chosen_one(show: Any) -> None:
    page = show(scene("<div data-dropzone><input type='file' aria-label='File'><span data-dropzone-name></span></div>"))
    page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["email"], "leads.csv"));
          const zone = document.querySelector("[data-dropzone]");
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }"""
    )
    assert page.locator("[data-dropzone-name]").inner_text() == "leads.csv"
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


@pytest.mark.parametrize("leave", ["Escape", "click"])
def test_an_opened_explanation_closes_when_one_turns_away(show: Any, leave: str) -> None:
    page = show(scene("<details data-closes><summary>?</summary><p>Kept ÷ due.</p></details>"))
    page.locator("summary").click()
    page.get_by_text("Kept ÷ due.").click()
    assert page.get_by_text("Kept ÷ due.").is_visible()
    page.locator("h1").click() if leave == "click" else page.keyboard.press(leave)
    assert not page.get_by_text("Kept ÷ due.").is_visible()


# htmx


def test_a_field_that_was_drawn_larger_is_swapped_without_an_inline_style(show: Any) -> None:
    button = """<button hx-get="/" hx-target="#box" hx-select="#box" hx-swap="outerHTML">Again</button>"""
    page = show(scene(f"""<div id="box"><textarea id="told"></textarea>{button}</div>"""))
    page.evaluate("document.getElementById('told').style.height = '200px'; window.former = told")
    page.get_by_role("button", name="Again").click()
    page.wait_for_function("document.getElementById('told') !== former")
    page.clock.run_for(200)
    assert page.locator("#told").get_attribute("style") is None
