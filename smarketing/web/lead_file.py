"""The lead list as a file: the same rows in the same order, read a batch at a time and never all at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from smarketing.db import db
from smarketing.domain.importing import MILESTONES, TEXT_LIMITS
from smarketing.domain.lifecycle import Stage
from smarketing.models.leads import Lead
from smarketing.reports import lead_list, tables, workbooks
from smarketing.reports.lead_list import Filters, Sort
from smarketing.reports.tables import Value
from smarketing.web import access, status_words
from smarketing.web.filters import iso
from smarketing.web.paging import below
from smarketing.web.words import field_name, label, persona_name

BATCH = 1000
SCORE = ("fit_points", "engagement_points", "points")


def lines(filters: Filters, sort: Sort, *, now: datetime) -> Iterator[str]:
    return tables.csv_lines(_rows(filters, sort, now=now))


def workbook(filters: Filters, sort: Sort, *, now: datetime) -> Iterator[bytes]:
    return workbooks.xlsx_parts(_rows(filters, sort, now=now), title=gettext("Leads"))


def _rows(filters: Filters, sort: Sort, *, now: datetime) -> Iterator[Sequence[Value]]:
    yield _header(filters)
    for row in _batches(filters, sort, now=now):
        yield [*_lead_cells(row), *(_clock_cells(row.Clock) if filters.is_of_clocks else ())]


def _batches(filters: Filters, sort: Sort, *, now: datetime) -> Iterator[Any]:
    """Between two batches no transaction is open: whoever loads slowly holds nothing up."""
    keys = lead_list.keys(filters, sort)
    query = lead_list.found(filters, now=now).add_columns(*(key.label(f"key_{n}") for n, key in enumerate(keys)))
    query = query.order_by(*(key.desc() for key in keys)).limit(BATCH)
    page = query
    while found := db.session.execute(page).all():
        yield from lead_list.whole(filters, [row.id for row in found])
        page = below(query, keys, [getattr(found[-1], f"key_{n}") for n in range(len(keys))])
        db.session.rollback()
        access.read_only()


def _header(filters: Filters) -> list[str]:
    clock = (gettext("Clause"), gettext("Started"), gettext("Due"), gettext("Stopped"), gettext("Clock"))
    return [
        gettext("Number"),
        *map(field_name, TEXT_LIMITS),
        gettext("Further facts"),
        gettext("Stage"),
        *(
            (gettext("Status"), gettext("Reason of the status"), gettext("Status since"))
            if status_words.are_named()
            else ()
        ),
        gettext("Persona"),
        *map(field_name, SCORE),
        gettext("Owner"),
        gettext("Arrived"),
        *(gettext("%(stage)s since", stage=label(Stage(name.removesuffix("_at")))) for name in MILESTONES),
        gettext("Amount"),
        *(clock if filters.is_of_clocks else ()),
    ]


def _lead_cells(row: Any) -> list[Value]:
    lead: Lead = row.Lead
    return [
        lead.id,
        *(getattr(lead, name) for name in TEXT_LIMITS),
        "; ".join(f"{key}: {text}" for key, text in lead.custom.items()),
        label(lead.stage),
        *(_status_cells(lead) if status_words.are_named() else ()),
        persona_name(row.Persona) if row.Persona else None,
        *(getattr(lead, name) for name in SCORE),
        row.owner_name,
        iso(lead.arrived_at),
        *(_instant(getattr(lead, name)) for name in MILESTONES),
        None if lead.amount_cents is None else lead.amount_cents / 100,
    ]


def _status_cells(lead: Lead) -> list[Value]:
    reason = status_words.reason_name(lead.status_reason) if lead.status_reason else None
    name = status_words.name(lead.status) if lead.status else None
    return [name, reason, _instant(lead.status_at)]


def _clock_cells(clock: Any) -> list[Value]:
    instants = (clock.started_at, clock.due_at, clock.stopped_at)
    return [clock.clause_id, *map(_instant, instants), clock.outcome.value]


def _instant(at: datetime | None) -> str | None:
    return iso(at) if at else None
