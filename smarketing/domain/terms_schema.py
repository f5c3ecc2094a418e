"""The form of an agreement for editors and other programs: JSON Schema (draft 2020-12) of the document.

It tells the shape. What a document must hold as a whole, such as that what a clause names is there, only reading it
tells (`terms.read_terms`).
"""

from functools import cache
from typing import Any, Final

from smarketing.domain.terms import SCHEMA_VERSION, Terms

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@cache
def schema() -> dict[str, Any]:
    described = {
        "$schema": DIALECT,
        "$id": f"urn:smarketing:agreement:{SCHEMA_VERSION}",
        "title": "Agreement between marketing and sales",
        "description": "Durations are whole minutes where a name ends in _minutes, ratios lie between 0 and 1, "
        "money is in 1/100 of the currency.",
    }
    made = Terms.model_json_schema(by_alias=True)
    return described | {key: _lean(value) for key, value in made.items() if key not in described}


def _lean(part: Any) -> Any:
    """Without the titles that only repeat a name."""
    if isinstance(part, list):
        return [_lean(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {name: _lean(held) for name, held in value.items()} if key in ("properties", "$defs") else _lean(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str))
    }
