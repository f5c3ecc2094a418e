"""What the row of filters offers, and the chips that name those that are on."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_babel import gettext
from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Role
from smarketing.models.imports import Import
from smarketing.reports import funnel, lead_list
from smarketing.reports.lead_list import NOBODY, Days
from smarketing.web import status_words
from smarketing.web.clause_words import listed
from smarketing.web.criteria_words import sentence_of
from smarketing.web.filters import local_date
from smarketing.web.lead_filters import NO_OWNER, STANDINGS, WITH_SALES, Asked, Pairs
from smarketing.web.scopes import NO_SOURCE
from smarketing.web.spoken import source_name
from smarketing.web.words import in_language, label, persona_name


class Chip(NamedTuple):
    """A filter in words, and the address of the list without it."""

    name: str
    value: str
    url: str


class Choices(NamedTuple):
    """What the row of filters offers, as pairs of value and label."""

    stages: Pairs
    statuses: Pairs
    sources: Pairs
    personas: Pairs
    owners: Pairs


class Offer:
    """The choices of the row and the words of the chips; asks the database once for each kind."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._people = lead_list.people()
        self._personas = {persona.key: persona_name(persona) for persona in lead_list.personas()}
        self._standing = status_words.standing()

    def choices(self) -> Choices:
        filters, everyone = self._asked.filters, gettext("All")
        sources = funnel.sources()
        if filters.source is not None and filters.source not in sources:
            sources.append(filters.source)
        return Choices(
            [("", everyone), *_stage_pairs(filters.stages)],
            _status_pairs(filters.statuses),
            [("", everyone), *((name or NO_SOURCE, source_name(name)) for name in sources)],
            [("", everyone), *self._persona_pairs(filters.persona)],
            [("", everyone), (NO_OWNER, gettext("Nobody")), *self._owner_pairs(filters.owner_id)],
        )

    def chips(self) -> list[Chip]:
        return [Chip(name, value, self._asked.url(without=names)) for names, name, value in self._active()]

    def _active(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Each filter with its names in the address, its own name and its value in words."""
        filters = self._asked.filters
        if filters.words:
            yield ("q",), gettext("Search"), " ".join(self._asked.args["q"])
        if filters.stages:
            yield ("stage",), gettext("Stage"), listed([label(stage) for stage in filters.stages])
        if filters.statuses:
            yield ("status",), gettext("Status"), listed([status_words.name(each) for each in filters.statuses])
        if filters.source is not None:
            yield ("source",), gettext("Source"), source_name(filters.source)
        if filters.persona is not None:
            yield ("persona",), gettext("Persona"), self._personas.get(filters.persona, filters.persona)
        if filters.owner_id is not None:
            yield ("owner",), gettext("Owner"), self._owner_name(filters.owner_id)
        if filters.campaign is not None:
            yield ("campaign",), gettext("Campaign"), filters.campaign
        if filters.reached:
            yield ("reached",), gettext("Reached"), label(filters.reached)
        if filters.furthest:
            yield ("furthest",), gettext("Came as far as"), label(filters.furthest)
        yield from _days_chip("arrived", gettext("Arrived"), filters.arrived)
        yield from _days_chip("mql", gettext("MQL since"), filters.mql)
        if filters.clause_id is not None:
            yield ("clause", "clock", "due_from", "due_to"), gettext("Clock"), self._clause_name(filters.clause_id)
        if filters.standing:
            yield ("clock",), gettext("Clock is"), gettext(STANDINGS[filters.standing])
        yield from _days_chip("due", gettext("Due"), filters.due)
        if filters.import_id is not None:
            yield ("import",), gettext("Import"), _import_name(filters.import_id)
        if filters.rule is not None:
            yield ("rule",), gettext("Criteria"), sentence_of(filters.rule, self._personas)

    def _persona_pairs(self, chosen: str | None) -> Pairs:
        named = self._personas if chosen is None else {chosen: chosen} | self._personas
        return list(named.items())

    def _owner_pairs(self, chosen: int | None) -> Pairs:
        """Those who sell, and whoever was asked for."""
        pairs = {each.id: each.name for each in self._people if each.role is Role.SALES_REP or each.id == chosen}
        if chosen:
            pairs.setdefault(chosen, f"#{chosen}")
        return [(str(owner_id), name) for owner_id, name in pairs.items()]

    def _owner_name(self, owner_id: int) -> str:
        if owner_id == NOBODY:
            return gettext("Nobody")
        return next((each.name for each in self._people if each.id == owner_id), f"#{owner_id}")

    def _clause_name(self, clause_id: str) -> str:
        clauses = self._standing.terms.clocks if self._standing else ()
        return next((in_language(clause.title) for clause in clauses if clause.id == clause_id), clause_id)


def _stage_pairs(chosen: Sequence[Stage]) -> Pairs:
    """Every stage, those that sales works on together, and whatever else was asked for together."""
    together = {_joined(WITH_SALES): gettext("With sales")}
    if len(chosen) > 1:
        together.setdefault(_joined(chosen), listed([label(stage) for stage in chosen]))
    return [*together.items(), *((stage.value, label(stage)) for stage in Stage)]


def _status_pairs(chosen: Sequence[str]) -> Pairs:
    """Every status, and those that were asked for together; empty where the agreement names none."""
    names = status_words.names()
    together = [(",".join(chosen), listed([names[each] for each in chosen]))] if len(chosen) > 1 else []
    return [("", gettext("All")), *together, *names.items()] if names else []


def _joined(stages: Sequence[Stage]) -> str:
    return ",".join(stages)


def _days_chip(prefix: str, name: str, days: Days) -> Iterator[tuple[tuple[str, ...], str, str]]:
    names = (f"{prefix}_from", f"{prefix}_to")
    first, last = (day and local_date(day) for day in days)
    if first and last:
        yield names, name, first if first == last else gettext("%(first)s to %(last)s", first=first, last=last)
    elif first:
        yield names, name, gettext("from %(day)s", day=first)
    elif last:
        yield names, name, gettext("until %(day)s", day=last)


def _import_name(import_id: int) -> str:
    return db.session.scalar(select(Import.filename).where(Import.id == import_id)) or f"#{import_id}"
