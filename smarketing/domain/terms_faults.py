"""What is wrong with a document that wants to be an agreement: where, under which clause, and what to do.

Sentences are msgids, as those of errors: the edges show them in the reader's language.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from smarketing.domain.errors import N_, InvalidInput

Path = tuple[str | int, ...]

CRITERION_TAGS: Final = frozenset(
    "all any not engaged at_least at_most between one_of contains starts_with ends_with present within_days"
    " older_than_days".split()
)
_CRITERION_KEYS: Final = frozenset({"when", "not", "criteria"})
_CRITERION_LISTS: Final = frozenset({"all", "any"})


class Fault(NamedTuple):
    """`path` leads from the document to the place; `clause` is the id of the innermost clause around it, if any.

    `line` counts from 1; None when the document was not read from text.
    """

    path: Path
    clause: str | None
    message: str
    params: dict[str, Any]
    line: int | None = None

    @property
    def place(self) -> str:
        """The place as one would say it on the telephone: “clocks 1 › allowance_minutes”."""
        parts: list[str] = []
        for step in self.path:
            if isinstance(step, int) and parts:
                parts[-1] += f" {step + 1}"
            else:
                parts.append(str(step))
        return " › ".join(parts)

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        clause = f"clause “{self.clause}”" if self.clause else ""
        where = ", ".join(filter(None, (line, clause, self.place)))
        return f"{where or 'document'}: {self.message % self.params}"


class InvalidTerms(InvalidInput):
    """The document is no agreement; `faults` are all its faults in the order of the text, one at least."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        message = N_("%(place)s: %(fault)s")
        super().__init__("terms", message, place=faults[0].place or "document", fault=str(faults[0]))


def broken_rule(message: str, *, at: Path = (), **params: Any) -> PydanticCustomError:
    """What a validator raises, so that the sentence can be told in the reader's language.

    `at` leads from the validated value to the place at fault.
    """
    sentence = message % params if params else message
    context = {"sentence": sentence, "message": message, "at": at, "params": params}
    return PydanticCustomError("broken_rule", "{sentence}", context)


def faults_of(invalid: ValidationError, document: Any) -> list[Fault]:
    errors = invalid.errors(include_url=False, include_input=False)
    faults = [(error["type"], _fault(error, document)) for error in errors]
    within = {fault.path[:length] for _type, fault in faults for length in range(len(fault.path))}
    # pydantic counts only the sound entries of a list: one that is at fault is not a missing one
    return [fault for kind, fault in faults if not (kind == "too_short" and fault.path in within)]


def clause_at(path: Path, document: Any) -> str | None:
    """The id of the innermost thing with an id on the way; None where there is none."""
    found, place = None, document
    for step in path:
        if isinstance(place, Mapping) and isinstance(place.get("id"), str):
            found = place["id"]
        place = _step_into(place, step)
    if isinstance(place, Mapping) and isinstance(place.get("id"), str):
        found = place["id"]
    return found


def _fault(error: ErrorDetails, document: Any) -> Fault:
    path = (*_path(error["loc"]), *error.get("ctx", {}).get("at", ()))
    message, params = _sentence(error, str(path[-1]) if path else "")
    return Fault(path, clause_at(path, document), message, params)


def _path(location: Path) -> Iterator[str | int]:
    """The keys of the document alone: after a criterion pydantic also names which kind of criterion it took."""
    previous: str | int = ""
    grown: list[str | int] = []
    for step in location:
        is_criterion = previous in _CRITERION_KEYS or (
            isinstance(previous, int) and len(grown) > 1 and grown[-2] in _CRITERION_LISTS
        )
        if is_criterion and step in CRITERION_TAGS:
            previous = ""
            continue
        grown.append(step)
        previous = step
    yield from grown


def _step_into(place: Any, step: str | int) -> Any:
    if isinstance(place, Mapping):
        return place.get(step)
    if isinstance(place, (list, tuple)) and isinstance(step, int) and step < len(place):
        return place[step]
    return None


def _sentence(error: ErrorDetails, field: str) -> tuple[str, dict[str, Any]]:
    """The msgid and parameters of what pydantic found."""
    context = dict(error.get("ctx", {}))
    kind = error["type"]
    if kind == "broken_rule":
        return str(context["message"]), context["params"]
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context["pattern"]), _OTHER), {"fault": error["msg"]}
    message = _SENTENCES.get(kind, _OTHER)
    limits = {name: context[name] for name in _LIMITS if name in context}
    params: dict[str, Any] = {"field": field, "fault": error["msg"], "options": context.get("expected", "")}
    return message, params | ({"limit": f"{next(iter(limits.values())):.12g}"} if limits else {})


_LIMITS: Final = ("ge", "gt", "le", "lt", "min_length", "max_length")
_OTHER: Final = N_("This cannot be read: %(fault)s")
_WHOLE_NUMBER: Final = N_("This must be a whole number.")
_NUMBER: Final = N_("This must be a number.")
NOT_A_NUMBER: Final = frozenset({_WHOLE_NUMBER, _NUMBER})
_TRUTH: Final = N_("This must be true or false.")
_MAPPING: Final = N_("This must be a block of named values, such as “id: …”.")
_DAY: Final = N_("This must be a day, such as 2026-12-25.")

_SENTENCES: Final = {
    "missing": N_("“%(field)s” is missing: add it."),
    "extra_forbidden": N_("“%(field)s” means nothing here: remove it or correct its spelling."),
    "string_type": N_("This must be text."),
    "string_too_short": N_("This must not be empty."),
    "string_too_long": N_("This is too long: %(limit)s characters at most."),
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than_equal": N_("This must be %(limit)s or more."),
    "greater_than": N_("This must be more than %(limit)s."),
    "less_than_equal": N_("This must be %(limit)s or less."),
    "less_than": N_("This must be less than %(limit)s."),
    "literal_error": N_("This must be one of: %(options)s."),
    "enum": N_("This must be one of: %(options)s."),
    "too_short": N_("At least %(limit)s entries are needed here."),
    "too_long": N_("There may be %(limit)s entries at most."),
    "tuple_type": N_("This must be a list."),
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "unknown_criterion": N_(
        "A criterion needs one of: all, any, not, engagement, at_least, at_most, between, one_of, contains,"
        " starts_with, ends_with, present, within_days, older_than_days."
    ),
}

KEY_PATTERN: Final = r"^[a-z][a-z0-9-]{0,59}$"
KIND_PATTERN: Final = r"^[a-z][a-z0-9_-]{0,59}$"
CURRENCY_PATTERN: Final = r"^[A-Z]{3}$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"
_PATTERNS: Final = {
    KEY_PATTERN: N_("An id starts with a lower-case letter and holds only a to z, 0 to 9 and hyphens, 60 at most."),
    KIND_PATTERN: N_("A kind of engagement starts with a lower-case letter and holds only a to z, 0 to 9, - and _."),
    CURRENCY_PATTERN: N_("A currency is three capital letters, such as EUR."),
    COUNTRY_PATTERN: N_("A country is two capital letters, such as FR."),
}
