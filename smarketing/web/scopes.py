"""Which days, cohort and source a report is about, as its address says; what makes no sense falls to the default."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import request, url_for
from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.periods import Named, Period, local_day, month_of, named, previous
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed, funnel
from smarketing.reports.agreed import Agreed
from smarketing.reports.rollups import Scope
from smarketing.web.access import now
from smarketing.web.spoken import month_name, source_name

Word = TypeVar("Word", bound=StrEnum)

NO_SOURCE, NO_OWNER = "~none", "none"
LONGEST_SOURCE = 120
MONTHS_SHOWN = 12
MONTHS_OFFERED = 60

PERIODS = {
    Named.THIS_MONTH: N_("This month"),
    Named.LAST_MONTH: N_("Last month"),
    Named.LAST_30_DAYS: N_("Last 30 days"),
    Named.LAST_90_DAYS: N_("Last 90 days"),
    Named.THIS_QUARTER: N_("This quarter"),
    Named.LAST_QUARTER: N_("Last quarter"),
    Named.THIS_YEAR: N_("This year"),
    Named.LAST_YEAR: N_("Last year"),
}
COHORTS = {Cohort.ARRIVED: N_("Day of arrival"), Cohort.MQL: N_("Day they became an MQL")}


@dataclass(frozen=True)
class Choices:
    """A filter as a form shows it: what is chosen, of which pairs of value and label."""

    chosen: str
    pairs: list[tuple[str, str]]


@dataclass(frozen=True)
class View:
    """What every figure of one page has in common."""

    standing: Agreed | None
    scope: Scope
    earlier: Scope
    sources: Choices
    now: datetime

    @property
    def args(self) -> dict[str, str]:
        """The filters as they stand, for the addresses of the files."""
        raise NotImplementedError

    @property
    def zone(self) -> str:
        return agreed.zone_of(self.standing)

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    @property
    def is_filtered(self) -> bool:
        return self.scope.source is not None


@dataclass(frozen=True)
class DashboardView(View):
    periods: Choices

    @property
    def args(self) -> dict[str, str]:
        return {"period": self.periods.chosen, "source": self.sources.chosen}


@dataclass(frozen=True)
class ReportView(View):
    cohort: Cohort
    cohorts: Choices
    first: Choices
    last: Choices

    @property
    def args(self) -> dict[str, str]:
        return {
            "by": self.cohort.value,
            "from": self.first.chosen,
            "to": self.last.chosen,
            "source": self.sources.chosen,
        }


def of_dashboard() -> DashboardView:
    standing = agreed.latest()
    today = local_day(now(), agreed.zone_of(standing))
    name = _member(Named, request.args.get("period"), Named.THIS_MONTH)
    source, sources = source_of(request.args.get("source", ""))
    return DashboardView(
        standing,
        Scope(named(name, today), source),
        Scope(previous(name, today), source),
        sources,
        now(),
        Choices(name.value, [(each.value, gettext(words)) for each, words in PERIODS.items()]),
    )


def of_report() -> ReportView:
    standing = agreed.latest()
    cohort = _member(Cohort, request.args.get("by"), Cohort.ARRIVED)
    months = _months(cohort, local_day(now(), agreed.zone_of(standing)))
    by_name = {f"{month.starts_on:%Y-%m}": month for month in months}
    first = by_name.get(request.args.get("from", ""), months[-MONTHS_SHOWN:][0])
    last = by_name.get(request.args.get("to", ""), months[-1])
    if first > last:
        first, last = last, first
    source, sources = source_of(request.args.get("source", ""))
    period = Period(first.starts_on, last.ends_on)
    offered = [(name, month_name(month.starts_on)) for name, month in reversed(by_name.items())]
    return ReportView(
        standing,
        Scope(period, source),
        Scope(period, source),
        sources,
        now(),
        cohort,
        Choices(cohort.value, [(each.value, gettext(words)) for each, words in COHORTS.items()]),
        Choices(f"{first.starts_on:%Y-%m}", offered),
        Choices(f"{last.starts_on:%Y-%m}", offered),
    )


def leads_url(scope: Scope, **filters: Any) -> str:
    """The leads behind a figure; dates as ISO days, None filters left out."""
    source = scope.source or NO_SOURCE if scope.source is not None else None
    given = {"source": source, **filters}
    return url_for("leads.index", **{name: value for name, value in given.items() if value is not None})


def cohort_url(cohort: Cohort, scope: Scope, period: Period | None = None, **filters: Any) -> str:
    """The leads of a cohort that came within a period."""
    days = period or scope.period
    name = "arrived" if cohort is Cohort.ARRIVED else "mql"
    return leads_url(scope, **{f"{name}_from": days.starts_on, f"{name}_to": days.last_on}, **filters)


def clocks_url(
    clause_id: str, scope: Scope, period: Period | None = None, clock: str | None = None, **filters: Any
) -> str:
    """The leads whose clocks of a clause fell due within a period."""
    days = period or scope.period
    return leads_url(scope, clause=clause_id, clock=clock, due_from=days.starts_on, due_to=days.last_on, **filters)


def _months(cohort: Cohort, today: date) -> list[Period]:
    """The months that can be asked for, in order: those that hold leads, up to today's."""
    span = funnel.span(cohort) or month_of(today)
    last_on = min(span.last_on, today)
    months = Period(min(span.starts_on, last_on), max(span.starts_on, last_on)).months() or [month_of(last_on)]
    if months[-1].ends_on <= last_on:
        months.append(month_of(last_on))
    return months[-MONTHS_OFFERED:]


def source_of(asked: str) -> tuple[str | None, Choices]:
    known = funnel.sources()
    if len(asked) > LONGEST_SOURCE or "\0" in asked:
        asked = ""
    source = {"": None, NO_SOURCE: ""}.get(asked, asked)
    pairs = [("", gettext("All sources")), *((name or NO_SOURCE, source_name(name)) for name in known)]
    if source is not None and source not in known:
        pairs.append((asked, source_name(source)))
    return source, Choices(asked, pairs)


def _member(enum: type[Word], asked: str | None, default: Word) -> Word:
    return next((word for word in enum if word.value == asked), default)
