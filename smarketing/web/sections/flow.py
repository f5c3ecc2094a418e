"""The flow of leads from step to step, unrolled: what came back as an MQL begins again as a hand-off of its own."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.reports import cohorts, figures, journeys
from smarketing.reports.cases import Counts, Of
from smarketing.reports.journeys import Way
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView

ACCEPTED = frozenset(HandoffState) - {HandoffState.OFFERED, HandoffState.REFUSED, HandoffState.WITHDRAWN}


class Step(NamedTuple):
    """`share` of what came to a step went on like this; `of` names the list of exactly these, None without one."""

    source: str
    goal: str
    share: Share
    of: Of | None = None


def section(view: ThemeView) -> Section:
    ways = journeys.ways(view.span, view.wanted, now=view.now)
    steps = _steps(ways)
    marks = [_mark(view, step) for step in steps if step.share.part]
    accepted = Share(_count(ways, ACCEPTED), sum(ways.values()))
    title = gettext("Too few hand-offs to tell the way they go")
    if accepted.is_telling:
        won = Share(_count(ways, {HandoffState.WON}), accepted.total)
        told = {"all": number(accepted.total), "accepted": number(accepted.part), "won": number(won.part)}
        title = gettext("Of %(all)s hand-offs %(accepted)s were accepted and %(won)s are won so far", **told)
    return Section(
        "lead-flow",
        title,
        gettext("From each step on the left to where its hand-offs stand now: the parts of a step add up to it."),
        Table(
            gettext("From step to step"),
            (
                Column(gettext("From"), False),
                Column(gettext("To"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("Of the step")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [
                (
                    words_cell(step.source),
                    words_cell(step.goal),
                    count_cell(step.share.part, view.cases_url(step.of) if step.of else None),
                    ratio_cell(step.share),
                    *interval_cells(step.share),
                )
                for step in steps
            ],
        ),
        gettext(
            "Hand-offs offered in the period. A recycled lead that becomes an MQL again is a hand-off of its own, "
            "counted in the period in which it is offered; here it only shows that it came again."
        ),
        figures.bars_by_name(marks, [_text(step) for step in steps if step.share.part]) if marks else None,
        size=size_for(marks),
    )


def _steps(ways: Mapping[Way, int]) -> list[Step]:
    total, accepted = sum(ways.values()), _count(ways, ACCEPTED)
    sqls = sum(count for way, count in ways.items() if way.is_sql)
    recycled, again = _count(ways, {HandoffState.RECYCLED}), _count(ways, {HandoffState.RECYCLED}, came_again=True)
    offer, sal, sql, rest = gettext("MQL"), gettext("SAL"), gettext("SQL"), gettext("Recycled")
    open_, lost = gettext("still open"), gettext("lost")
    return [
        Step(offer, gettext("waiting"), Share(_count(ways, {HandoffState.OFFERED}), total), Of.WAITING),
        Step(offer, gettext("refused"), Share(_count(ways, {HandoffState.REFUSED}), total), Of.REFUSED),
        Step(offer, sal, Share(accepted, total), Of.ACCEPTED),
        Step(sal, open_, Share(_count(ways, {HandoffState.ACCEPTED}), accepted)),
        Step(sal, rest, Share(_count(ways, {HandoffState.RECYCLED}, is_sql=False), accepted)),
        Step(sal, lost, Share(_count(ways, {HandoffState.LOST}, is_sql=False), accepted)),
        Step(sal, sql, Share(sqls, accepted), Of.SQL),
        Step(sql, open_, Share(_count(ways, {HandoffState.CONFIRMED}), sqls)),
        Step(sql, rest, Share(_count(ways, {HandoffState.RECYCLED}, is_sql=True), sqls)),
        Step(sql, lost, Share(_count(ways, {HandoffState.LOST}, is_sql=True), sqls)),
        Step(sql, gettext("won"), Share(_count(ways, {HandoffState.WON}, is_sql=True), sqls)),
        Step(rest, gettext("MQL once more"), Share(again, recycled)),
        Step(rest, gettext("not back yet"), Share(recycled - again, recycled)),
    ]


def _count(
    ways: Mapping[Way, int],
    states: frozenset[HandoffState] | set[HandoffState],
    *,
    is_sql: bool | None = None,
    came_again: bool | None = None,
) -> int:
    return sum(
        count
        for way, count in ways.items()
        if way.state in states and is_sql in (None, way.is_sql) and came_again in (None, way.came_again)
    )


def _mark(view: ThemeView, step: Step) -> Mark:
    name = gettext("%(source)s → %(goal)s", source=step.source, goal=step.goal)
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.part_of(step.share))
    return Mark(name, step.share.part, hover, view.cases_url(step.of) if step.of else None)


def _text(step: Step) -> str:
    if not step.share.is_telling:
        return number(step.share.part)
    return f"{number(step.share.part)} · {percent(step.share.ratio or 0, 0)}"


def of_period(view: ThemeView, counts: Counts) -> Section:
    """What happened in the period, whenever the lead came: never to be compared with a cohort."""
    found = cohorts.flow(view.span, view.wanted)
    labels = (
        (DispositionKind.ACCEPTED, gettext("Accepted")),
        (DispositionKind.REFUSED, gettext("Refused")),
        (DispositionKind.CONFIRMED, gettext("Became an SQL")),
        (DispositionKind.RECYCLED, gettext("Recycled")),
        (DispositionKind.WON, gettext("Won")),
        (DispositionKind.LOST, gettext("Lost")),
    )
    offered = counts[Of.OFFERED]
    return Section(
        "flow",
        gettext(
            "Period flow: %(sqls)s SQLs and %(offered)s hand-offs offered",
            sqls=number(found.get(DispositionKind.CONFIRMED, 0)),
            offered=number(offered),
        ),
        gettext(
            "What happened in these days, whenever the lead was handed off. A share can exceed 100 %: it is no cohort."
        ),
        Table(
            gettext("Period flow"),
            (
                Column(gettext("Answer"), False),
                Column(gettext("In the period")),
                Column(gettext("Per hand-off offered")),
            ),
            [
                (
                    words_cell(label),
                    count_cell(found.get(kind, 0)),
                    Cell(round(found.get(kind, 0) / offered, 4), percent(found.get(kind, 0) / offered))
                    if offered >= 5
                    else Cell(None, gettext("too few") if offered else "", is_soft=True),
                )
                for kind, label in labels
            ],
        ),
        gettext("Answers given in the period ÷ hand-offs offered in it. Never compare this with the cohorts above."),
    )
