"""How figures are said: shares with what they are a share of, intervals, months, sources."""

from datetime import date
from math import ceil, floor

from babel.dates import format_skeleton
from flask_babel import format_date, get_locale, gettext

from smarketing.domain.attainment import Change, Share, Standing
from smarketing.domain.errors import N_
from smarketing.domain.periods import Period, month_of, quarter_of, year_of
from smarketing.reports.attainment import Kept
from smarketing.reports.look import Tick, round_steps
from smarketing.reports.response_times import Times
from smarketing.reports.tables import Cell
from smarketing.web.filters import duration, local_date, number, percent

STANDINGS = {
    Standing.KEPT: (N_("The objective of %(objective)s is kept."), "met"),
    Standing.BARELY_KEPT: (N_("The objective of %(objective)s is kept, within the margin of chance."), "met"),
    Standing.BARELY_MISSED: (N_("The objective of %(objective)s is missed, within the margin of chance."), "at_risk"),
    Standing.MISSED: (N_("The objective of %(objective)s is missed."), "overdue"),
}


def month_name(day: date) -> str:
    return str(format_date(day, "LLLL yyyy"))


def short_month(day: date, *, with_year: bool) -> str:
    month = str(format_skeleton("MMM", day, locale=get_locale() or "en"))
    return f"{month}\n{day.year}" if with_year else month


def short_day(day: date) -> str:
    return str(format_skeleton("MMMd", day, locale=get_locale() or "en"))


def period_name(period: Period) -> str:
    """The name of a month, a quarter or a year; else its first and last day."""
    if period == month_of(period.starts_on):
        return month_name(period.starts_on)
    if period == quarter_of(period.starts_on):
        return str(format_date(period.starts_on, "QQQ yyyy"))
    if period == year_of(period.starts_on):
        return str(period.starts_on.year)
    return span_name(period)


def span_name(period: Period) -> str:
    if period.starts_on == period.last_on:
        return local_date(period.starts_on)
    return gettext("%(first)s to %(last)s", first=local_date(period.starts_on), last=local_date(period.last_on))


def months_name(period: Period) -> str:
    """“June 2025 to March 2026”, or the one month."""
    first, last = month_name(period.starts_on), month_name(period.last_on)
    return first if first == last else gettext("%(first)s to %(last)s", first=first, last=last)


def source_name(source: str) -> str:
    return source or gettext("(no source)")


def share(of: Share) -> str | None:
    """A percentage; words where there are too few cases, None for no data."""
    if of.ratio is None:
        return None
    return percent(of.ratio) if of.is_telling else gettext("Too few to judge")


def interval(of: Share) -> str:
    low, high = of.interval() or (0.0, 1.0)
    return gettext("%(low)s to %(high)s", low=percent(low), high=percent(high))


def standing(of: Standing, objective: float) -> tuple[str, str] | None:
    """What to say of the objective, and the state that colours it."""
    if of not in STANDINGS:
        return None
    sentence, state = STANDINGS[of]
    return gettext(sentence, objective=percent(objective, 0)), state


def changed(change: Change | None, earlier: Share, period: Period) -> str | None:
    """How a share has changed since an earlier period, in words."""
    if change is None or earlier.ratio is None:
        return None
    told = {"before": percent(earlier.ratio), "period": period_name(period)}
    if not change.is_clear:
        return gettext("No clear change from %(before)s (%(period)s)", **told)
    points = number(abs(change.difference) * 100, 1)
    if change.difference > 0:
        return gettext("%(points)s points up from %(before)s (%(period)s)", points=points, **told)
    return gettext("%(points)s points down from %(before)s (%(period)s)", points=points, **told)


def kept(of: Kept) -> str:
    """The numbers behind a share of promises kept."""
    numbers = {"met": number(of.share.part), "due": number(of.share.total), "pending": number(of.pending)}
    if not of.share.is_telling:
        if of.pending:
            return gettext("%(met)s of %(due)s due were met; %(pending)s pending", **numbers)
        return gettext("%(met)s of %(due)s due were met", **numbers)
    if of.pending:
        message = N_("%(met)s of %(due)s due, 95 %% interval %(interval)s; %(pending)s pending")
    else:
        message = N_("%(met)s of %(due)s due, 95 %% interval %(interval)s")
    return gettext(message, interval=interval(of.share), **numbers)


def part_of(of: Share) -> str:
    numbers = {"part": number(of.part), "total": number(of.total)}
    if not of.is_telling:
        return gettext("%(part)s of %(total)s", **numbers)
    return gettext("%(part)s of %(total)s, 95 %% interval %(interval)s", interval=interval(of), **numbers)


def median(of: Times) -> str | None:
    if not of.total:
        return None
    if not of.is_telling:
        return gettext("Too few to judge")
    return business_time(of.median) if of.median is not None else gettext("Not reached yet")


def percent_scale(most: float) -> list[Tick]:
    """Ticks from 0 to at least `most`, at the most 100 %."""
    steps = [step for step in round_steps(min(1.0, max(most, 0.01))) if step <= 1 + 1e-9]
    digits = 0 if all(round(step * 100, 6).is_integer() for step in steps) else 1
    return [Tick(step, percent(step, digits)) for step in steps]


def share_scale(least: float) -> list[Tick]:
    """Ticks up to 100 %, from the quarter below `least`: points are read by their places, not from the ground."""
    start = min(3, floor(least * 4)) / 4
    step = {0.75: 0.05, 0.5: 0.1}.get(start, 0.25)
    count = round((1 - start) / step)
    return [Tick(start + step * number, percent(start + step * number, 0)) for number in range(count + 1)]


def duration_scale(most: float) -> list[Tick]:
    """About five ticks in whole hours, or in minutes where all is faster."""
    steps = [minutes * 60 for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)]
    step = next((step for step in steps if most <= 5 * step), 2880 * 60 * max(1, ceil(most / (5 * 2880 * 60))))
    return [Tick(step * count, business_time(step * count)) for count in range(max(1, ceil(most / step)) + 1)]


def business_time(seconds: float) -> str:
    """Opening hours do not add up to days of 24 hours, so hours stay hours: “40 h”, “1 h 47 min”."""
    hours, minutes = divmod(round(seconds) // 60, 60)
    if not hours:
        return duration(seconds) if seconds else "0"
    if not minutes:
        return gettext("%(hours)s h", hours=number(hours))
    return gettext("%(hours)s h %(minutes)s min", hours=number(hours), minutes=minutes)


def words_cell(text: str, url: str | None = None) -> Cell:
    return Cell(text, text, url)


def count_cell(count: int, url: str | None = None) -> Cell:
    """A number that leads to what it counts; nothing leads nowhere."""
    return Cell(count, number(count), url if count else None)


def ratio_cell(of: Share) -> Cell:
    """A share from 0 to 1 in the file; empty for no data and for too few."""
    if of.ratio is None:
        return Cell(None, "", is_soft=True)
    if not of.is_telling:
        return Cell(None, gettext("too few"), is_soft=True)
    return Cell(round(of.ratio, 4), percent(of.ratio))


def interval_cells(of: Share) -> tuple[Cell, Cell]:
    if not of.is_telling:
        return Cell(None, "", is_soft=True), Cell(None, "", is_soft=True)
    low, high = of.interval() or (0.0, 1.0)
    return Cell(round(low, 4), percent(low), is_soft=True), Cell(round(high, 4), percent(high), is_soft=True)


def seconds_cell(seconds: int | None) -> Cell:
    return Cell(seconds, "" if seconds is None else business_time(seconds), is_soft=seconds is None)
