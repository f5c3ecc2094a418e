"""What is left of a promise's error budget, day by day."""

from datetime import date, timedelta

from flask_babel import gettext

from smarketing.domain import burn
from smarketing.domain.calendars import compiled
from smarketing.domain.periods import Period, until
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import goal_charts
from smarketing.reports.look import Figure, Mark, Tick
from smarketing.reports.promises import Read
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import local_date, number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language

FEWEST = 20
"""Clocks due below which a budget says nothing: one miss would be half of it."""


def left(view: ThemeView, clause: ClockClause, read: Read) -> Section:
    """From 100 % down, on the days of the period."""
    name = in_language(clause.title)
    whole = read(clause.id, view.period)
    known = whole.share.total + whole.pending
    allowed = (1 - clause.objective) * known
    days = [day for day in view.period.days() if day <= view.today]
    missed = [read(clause.id, until(view.period.starts_on, day)).missed for day in days] if known >= FEWEST else []
    return Section(
        f"budget-{clause.id}",
        _title(name, known, allowed, whole.missed),
        gettext(
            "%(missed)s missed; the objective of %(objective)s allows %(allowed)s of the %(known)s that are due or "
            "will be.",
            missed=number(whole.missed),
            objective=percent(clause.objective, 0),
            allowed=number(allowed, 1),
            known=number(known),
        ),
        Table(
            gettext("%(name)s: error budget", name=name),
            (Column(gettext("Day"), False), Column(gettext("Missed so far")), Column(gettext("Budget left"))),
            [
                (
                    Cell(day.isoformat(), local_date(day)),
                    count_cell(count, view.clocks_url(clause.id, until(view.period.starts_on, day), "missed")),
                    Cell(round(1 - count / allowed, 4), percent(1 - count / allowed, 0)) if allowed else Cell(None, ""),
                )
                for day, count in zip(days, missed, strict=True)
            ]
            if missed
            else [],
        ),
        gettext(
            "(1 − objective) × clocks due in the period, those still pending with them; each miss uses one. The dotted "
            "line uses it up evenly over the working time of the period. Fewer than 20 due are not judged."
        ),
        _figure(view, clause, days, missed, allowed) if missed and allowed else None,
    )


def _title(name: str, known: int, allowed: float, missed: int) -> str:
    if known < FEWEST:
        return gettext("%(name)s: too few due to speak of a budget", name=name)
    rest = burn.Budget(allowed, missed).left
    if rest is None:
        return gettext("%(name)s: nothing may be missed, so there is no budget", name=name)
    if rest < 0:
        return gettext("%(name)s: the error budget is overdrawn by %(share)s", name=name, share=percent(-rest, 0))
    return gettext("%(name)s: %(share)s of the error budget is left", name=name, share=percent(rest, 0))


def _figure(view: ThemeView, clause: ClockClause, days: list[date], missed: list[int], allowed: float) -> Figure:
    marks = []
    for day, count in zip(days, missed, strict=True):
        rest = 1 - count / allowed
        hover = gettext("%(day)s: %(share)s left", day=local_date(day), share=percent(rest, 0))
        url = view.clocks_url(clause.id, until(view.period.starts_on, day), "missed") if count else None
        marks.append(Mark(day.isoformat(), rest, hover, url))
    lowest = min(0.0, *(mark.value or 0 for mark in marks))
    steps = [step / 2 for step in range(int(lowest * 2) - (lowest < 0), 3)]
    shown = list(view.period.days())[:: max(1, len(list(view.period.days())) // 6)]
    return goal_charts.remaining(
        marks,
        _even(view, clause),
        ticks=[Tick(day.isoformat(), spoken.short_day(day)) for day in shown],
        scale=[Tick(step, percent(step, 0)) for step in steps[:: max(1, len(steps) // 6)]],
    )


def _even(view: ThemeView, clause: ClockClause) -> list[Mark]:
    if view.standing is None:
        return []
    calendar = compiled(view.standing.terms.calendar(clause.calendar))
    starts_at, ends_at = view.span
    total = calendar.elapsed(starts_at, ends_at)
    marks = []
    for day in view.period.days():
        end = Period(day, day + timedelta(days=1)).ends_at(view.zone)
        rest = 1 - calendar.elapsed(starts_at, end) / total if total else 1.0
        marks.append(
            Mark(
                day.isoformat(),
                rest,
                gettext("%(day)s: %(share)s if used up evenly", day=local_date(day), share=percent(rest, 0)),
            )
        )
    return marks
