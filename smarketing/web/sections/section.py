"""What a section of a report is made of."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Response

from smarketing.domain.periods import Period
from smarketing.reports import tables, workbooks
from smarketing.reports.look import Figure, Tick
from smarketing.reports.tables import Table
from smarketing.web import spoken

ROWS_IN_A_SMALL_CHART = 4
ROWS_IN_A_MEDIUM_CHART = 7
MOST_MONTHS = 12


class Section(NamedTuple):
    """`figure` is None where there is nothing to draw; `size` is how tall it is: s, m or l.

    `is_wide` is one that wants all the width there is.
    """

    id: str
    title: str
    summary: str
    table: Table
    definition: str
    figure: Figure | None = None
    size: str = "m"
    is_wide: bool = False


def as_file(section: Section, days: Period) -> Response:
    """The rows of its table; the name of the file says from which days."""
    filename = f"{section.id}-{days.starts_on:%Y-%m-%d}-{days.last_on:%Y-%m-%d}.csv"
    return Response(
        tables.as_csv(section.table),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def as_workbook(section: Section, days: Period) -> Response:
    """The same as an XLSX file."""
    filename = f"{section.id}-{days.starts_on:%Y-%m-%d}-{days.last_on:%Y-%m-%d}.xlsx"
    return Response(
        workbooks.xlsx_parts(tables.as_rows(section.table), title=section.id[:25]),
        mimetype=workbooks.MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def size_for(rows: Sequence[object]) -> str:
    """A chart of names is as tall as they need, each on up to two lines."""
    if len(rows) <= ROWS_IN_A_SMALL_CHART:
        return "s"
    return "m" if len(rows) <= ROWS_IN_A_MEDIUM_CHART else "l"


def month_ticks(months: Sequence[Period]) -> list[Tick]:
    """The year stands under the first month and each January; under all where not all are shown."""
    are_thinned = len(months) > MOST_MONTHS
    ticks = []
    for number, month in enumerate(months):
        with_year = are_thinned or number == 0 or month.starts_on.month == 1
        ticks.append(Tick(month.starts_on.isoformat(), spoken.short_month(month.starts_on, with_year=with_year)))
    return ticks


def week_ticks(weeks: Sequence[Period]) -> list[Tick]:
    return [Tick(week.starts_on.isoformat(), spoken.short_day(week.starts_on)) for week in weeks]
