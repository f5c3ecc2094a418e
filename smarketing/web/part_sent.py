"""Read the fields of a part of the agreement back into what the document holds.

What cannot be read stays as it was typed: the document then finds the fault, and the form shows it at its field.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import chain, count
from typing import Any

from pydantic import BaseModel

from smarketing.domain.calendars import WEEKDAYS
from smarketing.web import part_rules
from smarketing.web.part_kinds import Kind, kind_of

NOTHING: Any = object()
HOURS = re.compile(r"(\d{1,5})\s*(?:h|:)\s*([0-5]?\d)?", re.ASCII)
SPAN = re.compile(r"(\d{1,2}[:h]\d{2})\s*[-–—]\s*(\d{1,2}[:h]\d{2})", re.ASCII)
MOST = 400


def read(model: type[BaseModel], fields: Iterable[str], sent: Any, prefix: str = "f") -> dict[str, Any]:
    """The value under `prefix`; a field that was left empty is left out."""
    value: dict[str, Any] = {}
    for name in fields:
        held = _field(kind_of(model, name), sent, f"{prefix}.{name}")
        if held is not NOTHING:
            value[name] = held
    return value


def changed(value: Any, act: str) -> Any:
    """The value after a button of the form: “add:steps”, “remove:steps.2”, “add:when.parts”."""
    verb, _, place = act.partition(":")
    steps = place.split(".")
    holder = _walk(value, steps if verb == "add" else steps[:-1], makes=verb == "add")
    if verb == "add" and isinstance(holder, list) and len(holder) < MOST:
        holder.append(dict(part_rules.BLANK) if steps[-1] == "parts" else {})
    elif verb == "remove" and isinstance(holder, list) and steps[-1].isdecimal() and int(steps[-1]) < len(holder):
        holder.pop(int(steps[-1]))
    return value


def _field(kind: Kind, sent: Any, name: str) -> Any:
    match kind.control:
        case "words":
            words = {language: _text(sent, f"{name}.{language}") for language in ("en", "fr")}
            return words if any(words.values()) or not kind.is_optional else NOTHING
        case "rule":
            is_absent = kind.is_optional and sent.get(f"{name}.agreed") != "on"
            return NOTHING if is_absent else part_rules.read(sent, name)
        case "allowance":
            amount = _text(sent, f"{name}.amount")
            return {sent.get(f"{name}.unit", "days"): _number(amount)} if amount else NOTHING
        case "week":
            days = {day: _spans(sent.get(f"{name}.{day}", "")) for day in WEEKDAYS}
            return {day: spans for day, spans in days.items() if spans}
        case "group":
            is_absent = kind.is_optional and sent.get(f"{name}.agreed") != "on"
            return NOTHING if is_absent else read(kind.held, kind.held.model_fields, sent, name)
        case "list":
            length = min(_count(sent, name), MOST)
            entries = [read(kind.held, kind.held.model_fields, sent, f"{name}.{at}") for at in range(length)]
            return _with_ids(entries, kind, sent.get("f.id", "")) or NOTHING
        case "spans":
            return _spans(sent.get(name, "")) or NOTHING
        case "choices":
            ticked = sent.getlist(name)
            return [int(each) if each.isdecimal() else each for each in ticked] or NOTHING
        case "flag":
            return sent.get(name) == "on"
        case "lines":
            lines = [line.strip() for line in sent.get(name, "").splitlines() if line.strip()]
            return lines or NOTHING
        case _:
            text = _text(sent, name)
            return _scalar(kind, text) if text else NOTHING


def _with_ids(entries: list[Any], kind: Kind, holder_id: str) -> list[Any]:
    """Clauses within a clause get ids made of its own and their titles, which stay what they are from then on."""
    taken = {entry.get("id") for entry in entries}
    for entry in entries if "id" in kind.held.model_fields else ():
        if not entry.get("id"):
            title = entry.get("title", {})
            entry["id"] = free_key(f"{holder_id}-{title.get('en') or title.get('fr') or ''}", taken)
            taken.add(entry["id"])
    return entries


def free_key(title: str, taken: Container[str | None]) -> str:
    """A key made of the letters of a title, with a number behind it when it is taken."""
    plain = (
        unicodedata.normalize("NFKD", title.replace("œ", "oe").replace("’", "-"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:50].rstrip("-") or "clause"
    return next(key for key in chain([slug], (f"{slug}-{n}" for n in count(2))) if key not in taken)


def _scalar(kind: Kind, text: str) -> Any:
    match kind.control:
        case "number":
            return _number(text)
        case "numbers":
            return [_number(each) for each in re.split(r"[,;\s]+", text) if each]
        case "share":
            return _times(text.replace("%", ""), Decimal("0.01"), float)
        case "money":
            return _times(text, Decimal(100), int)
        case "minutes":
            hours = HOURS.fullmatch(text)
            return int(hours[1]) * 60 + int(hours[2] or 0) if hours else _times(text, Decimal(60), int)
        case _:
            return text


def _count(sent: Mapping[str, str], name: str) -> int:
    length = sent.get(f"{name}.n", "")
    return int(length) if length.isdecimal() and len(length) < 5 else 0


def _text(sent: Mapping[str, str], name: str) -> str:
    return (sent.get(name) or "").replace("\r\n", "\n").strip()


def _number(text: str) -> Any:
    bare = re.sub(r"\s", "", text).replace("−", "-")
    return int(bare) if re.fullmatch(r"[-+]?\d{1,18}", bare, re.ASCII) else text


def _times(text: str, factor: Decimal, kind: type) -> Any:
    bare = re.sub(r"\s", "", text).replace("−", "-").replace(",", ".")
    try:
        number = Decimal(bare) * factor
    except InvalidOperation:
        return text
    return kind(number) if number.is_finite() and (kind is float or number == int(number)) else text


def _spans(text: str) -> Any:
    """“9:00–12:30, 13:30–18:00” as pairs; the text itself when it is something else."""
    pieces = [piece.strip() for piece in re.split(r"[,;]", text) if piece.strip()]
    found = [SPAN.fullmatch(piece) for piece in pieces]
    if not all(found):
        return [[text, ""]]
    return [[span[1].replace("h", ":"), span[2].replace("h", ":")] for span in found if span]


def _walk(value: Any, steps: list[str], *, makes: bool) -> Any:
    """The list that these steps lead to; one that is not there yet is made when `makes`, else None."""
    place = value
    for at, step in enumerate(steps):
        if isinstance(place, list):
            place = place[int(step)] if step.isdecimal() and int(step) < len(place) else None
        elif not isinstance(place, dict):
            return None
        elif step == "parts":
            place = place.get(part_rules.asked_by(place))
            place = place if isinstance(place, list) else None
        elif makes and at == len(steps) - 1:
            place = place.setdefault(step, [])
        else:
            place = place.get(step)
    return place
