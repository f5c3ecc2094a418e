"""The fields made of a part of the agreement say, when they are sent back unchanged, exactly that part again."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from smarketing import library
from smarketing.domain import sections, terms_text
from smarketing.domain.sections import Piece
from smarketing.domain.terms import Terms
from smarketing.web import part_rules, part_sent
from smarketing.web.part_fields import Field, Fields
from tests.cast import terms


def documents() -> list[tuple[str, Terms]]:
    return [("cast", terms()), *((name, terms_text.read(library.text(name))) for name in library.names())]


def sent(fields: list[Field]) -> Iterator[tuple[str, str]]:
    """What a browser sends for these fields."""
    for each in fields:
        match each.control:
            case "words" | "week":
                yield from ((f"{each.name}.{key}", text) for key, text in each.value.items())
            case "allowance":
                yield f"{each.name}.amount", each.value["amount"]
                yield f"{each.name}.unit", each.value["unit"]
            case "choices":
                yield from ((each.name, value) for value in each.value)
            case "group" | "list" | "rule":
                if each.is_on:
                    yield f"{each.name}.agreed", "on"
                yield f"{each.name}.n", str(len(each.fields))
                yield from rule(each) if each.control == "rule" else sent(each.fields)
            case "flag":
                yield from [(each.name, "on")] if each.value else []
            case _:
                yield each.name, each.value or ""


def rule(of: Field) -> Iterator[tuple[str, str]]:
    yield f"{of.name}.was", of.asked
    yield f"{of.name}.asked", of.asked
    yield f"{of.name}.n", str(len(of.fields))
    told = of.value or {}
    yield from ((f"{of.name}.{key}", str(told[key])) for key in ("field", "number", "upper", "days") if key in told)
    yield f"{of.name}.engagement", told.get("engagement", "")
    if told.get("personas"):
        yield from ((f"{of.name}.ticked", key) for key in told["ticked"])
    else:
        yield f"{of.name}.texts", told.get("texts", "")
    for part in of.fields:
        yield from rule(part)


@pytest.mark.parametrize(("name", "document"), documents(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_form_sent_back_unchanged_changes_nothing(app: Flask, name: str, document: Terms) -> None:
    written = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    named: dict[str, Any] = {"persona": [(each.id, each.id) for each in document.personas]}
    with app.test_request_context():
        for piece in sections.pieces(written):
            value = sections.taken(written, piece)
            fields = Fields(named).of(piece.section.model, piece.section.fields, value)
            again = part_sent.read(piece.section.model, piece.section.fields, MultiDict(list(sent(fields))))
            assert drop_empty(again) == drop_empty(value), str(piece)


def drop_empty(value: Any) -> Any:
    """What says nothing may be left out."""
    if isinstance(value, dict):
        return {key: drop_empty(held) for key, held in value.items() if held not in (None, [], False)}
    return [drop_empty(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("add:steps", {}, {"steps": [{}]}),
        ("add:steps", {"steps": [{"id": "a"}]}, {"steps": [{"id": "a"}, {}]}),
        ("remove:steps.0", {"steps": [{"id": "a"}, {"id": "b"}]}, {"steps": [{"id": "b"}]}),
        ("remove:steps.7", {"steps": [{"id": "a"}]}, {"steps": [{"id": "a"}]}),
        ("add:when.parts", {"when": {"all": []}}, {"when": {"all": [part_rules.BLANK]}}),
        ("remove:when.parts.1", {"when": {"any": [1, 2, 3]}}, {"when": {"any": [1, 3]}}),
        ("add:nowhere.else", {"title": "x"}, {"title": "x"}),
        ("remove:", {"title": "x"}, {"title": "x"}),
        ("", {"title": "x"}, {"title": "x"}),
    ],
)
def test_the_buttons_of_a_form_add_and_remove(act: str, before: Any, after: Any) -> None:
    assert part_sent.changed(before, act) == after


def a_rule(**told: str) -> MultiDict[str, str]:
    return MultiDict({f"f.{name}": value for name, value in told.items()})


def test_a_condition_that_becomes_a_group_is_its_first_part_and_back() -> None:
    leaf = {"was": "at_least", "field": "points", "number": "60"}
    assert part_rules.read(a_rule(asked="all", **leaf), "f") == {"all": [{"field": "points", "at_least": 60}]}
    assert part_rules.read(a_rule(asked="not", **leaf), "f") == {"not": {"field": "points", "at_least": 60}}
    group = MultiDict({"f.was": "all", "f.asked": "at_least", "f.n": "1", "f.parts.0.was": "at_least"})
    group.update({"f.parts.0.asked": "at_least", "f.parts.0.field": "points", "f.parts.0.number": "60"})
    assert part_rules.read(group, "f") == {"field": "points", "at_least": 60}


@pytest.mark.parametrize("length", ["-1", "99999999999", "x", ""])
def test_a_form_that_lies_about_its_length_is_read_without_harm(length: str) -> None:
    told = MultiDict({"f.was": "all", "f.asked": "all", "f.n": length})
    assert isinstance(part_rules.read(told, "f"), dict)
    clocks = Piece(next(each for each in sections.sections() if each.key == "services"), "x").section
    assert part_sent.read(clocks.model, clocks.fields, MultiDict({"f.steps.n": length})).get("steps", []) == []
