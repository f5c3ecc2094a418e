"""Two readings side by side: each share now and before, the difference with its interval, and what to make of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.attainment import Change, Share, change
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.errors import N_
from smarketing.reports import cases, cohorts, figures, promises
from smarketing.reports.cases import Of
from smarketing.reports.look import Goal, Mark, Tick
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.filters import number
from smarketing.web.sections.promises import clauses_of
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import interval, part_of, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language


class Item(NamedTuple):
    """One share of a reading, with the way to its list."""

    label: str
    share: Share
    url: str | None = None


class Side(NamedTuple):
    """A reading and what to call it: “May 2026”, “Version 2”."""

    name: str
    view: ThemeView


Shares = Callable[[ThemeView], list[Item]]


def kept(view: ThemeView) -> list[Item]:
    """Every clock clause: met of what fell due."""
    read = promises.read(view.period, view.wanted, now=view.now)
    told = [(clause, read(clause.id, view.period).share) for clause in clauses_of(view)]
    return [Item(in_language(clause.title), share, view.clocks_url(clause.id)) for clause, share in told]


def answered(view: ThemeView) -> list[Item]:
    """What sales said to what it was given."""
    wished = (Of.ANSWERED, Of.ACCEPTED, Of.REFUSED, Of.CONTESTED, Of.RULED, Of.OVERTURNED)
    counts = cases.counted(view.span, view.wanted, wished, now=view.now)
    rows = (
        (gettext("Accepted, of the decided"), Of.ACCEPTED, Of.ANSWERED),
        (gettext("Refusals contested"), Of.CONTESTED, Of.REFUSED),
        (gettext("Refusals overturned"), Of.OVERTURNED, Of.RULED),
    )
    return [Item(label, Share(counts[part], counts[total]), view.cases_url(part)) for label, part, total in rows]


def became(view: ThemeView) -> list[Item]:
    """What had become of it by the same age, of what is that old: else what is younger would look worse."""
    rows = (
        (N_("An SQL within %(days)s days"), DispositionKind.CONFIRMED, 30),
        (N_("Recycled within %(days)s days"), DispositionKind.RECYCLED, 30),
        (N_("Won within %(days)s days"), DispositionKind.WON, 60),
    )
    return [
        Item(gettext(label, days=days), Share(*cohorts.grown(kind, days, view.span, view.wanted, now=view.now)))
        for label, kind, days in rows
    ]


def section(now: Side, before: Side, shares: Shares) -> Section:
    pairs = list(zip(shares(now.view), shares(before.view), strict=True))
    rows = [(one, other, change(one.share, other.share)) for one, other in pairs]
    marks = [_mark(one, differs) for one, _other, differs in rows if differs]
    told = {"now": now.name, "before": before.name}
    return Section(
        "comparison",
        _title([differs for _one, _other, differs in rows if differs], told),
        gettext(
            "%(now)s beside %(before)s. The line is the 95 %% interval of the difference; where it crosses 0, the "
            "difference may be chance.",
            **told,
        ),
        Table(
            gettext("%(now)s beside %(before)s", **told),
            (
                Column(gettext("Figure"), False),
                Column(now.name),
                Column(before.name),
                Column(gettext("Difference, points")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("In words"), False),
            ),
            [_row(*row) for row in rows],
        ),
        gettext("Share minus share, with Newcombe’s interval (1998, method 10); fewer than 5 cases decide nothing."),
        figures.by_name(marks, scale=_scale(marks), goal=Goal(0, gettext("no difference"))) if marks else None,
        size=size_for(marks),
    )


def _title(changes: Sequence[Change], told: dict[str, str]) -> str:
    if not changes:
        return gettext("Too few cases to compare %(now)s with %(before)s", **told)
    clear = sum(each.is_clear for each in changes)
    if not clear:
        return gettext("Nothing differs between %(now)s and %(before)s by more than chance", **told)
    numbers = {"clear": number(clear), "all": number(len(changes))}
    return gettext(
        "%(clear)s of %(all)s figures differ between %(now)s and %(before)s by more than chance", **numbers, **told
    )


def _mark(item: Item, differs: Change) -> Mark:
    told = {"name": item.label, "points": _points(differs.difference)}
    hover = gettext("%(name)s: %(points)s points", **told)
    return Mark(item.label, differs.difference, hover, item.url, differs.low, differs.high)


def _scale(marks: Sequence[Mark]) -> list[Tick]:
    """The same to both sides of no difference."""
    most = max(max(abs(mark.low or 0), abs(mark.high or 0)) for mark in marks)
    reach = next(step for step in (0.05, 0.1, 0.2, 0.4, 0.6, 1.0) if most <= step)
    return [Tick(each, _points(each)) for each in (-reach, -reach / 2, 0, reach / 2, reach)]


def _points(difference: float) -> str:
    """Points with their sign: “+2.4”."""
    said = number(abs(difference) * 100, 1)
    return f"+{said}" if difference > 0 else f"−{said}" if difference < 0 else said


def _row(one: Item, other: Item, differs: Change | None) -> tuple[Cell, ...]:
    none = Cell(None, "")
    now = ratio_cell(one.share)._replace(url=one.url if one.share.part else None)
    head = (words_cell(one.label), now, ratio_cell(other.share)._replace(url=other.url if other.share.part else None))
    if differs is None:
        return (*head, none, none, none, words_cell(gettext("too few to judge")))
    numbers = (differs.difference, differs.low, differs.high)
    cells = (Cell(round(each * 100, 2), _points(each)) for each in numbers)
    return (*head, *cells, words_cell(_words(one.share, other.share, differs)))


def _words(now: Share, before: Share, differs: Change) -> str:
    if not differs.is_clear:
        return gettext("may be chance: %(now)s, %(before)s", now=interval(now), before=interval(before))
    told = {"points": number(abs(differs.difference) * 100, 1), "of": part_of(now)}
    if differs.difference > 0:
        return gettext("clearly up by %(points)s points: %(of)s", **told)
    return gettext("clearly down by %(points)s points: %(of)s", **told)
