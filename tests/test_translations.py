"""The French catalogue is complete, keeps every placeholder, and is set as French is set."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "smarketing" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "N_": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
LOOSE_MARK = re.compile(r"[ \w»)][;!?%»](?=\s|$)|«(?![\u00a0\u202f])|\w:(?=\s|$)")
TIES = "\u00a0\u202f"


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr")


@cache
def used() -> frozenset[str | tuple[str, str]]:
    """Every msgid that code or a template asks for; a pair where there is a plural."""
    found = set()
    for folder, methods in (
        ("smarketing", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]),
    ):
        for _file, _line, msgid, _comments, _context in extract_from_dir(
            ROOT / folder, methods, options_map={"**.html": {"silent": "false"}}, keywords=KEYWORDS
        ):
            found.add(tuple(msgid) if isinstance(msgid, tuple) else msgid)
    return frozenset(found)


def translated() -> Iterator[Message]:
    return (message for message in catalogue() if message.id)


def forms(text: object) -> list[str]:
    return list(text) if isinstance(text, tuple | list) else [str(text)]


def test_something_is_extracted() -> None:
    assert {"Queue", "Sign out"} <= used()


def test_every_string_has_its_french() -> None:
    known = {
        tuple(message.id) if isinstance(message.id, tuple | list) else message.id
        for message in translated()
        if all(forms(message.string)) and not message.fuzzy
    }
    assert sorted(map(str, used() - known)) == []


def test_nothing_is_translated_that_is_not_used() -> None:
    known = {tuple(m.id) if isinstance(m.id, tuple | list) else m.id for m in translated()}
    assert sorted(map(str, known - used())) == []


def test_every_placeholder_is_kept() -> None:
    faults = [
        message.id
        for message in translated()
        for french in forms(message.string)
        if set(PLACEHOLDER.findall(french)) != set(PLACEHOLDER.findall(forms(message.id)[-1]))
        and "num" not in str(message.id)
    ]
    assert faults == []


def test_french_marks_are_tied_to_their_word() -> None:
    faults = []
    for message in translated():
        for french in forms(message.string):
            plain = PLACEHOLDER.sub("x", french)
            if any(found.group()[0] not in TIES for found in LOOSE_MARK.finditer(plain)):
                faults.append(french)
    assert faults == []


@pytest.mark.parametrize("msgid", ["Queue", "Sign out"])
def test_the_catalogue_is_read_from_its_source(msgid: str) -> None:
    from smarketing.web.languages import translations

    assert translations("fr").gettext(msgid) != msgid
    assert translations("en").gettext(msgid) == msgid
