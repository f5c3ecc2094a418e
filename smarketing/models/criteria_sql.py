"""What criteria need and each database does in its own way: fold letters, read numbers in texts and further facts."""

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from smarketing.db import SQLITE_FUNCTIONS
from smarketing.domain.criteria_fields import email_domain
from smarketing.domain.facts import whole_number


class Place(GenericFunction[int]):
    """Where one text stands in another, from 1; 0 when it does not."""

    type = BigInteger()
    name = "place"
    inherit_cache = True


class Folded(GenericFunction[str]):
    type = Text()
    name = "casefolded"
    inherit_cache = True


class WholeNumber(GenericFunction[int]):
    """The text as a number when it is a whole one of at most 15 digits; else NULL."""

    type = BigInteger()
    name = "whole_number"
    inherit_cache = True


class CustomText(GenericFunction[str]):
    """A further fact by its key."""

    type = Text()
    name = "custom_text"
    inherit_cache = True


class AfterAt(GenericFunction[str]):
    """What stands after the last @; NULL without one."""

    type = Text()
    name = "after_at"
    inherit_cache = True


SPACES: Final = "".join(chr(code) for code in range(0x3001) if re.match(r"\s", chr(code)))


def _single(element: Any, compiler: Any, **options: Any) -> str:
    (argument,) = element.clauses
    return f"({compiler.process(argument, **options)})"


def _pair(element: Any, compiler: Any, **options: Any) -> tuple[str, str]:
    first, second = element.clauses
    return f"({compiler.process(first, **options)})", compiler.process(second, **options)


@compiles(Place, "sqlite")
def _place_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return "instr({}, {})".format(*_pair(element, compiler, **options))


@compiles(Place, "postgresql")
def _place_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return "strpos({}, {})".format(*_pair(element, compiler, **options))


@compiles(CustomText, "sqlite")
def _custom_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    facts, key = _pair(element, compiler, **options)
    return f"(SELECT value FROM json_each({facts}) WHERE key = {key})"  # noqa: S608 - compiled, not typed


@compiles(CustomText, "postgresql")
def _custom_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return "({} ->> {})".format(*_pair(element, compiler, **options))


@compiles(AfterAt, "sqlite")
def _domain_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"email_domain({_single(element, compiler, **options)})"


@compiles(AfterAt, "postgresql")
def _domain_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"substring({_single(element, compiler, **options)} from '@([^@]*)$')"


@compiles(WholeNumber, "postgresql")
def _number_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text = f"btrim({_single(element, compiler, **options)}, {_quoted(SPACES)})"
    return f"CASE WHEN {text} ~ '^[+-]?[0-9]{{1,15}}$' THEN {text}::bigint END"


@compiles(Folded, "postgresql")
def _folded_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    """Most texts are plain ASCII, and quick; the others are folded letter by letter, then those that become several."""
    text = _single(element, compiler, **options)
    whole, several = _foldings()
    folded = f"translate({text}, {_quoted(whole[0])}, {_quoted(whole[1])})"
    rare = _quoted("[" + "".join(letter for letter, _letters in several) + "]")
    replaced = folded
    for letter, letters in several:
        replaced = f"replace({replaced}, {_quoted(letter)}, {_quoted(letters)})"
    is_plain = f"octet_length({text}) = char_length({text})"
    return f'CASE WHEN {is_plain} THEN lower({text} COLLATE "C") WHEN {text} ~ {rare} THEN {replaced} ELSE {folded} END'


@lru_cache(maxsize=1)
def _foldings() -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """Letters that become another one, and those that become several."""
    letters = [(letter, letter.casefold()) for letter in map(chr, range(0x110000)) if _folds(letter)]
    single = [(letter, folded) for letter, folded in letters if len(folded) == 1]
    several = [(letter, folded) for letter, folded in letters if len(folded) > 1]
    return ("".join(letter for letter, _folded in single), "".join(folded for _letter, folded in single)), several


def _folds(letter: str) -> bool:
    return unicodedata.category(letter) != "Cs" and letter.casefold() != letter


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


SQLITE_FUNCTIONS["casefolded"] = str.casefold
SQLITE_FUNCTIONS["whole_number"] = whole_number
SQLITE_FUNCTIONS["email_domain"] = email_domain
