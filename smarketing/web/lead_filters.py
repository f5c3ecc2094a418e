"""The filters of the lead list in its address, as they are understood.

What the address says and nobody understands filters nothing, and is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext, ngettext

from smarketing.domain.criteria import Criterion
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import FUNNEL, Stage
from smarketing.reports import lead_search
from smarketing.reports.lead_list import MOST_COUNTED, NOBODY, Days, Filters, Sort, Standing
from smarketing.web import lead_columns, status_words
from smarketing.web.criteria_rows import RULES
from smarketing.web.filters import number
from smarketing.web.scopes import NO_SOURCE

Value = TypeVar("Value")
Pairs = list[tuple[str, str]]

NO_OWNER = "none"
LONGEST = 200
LONGEST_RULE = 4000
LARGEST_ID = 2**31 - 1
WITH_SALES = (Stage.MQL, Stage.SAL, Stage.SQL)
NAMES = (
    "q",
    "stage",
    "status",
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
    "rule",
)
IN_THE_ROW = NAMES[:8]
"""Those that have a control of their own; the others come from links."""

STANDINGS = {Standing.MET: N_("met"), Standing.BREACHED: N_("missed"), Standing.RUNNING: N_("still running")}
SORTS = {Sort.NEWEST: N_("Newest first"), Sort.POINTS: N_("Most points first")}


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
        columns = {"columns": [",".join(self.columns)]} if tuple(self.columns) != lead_columns.usual() else {}
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
        statuses=tuple(address.many("status", _status)),
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
        rule=address.one("rule", _rule, longest=LONGEST_RULE),
    )
    sort = next((sort for sort in Sort if sort == request.args.get("sort")), Sort.NEWEST)
    columns = lead_columns.read(request.args.getlist("columns"))
    return Asked(filters, sort, columns, address.understood, address.faults)


class _Address:
    """Reads one filter after another, and keeps what it could and what it could not understand."""

    def __init__(self) -> None:
        self.understood: dict[str, list[str]] = {}
        self.faults: list[str] = []

    def one(self, name: str, read: Callable[[str], Value], *, longest: int = LONGEST) -> Value | None:
        return self._read(name, request.args.get(name, "").strip(), read, longest)

    def many(self, name: str, read: Callable[[str], Value]) -> list[Value]:
        """Given several times, or once with commas between."""
        texts = [text.strip() for value in request.args.getlist(name) for text in value.split(",")]
        values = (self._read(name, text, read, LONGEST) for text in dict.fromkeys(texts))
        return [value for value in values if value is not None]

    def days(self, name: str) -> Days:
        return Days(self.one(f"{name}_from", date.fromisoformat), self.one(f"{name}_to", date.fromisoformat))

    def _read(self, name: str, text: str, read: Callable[[str], Value], longest: int) -> Value | None:
        if not text:
            return None
        try:
            if len(text) > longest or "\0" in text:
                raise ValueError
            value = read(text)
        except ValueError:
            message = N_("“%(text)s” is no value of the filter “%(name)s”, so it was left out.")
            self.faults.append(gettext(message, text=text[:40], name=name))
            return None
        self.understood.setdefault(name, []).append(text)
        return value


def _status(text: str) -> str:
    if text not in status_words.names():
        raise ValueError(text)
    return text


def _words(text: str) -> list[str]:
    return lead_search.words(text)


def _id(text: str) -> int:
    value = int(text)
    if not 0 < value <= LARGEST_ID:
        raise ValueError(text)
    return value


def read_rule(text: str) -> Criterion | None:
    """The criteria in an address; None for what is none."""
    try:
        return _rule(text)
    except ValueError:
        return None


def written_rule(rule: Criterion) -> str:
    """Criteria as an address holds them."""
    return RULES.dump_json(rule, by_alias=True, exclude_none=True).decode()


def _rule(text: str) -> Criterion:
    """Raises ValueError for what is no rule."""
    return RULES.validate_json(text)


def _reached(text: str) -> Stage:
    return FUNNEL[FUNNEL.index(Stage(text), 1)]


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
