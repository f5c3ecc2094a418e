"""The agreement as a file that people read and write: YAML in, terms out, and back with the same digest.

Stricter than YAML where a contract must be plain: no key twice, no references, and `on`, `no` or 12:30 are the words
they look like. Every fault names its line.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from smarketing.domain.errors import N_
from smarketing.domain.terms import Terms, read_terms
from smarketing.domain.terms_faults import Fault, InvalidTerms, Path, clause_at

LONGEST_TEXT: Final = 500_000
"""In characters; a hundred times the agreement of a large company."""
DEEPEST: Final = 40


class Written(NamedTuple):
    """A document with the line, from 1, on which each of its places begins."""

    document: Any
    lines: dict[Path, int]


def read(text: str) -> Terms:
    """The terms written in this text. Raises InvalidTerms with every fault and its line."""
    written = parse_text(text)
    try:
        return read_terms(written.document)
    except InvalidTerms as invalid:
        faults = [fault._replace(line=_line(fault.path, written.lines)) for fault in invalid.faults]
        raise InvalidTerms(sorted(faults, key=lambda fault: fault.line or 0)) from None


@lru_cache(maxsize=32)
def read_cached(text: str) -> Terms:
    """`read`, kept, for texts that do not change."""
    return read(text)


def parse_text(text: str) -> Written:
    """The document as YAML alone sees it. Raises InvalidTerms when it is not even that."""
    if len(text) > LONGEST_TEXT:
        raise _unreadable(N_("The text is too long: %(limit)s characters at most."), None, limit=LONGEST_TEXT)
    lines: dict[Path, int] = {}
    try:
        return Written(_Reading(text, lines).document(), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = N_("This is not YAML: %(problem)s. Look at the indentation, colons and quotes here.")
        raise _unreadable(message, mark.line + 1 if mark else None, problem=error.problem or error.context) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        raise _unreadable(N_("The text holds a character that cannot be printed."), None) from None
    except RecursionError:
        raise _unreadable(_TOO_DEEP, None) from None


def write(terms: Terms) -> str:
    """The terms as YAML that `read` turns into the same terms, digest included."""
    document = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    text: str = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )
    return text


class _Reading:
    """Turns the events of YAML into plain values and notes the line of each."""

    def __init__(self, text: str, lines: dict[Path, int]) -> None:
        self._events = yaml.parse(text, Loader=_Parser)
        self._lines = lines
        self._scalars = _Scalars()

    def document(self) -> Any:
        self._next()  # the stream starts
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise _unreadable(N_("The text is empty."), None)
        value = self._value(self._next(), ())
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _unreadable(N_("An agreement is one document: remove this “---”."), after.start_mark.line + 1)
        return value

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        self._lines.setdefault(path, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _unreadable(N_("An agreement is written out: no & and * here."), line)
        if len(path) > DEEPEST:
            raise _unreadable(_TOO_DEEP, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, line)

    def _scalar(self, event: Any, line: int) -> Any:
        if event.tag in (None, "!"):
            tag = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
            if tag == _TEXT_TAG:
                return event.value
        else:
            tag = event.tag
        try:
            return self._scalars.construct_object(yaml.ScalarNode(tag, event.value, event.start_mark))
        except (yaml.YAMLError, ValueError, OverflowError):
            raise _unreadable(N_("“%(text)s” cannot be read."), line, text=str(event.value)[:60]) from None

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or event.anchor:
                raise _unreadable(N_("An agreement is written out: no & and * here."), line)
            if not isinstance(event, yaml.ScalarEvent):
                raise _unreadable(N_("A name is expected before this colon."), line)
            key = str(event.value)
            if key in mapping:
                clause = clause_at(path, mapping)
                raise InvalidTerms(
                    [Fault((*path, key), clause, N_("“%(field)s” stands here twice."), {"field": key}, line)]
                )
            self._lines[(*path, key)] = line
            mapping[key] = self._value(self._next(), (*path, key))
        return mapping


_TOO_DEEP: Final = N_("The text is nested too deeply.")


def _unreadable(message: str, line: int | None, **params: Any) -> InvalidTerms:
    return InvalidTerms([Fault((), None, message, params, line)])


def _line(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of the place, or of the nearest one around it that exists."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path)


_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_Parser: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser written in C where it is there: twenty times as fast."""


class _Scalars(SafeConstructor, Resolver):
    """Reads true, false, numbers and null; leaves every other plain word, and all that looks like a time, as text."""

    def __init__(self) -> None:
        SafeConstructor.__init__(self)
        Resolver.__init__(self)


class _Dumper(yaml.SafeDumper):
    """Long words folded, short lists of plain values on one line, indented lists."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_SHORT: Final = 90


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    is_flat = all(not isinstance(item, dict) for item in items) and len(str(items)) < _SHORT
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_flat)


def _represent_dict(dumper: yaml.SafeDumper, mapping: dict[str, Any]) -> yaml.Node:
    is_flat = all(not isinstance(value, dict) for value in mapping.values()) and len(str(mapping)) < _SHORT
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping.items(), flow_style=is_flat)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = ">" if len(text) > _SHORT and "\n" not in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(dict, _represent_dict)
_Dumper.add_representer(str, _represent_text)


def _plain_resolvers() -> dict[str, list[tuple[str, Any]]]:
    """YAML 1.2's idea of what a plain word is: `on`, `no`, 12:30 and 2026-01-01 are text."""
    bool_tag, int_tag, float_tag = (f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float"))
    null_tag = "tag:yaml.org,2002:null"
    patterns = (
        (bool_tag, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
        (int_tag, re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
        (float_tag, re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"), "-+.0123456789"),
        (null_tag, re.compile(r"^(?:~|null|Null|NULL|)$"), "~nN\0"),
    )
    resolvers: dict[str, list[tuple[str, Any]]] = {}
    for tag, pattern, firsts in patterns:
        for first in firsts:
            resolvers.setdefault(first.replace("\0", ""), []).append((tag, pattern))
    return resolvers


_Scalars.yaml_implicit_resolvers = _plain_resolvers()
_Dumper.yaml_implicit_resolvers = {**yaml.SafeDumper.yaml_implicit_resolvers}
