"""How sales answered: the time it took, and why leads were refused."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import figures
from smarketing.reports.look import Figure, Mark, Series
from smarketing.reports.refusals import Reason
from smarketing.reports.response_times import AnswerFacts, Times
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number
from smarketing.web.scopes import View, clocks_url
from smarketing.web.sections.section import Section, month_ticks, size_for
from smarketing.web.spoken import count_cell, ratio_cell, seconds_cell, words_cell
from smarketing.web.words import in_language


def times(view: View, clause: ClockClause, facts: AnswerFacts) -> Section:
    """Median and 90th percentile of the time to the first answer, month by month."""
    months = [(month, facts.times(month)) for month in view.scope.period.months()]
    return Section(
        "answers",
        _times_title(facts.times(view.scope.period)),
        _times_summary(facts.times(view.scope.period)),
        Table(
            gettext("Time to the first answer by month"),
            (
                Column(gettext("Month"), False),
                Column(gettext("Median")),
                Column(gettext("9 in 10 within")),
                Column(gettext("Answered")),
                Column(gettext("Not answered")),
                Column(gettext("All")),
            ),
            [_times_row(view, clause, month, times) for month, times in months],
        ),
        gettext(
            "Kaplan–Meier: the business time by which half (9 in 10) of the hand-offs due in the month are answered, "
            "with those not answered counted in for as long as they have waited. The file gives seconds."
        ),
        _times_figure(view, clause, months),
    )


def _times_title(whole: Times) -> str:
    if not whole.total:
        return gettext("No hand-off was due for an answer")
    if not whole.is_telling or whole.median is None:
        return gettext("The median time to the first answer cannot be told yet")
    return gettext("Half of the hand-offs were answered within %(time)s", time=spoken.business_time(whole.median))


def _times_summary(whole: Times) -> str:
    told = {"answered": number(whole.answered), "waiting": number(whole.waiting)}
    if whole.p90 is None or not whole.is_telling:
        return gettext(
            "Business time, by the month in which the answer was due: %(answered)s answered, %(waiting)s not.", **told
        )
    return gettext(
        "9 in 10 within %(p90)s of business time; %(answered)s answered, %(waiting)s not, by the month in which the "
        "answer was due.",
        p90=spoken.business_time(whole.p90),
        **told,
    )


def _times_row(view: View, clause: ClockClause, month: Period, times: Times) -> tuple[Cell, ...]:
    median, p90 = (times.median, times.p90) if times.is_telling else (None, None)
    return (
        Cell(f"{month.starts_on:%Y-%m}", spoken.month_name(month.starts_on)),
        seconds_cell(median),
        seconds_cell(p90),
        count_cell(times.answered),
        count_cell(times.waiting),
        count_cell(times.total, clocks_url(clause.id, view.scope, month)),
    )


def _times_figure(view: View, clause: ClockClause, months: Sequence[tuple[Period, Times]]) -> Figure | None:
    halves, most = [], []
    for month, times in months:
        median, p90 = (times.median, times.p90) if times.is_telling else (None, None)
        name, url = spoken.month_name(month.starts_on), clocks_url(clause.id, view.scope, month)
        half = gettext("%(month)s: half within %(time)s", month=name, time=spoken.business_time(median or 0))
        nine = gettext("%(month)s: 9 in 10 within %(time)s", month=name, time=spoken.business_time(p90 or 0))
        halves.append(Mark(month.starts_on.isoformat(), median, half, url))
        most.append(Mark(month.starts_on.isoformat(), p90, nine, url))
    longest = max([mark.value or 0 for mark in (*halves, *most)], default=0)
    if not longest:
        return None
    return figures.lines(
        [Series(gettext("half"), halves), Series(gettext("9 in 10"), most)],
        ticks=month_ticks([month for month, _times in months]),
        scale=spoken.duration_scale(longest),
    )


def refusals(view: View, reasons: Sequence[Reason]) -> Section:
    """Why sales refused, the most frequent reason first."""
    total = sum(reason.refusals for reason in reasons)
    counted = [(_reason(reason), Share(reason.refusals, total)) for reason in reasons]
    marks = [
        Mark(name, share.part, gettext("%(reason)s: %(numbers)s", reason=name, numbers=spoken.part_of(share)))
        for name, share in counted
    ]
    told = {"count": number(total), "months": spoken.months_name(view.scope.period)}
    return Section(
        "refusals",
        gettext("Most refused because of: %(reason)s", reason=counted[0][0])
        if counted
        else gettext("Sales refused no lead"),
        gettext("%(count)s refusals in %(months)s, by the agreed reason that was given.", **told),
        Table(
            gettext("Refusals by reason"),
            (Column(gettext("Reason"), False), Column(gettext("Refusals")), Column(gettext("Of all"))),
            [(words_cell(name), count_cell(share.part), ratio_cell(share)) for name, share in counted],
        ),
        gettext(
            "Hand-offs that sales refused in these months, whenever the lead arrived. A lead can be refused twice."
        ),
        figures.bars_by_name(marks, [number(share.part) for _name, share in counted]) if counted else None,
        size=size_for(marks),
    )


def _reason(reason: Reason) -> str:
    return in_language(reason.title) if reason.title else reason.id or gettext("(no reason)")
