"""Criteria as one sentence in the reader's language: “Country is one of: FR and (Score is at least 60 or …)”."""

from collections.abc import Mapping

from babel.lists import format_list
from flask_babel import get_locale, gettext

from smarketing.domain.criteria import All, AnyOf, Criterion, Not, OneOf
from smarketing.domain.criteria_words import asked
from smarketing.web import status_words
from smarketing.web.words import sentence


def sentence_of(rule: Criterion, personas: Mapping[str, str] | None = None) -> str:
    """`personas` are titles by key, for rules that name personas."""
    words = _said(rule, personas or {})
    return words[:1].upper() + words[1:]


def _said(rule: Criterion, personas: Mapping[str, str]) -> str:
    match rule:
        case All(all=several):
            return _joined([_within(part, personas) for part in several], "standard")
        case AnyOf(any=several):
            return _joined([_within(part, personas) for part in several], "or")
        case Not(negated=part):
            return gettext("not so: %(criterion)s", criterion=_within(part, personas))
        case OneOf(field="persona", one_of=keys):
            named = _joined([personas.get(key, key) for key in keys], "or")
            return gettext("the persona is %(personas)s", personas=named)
        case OneOf(field="status", one_of=keys):
            named = _joined([status_words.name(key) for key in keys], "or")
            return gettext("the status is %(statuses)s", statuses=named)
        case _:
            return sentence(*asked(rule))


def _within(rule: Criterion, personas: Mapping[str, str]) -> str:
    said = _said(rule, personas)
    is_group = isinstance(rule, All | AnyOf) and len(rule.all if isinstance(rule, All) else rule.any) > 1
    return f"({said})" if is_group else said


def _joined(parts: list[str], style: str) -> str:
    return format_list(parts, style=style, locale=get_locale() or "en")  # type: ignore[arg-type]
