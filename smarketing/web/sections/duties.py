"""Shares that each person or team owes, and those of the periods that have ended: in the order of names, no ranking."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext
from flask_login import current_user

from smarketing.domain.attainment import Share
from smarketing.domain.debts import Debtor
from smarketing.domain.errors import N_
from smarketing.domain.ratios import Standing
from smarketing.reports import choices, duties, figures, ratios
from smarketing.reports.duties import Owed
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.access import actor
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section, size_for
from smarketing.web.single_links import person_url
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import day_in_question
from smarketing.web.words import in_language

SHOWN = 12
STANDS = {
    Standing.KEPT: N_("kept"),
    Standing.MISSED: N_("missed"),
    Standing.TOO_FEW: N_("too few"),
    Standing.NO_DATA: N_("nothing to count"),
}
Told = tuple[Owed, Share]


def sections(view: ThemeView) -> Iterator[Section]:
    """Of the periods that hold the day in question, clause by clause, then those that ended before."""
    owed = duties.owed_on(day_in_question(view), standing=view.standing, now=view.now)
    several: dict[tuple[str, object], list[Told]] = {}
    for each, share in _measured([each for each in owed if each.clause.each], view):
        several.setdefault((each.clause.id, each.period), []).append((each, share))
    for group in several.values():
        yield _of_each(view, group)
    closed = duties.closed_before(view.today, most=SHOWN)
    if closed:
        yield _ended(view, [(each, each.closed or Share(0, 0)) for each in closed])


def own(view: ThemeView, user_id: int) -> Section | None:
    """What one person owes, in the periods that run and in those that ended; None where nothing is owed by each."""
    debtor = Debtor(user_id=user_id)
    owed = duties.owed_on(day_in_question(view), standing=view.standing, now=view.now)
    running = _measured([each for each in owed if each.debtor == debtor], view)
    ended = [(each, each.closed or Share(0, 0)) for each in duties.closed_before(view.today, [debtor], most=SHOWN)]
    if not (running or ended):
        return None
    stands = [each.standing(share) for each, share in running]
    kept, judged = stands.count(Standing.KEPT), stands.count(Standing.KEPT) + stands.count(Standing.MISSED)
    title = gettext("Too few cases so far to judge the shares that each owes")
    if judged:
        title = gettext("%(kept)s of %(all)s shares are kept so far", kept=number(kept), all=number(judged))
    return Section(
        "own-shares",
        title,
        gettext("The periods that run first, then those that have ended."),
        Table(
            gettext("Shares that each owes"),
            _columns(),
            [_period_row(view, each, share) for each, share in running + ended],
        ),
        _definition(),
    )


def _measured(owed: Sequence[Owed], view: ThemeView) -> list[Told]:
    found = zip(owed, duties.shares(owed, now=view.now), strict=True)
    return [(each, share) for each, share in found if share is not None]


def _of_each(view: ThemeView, told: Sequence[Told]) -> Section:
    first, is_of_teams = told[0][0], told[0][0].clause.each == "team"
    name = in_language(first.clause.title)
    named = sorted(_named(told, is_of_teams=is_of_teams), key=lambda each: each[0].casefold())
    marks = [_mark(person, share) for person, _owed, share in named if share.total]
    whole = Share(sum(share.part for _owed, share in told), sum(share.total for _owed, share in told))
    none = Cell(None, "")
    return Section(
        f"share-{first.clause.id}",
        _title(name, told),
        gettext(
            "%(bound)s, %(period)s. The bars are 95 %% intervals; a hollow point has fewer than 5 cases.",
            bound=bound(first.clause.at_least, first.clause.at_most),
            period=spoken.period_name(first.period),
        ),
        Table(
            gettext("%(clause)s, team by team", clause=name)
            if is_of_teams
            else gettext("%(clause)s, person by person", clause=name),
            (
                Column(gettext("Team") if is_of_teams else gettext("Name"), False),
                Column(gettext("Ramp")),
                Column(gettext("Promised"), False),
                *_share_columns(),
            ),
            [
                (words_cell(person, person_url(owed.debtor.user_id)), *_cells(view, owed, share))
                for person, owed, share in named
            ],
            (words_cell(gettext("All")), none, none, *_share_cells(whole), none),
        ),
        _definition(),
        figures.by_name(marks, scale=spoken.share_scale(min(mark.low or 0 for mark in marks))) if marks else None,
        size=size_for(marks),
    )


def _named(told: Sequence[Told], *, is_of_teams: bool) -> list[tuple[str, Owed, Share]]:
    """A rep sees their own line, a manager those of their side; who has only a link sees nobody."""
    if is_of_teams:
        names = dict(choices.sales_teams())
        return [(names.get(owed.debtor.team or "", ""), owed, share) for owed, share in told]
    seen = choices.seen_by(actor()) if current_user.is_authenticated else {}
    return [(seen[owed.debtor.user_id], owed, share) for owed, share in told if owed.debtor.user_id in seen]


def _title(name: str, told: Sequence[Told]) -> str:
    stands = [owed.standing(share) for owed, share in told]
    kept, judged = stands.count(Standing.KEPT), stands.count(Standing.KEPT) + stands.count(Standing.MISSED)
    if not judged:
        return gettext("%(clause)s: too few to judge anybody", clause=name)
    return gettext("%(clause)s: kept by %(kept)s of %(all)s", clause=name, kept=number(kept), all=number(judged))


def _mark(name: str, share: Share) -> Mark:
    low, high = share.interval() or (0.0, 1.0)
    at = gettext("%(name)s · %(count)s", name=name, count=number(share.total))
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.part_of(share))
    return Mark(at, share.ratio, hover, None, low, high, is_pale=not share.is_telling)


def _ended(view: ThemeView, told: Sequence[Told]) -> Section:
    stands = [owed.standing(share) for owed, share in told]
    kept, judged = stands.count(Standing.KEPT), stands.count(Standing.KEPT) + stands.count(Standing.MISSED)
    title = gettext("Too few cases to judge the shares of periods that ended")
    if judged:
        told_of = {"kept": number(kept), "all": number(judged)}
        title = gettext("%(kept)s of %(all)s periods that ended kept the share that was promised", **told_of)
    return Section(
        "share-periods",
        title,
        gettext("The latest first, as they were counted when they closed, and again when facts came late."),
        Table(
            gettext("Shares of periods that have ended"),
            (*_columns(), Column(gettext("First counted"))),
            [(*_period_row(view, owed, share), _first_counted(owed, share)) for owed, share in told],
        ),
        gettext(
            "A period keeps the share it began with. It is counted again for 45 days after its end; where late facts "
            "have changed it, the first count stands beside the last."
        ),
    )


def _columns() -> tuple[Column, ...]:
    names = (gettext("Promise"), gettext("Period"), gettext("Ramp"), gettext("Promised"))
    return (*(Column(name, name == gettext("Ramp")) for name in names), *_share_columns())


def _share_columns() -> tuple[Column, ...]:
    labels = (gettext("Of"), gettext("There were"), gettext("Share"), gettext("95 % from"), gettext("to"))
    return (*(Column(each) for each in labels), Column(gettext("Standing"), False))


def _period_row(view: ThemeView, owed: Owed, share: Share) -> tuple[Cell, ...]:
    return (
        words_cell(in_language(owed.clause.title)),
        Cell(owed.period.starts_on.isoformat(), spoken.period_name(owed.period)),
        *_cells(view, owed, share),
    )


def _cells(view: ThemeView, owed: Owed, share: Share) -> tuple[Cell, ...]:
    return (
        Cell(owed.ramp_ratio, percent(owed.ramp_ratio, 0), is_soft=owed.ramp_ratio == 1),
        words_cell(bound(owed.least, owed.clause.at_most)),
        *_share_cells(share, _url(view, owed)),
        words_cell(gettext(STANDS[owed.standing(share)])),
    )


def _url(view: ThemeView, owed: Owed) -> str | None:
    """The hand-offs that counted, where the list shows as many as the figure says."""
    clause = owed.clause
    if clause.by != "cohort" or clause.counted not in ratios.COHORTS or clause.is_narrowed:
        return None
    return view.cases_url(ratios.COHORTS[clause.counted], owed.period, owner=owed.debtor.user_id, team=owed.debtor.team)


def _share_cells(share: Share, url: str | None = None) -> tuple[Cell, ...]:
    return count_cell(share.total), count_cell(share.part, url), ratio_cell(share), *interval_cells(share)


def bound(least: float | None, most: float | None) -> str:
    """“at least 60 %”."""
    bounds = []
    if least is not None:
        bounds.append(gettext("at least %(share)s", share=percent(least, 0)))
    if most is not None:
        bounds.append(gettext("at most %(share)s", share=percent(most, 0)))
    return ", ".join(bounds)


def _first_counted(owed: Owed, share: Share) -> Cell:
    row = owed.written
    if row is None or row.closed_part is None or row.closed_total is None or row.restated_at is None:
        return Cell(None, "")
    first = Share(row.closed_part, row.closed_total)
    return Cell(None, "") if first == share else words_cell(spoken.part_of(first))


def _definition() -> str:
    return gettext(
        "What is owed is the clause’s least share times the part that the ramp leaves. Hand-offs count for who has "
        "them now, deadlines for who had to act, meetings for who logged them. Fewer cases than the clause asks for "
        "decide nothing. The interval is Wilson’s."
    )
