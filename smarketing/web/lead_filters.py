"""The filters of the lead list in its address: read, offered as choices, and shown as chips to take off one by one.

What the address says and nobody understands filters nothing, and is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import FUNNEL, Stage
from smarketing.domain.roles import Role
from smarketing.models.imports import Import
from smarketing.reports import agreed, funnel, lead_list, lead_search
from smarketing.reports.lead_list import MOST_COUNTED, NOBODY, Days, Filters, Sort, Standing
from smarketing.web import lead_columns
from smarketing.web.clause_words import listed
from smarketing.web.filters import local_date, number
from smarketing.web.scopes import NO_SOURCE
from smarketing.web.spoken import source_name
from smarketing.web.words import in_language, label, persona_name

Value = TypeVar("Value")
Pairs = list[tuple[str, str]]

NO_OWNER = "none"
LONGEST = 200
LARGEST_ID = 2**31 - 1
WITH_SALES = (Stage.MQL, Stage.SAL, Stage.SQL)
NAMES = (
    "q",
    "stage",
    "source",
    "persona",
    "owner",
    "arrived_from",
    "arrived_to",
    "campaign",
    "mql_from",
    "mql_to",
    "reached",
    "furthest",
    "clause",
    "clock",
    "due_from",
    "due_to",
    "import",
)
IN_THE_ROW = NAMES[:7]
"""Those that have a control of their own; the others come from links."""

STANDINGS = {Standing.MET: N_("met"), Standing.BREACHED: N_("missed"), Standing.RUNNING: N_("still running")}
SORTS = {Sort.NEWEST: N_("Newest first"), Sort.POINTS: N_("Most points first")}


class Chip(NamedTuple):
    """A filter in words, and the address of the list without it."""

    name: str
    value: str
    url: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `args` are its filters as they were understood."""

    filters: Filters
    sort: Sort
    columns: Sequence[str]
    args: dict[str, list[str]]
    faults: Sequence[str]

    @property
    def is_filtered(self) -> bool:
        return bool(self.args)

    @property
    def sorted_args(self) -> dict[str, list[str]]:
        """The filters with the order and the columns, where these are not the usual ones."""
        order = {"sort": [self.sort.value]} if self.sort is not Sort.NEWEST else {}
        columns = {"columns": [",".join(self.columns)]} if tuple(self.columns) != lead_columns.USUAL else {}
        return self.args | order | columns

    @property
    def query(self) -> str:
        """What the address of the list says after its question mark."""
        return urlencode(self.sorted_args, doseq=True)

    @property
    def carried(self) -> Pairs:
        """What the row of filters must keep although it has no control for it."""
        return [
            (name, value) for name, values in self.sorted_args.items() if name not in IN_THE_ROW for value in values
        ]

    @property
    def is_usual(self) -> bool:
        """Whether the address asks for nothing in particular, so that there is nothing to save."""
        return not self.sorted_args

    def url(self, endpoint: str = "leads.index", without: Sequence[str] = (), **others: Any) -> str:
        kept = {name: values for name, values in self.sorted_args.items() if name not in without}
        return url_for(endpoint, **(kept | others))

    def sort_url(self, sort: str) -> str:
        return self.url(sort=sort if sort != Sort.NEWEST else None)


def asked() -> Asked:
    address = _Address()
    filters = Filters(
        words=tuple(address.one("q", _words) or ()),
        stages=tuple(address.many("stage", Stage)),
        persona=address.one("persona", str),
        owner_id=address.one("owner", lambda text: NOBODY if text == NO_OWNER else _id(text)),
        source=address.one("source", lambda text: "" if text == NO_SOURCE else text),
        campaign=address.one("campaign", str),
        arrived=address.days("arrived"),
        mql=address.days("mql"),
        reached=address.one("reached", _reached),
        furthest=address.one("furthest", lambda text: FUNNEL[FUNNEL.index(Stage(text))]),
        clause_id=address.one("clause", str),
        standing=address.one("clock", Standing),
        due=address.days("due"),
        import_id=address.one("import", _id),
    )
    sort = next((sort for sort in Sort if sort == request.args.get("sort")), Sort.NEWEST)
    columns = lead_columns.read(request.args.getlist("columns"))
    return Asked(filters, sort, columns, address.understood, address.faults)


class _Address:
    """Reads one filter after another, and keeps what it could and what it could not understand."""

    def __init__(self) -> None:
        self.understood: dict[str, list[str]] = {}
        self.faults: list[str] = []

    def one(self, name: str, read: Callable[[str], Value]) -> Value | None:
        return self._read(name, request.args.get(name, "").strip(), read)

    def many(self, name: str, read: Callable[[str], Value]) -> list[Value]:
        """Given several times, or once with commas between."""
        texts = [text.strip() for value in request.args.getlist(name) for text in value.split(",")]
        values = (self._read(name, text, read) for text in dict.fromkeys(texts))
        return [value for value in values if value is not None]

    def days(self, name: str) -> Days:
        return Days(self.one(f"{name}_from", date.fromisoformat), self.one(f"{name}_to", date.fromisoformat))

    def _read(self, name: str, text: str, read: Callable[[str], Value]) -> Value | None:
        if not text:
            return None
        try:
            if len(text) > LONGEST or "\0" in text:
                raise ValueError
            value = read(text)
        except ValueError:
            message = N_("“%(text)s” is no value of the filter “%(name)s”, so it was left out.")
            self.faults.append(gettext(message, text=text[:40], name=name))
            return None
        self.understood.setdefault(name, []).append(text)
        return value


def _words(text: str) -> list[str]:
    return lead_search.words(text)


def _id(text: str) -> int:
    value = int(text)
    if not 0 < value <= LARGEST_ID:
        raise ValueError(text)
    return value


def _reached(text: str) -> Stage:
    return FUNNEL[FUNNEL.index(Stage(text), 1)]


class Choices(NamedTuple):
    """What the row of filters offers, as pairs of value and label."""

    stages: Pairs
    sources: Pairs
    personas: Pairs
    owners: Pairs


class Offer:
    """The choices of the row and the words of the chips; asks the database once for each kind."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._people = lead_list.people()
        self._personas = {persona.key: persona_name(persona) for persona in lead_list.personas()}
        self._standing = agreed.latest()

    def choices(self) -> Choices:
        filters, everyone = self._asked.filters, gettext("All")
        sources = funnel.sources()
        if filters.source is not None and filters.source not in sources:
            sources.append(filters.source)
        return Choices(
            [("", everyone), *_stage_pairs(filters.stages)],
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


def counted(count: int, filters: Filters) -> str:
    """How many rows there are, told apart only up to a thousand."""
    if count > MOST_COUNTED:
        most = number(MOST_COUNTED)
        return (
            gettext("%(count)s+ clocks", count=most)
            if filters.is_of_clocks
            else gettext("%(count)s+ leads", count=most)
        )
    if filters.is_of_clocks:
        return ngettext("%(num)s clock", "%(num)s clocks", count)
    return ngettext("%(num)s lead", "%(num)s leads", count)


def _stage_pairs(chosen: Sequence[Stage]) -> Pairs:
    """Every stage, those that sales works on together, and whatever else was asked for together."""
    together = {_joined(WITH_SALES): gettext("With sales")}
    if len(chosen) > 1:
        together.setdefault(_joined(chosen), listed([label(stage) for stage in chosen]))
    return [*together.items(), *((stage.value, label(stage)) for stage in Stage)]


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
