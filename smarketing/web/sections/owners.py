"""People: each by interval and in the order of names, never a ranking. A rep sees their own beside the team's."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.roles import Role
from smarketing.domain.terms_clocks import ClockClause
from smarketing.reports import cases, choices, figures, promises
from smarketing.reports.attainment import Kept
from smarketing.reports.cases import By, Counts, Of
from smarketing.reports.look import Goal, Mark
from smarketing.reports.promises import NOTHING
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.access import actor
from smarketing.web.filters import number, percent
from smarketing.web.sections.page import Page
from smarketing.web.sections.promises import clauses_of
from smarketing.web.sections.section import Section, size_for
from smarketing.web.single_links import person_url
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language

COUNTED = (Of.OFFERED, Of.ANSWERED, Of.ACCEPTED, Of.WAITING, Of.SQL, Of.WON, Of.LEAKED)
SEES_ALL = frozenset({Role.MANAGER, Role.ADMIN})


def page(view: ThemeView) -> Page:
    found = cases.counted_by(By.OWNER, view.span, view.wanted, COUNTED, now=view.now)
    people = _people(found)
    return Page([], [*(_attainment(view, clause, people) for clause in clauses_of(view)), _work(view, found, people)])


def _people(found: dict[int | None, Counts]) -> list[tuple[int, str]]:
    """Whom the reader may see, by name: everybody for a manager, else themselves."""
    reader = actor()
    if reader.role not in SEES_ALL:
        return [(reader.id, reader.name)]
    known = choices.names()
    listed = [(owner, known.get(owner, "")) for owner in found if owner is not None]
    return sorted(listed, key=lambda each: (each[1].casefold(), each[0]))


def _attainment(view: ThemeView, clause: ClockClause, people: Sequence[tuple[int, str]]) -> Section:
    kept = promises.by_owner(clause.id, view.period, view.wanted, now=view.now)
    team = Share(sum(each.share.part for each in kept.values()), sum(each.share.total for each in kept.values()))
    whole = Kept(team, sum(each.pending for each in kept.values()))
    rows = [(owner, name, kept.get(owner, NOTHING)) for owner, name in people]
    marks = [_mark(view, clause, each) for each in rows if each[2].share.total]
    name = in_language(clause.title)
    goal = Goal(clause.objective, gettext("%(objective)s promised", objective=percent(clause.objective, 0)))
    lowest = [mark.low or 0 for mark in marks] + [clause.objective]
    return Section(
        f"people-{clause.id}",
        _title(name, rows, team),
        gettext(
            "In the order of names. Where two intervals overlap, the difference may be chance: this is no ranking. "
            "Hollow points have fewer than 5 cases."
        ),
        Table(
            gettext("%(clause)s, person by person", clause=name),
            (
                Column(gettext("Owner"), False),
                Column(gettext("Due")),
                Column(gettext("Met")),
                Column(gettext("Missed")),
                Column(gettext("Pending")),
                Column(gettext("Kept")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [_row(view, clause, each) for each in rows],
            (words_cell(gettext("All, with the queue")), *_numbers(whole)),
        ),
        gettext("By who had to act on the clock; what was passed on counts with whoever had it in the end."),
        figures.by_name(marks, scale=spoken.share_scale(min(lowest)), goal=goal) if marks else None,
        size=size_for(marks),
    )


def _title(name: str, rows: Sequence[tuple[int, str, Kept]], team: Share) -> str:
    if not team.is_telling:
        return gettext("%(clause)s: too few to judge anybody", clause=name)
    low, high = team.interval() or (0.0, 1.0)
    apart = 0
    for _owner, _name, kept in rows:
        interval = kept.share.interval()
        if kept.share.is_telling and interval and (interval[1] < low or interval[0] > high):
            apart += 1
    if not apart:
        return gettext("%(clause)s: nobody differs from the team by more than chance", clause=name)
    return gettext("%(clause)s: %(count)s differ from the team by more than chance", clause=name, count=number(apart))


def _mark(view: ThemeView, clause: ClockClause, each: tuple[int, str, Kept]) -> Mark:
    owner, name, kept = each
    low, high = kept.share.interval() or (0.0, 1.0)
    at = gettext("%(name)s · %(count)s", name=name, count=number(kept.share.total))
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.kept(kept))
    url = view.clocks_url(clause.id, owner=owner)
    return Mark(at, kept.share.ratio, hover, url, low, high, is_pale=not kept.share.is_telling)


def _row(view: ThemeView, clause: ClockClause, each: tuple[int, str, Kept]) -> tuple[Cell, ...]:
    owner, name, kept = each
    return (
        words_cell(name, person_url(owner)),
        count_cell(kept.share.total),
        count_cell(kept.share.part, view.clocks_url(clause.id, clock="met", owner=owner)),
        count_cell(kept.missed, view.clocks_url(clause.id, clock="missed", owner=owner)),
        count_cell(kept.pending, view.clocks_url(clause.id, clock="pending", owner=owner)),
        ratio_cell(kept.share),
        *interval_cells(kept.share),
    )


def _numbers(kept: Kept) -> tuple[Cell, ...]:
    counts = (kept.share.total, kept.share.part, kept.missed, kept.pending)
    return (*(count_cell(each) for each in counts), ratio_cell(kept.share), *interval_cells(kept.share))


def _work(view: ThemeView, found: dict[int | None, Counts], people: Sequence[tuple[int, str]]) -> Section:
    """What each was given and what came of it, with intervals."""
    none = dict.fromkeys(COUNTED, 0)
    waiting = sum(found.get(owner, none)[Of.WAITING] for owner, _name in people)
    shown = (Of.OFFERED, Of.WAITING, Of.ACCEPTED, Of.SQL, Of.WON, Of.LEAKED)
    return Section(
        "people-work",
        gettext("%(count)s hand-offs wait for an answer from them", count=number(waiting)),
        gettext("Hand-offs offered in the period, by their owner now; acceptance is of the decided."),
        Table(
            gettext("Hand-offs, person by person"),
            (
                Column(gettext("Owner"), False),
                Column(gettext("Offered")),
                Column(gettext("Waiting")),
                Column(gettext("Accepted")),
                Column(gettext("SQL")),
                Column(gettext("Won")),
                Column(gettext("Untouched")),
                Column(gettext("Acceptance")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [
                (
                    words_cell(name, person_url(owner)),
                    *(count_cell(found.get(owner, none)[of], view.cases_url(of, owner=owner)) for of in shown),
                    *_acceptance(found.get(owner, none)),
                )
                for owner, name in people
            ],
        ),
        gettext("What was passed on counts with whoever has it now. A rep sees their own line."),
    )


def _acceptance(counts: Counts) -> tuple[Cell, ...]:
    share = Share(counts[Of.ACCEPTED], counts[Of.ANSWERED])
    return ratio_cell(share), *interval_cells(share)
