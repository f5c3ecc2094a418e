"""A document cut into the pieces that people edit: a clause of a list, a clause that stands alone, a few fields.

A piece has an address of one or two words, such as “clocks/first-answer”, “mql” or “purpose”. Values are those of the
document as it is written: mappings, lists, text and numbers.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from smarketing.domain.errors import N_, Missing
from smarketing.domain.terms import Terms
from smarketing.domain.terms_faults import Fault, Path

Document = dict[str, Any]

LOOSE: Final[Mapping[str, tuple[str, ...]]] = {
    "purpose": ("title", "preamble", "scope", "parties", "zone", "currency"),
    "term": ("term_months", "notice_days", "dates"),
}
"""Fields of the document that belong to no clause, and the section they are edited in."""
NEVER_EDITED: Final = "schema_version"
TAKES_THE_REST: Final = "personas"
"""The list whose last value takes whatever no other takes, and so stays the last."""


class Section(NamedTuple):
    """`path` leads to it from the document; `model` is the kind of value it holds, or of each value of its list.

    `fields` are those of the model that are edited in it. `least` is how many values its list needs.
    """

    key: str
    path: tuple[str, ...]
    model: type[BaseModel]
    fields: tuple[str, ...]
    is_list: bool = False
    is_optional: bool = False
    least: int = 0


class Piece(NamedTuple):
    """`id` is that of one value of a list; None when the section is edited as one."""

    section: Section
    id: str | None = None

    def __str__(self) -> str:
        return f"{self.section.key}/{self.id}" if self.id else self.section.key


@cache
def sections() -> tuple[Section, ...]:
    """In the order of the document."""
    found = [Section(key, (), Terms, fields) for key, fields in LOOSE.items()]
    loose = {NEVER_EDITED, *(field for fields in LOOSE.values() for field in fields)}
    for name in Terms.model_fields:
        if name not in loose:
            found += _sections_of(Terms, (name,))
    return tuple(found)


def piece(address: str) -> Piece:
    """Raises Missing for an address that leads nowhere."""
    key, _, clause_id = address.partition("/")
    for section in sections():
        if section.key == key and section.is_list == bool(clause_id):
            return Piece(section, clause_id or None)
    raise Missing(N_("There is no such part of an agreement."))


def taken(document: Document, wanted: Piece) -> Any:
    """The value of a piece; None where the document has none."""
    section = wanted.section
    if not section.path:
        return {field: document[field] for field in section.fields if field in document}
    place = _place(document, section.path)
    if section.is_list:
        return next((value for value in place or () if value.get("id") == wanted.id), None)
    return None if place is None else {field: place[field] for field in section.fields if field in place}


def put(document: Document, wanted: Piece, value: Any) -> Document:
    """Another document with this value in the place of the piece; None takes the piece out."""
    changed: Document = json.loads(json.dumps(document))
    section = wanted.section
    holder = changed if len(section.path) < 2 else changed[section.path[0]]
    if not section.path:
        _replace(changed, section.fields, value or {})
    elif section.is_list:
        holder[section.path[-1]] = _with(holder.get(section.path[-1]) or [], wanted, value)
        if not holder[section.path[-1]] and section.is_optional:
            del holder[section.path[-1]]
    elif value is None:
        holder.pop(section.path[-1], None)
    else:
        _replace(holder.setdefault(section.path[-1], {}), section.fields, value)
    return changed


def moved(document: Document, wanted: Piece, by: int) -> Document:
    """Another document with one value of a list so many places further down; as it was when it cannot go there."""
    changed: Document = json.loads(json.dumps(document))
    values = _place(changed, wanted.section.path) or []
    index = next((at for at, value in enumerate(values) if value.get("id") == wanted.id), None)
    if index is not None and 0 <= index + by < len(values):
        values.insert(index + by, values.pop(index))
    return changed


def pieces(document: Document) -> Iterator[Piece]:
    """Every piece that the document has."""
    for section in sections():
        if section.is_list:
            yield from (Piece(section, value["id"]) for value in _place(document, section.path) or ())
        elif taken(document, Piece(section)) is not None:
            yield Piece(section)


def within(fault: Fault, wanted: Piece, document: Document) -> Path | None:
    """Where in the piece the fault lies; None when it lies elsewhere."""
    section = wanted.section
    if not section.path:
        return fault.path if fault.path and fault.path[0] in section.fields else None
    if fault.path[: len(section.path)] != section.path:
        return None
    rest = fault.path[len(section.path) :]
    if not section.is_list:
        return rest if not rest or rest[0] in section.fields else None
    values = _place(document, section.path) or []
    is_it = rest and isinstance(rest[0], int) and rest[0] < len(values) and values[rest[0]].get("id") == wanted.id
    return rest[1:] if is_it else None


def mark(value: Any) -> str:
    """A short digest of a piece as it was read, to find out whether somebody has changed it since."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def parts_of(annotation: Any) -> tuple[Any, bool, bool]:
    """What a field holds: the kind of value, whether it is a list of them, and whether it may be left out."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType) and type(None) in arguments:
        rest = [argument for argument in arguments if argument is not type(None)]
        kind, is_list, _ = parts_of(rest[0]) if len(rest) == 1 else (annotation, False, True)
        return kind, is_list, True
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[0], True, False
    return annotation, False, False


def is_value(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _sections_of(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Section]:
    field = model.model_fields[path[-1]]
    kind, is_list, may_be_absent = parts_of(field.annotation)
    if is_list:
        yield _list(kind, path, field)
        return
    lists = [] if may_be_absent else [name for name in kind.model_fields if _is_list_of_clauses(kind, name)]
    fields = tuple(name for name in kind.model_fields if name not in lists)
    yield Section(".".join(path), path, kind, fields, is_optional=may_be_absent)
    for name in lists:
        yield from _sections_of(kind, (*path, name))


def _list(kind: type[BaseModel], path: tuple[str, ...], field: Any) -> Section:
    least = next((mark.min_length for mark in field.metadata if hasattr(mark, "min_length")), 0)
    return Section(".".join(path), path, kind, tuple(kind.model_fields), True, not field.is_required(), least)


def _is_list_of_clauses(model: type[BaseModel], name: str) -> bool:
    kind, is_list, _ = parts_of(model.model_fields[name].annotation)
    return is_list and is_value(kind) and "id" in kind.model_fields


def _place(document: Document, path: tuple[str, ...]) -> Any:
    place: Any = document
    for step in path:
        place = place.get(step) if place is not None else None
    return place


def _replace(holder: Document, fields: tuple[str, ...], value: Mapping[str, Any]) -> None:
    for field in fields:
        if field in value:
            holder[field] = value[field]
        else:
            holder.pop(field, None)


def _with(values: list[Any], wanted: Piece, value: Any) -> list[Any]:
    """The list with the value in the place of the one with its id, or among the last when there is none."""
    if value is None:
        return [each for each in values if each.get("id") != wanted.id]
    if any(each.get("id") == wanted.id for each in values):
        return [value if each.get("id") == wanted.id else each for each in values]
    end = len(values) - (wanted.section.key == TAKES_THE_REST)
    return [*values[:end], value, *values[end:]]
