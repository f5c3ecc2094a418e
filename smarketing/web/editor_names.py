"""How the editor calls the parts of a draft, what they can name, and what a new one begins with."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.criteria import Engaged, fields_named, parts
from smarketing.domain.criteria_fields import KNOWN_FIELDS, is_custom
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.sections import Piece, Section
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_examples import DERIVED
from smarketing.domain.terms_references import criteria_in
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import Team
from smarketing.services import drafting
from smarketing.web.languages import locale
from smarketing.web.part_fields import Options
from smarketing.web.part_names import SECTIONS
from smarketing.web.part_sent import free_key
from smarketing.web.words import calendar_name, field_name, in_language

OF_LOOSE = {"purpose": ("preamble", "scope", "parties", "measures"), "term": ("term", "dates")}
"""The provisions that the loose fields of the document become."""


def anchor_of(piece: Piece, value: Any) -> str:
    """The id of the provision that a part becomes, the first of them when it becomes several."""
    if piece.section.key in OF_LOOSE:
        return OF_LOOSE[piece.section.key][0]
    found = piece.id or (value or {}).get("id") or piece.section.key
    return f"calendar-{found}" if piece.section.key == "calendars" else str(found)


def title_in(value: Any) -> str:
    title = (value or {}).get("title")
    if not isinstance(title, dict):
        return ""
    first, second = ("fr", "en") if locale() == "fr" else ("en", "fr")
    return str(title.get(first) or title.get(second) or "")


def named(terms: Terms) -> dict[str, Options]:
    """The parts of the document that other parts can name, by their kind, with their titles."""
    listed = {
        "persona": terms.personas,
        "reason": tuple(terms.handoff.reasons()),
        "recycle reason": terms.handoff.recycle_reasons,
        "clause": tuple(terms.clauses()),
        "promise": tuple(terms.promises()),
        "status": terms.statuses,
        "role": terms.roles,
        "group": terms.handoff.reason_groups,
        "points group": terms.scoring.groups or (),
        "checklist item": terms.sql.items,
        "clock": terms.clocks,
        "judged": tuple(terms.judging()),
    }
    return {
        **{kind: [(clause.id, in_language(clause.title)) for clause in clauses] for kind, clauses in listed.items()},
        "calendar": [(calendar.id, calendar_name(calendar)) for calendar in terms.calendars],
        "team": [(key, name) for key, name in db.session.execute(select(Team.key, Team.name).order_by(Team.name))],
        "lead field": _lead_fields(terms),
        "engagement": [(kind, kind) for kind in sorted(set(_engagements(terms)))],
    }


def new_clause(
    version: AgreementVersion, section: Section, title: str, *, about: str | None = None
) -> tuple[Piece, dict[str, Any]]:
    """An entry with a title and an id of its own, an example `about` a clause. Raises InvalidInput without a title."""
    title = " ".join(title.split())[:200] or (gettext(SECTIONS[section.key]) if not section.is_list else "")
    if not title:
        raise InvalidInput("title", N_("Give it a title first."))
    taken = {clause.id for clause in parse(version.terms).clauses()}
    taken |= {calendar.id for calendar in parse(version.terms).calendars}
    taken |= {address.partition("/")[2] for address in drafting.unfinished(version)}
    key = free_key(title, taken)
    value: dict[str, Any] = {"id": key}
    if "title" in section.model.model_fields:
        value["title"] = {"en": title, "fr": title}
    if about and "about" in section.model.model_fields:
        value["about"] = about
    return Piece(section, key if section.is_list else None), value


def _lead_fields(terms: Terms) -> Options:
    """What may be known of a lead: the fields that everybody has, and those of their own that rules ask for."""
    own = {field for _path, rule in criteria_in(terms) for field in fields_named(rule) if is_custom(field)}
    absent = set(DERIVED) if terms.statuses else {*DERIVED, "status"}
    known = [(field, field_name(field)) for field in (KNOWN_FIELDS - absent) | own]
    return sorted(known, key=lambda each: each[1].casefold())


def _engagements(terms: Terms) -> Iterator[str]:
    yield from (rule.engagement for rule in terms.scoring.engagement)
    waiting: list[Any] = [rule for _path, rule in criteria_in(terms)]
    while waiting:
        rule = waiting.pop()
        if isinstance(rule, Engaged):
            yield rule.engagement
        waiting.extend(parts(rule))
