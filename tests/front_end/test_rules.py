"""Rules of the templates, styles and modules that a page alone would not show."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CSS = ROOT / "static" / "css"
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

PAGES = [path for path in TEMPLATES if "mail" not in path.parts]
"""Mails may style inline: their readers know no style sheets."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# what the content security policy would refuse


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_has_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.findall(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert [tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_form_that_posts_carries_the_token(path: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
        if 'method="post"' in form:
            assert "csrf" in form


# every name leads somewhere


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "img" / "icons.svg").read_text()))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_icon_named_in_a_template_is_in_the_sprite(path: Path) -> None:
    text = path.read_text()
    named = re.findall(r"icon\('([^']+)'[,)]", text) + re.findall(r"icon_name='([^']+)'", text)
    assert set(named) <= sprite()


def test_every_state_and_stage_has_its_shape() -> None:
    from smarketing.domain.lifecycle import Stage
    from smarketing.domain.sla_clock import Urgency

    shapes = {f"stage-{stage}" for stage in Stage} | {f"state-{urgency}" for urgency in Urgency}
    assert shapes <= sprite()


def test_every_style_sheet_and_module_is_loaded() -> None:
    head = (ROOT / "templates" / "skeleton.html").read_text() + (ROOT / "templates" / "base.html").read_text()
    sheets = {str(path.relative_to(CSS).with_suffix("")) for path in CSS.rglob("*.css")}
    modules = {path.stem for path in SCRIPTS}
    assert [sheet for sheet in sheets if f"'{sheet}'" not in head and f"css/{sheet}.css" not in head] == []
    assert [module for module in modules if f"'{module}'" not in head and f"js/{module}.js" not in head] == []


@pytest.mark.parametrize("path", [*CSS.rglob("*.css")], ids=name)
def test_every_token_in_use_is_defined(path: Path) -> None:
    defined = {found for sheet in CSS.rglob("*.css") for found in re.findall(r"(--[\w-]+):", sheet.read_text())}
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= defined


def test_colours_are_named_in_the_tokens_only() -> None:
    allowed = {"tokens.css", "print.css"}
    loose = {
        (name(path), colour)
        for path in CSS.rglob("*.css")
        if path.name not in allowed
        for colour in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())
        if colour != "#fff"
    }
    assert loose == set()


# contrast: WCAG 2.2 AA is 4.5 to 1 for words and 3 to 1 for the outline of controls


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (CSS / "tokens.css").read_text())
    return {token: (light, dark) for token, light, dark in found}


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


STATES = ("overdue", "at-risk", "on-track", "met", "void")
GROUNDS = ("canvas", "surface", "raised", "sunken")
WORDS = [
    *product(("ink", "ink-soft", "blue", *(f"state-{state}" for state in STATES)), GROUNDS),
    *((f"state-{state}", f"state-{state}-soft") for state in STATES),
    *product(("ink", "ink-soft", "blue"), ("state-on-track-soft",)),
]


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), WORDS)
def test_words_can_be_read_on_their_ground(words: str, ground: str, side: int) -> None:
    assert contrast(tokens()[words][side], tokens()[ground][side]) >= 4.5


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("fill", ["fill", "fill-hover", "fill-danger", "fill-danger-hover"])
def test_white_words_can_be_read_on_a_filled_button(fill: str, side: int) -> None:
    assert contrast("#ffffff", tokens()[fill][side]) >= 4.5


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("outline", "ground"), [*product(("line-control", "focus"), GROUNDS)])
def test_controls_and_focus_stand_out(outline: str, ground: str, side: int) -> None:
    assert contrast(tokens()[outline][side], tokens()[ground][side]) >= 3
