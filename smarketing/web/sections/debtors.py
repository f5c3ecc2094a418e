"""What each person or team owes: by name in the order of names, seen by themselves and by who leads them."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext
from flask_login import current_user

from smarketing.domain.attainment import Share
from smarketing.domain.errors import N_
from smarketing.domain.pacing import Progress
from smarketing.reports import choices, closing, volume
from smarketing.reports.pacing import Owed
from smarketing.reports.tables import Cell, Column, Table
from smarketing.reports.volume import Standing
from smarketing.web import spoken
from smarketing.web.access import actor
from smarketing.web.amounts import amount, amount_cell
from smarketing.web.filters import number, percent
from smarketing.web.scopes import View
from smarketing.web.sections.section import Section
from smarketing.web.single_links import person_url
from smarketing.web.spoken import words_cell
from smarketing.web.words import in_language

STANDS = {
    Progress.REACHED: N_("reached"),
    Progress.AHEAD: N_("on pace"),
    Progress.BEHIND: N_("behind the pace"),
    Progress.MISSED: N_("missed"),
    Progress.UNKNOWN: N_("no working time"),
}
OF_LIMIT = {
    Progress.REACHED: N_("kept"),
    Progress.BEHIND: N_("faster than the pace"),
    Progress.MISSED: N_("exceeded"),
}
FINE = frozenset({Progress.REACHED, Progress.AHEAD})


def by_clause(owed: Sequence[Owed]) -> list[list[Owed]]:
    """What several owe, clause by clause and period by period, in their order."""
    groups: dict[tuple[str, object], list[Owed]] = {}
    for each in owed:
        if each.clause.each:
            groups.setdefault((each.clause.id, each.period), []).append(each)
    return list(groups.values())


def on_pace(several: Sequence[Owed], *, view: View) -> Share:
    """How many of those who owe anything have reached it or will at this pace."""
    owing = [each for each in several if each.owed]
    pairs = zip(owing, closing.actuals(owing, now=view.now), strict=True)
    return Share(sum(each.progress(actual, now=view.now) in FINE for each, actual in pairs), len(owing))


def sections(view: View, owed: Sequence[Owed]) -> Iterator[Section]:
    for several in by_clause(owed):
        yield section(view, volume.by_debtor(several, now=view.now))


def section(view: View, standings: Sequence[Standing]) -> Section:
    clause, first = standings[0].owed.clause, standings[0].owed
    name, is_of_teams = in_language(clause.title), clause.each == "team"
    named = _of_teams(standings) if is_of_teams else _of_people(standings)
    return Section(
        f"each-{clause.id}",
        _title(view, name, standings),
        _summary(first, is_of_teams=is_of_teams),
        Table(
            gettext("%(clause)s, team by team", clause=name)
            if is_of_teams
            else gettext("%(clause)s, person by person", clause=name),
            (
                Column(gettext("Team") if is_of_teams else gettext("Name"), False),
                Column(gettext("Ramp")),
                Column(gettext("Owed")),
                Column(gettext("So far")),
                Column(gettext("Expected by now")),
                Column(gettext("Ends from")),
                Column(gettext("to")),
                Column(gettext("Standing"), False),
            ),
            [_row(view, *each) for each in sorted(named, key=lambda each: each[0].casefold())],
            _totals(standings),
        ),
        gettext(
            "What is owed is the clause’s volume times the share that the ramp leaves in the period. Hand-offs count "
            "for who has them now, touches for who logged them; several of one kind logged on a hand-off within one "
            "minute are one. The end is an interval that holds four times in five: this is no ranking."
        ),
    )


def _of_teams(standings: Sequence[Standing]) -> list[tuple[str, Standing]]:
    names = dict(choices.sales_teams())
    return [(names.get(each.owed.debtor.team or "", ""), each) for each in standings]


def _of_people(standings: Sequence[Standing]) -> list[tuple[str, Standing]]:
    """Those whom the reader may see: themselves, and for a manager their side. Who has only a link sees nobody."""
    seen = choices.seen_by(actor()) if current_user.is_authenticated else {}
    return [(seen[each.owed.debtor.user_id], each) for each in standings if each.owed.debtor.user_id in seen]


def _title(view: View, name: str, standings: Sequence[Standing]) -> str:
    owing = [each for each in standings if each.owed.owed]
    fine = sum(each.owed.progress(each.actual, now=view.now) in FINE for each in owing)
    told = {"clause": name, "fine": number(fine), "all": number(len(owing))}
    if standings[0].owed.is_over(now=view.now):
        return gettext("%(clause)s: %(fine)s of %(all)s reached it", **told)
    return gettext("%(clause)s: %(fine)s of %(all)s have reached it or are on pace", **told)


def _summary(owed: Owed, *, is_of_teams: bool) -> str:
    told = {"owed": amount(owed, owed.clause.owed), "period": spoken.period_name(owed.period)}
    if is_of_teams:
        return gettext("%(owed)s owed by each team, %(period)s.", **told)
    said = gettext("%(owed)s owed by each person, %(period)s.", **told)
    seen = gettext("A rep sees their own line, a manager those of their side.")
    return f"{said} {seen}"


def _row(view: View, name: str, standing: Standing) -> tuple[Cell, ...]:
    owed, seen, none = standing.owed, standing.outlook, Cell(None, "")
    expected = owed.pace(standing.actual, now=view.now).expected
    return (
        words_cell(name, person_url(owed.debtor.user_id)),
        Cell(owed.ramp_ratio, percent(owed.ramp_ratio, 0), is_soft=owed.ramp_ratio == 1),
        amount_cell(owed, owed.owed),
        amount_cell(owed, standing.actual),
        none if expected is None else amount_cell(owed, expected, 1),
        none if seen is None else amount_cell(owed, seen.low),
        none if seen is None else amount_cell(owed, seen.high),
        words_cell(stands(owed, standing.actual, view=view)),
    )


def stands(owed: Owed, actual: int, *, view: View) -> str:
    """In a word."""
    if not owed.owed:
        return gettext("nothing owed yet")
    progress = owed.progress(actual, now=view.now)
    return gettext(OF_LIMIT.get(progress, STANDS[progress]) if owed.is_limit else STANDS[progress])


def _totals(standings: Sequence[Standing]) -> tuple[Cell, ...]:
    owed, none = standings[0].owed, Cell(None, "")
    numbers = (sum(each.owed.owed for each in standings), sum(each.actual for each in standings))
    return (words_cell(gettext("All")), none, *(amount_cell(owed, each) for each in numbers), none, none, none, none)
