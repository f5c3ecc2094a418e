"""Four questions of a joint meeting, each with its answer in words and the way to its proof."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext, ngettext

from smarketing.domain.attainment import Share, Standing, change, standing
from smarketing.domain.pacing import Progress
from smarketing.domain.roles import Department
from smarketing.reports import promises, volume
from smarketing.reports.attainment import ClockFacts
from smarketing.reports.cases import Wanted
from smarketing.reports.pacing import Owed
from smarketing.reports.volume import Standing as Volume
from smarketing.web import spoken
from smarketing.web.amounts import amount
from smarketing.web.filters import number, percent
from smarketing.web.scopes import DashboardView, clocks_url
from smarketing.web.sections import debtors
from smarketing.web.sections.volume import of_all, still_owed, title_of
from smarketing.web.words import in_language, label

STATES = {
    Standing.NO_DATA: "void",
    Standing.TOO_FEW: "void",
    Standing.KEPT: "met",
    Standing.BARELY_KEPT: "met",
    Standing.BARELY_MISSED: "at_risk",
    Standing.MISSED: "overdue",
}
PACE = {Progress.REACHED: "met", Progress.AHEAD: "on_track", Progress.BEHIND: "at_risk", Progress.MISSED: "overdue"}


class Line(NamedTuple):
    """`state` colours it; None is a plain sentence."""

    text: str
    state: str | None = None
    detail: str | None = None
    url: str | None = None


class Answer(NamedTuple):
    question: str
    lines: Sequence[Line]
    url: str | None = None


def of(view: DashboardView, facts: ClockFacts, owed: Sequence[Owed]) -> list[Answer]:
    """Nothing without an agreement: then nothing is promised."""
    if view.standing is None:
        return []
    volumes = volume.standings(of_all(owed), now=view.now)
    args = {"period": view.periods.chosen, "source": view.sources.chosen}
    return [
        Answer(
            gettext("Are both sides keeping their promises?"),
            [*_kept(view, facts, volumes, debtors.by_clause(owed))],
            url_for("themes.show", theme="promises", **args),  # type: ignore[arg-type]
        ),
        Answer(gettext("Will we make the month?"), [*_month(view, volumes)], url_for("themes.show", theme="volume")),
        Answer(
            gettext("Who had the ball?"),
            [*_holders(view)],
            url_for("themes.show", theme="speed", **args),  # type: ignore[arg-type]
        ),
        Answer(gettext("What has changed?"), [*_changes(view, facts)]),
    ]


def _kept(
    view: DashboardView, facts: ClockFacts, volumes: Sequence[Volume], several: Sequence[Sequence[Owed]]
) -> Iterator[Line]:
    """The volumes and the clocks of one side after those of the other."""
    for side in Department:
        yield from (_volume(view, each) for each in volumes if each.owed.clause.side is side)
        yield from (_of_each(view, each) for each in several if each[0].clause.side is side)
        for clause in view.standing.terms.clocks if view.standing else ():
            if clause.side is not side:
                continue
            kept = facts.kept(clause.id, view.scope.period)
            stands = standing(kept.share, clause.objective)
            told = {"side": label(side), "clause": in_language(clause.title)}
            said = {"share": spoken.share(kept.share), "objective": percent(clause.objective, 0)}
            detail = gettext("nothing fell due")
            if kept.share.total:
                detail = gettext("%(share)s kept, %(objective)s promised", **said)
            url = clocks_url(clause.id, view.scope, clock="breached") if kept.missed else None
            yield Line(gettext("%(side)s · %(clause)s", **told), STATES[stands], detail, url)


def _volume(view: DashboardView, each: Volume) -> Line:
    owed = each.owed
    state = PACE.get(owed.progress(each.actual, now=view.now), "void")
    told = {"side": label(owed.clause.side), "clause": in_language(owed.clause.title)}
    numbers = {"actual": amount(owed, each.actual), "owed": amount(owed, owed.owed)}
    detail = gettext("%(actual)s of %(owed)s owed", **numbers)
    if owed.is_limit:
        detail = gettext("%(actual)s of at most %(owed)s", **numbers)
    return Line(gettext("%(side)s · %(clause)s", **told), state, detail)


def _of_each(view: DashboardView, several: Sequence[Owed]) -> Line:
    """What each person or team owes: how many of them are fine, and nobody by name."""
    clause, fine = several[0].clause, debtors.on_pace(several, view=view)
    state = "void" if not fine.total else "met" if fine.part == fine.total else "at_risk"
    told = {"fine": number(fine.part), "all": number(fine.total)}
    detail = gettext("%(fine)s of %(all)s on pace", **told)
    text = gettext("%(side)s · %(clause)s", side=label(clause.side), clause=in_language(clause.title))
    return Line(text, state, detail, url_for("themes.show", theme="volume"))


def _month(view: DashboardView, volumes: Sequence[Volume]) -> Iterator[Line]:
    if not volumes:
        yield Line(gettext("No volume is owed, or a filter is set."))
    for each in volumes:
        state = PACE.get(each.owed.progress(each.actual, now=view.now), "void")
        yield Line(title_of(view, each), state, still_owed(each))


def _holders(view: DashboardView) -> Iterator[Line]:
    """Of what was missed: who had to act when the time ran out."""
    found = promises.missed_by_holder(view.scope.period, Wanted(view.scope.source), now=view.now)
    clauses = view.standing.terms.clocks if view.standing else ()
    if not any(found.values()):
        yield Line(gettext("Nobody: no deadline was missed."), "met")
    for clause in clauses:
        if clause.id not in found:
            continue
        holders = found[clause.id]
        missed = holders.owner + holders.queue
        told = {"clause": in_language(clause.title), "owner": number(holders.owner), "queue": number(holders.queue)}
        detail = gettext("%(owner)s with their owner, %(queue)s in the team’s queue", **told)
        counted = ngettext("%(num)s missed", "%(num)s missed", missed)
        text = gettext("%(clause)s: %(missed)s", clause=told["clause"], missed=counted)
        yield Line(text, None, detail, clocks_url(clause.id, view.scope, clock="breached"))


def _changes(view: DashboardView, facts: ClockFacts) -> Iterator[Line]:
    """Only what is more than chance, the largest first."""
    found: list[tuple[float, Line]] = []
    for clause in view.standing.terms.clocks if view.standing else ():
        now_share = facts.kept(clause.id, view.scope.period).share
        before = facts.kept(clause.id, view.earlier.period).share
        if differs := _change(view, in_language(clause.title), now_share, before):
            found.append(differs)
    if not found:
        period = spoken.period_name(view.earlier.period)
        yield Line(gettext("No promise is kept more or less often than in %(period)s, beyond chance.", period=period))
    for _size, line in sorted(found, key=lambda each: -each[0]):
        yield line


def _change(view: DashboardView, name: str, share: Share, before: Share) -> tuple[float, Line] | None:
    differs = change(share, before)
    if differs is None or not differs.is_clear:
        return None
    said = spoken.changed(differs, before, view.earlier.period)
    state = "met" if differs.difference > 0 else "overdue"
    return abs(differs.difference), Line(name, state, said)
