"""The published form of an agreement takes what is an agreement, and refuses what is misspelt."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.terms_schema import schema
from tests.cast import document, terms
from tests.clauses import WHOLE

SCHEMA = schema()
TYPES: Mapping[str, Any] = {
    "object": dict, "array": (list, tuple), "string": str, "number": (int, float), "integer": int, "boolean": bool
}  # fmt: skip


def fits(value: Any, form: Mapping[str, Any]) -> bool:
    """As JSON Schema says, for the keywords that ours uses."""
    if "$ref" in form:
        return fits(value, SCHEMA["$defs"][form["$ref"].rpartition("/")[2]])
    if "anyOf" in form and not any(fits(value, part) for part in form["anyOf"]):
        return False
    if "oneOf" in form and sum(fits(value, part) for part in form["oneOf"]) != 1:
        return False
    if ("const" in form and value != form["const"]) or ("enum" in form and value not in form["enum"]):
        return False
    kind = form.get("type")
    if kind == "null":
        return value is None
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return False
    if isinstance(value, dict):
        return _fits_object(value, form)
    if isinstance(value, (list, tuple)):
        return _fits_array(value, form)
    if isinstance(value, str):
        return bool(re.search(form.get("pattern", ""), value)) and len(value) >= form.get("minLength", 0)
    return _fits_number(value, form)


def _fits_object(value: Mapping[str, Any], form: Mapping[str, Any]) -> bool:
    known = form.get("properties", {})
    if set(form.get("required", ())) - set(value) or (
        form.get("additionalProperties") is False and set(value) - set(known)
    ):
        return False
    return all(fits(held, known[name]) for name, held in value.items() if name in known)


def _fits_array(value: Any, form: Mapping[str, Any]) -> bool:
    if not form.get("minItems", 0) <= len(value) <= form.get("maxItems", len(value)):
        return False
    forms = [*form.get("prefixItems", ()), *[form.get("items", {})] * len(value)]
    return all(fits(item, part) for item, part in zip(value, forms, strict=False))


def _fits_number(value: Any, form: Mapping[str, Any]) -> bool:
    if value is None or isinstance(value, bool):
        return True
    return (
        form.get("minimum", value) <= value <= form.get("maximum", value)
        and value > form.get("exclusiveMinimum", value - 1)
        and value < form.get("exclusiveMaximum", value + 1)
    )


@pytest.mark.parametrize("name", library.names())
def test_every_agreement_of_the_library_has_the_published_form(name: str) -> None:
    assert fits(terms_text.parse_text(library.text(name)).document, SCHEMA)


def test_what_is_exported_has_the_published_form() -> None:
    assert fits(terms(**WHOLE).model_dump(mode="json", by_alias=True, exclude_none=True), SCHEMA)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("clocks"),
        lambda d: d.update(colour="red"),
        lambda d: d.update(currency="euro"),
        lambda d: d["clocks"][0].update(objective=95),
        lambda d: d["clocks"][0].update(stops_on=[]),
        lambda d: d["clocks"][0].update(id="First answer"),
        lambda d: d["mql"].update(when={"field": "points", "above": 3}),
        lambda d: d["calendars"][0]["weekly"].update(mon=[["9 am", "18:00"]]),
        lambda d: d["cadences"][0].update(before=["forgotten"]),
        lambda d: d["ramp"]["steps"][0].update(quota_ratio=2),
    ],
)
def test_what_is_misspelt_has_not(spoil: Callable[[dict[str, Any]], object]) -> None:
    whole = copy.deepcopy(document() | WHOLE)
    assert fits(whole, SCHEMA)
    spoil(whole)
    assert not fits(whole, SCHEMA)


def test_the_form_says_which_dialect_and_version_it_is() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:smarketing:agreement:1"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert all(name in SCHEMA["properties"] for name in WHOLE)
