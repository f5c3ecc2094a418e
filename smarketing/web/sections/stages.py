"""How long hand-offs stay in each stage, and how often sales tries before it gives a lead up."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.dispositions import HandoffState
from smarketing.domain.survival import Case, steps, time_of
from smarketing.reports import cases, speed
from smarketing.reports.speed import Answer
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import duration, number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import label

FEWEST = 5
ENOUGH = 3
"""Attempts that a lead deserves before it is given up, where the agreement does not say."""


def sections(view: ThemeView) -> list[Section]:
    facts = speed.read(view.span, view.wanted, now=view.now)
    return [_stages(view, facts.answers), _attempts(view)]


class Stay(NamedTuple):
    """A stretch in a stage; `ended_at` None is still in it."""

    version_id: int
    started_at: datetime
    ended_at: datetime | None


def _stages(view: ThemeView, answers: Sequence[Answer]) -> Section:
    accepted = [answer for answer in answers if _is_accepted(answer)]
    rows = (
        (gettext("MQL, until sales answers"), [_stay(each, each.mql_at, each.answered_at) for each in answers]),
        (
            gettext("SAL, until an SQL or given up"),
            [_stay(each, each.answered_at, each.confirmed_at or each.closed_at) for each in accepted],
        ),
        (
            gettext("SQL, until won, lost or recycled"),
            [_stay(each, each.confirmed_at, each.closed_at) for each in answers if each.confirmed_at],
        ),
    )
    working = _wall(rows[1][1], now=view.now)
    half = time_of(steps(working), 0.5) if len(working) >= FEWEST else None
    title = gettext("How long hand-offs stay in each stage")
    if half is not None:
        title = gettext("Half of the accepted leads are decided within %(time)s", time=duration(half))
    return Section(
        "stages",
        title,
        gettext("Time in each stage; those still in it are counted in for as long as they have been there."),
        Table(
            gettext("Time in stage"),
            (
                Column(gettext("Stage"), False),
                Column(gettext("Entered")),
                Column(gettext("Still there")),
                Column(gettext("Half left within")),
                Column(gettext("9 in 10 within")),
                Column(gettext("Half, in business time")),
            ),
            [_row(view, name, each) for name, each in rows],
        ),
        gettext(
            "Kaplan–Meier over the hand-offs offered in the period: on the wall clock, and in the working time of the "
            "first answer. A lead that comes again counts again. The file gives seconds."
        ),
    )


def _is_accepted(answer: Answer) -> bool:
    return answer.answered_at is not None and answer.state is not HandoffState.REFUSED


def _stay(answer: Answer, started_at: datetime | None, ended_at: datetime | None) -> Stay:
    return Stay(answer.version_id, started_at or answer.offered_at, ended_at)


def _wall(stays: Sequence[Stay], *, now: datetime) -> list[Case]:
    return [
        (max(0, int(((each.ended_at or now) - each.started_at).total_seconds())), each.ended_at is not None)
        for each in stays
    ]


def _business(stays: Sequence[Stay], *, now: datetime) -> list[Case]:
    seconds = speed.business([(each.version_id, each.started_at, each.ended_at or now) for each in stays])
    return [(time, each.ended_at is not None) for time, each in zip(seconds, stays, strict=True)]


def _row(view: ThemeView, name: str, stays: Sequence[Stay]) -> tuple[Cell, ...]:
    listed, working = _wall(stays, now=view.now), _business(stays, now=view.now)
    found = steps(listed)
    return (
        words_cell(name),
        count_cell(len(listed)),
        count_cell(sum(1 for _time, is_over in listed if not is_over)),
        *(_time(listed, time_of(found, at)) for at in (0.5, 0.9)),
        _time(working, time_of(steps(working), 0.5), in_words=spoken.business_time),
    )


def _time(listed: Sequence[Case], time: int | None, *, in_words: Callable[[float], str] = duration) -> Cell:
    if len(listed) < FEWEST:
        return Cell(None, gettext("too few") if listed else "", is_soft=True)
    return Cell(time, gettext("not reached yet") if time is None else in_words(time), is_soft=time is None)


def _attempts(view: ThemeView) -> Section:
    """Touches of accepted hand-offs, by how these stand now."""
    counted, enough = cases.attempts(view.span, view.wanted), _enough(view)
    order = list(HandoffState)
    listed = sorted(counted.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    states = [(state, [(n, c) for (_s, n), c in each]) for state, each in groupby(listed, lambda item: item[0][0])]
    given_up = dict(states).get(HandoffState.RECYCLED, [])
    total, tried = sum(c for _n, c in given_up), sum(c for n, c in given_up if n >= enough)
    title = gettext("How often sales tried")
    if total >= FEWEST:
        told = {"share": percent(tried / total, 0), "enough": enough}
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
                Column(gettext("With %(count)s or more", count=enough)),
            ),
            [_attempt_row(state, each, enough) for state, each in states],
        ),
        gettext("Several touches logged within one minute are one attempt."),
    )


def _enough(view: ThemeView) -> int:
    """As many touches as the agreement asks for before a lead is recycled."""
    cadences = view.standing.terms.cadences if view.standing else ()
    asked = [each.touches for each in cadences if not each.before or "recycled" in each.before]
    return max(asked, default=ENOUGH)


def _attempt_row(state: HandoffState, each: Sequence[tuple[int, int]], least: int) -> tuple[Cell, ...]:
    total = sum(count for _number, count in each)
    seen, median = 0, 0
    for attempts, count in each:
        seen += count
        if seen * 2 >= total:
            median = attempts
            break
    none = sum(count for attempts, count in each if attempts == 0)
    enough = sum(count for attempts, count in each if attempts >= least)
    return (
        words_cell(label(state)),
        count_cell(total),
        Cell(median, number(median)),
        count_cell(none),
        count_cell(enough),
    )
