"""Quality: what sales accepts, why it refuses, and how often a refusal does not stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext

from smarketing.domain.attainment import Share, change
from smarketing.domain.clauses import Words
from smarketing.reports import agreed, cases, choices, figures
from smarketing.reports.cases import By, Counts, Of
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number
from smarketing.web.scopes import NO_OWNER
from smarketing.web.sections import weekly
from smarketing.web.sections.page import Page
from smarketing.web.sections.promises import weeks_of
from smarketing.web.sections.section import Section, size_for
from smarketing.web.single_links import source_url
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, source_name, words_cell
from smarketing.web.theme_view import ThemeView, persona_arg, source_arg, span_of
from smarketing.web.tiles import Tile
from smarketing.web.words import in_language, persona_name

COUNTED = (Of.OFFERED, Of.ANSWERED, Of.ACCEPTED, Of.SILENT, Of.REFUSED, Of.CONTESTED, Of.RULED, Of.OVERTURNED)
SHOWN = 12


def page(view: ThemeView) -> Page:
    counts = cases.counted(view.span, view.wanted, COUNTED, now=view.now)
    earlier = cases.counted(view.earlier_span, view.wanted, COUNTED, now=view.now)
    return Page(
        tiles(view, counts, earlier),
        [
            by_week(view),
            of_each(view, By.PERSONA),
            of_each(view, By.SOURCE),
            reasons(view, By.PERSONA),
            reasons(view, By.SOURCE),
        ],
    )


def tiles(view: ThemeView, counts: Counts, earlier: Counts) -> list[Tile]:
    decided = gettext(
        "Accepted ÷ (accepted + refused) of the hand-offs offered in the period; undecided ones left out."
    )
    cohort = gettext("Accepted ÷ all hand-offs offered in the period, decided or not.")
    silent = gettext("Accepted by a time-box because nobody had answered ÷ accepted; they count as accepted too.")
    contested = gettext("Refusals that marketing contested ÷ refusals of hand-offs offered in the period.")
    overturned = gettext("Contested refusals that did not stand ÷ contested refusals that were decided.")
    rows = (
        (gettext("Accepted, of the decided"), Of.ACCEPTED, Of.ANSWERED, decided),
        (gettext("Accepted, of all offered"), Of.ACCEPTED, Of.OFFERED, cohort),
        (gettext("Accepted by silence"), Of.SILENT, Of.ACCEPTED, silent),
        (gettext("Refusals contested"), Of.CONTESTED, Of.REFUSED, contested),
        (gettext("Refusals overturned"), Of.OVERTURNED, Of.RULED, overturned),
    )
    return [
        share_tile(view, label, (part, total), counts, earlier, definition)
        for label, part, total, definition in rows
        if part is not Of.SILENT or counts[Of.SILENT] or _is_silence_agreed(view)
    ]


def _is_silence_agreed(view: ThemeView) -> bool:
    return view.standing is not None and any(each.outcome == "accept" for each in view.standing.terms.timeboxes)


def share_tile(
    view: ThemeView, label: str, of: tuple[Of, Of], counts: Counts, earlier: Counts, definition: str
) -> Tile:
    """One count of another, with its list."""
    part, total = of
    share, before = Share(counts[part], counts[total]), Share(earlier[part], earlier[total])
    return Tile(
        label,
        spoken.share(share),
        spoken.part_of(share) if share.total else gettext("There was nothing to count."),
        definition,
        trend=spoken.changed(change(share, before), before, view.earlier.period),
        url=view.cases_url(part) if share.part else None,
        url_label=gettext("See the %(count)s", count=number(share.part)) if share.part else None,
        is_number=share.is_telling or not share.total,
    )


def by_week(view: ThemeView) -> Section:
    weeks = weeks_of(view)
    spans = [span_of(week, view.zone) for week in weeks]
    counted = cases.counted_in(spans, view.wanted, (Of.ACCEPTED, Of.ANSWERED), now=view.now)
    shares = [Share(counts[Of.ACCEPTED], counts[Of.ANSWERED]) for counts in counted]
    return weekly.of_shares(
        view,
        "acceptance-by-week",
        gettext("Acceptance"),
        list(zip(weeks, shares, strict=True)),
        lambda week: view.cases_url(Of.ANSWERED, week),
    )


def of_each(view: ThemeView, by: By) -> Section:
    """Acceptance by persona or by source, in the order of how many there are."""
    counted = cases.counted_by(by, view.span, view.wanted, COUNTED, now=view.now)
    listed = sorted(counted.items(), key=lambda item: (-item[1][Of.OFFERED], str(item[0])))
    name = names(by)
    marks = []
    for key, counts in listed[:SHOWN]:
        share = Share(counts[Of.ACCEPTED], counts[Of.ANSWERED])
        if not share.total:
            continue
        low, high = share.interval() or (0.0, 1.0)
        at = gettext("%(name)s · %(count)s", name=name(key), count=number(share.total))
        hover = gettext("%(name)s: %(numbers)s", name=name(key), numbers=spoken.part_of(share))
        marks.append(
            Mark(at, share.ratio, hover, url_of(view, by, key, Of.ANSWERED), low, high, is_pale=not share.is_telling)
        )
    title, column = (
        (gettext("Acceptance by persona"), gettext("Persona"))
        if by is By.PERSONA
        else (gettext("Acceptance by source"), gettext("Source"))
    )
    return Section(
        f"acceptance-by-{by}",
        _finding(listed, name) or title,
        gettext("Accepted of the decided, with 95 % intervals; a hollow point has fewer than 5."),
        Table(
            title,
            (Column(column, False), *_columns()),
            [_row(view, by, key, counts, name(key)) for key, counts in listed],
        ),
        gettext("Hand-offs offered in the period. A lead can be offered more than once."),
        figures.by_name(marks, scale=spoken.share_scale(min(mark.low or 0 for mark in marks))) if marks else None,
        size=size_for(marks),
    )


def names(by: By) -> Any:
    """What a key is called."""
    if by is By.SOURCE:
        return source_name
    personas = {persona.key: persona_name(persona) for persona in choices.personas()}
    return lambda key: personas.get(key) or gettext("(no persona)")


def url_of(view: ThemeView, by: By, key: Any, of: Of, **others: Any) -> str:
    others["source" if by is By.SOURCE else "persona"] = source_arg(key) if by is By.SOURCE else persona_arg(key)
    return view.cases_url(of, **others)


def _finding(listed: Sequence[tuple[Any, Counts]], name: Any) -> str | None:
    """The two that differ most, where it is no chance."""
    shares = [(key, Share(counts[Of.ACCEPTED], counts[Of.ANSWERED])) for key, counts in listed]
    told = sorted(((key, share) for key, share in shares if share.is_telling), key=lambda each: each[1].ratio or 0)
    if len(told) < 2:
        return None
    (worst, low), (best, high) = told[0], told[-1]
    clear = change(high, low)
    if clear is None or not clear.is_clear:
        return gettext("No clear difference in acceptance from one to another")
    told_of = {"best": name(best), "high": spoken.share(high), "worst": name(worst), "low": spoken.share(low)}
    return gettext("%(best)s: %(high)s accepted, %(worst)s: %(low)s", **told_of)


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Offered")),
        Column(gettext("Accepted")),
        Column(gettext("Refused")),
        Column(gettext("Accepted, of the decided")),
        Column(gettext("95 % from")),
        Column(gettext("to")),
        Column(gettext("Contested")),
    )


def _row(view: ThemeView, by: By, key: Any, counts: Counts, name: str) -> tuple[Cell, ...]:
    share = Share(counts[Of.ACCEPTED], counts[Of.ANSWERED])
    shown = (Of.OFFERED, Of.ACCEPTED, Of.REFUSED)
    page = url_for("personas.show", key=key) if by is By.PERSONA and key else None
    if by is By.SOURCE:
        page = source_url(key, period=view.periods.chosen)
    return (
        words_cell(name, page),
        *(count_cell(counts[of], url_of(view, by, key, of)) for of in shown),
        ratio_cell(share),
        *interval_cells(share),
        count_cell(counts[Of.CONTESTED], url_of(view, by, key, Of.CONTESTED)),
    )


def reasons(view: ThemeView, by: By) -> Section:
    """Why sales refused, by whom or where the lead came from; each number is a list."""
    found = cases.refusals(view.span, view.wanted, by)
    titles, name = agreed.refusal_reasons() if found else {}, names(by)
    rows, columns = _ordered(found, 0), _ordered(found, 1)[:6]
    totals = {row: sum(count for (reason, _key), count in found.items() if reason == row) for row in rows}
    total = sum(totals.values())
    marks = [_pareto(view, row, totals[row], total, titles) for row in rows]
    title = gettext("Sales refused no lead")
    if rows:
        share = Share(totals[rows[0]], total)
        told = {"reason": _reason(rows[0], titles), "count": number(share.part), "total": number(total)}
        title = gettext("Most refused because of: %(reason)s (%(count)s of %(total)s)", **told)
        if by is By.SOURCE:
            title = gettext("Why sales refused, source by source")
    return Section(
        f"reasons-by-{by}",
        title,
        gettext("Refusals of hand-offs offered in the period, by the agreed reason."),
        Table(
            gettext("Refusals by reason and persona") if by is By.PERSONA else gettext("Refusals by reason and source"),
            (Column(gettext("Reason"), False), Column(gettext("All")), *(Column(name(key)) for key in columns)),
            [
                (
                    words_cell(_reason(row, titles)),
                    count_cell(totals[row], view.cases_url(Of.REFUSED, reason=row or NO_OWNER)),
                    *(
                        count_cell(found.get((row, key), 0), url_of(view, by, key, Of.REFUSED, reason=row or NO_OWNER))
                        for key in columns
                    ),
                )
                for row in rows
            ],
        ),
        gettext("The reasons are those of the agreement. The six with the most refusals have a column of their own."),
        figures.bars_by_name(marks, [number(mark.value or 0) for mark in marks])
        if marks and by is By.PERSONA
        else None,
        size=size_for(marks),
    )


def _ordered(found: Mapping[tuple[str, Any], int], place: int) -> list[Any]:
    """The keys at this place of the pairs, those with the most first."""
    totals: dict[Any, int] = {}
    for key, count in found.items():
        totals[key[place]] = totals.get(key[place], 0) + count
    return sorted(totals, key=lambda each: (-totals[each], str(each)))


def _pareto(view: ThemeView, reason: str, count: int, total: int, titles: Mapping[str, Words]) -> Mark:
    name = _reason(reason, titles)
    hover = gettext("%(reason)s: %(numbers)s", reason=name, numbers=spoken.part_of(Share(count, total)))
    return Mark(name, count, hover, view.cases_url(Of.REFUSED, reason=reason or NO_OWNER))


def _reason(reason: str, titles: Mapping[str, Words]) -> str:
    return in_language(titles[reason]) if reason in titles else reason or gettext("(no reason)")
