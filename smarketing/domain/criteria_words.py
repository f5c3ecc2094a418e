"""What each criterion asks, as a sentence: a msgid with its parameters, for the edges to say in a language."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from smarketing.domain.criteria import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Between,
    Contains,
    Criterion,
    EndsWith,
    Engaged,
    Not,
    OlderThan,
    OneOf,
    Present,
    StartsWith,
    Within,
    parts,
)
from smarketing.domain.criteria_fields import ANY_KIND
from smarketing.domain.errors import N_

ALL_HOLD = N_("all of these hold")
ANY_HOLDS = N_("at least one of these holds")
HOLDS_NOT = N_("this does not hold")

Sentence = tuple[str, dict[str, Any]]


class Asked(NamedTuple):
    """One criterion of a rule with its sentence: msgid and params."""

    rule: Criterion
    asked: str
    params: dict[str, Any]
    depth: int


def outline(rule: Criterion, *, depth: int = 0) -> Iterator[Asked]:
    """What a rule asks, criterion by criterion in the order written, before anybody has been judged by it."""
    yield Asked(rule, *asked(rule), depth)
    for part in parts(rule):
        yield from outline(part, depth=depth + 1)


def asked(rule: Criterion) -> Sentence:
    match rule:
        case All():
            return ALL_HOLD, {}
        case AnyOf():
            return ANY_HOLDS, {}
        case Not():
            return HOLDS_NOT, {}
        case Engaged():
            return _engaged(rule)
        case AtLeast(field=field, at_least=bound):
            return N_("%(field)s is at least %(bound)s"), {"field": field, "bound": bound}
        case AtMost(field=field, at_most=bound):
            return N_("%(field)s is at most %(bound)s"), {"field": field, "bound": bound}
        case Between(field=field, between=(low, high)):
            return N_("%(field)s is between %(bound)s and %(high)s"), {"field": field, "bound": low, "high": high}
        case Present(field=field, present=True):
            return N_("%(field)s is known"), {"field": field}
        case Present(field=field):
            return N_("%(field)s is not known"), {"field": field}
        case Within(field=field, within_days=days):
            return N_("%(field)s lies within the last %(days)s days"), {"field": field, "days": days}
        case OlderThan(field=field, older_than_days=days):
            return N_("%(field)s lies at least %(days)s days back"), {"field": field, "days": days}
        case _:
            return _on_text(rule)


def _engaged(rule: Engaged) -> Sentence:
    named: dict[str, Any] = {} if rule.engagement == ANY_KIND else {"engagement": rule.engagement}
    days = {"days": rule.within_days} if rule.within_days else {}
    if rule.at_least == 1:
        return _ENGAGED_ONCE[bool(named), bool(days)], named | days
    return _ENGAGED_OFTEN[bool(named), bool(days)], {"count": rule.at_least} | named | days


_ENGAGED_ONCE = {
    (True, True): N_("“%(engagement)s” within the last %(days)s days"),
    (True, False): N_("“%(engagement)s”, at any time"),
    (False, True): N_("any engagement within the last %(days)s days"),
    (False, False): N_("any engagement"),
}
"""By whether a kind is named and whether there is a window."""
_ENGAGED_OFTEN = {
    (True, True): N_("at least %(count)s × “%(engagement)s” within %(days)s days"),
    (True, False): N_("at least %(count)s × “%(engagement)s”"),
    (False, True): N_("at least %(count)s engagements of any kind within %(days)s days"),
    (False, False): N_("at least %(count)s engagements of any kind"),
}


def _on_text(rule: OneOf | Contains | StartsWith | EndsWith) -> Sentence:
    match rule:
        case OneOf(field=field, one_of=options):
            return N_("%(field)s is one of: %(options)s"), {"field": field, "options": list(options)}
        case Contains(field=field, contains=options):
            return N_("%(field)s contains one of: %(options)s"), {"field": field, "options": list(options)}
        case StartsWith(field=field, starts_with=options):
            return N_("%(field)s begins with one of: %(options)s"), {"field": field, "options": list(options)}
        case EndsWith(field=field, ends_with=options):
            return N_("%(field)s ends with one of: %(options)s"), {"field": field, "options": list(options)}
