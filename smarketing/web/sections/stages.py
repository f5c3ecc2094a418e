"""How long hand-offs stay in each stage, and how often sales tries before it gives a lead up."""

from collections.abc import Sequence
from itertools import groupby

from flask_babel import gettext

from smarketing.domain.dispositions import HandoffState
from smarketing.domain.survival import Case, steps, time_of
from smarketing.reports import cases, speed
from smarketing.reports.speed import Answer
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.filters import duration, number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import label

FEWEST = 5
ENOUGH = 3
"""Attempts that a lead deserves before it is given up."""


def sections(view: ThemeView) -> list[Section]:
    facts = speed.read(view.span, view.wanted, now=view.now)
    return [_stages(view, facts.answers), _attempts(view)]


def _stages(view: ThemeView, answers: Sequence[Answer]) -> Section:
    waiting = [answer.wall(now=view.now) for answer in answers]
    working = [_working(view, answer) for answer in answers if _is_accepted(answer)]
    selling = [_selling(view, answer) for answer in answers if answer.confirmed_at]
    rows = (
        (gettext("MQL, until sales answers"), waiting),
        (gettext("SAL, until an SQL or given up"), working),
        (gettext("SQL, until won, lost or recycled"), selling),
    )
    half = time_of(steps(working), 0.5) if len(working) >= FEWEST else None
    title = gettext("How long hand-offs stay in each stage")
    if half is not None:
        title = gettext("Half of the accepted leads are decided within %(time)s", time=duration(half))
    return Section(
        "stages",
        title,
        gettext("Wall time in each stage; those still in it are counted in for as long as they have been there."),
        Table(
            gettext("Time in stage"),
            (
                Column(gettext("Stage"), False),
                Column(gettext("Entered")),
                Column(gettext("Still there")),
                Column(gettext("Half left within")),
                Column(gettext("9 in 10 within")),
            ),
            [_row(name, each) for name, each in rows],
        ),
        gettext("Kaplan–Meier over the hand-offs offered in the period. The file gives seconds."),
    )


def _is_accepted(answer: Answer) -> bool:
    return answer.answered_at is not None and answer.state is not HandoffState.REFUSED


def _working(view: ThemeView, answer: Answer) -> Case:
    end = answer.confirmed_at or answer.closed_at
    start = answer.answered_at or answer.offered_at
    return max(0, int(((end or view.now) - start).total_seconds())), end is not None


def _selling(view: ThemeView, answer: Answer) -> Case:
    start = answer.confirmed_at or answer.offered_at
    return max(0, int(((answer.closed_at or view.now) - start).total_seconds())), answer.closed_at is not None


def _row(name: str, listed: Sequence[Case]) -> tuple[Cell, ...]:
    found = steps(listed)
    still = sum(1 for _time, is_over in listed if not is_over)
    return (
        words_cell(name),
        count_cell(len(listed)),
        count_cell(still),
        *(_time(listed, time_of(found, at)) for at in (0.5, 0.9)),
    )


def _time(listed: Sequence[Case], time: int | None) -> Cell:
    if len(listed) < FEWEST:
        return Cell(None, gettext("too few") if listed else "", is_soft=True)
    return Cell(time, gettext("not reached yet") if time is None else duration(time), is_soft=time is None)


def _attempts(view: ThemeView) -> Section:
    """Touches of accepted hand-offs, by how these stand now."""
    counted = cases.attempts(view.span, view.wanted)
    order = list(HandoffState)
    listed = sorted(counted.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    states = [(state, [(n, c) for (_s, n), c in each]) for state, each in groupby(listed, lambda item: item[0][0])]
    given_up = dict(states).get(HandoffState.RECYCLED, [])
    total, tried = sum(c for _n, c in given_up), sum(c for n, c in given_up if n >= ENOUGH)
    title = gettext("How often sales tried")
    if total >= FEWEST:
        told = {"share": percent(tried / total, 0), "enough": ENOUGH}
        title = gettext("%(share)s of the recycled leads had at least %(enough)s attempts", **told)
    return Section(
        "attempts",
        title,
        gettext("Logged calls, e-mails, meetings and messages to accepted leads, by how the hand-off stands now."),
        Table(
            gettext("Attempts"),
            (
                Column(gettext("Standing"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("Median")),
                Column(gettext("With none")),
                Column(gettext("With %(count)s or more", count=ENOUGH)),
            ),
            [_attempt_row(state, each) for state, each in states],
        ),
        gettext("Several touches logged within one minute are one attempt."),
    )


def _attempt_row(state: HandoffState, each: Sequence[tuple[int, int]]) -> tuple[Cell, ...]:
    total = sum(count for _number, count in each)
    seen, median = 0, 0
    for attempts, count in each:
        seen += count
        if seen * 2 >= total:
            median = attempts
            break
    none = sum(count for attempts, count in each if attempts == 0)
    enough = sum(count for attempts, count in each if attempts >= ENOUGH)
    return (
        words_cell(label(state)),
        count_cell(total),
        Cell(median, number(median)),
        count_cell(none),
        count_cell(enough),
    )
