"""Criteria as rows of fields: what each asks, of which field, with what it is compared; and back.

A group of criteria has its parts under “parts”, however the document calls it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from smarketing.domain.criteria import MAX_DEPTH
from smarketing.domain.criteria_fields import INSTANT_FIELDS, KNOWN_FIELDS, NUMBER_FIELDS
from smarketing.domain.errors import N_

GROUPS: Final = ("all", "any", "not")
TEXTS: Final = ("one_of", "contains", "starts_with", "ends_with")
NUMBERS: Final = ("at_least", "at_most", "within_days", "older_than_days")
ASKED: Final[Mapping[str, str]] = {
    "all": N_("all of these hold"),
    "any": N_("at least one of these holds"),
    "not": N_("this does not hold"),
    "one_of": N_("is one of"),
    "contains": N_("contains one of"),
    "starts_with": N_("starts with one of"),
    "ends_with": N_("ends with one of"),
    "present": N_("is filled in"),
    "absent": N_("is empty"),
    "at_least": N_("is at least"),
    "at_most": N_("is at most"),
    "between": N_("lies between"),
    "within_days": N_("was within the last days:"),
    "older_than_days": N_("was more than this many days ago:"),
    "engaged": N_("has engaged"),
}
FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((*TEXTS, "present", "absent"), tuple(sorted(KNOWN_FIELDS - NUMBER_FIELDS - INSTANT_FIELDS))),
    **dict.fromkeys(("at_least", "at_most", "between"), tuple(sorted(NUMBER_FIELDS))),
    **dict.fromkeys(("within_days", "older_than_days"), tuple(sorted(INSTANT_FIELDS))),
}
BLANK: Final[Mapping[str, Any]] = {"field": "job_title", "contains": []}


def asked_by(rule: Any) -> str:
    """Which of `ASKED` a criterion of the document is."""
    if not isinstance(rule, Mapping):
        return "contains"
    if "engagement" in rule:
        return "engaged"
    if "present" in rule:
        return "present" if rule["present"] is not False else "absent"
    return next((key for key in ASKED if key in rule), "contains")


def parts(rule: Mapping[str, Any]) -> list[Any]:
    asked = asked_by(rule)
    return [rule["not"]] if asked == "not" else list(rule[asked]) if asked in GROUPS else []


def read(sent: Mapping[str, str], name: str) -> Any:
    """The criterion that the fields under `name` say; one that has just become a group holds what it was."""
    was, asked = sent.get(f"{name}.was", "contains"), sent.get(f"{name}.asked", "contains")
    length = sent.get(f"{name}.n", "")
    count = min(int(length), 50) if length.isdecimal() and len(length) < 5 and name.count(".parts.") < MAX_DEPTH else 0
    within = [read(sent, f"{name}.parts.{index}") for index in range(count)]
    if asked in GROUPS:
        held = within or [_leaf(sent, name, was)]
        return {"not": held[0] if len(held) == 1 else {"all": held}} if asked == "not" else {asked: held}
    if was in GROUPS and within:
        return _first_leaf(within[0])
    return _leaf(sent, name, asked)


def _leaf(sent: Mapping[str, str], name: str, asked: str) -> dict[str, Any]:
    number = sent.get(f"{name}.number", "")
    if asked == "engaged":
        days = sent.get(f"{name}.days", "").strip()
        engaged = {"engagement": sent.get(f"{name}.engagement", "").strip(), "at_least": _whole(number or "1")}
        return engaged | ({"within_days": _whole(days)} if days else {})
    known = FIELDS_OF.get(asked, FIELDS_OF["contains"])
    field = sent.get(f"{name}.custom", "").strip() or sent.get(f"{name}.field", "")
    rule: dict[str, Any] = {"field": field if field in known or field.startswith("custom.") else known[0]}
    if asked in TEXTS:
        return rule | {asked: _texts(sent, name)}
    if asked in ("present", "absent"):
        return rule | {"present": asked == "present"}
    if asked == "between":
        return rule | {"between": [_whole(number), _whole(sent.get(f"{name}.upper", ""))]}
    return rule | {asked: _whole(number)} if asked in NUMBERS else dict(BLANK)


def _first_leaf(rule: Any) -> Any:
    within = parts(rule)
    return _first_leaf(within[0]) if within else rule


def _texts(sent: Any, name: str) -> list[str]:
    ticked = sent.getlist(f"{name}.ticked") if hasattr(sent, "getlist") else []
    written = sent.get(f"{name}.texts", "")
    return [*ticked, *filter(None, (text.strip() for text in re.split(r"[\n,;]", written)))]


def _whole(text: str) -> Any:
    """A whole number when it is one; what was typed otherwise, for the document to find fault with."""
    bare = re.sub(r"\s", "", text).replace("−", "-")
    return int(bare) if re.fullmatch(r"-?\d{1,18}", bare, re.ASCII) else text
