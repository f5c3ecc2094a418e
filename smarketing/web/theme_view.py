"""What a theme of the report is about, as its address says: days, team, persona, source and version.

What makes no sense in the address falls to the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from smarketing.domain.periods import (
    Named,
    Period,
    before,
    local_day,
    month_of,
    months_before,
    named,
    previous,
)
from smarketing.reports import agreed, choices
from smarketing.reports.cases import Of, Span, Wanted
from smarketing.reports.rollups import Scope
from smarketing.web import scopes
from smarketing.web.access import now
from smarketing.web.scopes import NO_SOURCE, PERIODS, Choices, View
from smarketing.web.spoken import month_name
from smarketing.web.words import persona_name

MONTHS_OFFERED = 13
NO_PERSONA = "~none"
BEFORE, YEAR, VERSION = "period", "year", "version"
"""What a page can be put beside."""


@dataclass(frozen=True)
class ThemeView(View):
    """`earlier` is what the period is compared with; `compares` is what the page is put beside, if anything."""

    wanted: Wanted
    periods: Choices
    teams: Choices
    personas: Choices
    versions: Choices
    compares: Choices

    @property
    def period(self) -> Period:
        return self.scope.period

    @property
    def span(self) -> Span:
        return span_of(self.period, self.zone)

    @property
    def earlier_span(self) -> Span:
        return span_of(self.earlier.period, self.zone)

    @property
    def is_filtered(self) -> bool:
        return self.wanted != Wanted()

    @property
    def args(self) -> dict[str, str]:
        chosen = {
            "period": self.periods.chosen,
            "team": self.teams.chosen,
            "persona": self.personas.chosen,
            "source": self.sources.chosen,
            "version": self.versions.chosen,
            "compare": self.compares.chosen,
        }
        if self.wanted.owner_id is not None:
            chosen["owner"] = str(self.wanted.owner_id)
        return {name: value for name, value in chosen.items() if value}

    def cases_url(self, of: Of, period: Period | None = None, **others: Any) -> str:
        """The hand-offs behind a number, offered within a period."""
        return self._list_url(period, {"of": of.value, **others})

    def clocks_url(self, clause_id: str, period: Period | None = None, clock: str | None = None, **others: Any) -> str:
        """The clocks behind a number, due within a period."""
        return self._list_url(period, {"clause": clause_id, "clock": clock, **others})

    def _list_url(self, period: Period | None, others: Mapping[str, Any]) -> str:
        days = period or self.period
        given: dict[str, Any] = dict(self.args)
        for name in ("period", "compare"):
            given.pop(name, None)
        given |= {"from": days.starts_on.isoformat(), "to": days.last_on.isoformat()}
        return url_for("cases.index", **(given | {name: each for name, each in others.items() if each is not None}))


def span_of(period: Period, zone: str) -> Span:
    return Span(period.starts_at(zone), period.ends_at(zone))


def read(args: Mapping[str, str] | None = None, *, at: datetime | None = None) -> ThemeView:
    """From the address of the page, or from what was kept of one."""
    given, moment = request.args if args is None else args, at or now()
    standing = agreed.latest()
    today = local_day(moment, agreed.zone_of(standing))
    period, earlier, periods = _period(given.get("period", ""), today)
    source, sources = scopes.source_of(given.get("source", ""))
    team, teams = _team(given.get("team", ""))
    persona, personas = _persona(given.get("persona", ""))
    version, versions = _version(given.get("version", ""))
    compares = _compares(given.get("compare", ""))
    if compares.chosen == YEAR:
        earlier = Period(months_before(period.starts_on, 12), months_before(period.ends_on, 12))
    wanted = Wanted(source, persona, team, version)
    return ThemeView(
        standing,
        Scope(period, source),
        Scope(earlier, source),
        sources,
        moment,
        wanted,
        periods,
        teams,
        personas,
        versions,
        compares,
    )


def _period(asked: str, today: date) -> tuple[Period, Period, Choices]:
    months = _months(today)
    pairs = [(each.value, gettext(words)) for each, words in PERIODS.items()]
    pairs += [(name, month_name(month.starts_on)) for name, month in months.items()]
    if asked in months:
        return months[asked], before(months[asked], month_of), Choices(asked, pairs)
    name = next((each for each in Named if each.value == asked), Named.LAST_90_DAYS)
    return named(name, today), previous(name, today), Choices(name.value, pairs)


def _months(today: date) -> dict[str, Period]:
    """Whole months before this one, the latest first."""
    month, found = month_of(today), {}
    for _number in range(MONTHS_OFFERED):
        month = before(month, month_of)
        found[f"{month.starts_on:%Y-%m}"] = month
    return found


def _team(asked: str) -> tuple[str | None, Choices]:
    known = choices.sales_teams()
    pairs = [("", gettext("All teams")), *((key, name) for key, name in known)]
    chosen = asked if asked in dict(known) else ""
    return chosen or None, Choices(chosen, pairs)


def _persona(asked: str) -> tuple[str | None, Choices]:
    known = [(persona.key, persona_name(persona) or persona.key) for persona in choices.personas()]
    pairs = [("", gettext("All personas")), *known, (NO_PERSONA, gettext("(no persona)"))]
    chosen = asked if asked in dict(pairs) else ""
    return {"": None, NO_PERSONA: ""}.get(chosen, chosen), Choices(chosen, pairs)


def _version(asked: str) -> tuple[int | None, Choices]:
    known = [str(number) for number in choices.versions()]
    pairs = [("", gettext("All versions"))]
    pairs += [(number, gettext("Version %(number)s", number=number)) for number in known]
    chosen = asked if asked in known else ""
    return int(chosen) if chosen else None, Choices(chosen, pairs)


def _compares(asked: str) -> Choices:
    pairs = [
        ("", gettext("Nothing")),
        (BEFORE, gettext("The period before")),
        (YEAR, gettext("A year before")),
        (VERSION, gettext("The version before")),
    ]
    return Choices(asked if asked in dict(pairs) else "", pairs)


def source_arg(source: str) -> str:
    return source or NO_SOURCE


def persona_arg(persona: str) -> str:
    return persona or NO_PERSONA
