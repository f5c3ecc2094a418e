"""Whose time the wait for an answer was, and how it ended."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.survival import outcomes
from smarketing.domain.waiting import Split, added
from smarketing.reports import charts
from smarketing.reports.look import Mark, Series
from smarketing.reports.speed import Facts
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.filters import duration, number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import words_cell

FEWEST = 5
HOURS = (1, 4, 8, 24, 48, 72, 168)


def names_of_parts() -> tuple[str, str, str, str]:
    return gettext("system"), gettext("queue"), gettext("owner"), gettext("off hours")


def whose_time(facts: Facts) -> Section:
    """Who had the ball while the answered leads waited."""
    splits = facts.splits()
    whole = added(splits)
    rows = [(gettext("All time"), whole), (gettext("Business time"), whole._replace(off_hours=0))]
    parts = dict(zip(names_of_parts(), whole, strict=True))
    working = dict(list(parts.items())[:3])
    longest = max(working, key=lambda name: working[name])
    title = gettext("Nobody has been answered yet")
    if whole.total:
        share = working[longest] / (sum(working.values()) or 1)
        title = gettext(
            "Of the working time leads waited, %(share)s was: %(who)s", share=percent(share, 0), who=longest
        )
        if not sum(working.values()):
            title = gettext("Leads waited only while nobody was to work")
    return Section(
        "whose-time",
        title,
        gettext(
            "System: until it was offered. Queue: business time without an owner. Owner: business time with one. Off "
            "hours: when nobody was to work. Of %(count)s answered hand-offs; the parts add up to the second.",
            count=number(len(splits)),
        ),
        Table(
            gettext("Who had the ball"),
            (
                Column(gettext("Part"), False),
                Column(gettext("In all")),
                Column(gettext("A lead")),
                Column(gettext("Of all")),
            ),
            [_part_row(name, seconds, whole, len(splits)) for name, seconds in parts.items()],
            _part_row(gettext("All time"), whole.total, whole, len(splits)),
        ),
        gettext(
            "From becoming an MQL to sales’ first answer, of the answered hand-offs offered in the period. An owner is "
            "known from the journal. A rep who was given a lead late is not charged with the queue before."
        ),
        charts.shares_of_whole(_series(rows)) if whole.total else None,
        size="s",
    )


def _part_row(name: str, seconds: int, whole: Split, count: int) -> tuple[Cell, ...]:
    share = seconds / whole.total if whole.total else None
    return (
        words_cell(name),
        Cell(seconds, duration(seconds)),
        Cell(round(seconds / count) if count else None, duration(seconds / count) if count else ""),
        Cell(None if share is None else round(share, 4), "" if share is None else percent(share)),
    )


def _series(rows: Sequence[tuple[str, Split]]) -> list[Series]:
    series = []
    for place, name in enumerate(names_of_parts()):
        marks = []
        for row, split in rows:
            share = split[place] / (split.total or 1)
            hover = gettext(
                "%(row)s, %(part)s: %(time)s (%(share)s)",
                row=row,
                part=name,
                time=duration(split[place]),
                share=percent(share),
            )
            marks.append(Mark(row, share, hover))
        series.append(Series(name, marks))
    return series


def endings(facts: Facts) -> Section:
    """What sales has answered by when: acceptances and refusals beside each other (Aalen-Johansen)."""
    cases = [
        (answer.wall(now=facts.now)[0], None if answer.answered_at is None else _how(answer.state.value))
        for answer in facts.answers
    ]
    found = outcomes(cases)
    rows = []
    for hour in HOURS:
        until = [chance for chance in found if chance.at <= hour * 3600]
        shares = until[-1].shares if until else {}
        accepted, refused = shares.get("accepted", 0.0), shares.get("refused", 0.0)
        left = max(0.0, 1 - accepted - refused)
        rows.append(
            (
                Cell(hour * 3600, duration(hour * 3600)),
                *(Cell(round(share, 4), percent(share)) for share in (accepted, refused, left)),
            )
        )
    accepted = found[-1].shares.get("accepted", 0.0) if found else 0.0
    return Section(
        "endings",
        gettext("%(share)s are accepted in the end, as far as can be told", share=percent(accepted))
        if len(cases) >= FEWEST
        else gettext("Too few hand-offs to judge the answers"),
        gettext("Accepted, refused and still open add up to 100 % at every time."),
        Table(
            gettext("Answers by wall time"),
            (
                Column(gettext("Within"), False),
                Column(gettext("Accepted")),
                Column(gettext("Refused")),
                Column(gettext("Still open")),
            ),
            rows if len(cases) >= FEWEST else [],
        ),
        gettext(
            "Aalen–Johansen: answers that exclude each other, with those still waiting counted in. Of %(count)s "
            "hand-offs.",
            count=number(len(cases)),
        ),
    )


def _how(state: str) -> str:
    return "refused" if state == "refused" else "accepted"
