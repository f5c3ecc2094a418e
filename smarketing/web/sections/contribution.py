"""Contribution: what the hand-offs brought, source by source, and what one of each kind has been worth."""

from typing import Any

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.reports import figures, worth
from smarketing.reports.cases import By, Of
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.reports.worth import Worth
from smarketing.web.filters import money, number
from smarketing.web.sections.page import Page
from smarketing.web.sections.quality import names, url_of
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile

SHOWN = 12


def page(view: ThemeView) -> Page:
    sources = worth.by(By.SOURCE, view.span, view.wanted)
    personas = worth.by(By.PERSONA, view.span, view.wanted)
    whole, earlier = worth.total(sources), worth.total(worth.by(By.SOURCE, view.earlier_span, view.wanted))
    return Page(
        _tiles(view, whole, earlier),
        [_revenue(view, By.SOURCE, sources), _revenue(view, By.PERSONA, personas), _values(view, personas, whole)],
    )


def said(view: ThemeView, cents: float | None) -> str | None:
    """An amount in the currency agreed; a plain number without an agreement."""
    if cents is None:
        return None
    whole = round(cents / 100) * 100
    return money(whole, view.standing.terms.currency) if view.standing else number(whole / 100)


def _tiles(view: ThemeView, whole: Worth, earlier: Worth) -> list[Tile]:
    none = gettext("No hand-off was offered.")
    before = gettext("%(count)s before", count=number(earlier.won)) if earlier.offered else None
    value = worth.value_cents(whole, whole)
    return [
        Tile(
            gettext("Won so far"),
            number(whole.won) if whole.offered else None,
            gettext("of %(count)s hand-offs", count=number(whole.offered)) if whole.offered else none,
            gettext("Hand-offs offered in the period that were won so far; a young period still grows."),
            trend=before,
            url=view.cases_url(Of.WON) if whole.won else None,
        ),
        Tile(
            gettext("Revenue so far"),
            said(view, whole.amount_cents) if whole.priced else None,
            gettext("%(priced)s of %(won)s won with an amount", priced=number(whole.priced), won=number(whole.won)),
            gettext("The amounts of the won hand-offs offered in the period."),
            trend=gettext("%(amount)s before", amount=said(view, earlier.amount_cents)) if earlier.priced else None,
            url=view.cases_url(Of.WON) if whole.won else None,
        ),
        Tile(
            gettext("What a hand-off has been worth"),
            said(view, value) if whole.offered >= worth.KIN else None,
            gettext("won or not, on average so far") if value is not None else gettext("Nothing was won yet."),
            gettext("The share won × the average amount of a won one, of the hand-offs offered in the period."),
        ),
    ]


def _revenue(view: ThemeView, by: By, parts: dict[Any, Worth]) -> Section:
    """The most first."""
    listed = sorted(parts.items(), key=lambda item: (-item[1].amount_cents, -item[1].won, str(item[0])))
    name = names(by)
    earning = [(key, each) for key, each in listed if each.amount_cents][:SHOWN]
    marks = [_mark(view, by, key, each, name(key)) for key, each in earning]
    title = gettext("Nothing was won yet of these hand-offs")
    if earning:
        most = earning[0]
        title = gettext(
            "Most revenue so far: %(name)s, %(amount)s", name=name(most[0]), amount=said(view, most[1].amount_cents)
        )
    column = gettext("Source") if by is By.SOURCE else gettext("Persona")
    return Section(
        f"revenue-by-{by}",
        title,
        gettext("Amounts won so far of the hand-offs offered in the period."),
        Table(
            gettext("Revenue by source") if by is By.SOURCE else gettext("Revenue by persona"),
            (
                Column(column, False),
                Column(gettext("Offered")),
                Column(gettext("Won")),
                Column(gettext("Share won")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("Amount")),
            ),
            [_row(view, by, key, each, name(key)) for key, each in listed],
        ),
        gettext(
            "Every lead comes through marketing here, so this is what each source contributed, not a share of all "
            "revenue."
        ),
        figures.bars_by_name(marks, [said(view, (mark.value or 0) * 100) or "" for mark in marks]) if marks else None,
        size=size_for(marks),
    )


def _mark(view: ThemeView, by: By, key: Any, each: Worth, name: str) -> Mark:
    told = {"name": name, "amount": said(view, each.amount_cents), "won": number(each.won)}
    hover = gettext("%(name)s: %(amount)s from %(won)s won", **told)
    return Mark(name, each.amount_cents / 100, hover, url_of(view, by, key, Of.WON))


def _row(view: ThemeView, by: By, key: Any, each: Worth, name: str) -> tuple[Cell, ...]:
    share = Share(each.won, each.offered)
    return (
        words_cell(name),
        count_cell(each.offered, url_of(view, by, key, Of.OFFERED)),
        count_cell(each.won, url_of(view, by, key, Of.WON)),
        ratio_cell(share),
        *interval_cells(share),
        Cell(each.amount_cents / 100, said(view, each.amount_cents) or "") if each.priced else Cell(None, ""),
    )


def _values(view: ThemeView, personas: dict[Any, Worth], whole: Worth) -> Section:
    """What a lead of each persona has been worth, to be put beside what the agreement says."""
    name = names(By.PERSONA)
    rows = [
        (key, each, worth.value_cents(each, whole))
        for key, each in sorted(personas.items(), key=lambda item: str(item[0]))
    ]
    told = [(value, key) for key, each, value in rows if value is not None]
    title = gettext("Too little was won to say what a lead is worth")
    if told and whole.offered >= worth.KIN:
        best = max(told, key=lambda each: each[0])
        told_of = {"name": name(best[1]), "amount": said(view, best[0])}
        title = gettext("A lead of the persona %(name)s has been worth most: %(amount)s", **told_of)
    return Section(
        "lead-value",
        title,
        gettext("The share won × the average amount, drawn to that of all personas where there are few."),
        Table(
            gettext("Value of a lead by persona"),
            (
                Column(gettext("Persona"), False),
                Column(gettext("Offered")),
                Column(gettext("Won")),
                Column(gettext("Value of one")),
                Column(gettext("Value of all")),
            ),
            [
                (
                    words_cell(name(key)),
                    count_cell(each.offered, url_of(view, By.PERSONA, key, Of.OFFERED)),
                    count_cell(each.won, url_of(view, By.PERSONA, key, Of.WON)),
                    _amount(view, value),
                    _amount(view, None if value is None else value * each.offered),
                )
                for key, each, value in rows
            ],
        ),
        gettext(
            "20 cases of all personas together are mixed into each, so that few leads are not judged by chance. It is "
            "measured, not agreed: an agreement may freeze other values."
        ),
    )


def _amount(view: ThemeView, cents: float | None) -> Cell:
    return Cell(None, "") if cents is None else Cell(round(cents / 100, 2), said(view, cents) or "")
