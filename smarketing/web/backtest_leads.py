"""The leads behind a result: when each became an MQL under either version, and what it lacked under the other."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext

from smarketing.db import db
from smarketing.domain.backtest import Fate
from smarketing.domain.shortfall import lacks
from smarketing.models.backtests import BacktestLead
from smarketing.models.leads import Lead
from smarketing.reports import backtests, tables
from smarketing.reports.tables import Value
from smarketing.web import access
from smarketing.web.backtest_shown import Shown
from smarketing.web.filters import iso
from smarketing.web.lead_score import Missing, missing_of
from smarketing.web.words import label

BATCH = 1000


class Line(NamedTuple):
    """`why` says what it lacks under the version that makes it no MQL."""

    lead: Lead
    row: BacktestLead
    why: Sequence[str]


def line(lead: Lead, row: BacktestLead) -> Line:
    return Line(lead, row, [_said(missing) for missing in map(missing_of, lacks(row.other_reasons or []))])


def _said(missing: Missing) -> str:
    if missing.by is None:
        return missing.sentence
    told = {"criterion": missing.sentence, "value": missing.found, "by": missing.by}
    return gettext("%(criterion)s (found: %(value)s, %(by)s)", **told)


def fate_names(shown: Shown) -> dict[Fate, str]:
    return {Fate.GAINED: gettext("Gained"), Fate.LOST: gettext("Lost"), Fate.BOTH: gettext("Under both")}


def file(shown: Shown) -> Iterator[str]:
    return tables.csv_lines(_rows(shown))


def _rows(shown: Shown) -> Iterator[Sequence[Value]]:
    base, draft = shown.base_name(), shown.draft_name()
    sides = (f"{title}: {name}" for name in (base, draft) for title in (gettext("MQL since"), gettext("Points")))
    lead_header = (gettext("Number"), gettext("Name"), gettext("Company"), gettext("Source"), gettext("Stage"))
    yield [*lead_header, gettext("Gained or lost"), *sides, gettext("What it lacks under the other")]
    names = fate_names(shown)
    for found in backtests.batches(shown.id, size=BATCH):
        for _id, row, lead in found:
            told = line(lead, row)
            yield [
                lead.id,
                lead.name,
                lead.company,
                lead.source,
                label(lead.stage),
                names[row.fate],
                *(_instant(row.base_at), row.base_points),
                *(_instant(row.draft_at), row.draft_points),
                "; ".join(told.why),
            ]
        db.session.rollback()
        access.read_only()


def _instant(at: datetime | None) -> str | None:
    return iso(at) if at else None
