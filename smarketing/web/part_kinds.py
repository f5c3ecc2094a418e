"""Which control a field of the agreement needs, told from the type it has in the document."""

import enum
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from smarketing.domain import criteria
from smarketing.domain.calendars import Week
from smarketing.domain.clauses import Words
from smarketing.domain.sections import is_value, parts_of
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_references import Names

Control = Literal[
    "allowance", "choice", "choices", "date", "flag", "group", "hidden", "lines", "list", "minutes", "moment", "money",
    "number", "numbers", "rule", "share", "spans", "text", "week", "words", "zone",
]  # fmt: skip

IN_MINUTES = frozenset({"allowance_minutes", "limit_minutes", "answer_minutes"})
MOMENTS = frozenset({"started_at", "stopped_at", "paused_at", "resumed_at", "due_at"})
IN_CENTS = frozenset({"Worth.value", "Worth.price", "AssumptionsClause.average_sale"})
PLAIN_KEYS = {
    "calendar": "calendar",
    "persona": "persona",
    "team": "team",
    "ReasonClause.group": "group",
    "FitRule.group": "points group",
    "EngagementRule.group": "points group",
    "ExampleFact.field": "lead field",
    "ExampleClause.answered": "checklist item",
}
"""Fields that name another part without saying of which kind."""


class Kind(NamedTuple):
    """`model` is that of a group, or of each entry of a list; `options` are the values a choice has.

    `names` is the kind of part that a choice names, whose ids are its options. `most` is the length of a full list.
    """

    control: Control
    is_optional: bool = False
    model: type[BaseModel] | None = None
    options: tuple[str, ...] = ()
    names: str | None = None
    most: int | None = None
    least: int = 0

    @property
    def held(self) -> type[BaseModel]:
        """The model of a group or a list. Raises LookupError for a control that holds no values of their own."""
        if self.model is None:
            raise LookupError(self.control)
        return self.model


@cache
def kind_of(model: type[BaseModel], name: str) -> Kind:
    field = model.model_fields[name]
    held, is_list, may_be_absent = parts_of(field.annotation)
    is_optional = may_be_absent or (not field.is_required() and not is_list)
    marks = [*field.metadata, *_marks(field.annotation)]
    limits = {
        limit: getattr(mark, limit) for mark in marks for limit in ("min_length", "max_length") if hasattr(mark, limit)
    }
    if name == "id":
        return Kind("hidden")
    control = _one(model, name, held)
    if not is_list:
        return control._replace(is_optional=is_optional)
    if control.control in ("choice", "number"):
        options = control.options or (tuple(map(str, range(1, 13))) if control.control == "number" else ())
        return control._replace(control="choices", options=options, is_optional=True)
    if control.control == "group":
        most, least = limits.get("max_length"), limits.get("min_length", 0)
        return control._replace(control="list", most=most, least=least)
    return Kind("spans" if get_origin(held) is tuple else "lines", is_optional=is_optional)


def _one(model: type[BaseModel], name: str, held: Any) -> Kind:
    names = next(
        (
            mark.kind
            for mark in [*model.model_fields[name].metadata, *_marks(model.model_fields[name].annotation)]
            if isinstance(mark, Names)
        ),
        None,
    )
    options = tuple(dict.fromkeys(_options(held)))
    if _is_rule(held):
        return Kind("rule")
    named = names or PLAIN_KEYS.get(name) or PLAIN_KEYS.get(f"{model.__name__}.{name}")
    if named:
        return Kind("choice", names=named)
    if options:
        return Kind("choice", options=options)
    if is_value(held):
        special: dict[Any, Control] = {Words: "words", Allowance: "allowance", Week: "week"}
        return Kind(special.get(held, "group"), model=held)
    return Kind(_plain(model, name, held))


def _plain(model: type[BaseModel], name: str, held: Any) -> Control:
    base = _base(held)
    if name == "zone":
        return "zone"
    if name in MOMENTS:
        return "moment"
    if base is bool:
        return "flag"
    if base is float:
        return "share"
    if base is int:
        return "minutes" if name in IN_MINUTES else "money" if f"{model.__name__}.{name}" in IN_CENTS else "number"
    if base is date:
        return "date"
    return "numbers" if get_origin(base) is tuple else "text"


def _base(held: Any) -> Any:
    return _base(get_args(held)[0]) if hasattr(held, "__metadata__") else held


def _options(held: Any) -> Iterator[str]:
    if isinstance(held, type) and issubclass(held, enum.StrEnum):
        yield from (option.value for option in held)
    elif get_origin(held) is Literal:
        yield from (str(option) for option in get_args(held))
    elif get_origin(held) is not tuple and not is_value(held):
        for part in get_args(held):
            yield from _options(part)


def _is_rule(held: Any) -> bool:
    return held is criteria.All or any(_is_rule(part) for part in get_args(held) if get_origin(held) is not tuple)


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)
