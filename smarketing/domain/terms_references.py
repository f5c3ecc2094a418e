"""How a clause names another part of the document, and the check that what it names is there."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple, get_args

from smarketing.domain.clauses import Clause, Key, Value
from smarketing.domain.criteria import Criterion
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import Path, broken_rule

if TYPE_CHECKING:
    from smarketing.domain.terms import Terms

Kind = Literal[
    "calendar", "persona", "reason", "recycle reason", "clause", "promise", "status", "role", "clock", "judged"
]


class Names(NamedTuple):
    """Marks a field that holds the id of another part of the document."""

    kind: Kind


CalendarKey = Annotated[Key, Names("calendar")]
PersonaKey = Annotated[Key, Names("persona")]
ReasonKey = Annotated[Key, Names("reason")]
RecycleReasonKey = Annotated[Key, Names("recycle reason")]
ClauseKey = Annotated[Key, Names("clause")]
PromiseKey = Annotated[Key, Names("promise")]
StatusKey = Annotated[Key, Names("status")]
ClockKey = Annotated[Key, Names("clock")]
JudgedKey = Annotated[Key, Names("judged")]
RoleKey = Annotated[Key, Names("role")]

UNKNOWN: Final[Mapping[Kind, str]] = {
    "calendar": N_("There is no calendar “%(named)s”; there are: %(known)s."),
    "persona": N_("There is no persona “%(named)s”; there are: %(known)s."),
    "reason": N_("There is no reason “%(named)s”; there are: %(known)s."),
    "recycle reason": N_("There is no reason to recycle “%(named)s”; there are: %(known)s."),
    "clause": N_("There is no clause “%(named)s” in this document."),
    "promise": N_("There is no promise “%(named)s” that can be kept or missed; there are: %(known)s."),
    "status": N_("There is no status “%(named)s”; there are: %(known)s."),
    "clock": N_("There is no clock “%(named)s”; there are: %(known)s."),
    "judged": N_("There is no clause “%(named)s” that judges leads; there are: %(known)s."),
    "role": N_("There is no role “%(named)s”; there are: %(known)s."),
}


def check_references(terms: "Terms") -> None:
    known: dict[Kind, frozenset[str]] = {}
    for path, kind, named in references(terms):
        if kind not in known:
            known[kind] = frozenset(_ids(terms, kind))
        if named not in known[kind]:
            listed = ", ".join(sorted(known[kind])) or "–"
            raise broken_rule(UNKNOWN[kind], at=path, named=named, known=listed)


def references(value: Any, path: Path = ()) -> Iterator[tuple[Path, Kind, str]]:
    """Every id by which a part of this value names another part, with its place."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from references(item, (*path, index))
    elif isinstance(value, Value):
        kinds = _kinds(type(value))
        for field in type(value).model_fields:
            held = getattr(value, field)
            if held is None:
                continue
            if field in kinds:
                yield from _named(held, kinds[field], (*path, field))
            else:
                yield from references(held, (*path, field))


def clauses_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Clause]]:
    """Every clause within, with its place, in the order of the document; a clause before those it holds."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from clauses_in(item, (*path, index))
    elif isinstance(value, Value):
        if isinstance(value, Clause):
            yield path, value
        for field in type(value).model_fields:
            yield from clauses_in(getattr(value, field), (*path, field))


def criteria_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Criterion]]:
    """Every rule within, with its place; a rule is not looked into."""
    if isinstance(value, _CRITERIA):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from criteria_in(item, (*path, index))
    elif isinstance(value, Value):
        for field in type(value).model_fields:
            yield from criteria_in(getattr(value, field), (*path, field))


_CRITERIA: Final[tuple[Any, ...]] = tuple(get_args(kind)[0] for kind in get_args(get_args(Criterion)[0]))


def _named(held: Any, kind: Kind, path: Path) -> Iterator[tuple[Path, Kind, str]]:
    if isinstance(held, tuple):
        for index, one in enumerate(held):
            yield (*path, index), kind, one
    else:
        yield path, kind, held


@cache
def _kinds(model: type[Value]) -> Mapping[str, Kind]:
    """The fields of this kind of value that name something, and what they name."""
    found: dict[str, Kind] = {}
    for name, field in model.model_fields.items():
        marks = [*field.metadata, *_marks(field.annotation)]
        for mark in marks:
            if isinstance(mark, Names):
                found[name] = mark.kind
    return found


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def _ids(terms: "Terms", kind: Kind) -> Iterator[str]:
    match kind:
        case "calendar":
            yield from (calendar.id for calendar in terms.calendars)
        case "persona":
            yield from (persona.id for persona in terms.personas)
        case "reason":
            yield from (reason.id for reason in terms.handoff.reasons())
        case "recycle reason":
            yield from (reason.id for reason in terms.handoff.recycle_reasons)
        case "clause":
            yield from (clause.id for clause in terms.clauses())
        case "promise":
            yield from (clause.id for clause in terms.promises())
        case "status":
            yield from (status.id for status in terms.statuses)
        case "clock":
            yield from (clock.id for clock in terms.clocks)
        case "judged":
            yield from (clause.id for clause in terms.judging())
        case "role":
            yield from (role.id for role in terms.roles)
