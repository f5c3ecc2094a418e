"""One person's own figures: by interval beside those of all together, and never in a row with others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import gettext

from smarketing.domain.attainment import Share, change
from smarketing.domain.debts import Debtor
from smarketing.reports import cases, figures, pacing, promises, volume
from smarketing.reports.attainment import Kept
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections import duties, quality, speed
from smarketing.web.sections.page import Page
from smarketing.web.sections.promises import clauses_of
from smarketing.web.sections.section import Section, size_for
from smarketing.web.sections.volume import course
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import day_in_question
from smarketing.web.words import in_language


def page(view: ThemeView) -> Page:
    """Of the person that the view is narrowed to."""
    counts = cases.counted(view.span, view.wanted, quality.COUNTED, now=view.now)
    earlier = cases.counted(view.earlier_span, view.wanted, quality.COUNTED, now=view.now)
    quick = speed.page(view)
    shares = duties.own(view, view.wanted.owner_id or 0)
    sections = [
        _promises(view),
        *([shares] if shares else []),
        *_owed(view),
        *quick.sections[:2],
        quality.by_week(view),
    ]
    return Page(
        [*quality.tiles(view, counts, earlier)[:2], *quick.tiles[:2], quick.tiles[3]],
        [*sections, quality.reasons(view, cases.By.PERSONA)],
    )


def _owed(view: ThemeView) -> Iterator[Section]:
    """What the agreement asks of each person, day by day."""
    own = Debtor(user_id=view.wanted.owner_id)
    owed = pacing.owed_on(day_in_question(view), standing=view.standing, now=view.now)
    for each in (each for each in owed if each.debtor == own and each.owed):
        for standing in volume.by_debtor([each], now=view.now):
            yield course(view, standing)


def _promises(view: ThemeView) -> Section:
    """What this person kept of what fell due with them, beside all together."""
    everybody = replace(view, wanted=view.wanted._replace(owner_id=None))
    own = promises.read(view.period, view.wanted, now=view.now)
    whole = promises.read(view.period, everybody.wanted, now=view.now)
    rows = [(clause, own(clause.id, view.period), whole(clause.id, view.period)) for clause in clauses_of(view)]
    marks = [mark for clause, mine, all_of in rows for mark in _marks(view, in_language(clause.title), mine, all_of)]
    return Section(
        "own-promises",
        _title([(mine.share, all_of.share) for _clause, mine, all_of in rows]),
        gettext(
            "The share kept by this person of what fell due, with its 95 % interval, beside that of all together "
            "(hollow). Where the two intervals overlap, the difference may be chance."
        ),
        Table(
            gettext("Promises kept"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Due")),
                Column(gettext("Met")),
                Column(gettext("Missed")),
                Column(gettext("Pending")),
                Column(gettext("Kept")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("Promised")),
                Column(gettext("All together")),
            ),
            [
                (
                    words_cell(in_language(clause.title)),
                    count_cell(mine.share.total, view.clocks_url(clause.id)),
                    count_cell(mine.share.part, view.clocks_url(clause.id, clock="met")),
                    count_cell(mine.missed, view.clocks_url(clause.id, clock="missed")),
                    count_cell(mine.pending, view.clocks_url(clause.id, clock="pending")),
                    ratio_cell(mine.share),
                    *interval_cells(mine.share),
                    Cell(clause.objective, percent(clause.objective, 0), is_soft=True),
                    ratio_cell(all_of.share),
                )
                for clause, mine, all_of in rows
            ],
        ),
        gettext("By who had to act on the clock; what was passed on counts with whoever had it in the end."),
        figures.by_name(marks, scale=spoken.share_scale(min(mark.low or 0 for mark in marks))) if marks else None,
        size=size_for(marks),
    )


def _marks(view: ThemeView, name: str, mine: Kept, whole: Kept) -> Iterator[Mark]:
    for label, kept, is_pale in ((name, mine, False), (gettext("all together"), whole, True)):
        if mine.share.total and kept.share.total:
            low, high = kept.share.interval() or (0.0, 1.0)
            at = gettext("%(name)s · %(count)s", name=label, count=number(kept.share.total))
            hover = gettext("%(name)s: %(numbers)s", name=label, numbers=spoken.kept(kept))
            yield Mark(at, kept.share.ratio, hover, None, low, high, is_pale=is_pale or not kept.share.is_telling)


def _title(pairs: Sequence[tuple[Share, Share]]) -> str:
    """Against the others: whoever is in both is taken out of the second."""
    told = [change(own, Share(whole.part - own.part, whole.total - own.total)) for own, whole in pairs]
    seen = [each for each in told if each]
    if not seen:
        return gettext("Too few cases to compare with the others")
    apart = sum(each.is_clear for each in seen)
    if not apart:
        return gettext("No promise is kept more or less often than by the others, beyond chance")
    return gettext(
        "%(count)s promises are kept more or less often than by the others, beyond chance", count=number(apart)
    )
