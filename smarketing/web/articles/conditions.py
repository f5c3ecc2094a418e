"""What several articles say alike: to which leads a clause applies, and other clauses by their titles."""

from collections.abc import Sequence

from babel.lists import format_list
from flask_babel import get_locale, gettext

from smarketing.domain.criteria import Criterion
from smarketing.domain.terms import Terms
from smarketing.web.clause_words import Line, criteria
from smarketing.web.words import in_language


def applies_to(rule: Criterion | None, terms: Terms) -> list[Line]:
    """The rule under the words that it decides where the clause applies; nothing, when it applies everywhere."""
    return narrowed(gettext("It applies to leads for which this holds:"), rule, terms)


def narrowed(words: str, rule: Criterion | None, terms: Terms) -> list[Line]:
    if rule is None:
        return []
    return [Line(words, 0, True), *(line._replace(depth=line.depth + 1) for line in criteria(rule, terms))]


def titled(ids: Sequence[str], terms: Terms) -> str:
    """Clauses by their titles: “First answer” and “Debrief”."""
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    return format_list([gettext("“%(title)s”", title=titles[each]) for each in ids], locale=get_locale() or "en")


def named(ids: Sequence[str], terms: Terms) -> str:
    """Roles by their titles: Head of sales and Sales rep."""
    titles = {role.id: in_language(role.title) for role in terms.roles}
    return format_list([titles[each] for each in ids], locale=get_locale() or "en")


def persona_titles(terms: Terms) -> dict[str, str]:
    return {persona.id: in_language(persona.title) for persona in terms.personas}
