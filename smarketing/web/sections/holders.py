"""Who had to act when the time of a promise ran out, and how much of its error budget each has used."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import charts, promises
from smarketing.reports.look import Mark, Series
from smarketing.reports.promises import Holders, Read
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language

NOBODY = Holders(0, 0)


def section(view: ThemeView, clauses: Sequence[ClockClause], read: Read) -> Section:
    found = promises.missed_by_holder(view.period, view.wanted, now=view.now)
    missed = [(clause, found[clause.id]) for clause in clauses if clause.id in found]
    owner, queue = (sum(each[place] for _clause, each in missed) for place in (0, 1))
    title = gettext("No deadline was missed")
    if missed:
        told = {"owner": number(owner), "queue": number(queue), "all": number(owner + queue)}
        title = gettext("Of %(all)s missed, %(owner)s were with an owner and %(queue)s in the queue", **told)
    return Section(
        "holders",
        title,
        gettext("Whoever had to act at the deadline. What waits in the team’s queue is nobody’s own fault."),
        Table(
            gettext("Who had to act, promise by promise"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Missed")),
                Column(gettext("With an owner")),
                Column(gettext("In the queue")),
                Column(gettext("Budget")),
                Column(gettext("Used by owners")),
                Column(gettext("Used by the queue")),
            ),
            [_row(view, clause, found.get(clause.id, NOBODY), read) for clause in clauses],
        ),
        gettext(
            "Missed clocks due in the period by who held the lead at the deadline. The budget is (1 − objective) × the "
            "clocks due, those still pending with them; what both have used of it adds up to what is used."
        ),
        charts.shares_of_whole(_series(missed)) if missed else None,
        size="s",
    )


def _row(view: ThemeView, clause: ClockClause, holders: Holders, read: Read) -> tuple[Cell, ...]:
    kept = read(clause.id, view.period)
    allowed = (1 - clause.objective) * (kept.share.total + kept.pending)
    return (
        words_cell(in_language(clause.title)),
        count_cell(sum(holders), view.clocks_url(clause.id, clock="missed")),
        *(count_cell(each) for each in holders),
        Cell(round(allowed, 2), number(allowed, 1), is_soft=True),
        *(_used(each, allowed) for each in holders),
    )


def _used(missed: int, allowed: float) -> Cell:
    return Cell(round(missed / allowed, 4), percent(missed / allowed, 0)) if allowed > 0 else Cell(None, "")


def _series(missed: Sequence[tuple[ClockClause, Holders]]) -> list[Series]:
    names = (gettext("with an owner"), gettext("in the queue"))
    return [
        Series(name, [_mark(clause, holders, holders[place], name) for clause, holders in missed])
        for place, name in enumerate(names)
    ]


def _mark(clause: ClockClause, holders: Holders, count: int, name: str) -> Mark:
    title = in_language(clause.title)
    hover = gettext("%(clause)s, %(holder)s: %(count)s", clause=title, holder=name, count=number(count))
    return Mark(title, count / sum(holders), hover)
