"""What both sides owed in a month and what came of it: the facts of a statement."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.attainment import TOO_FEW, Share
from smarketing.domain.periods import Period, before, local_day, month_of
from smarketing.domain.ratios import Standing, fewest
from smarketing.domain.statements import PEOPLE, PERIODS, TEAMS, Following, Minute, Obligation, Verdict
from smarketing.domain.terms import Terms
from smarketing.models.disputes import Dispute
from smarketing.models.statements import Statement
from smarketing.reports import agreed, attainment, choices, closing, duties, excuses, pacing, ratios
from smarketing.reports.pacing import Owed
from smarketing.reports.rollups import Scope

OF_EACH: Final = {"person": PEOPLE, "team": TEAMS}


def last_month(*, now: datetime) -> Period | None:
    """The month that ended last, if an agreement was in force in it."""
    standing = agreed.latest()
    if standing is None:
        return None
    month = before(month_of(local_day(now, standing.terms.zone)), month_of)
    return month if _versions(month, standing.terms.zone) else None


def minute(month: Period, *, now: datetime) -> Minute | None:
    """Read under the version in force, or the last that was; None without one."""
    standing = agreed.latest()
    if standing is None:
        return None
    terms = standing.terms
    owed = _obligations(month, terms, standing, now=now)
    return Minute(
        month, terms.zone, _versions(month, terms.zone), owed, _disputes(month, terms.zone), _followings(terms, owed)
    )


def _obligations(month: Period, terms: Terms, standing: agreed.Agreed, *, now: datetime) -> list[Obligation]:
    """Volumes as they were written down, then the shares and the clocks."""
    found = [*_volumes(month, standing, now=now), *_ratios(month, terms, now=now)]
    facts = attainment.read(Scope(month), now=now)
    without = excuses.excused(Scope(month))
    for clock in terms.clocks:
        kept = facts.kept(clock.id, month)
        numbers = (kept.share.part, kept.share.total, without.get(clock.id, 0), kept.pending)
        found.append(Obligation(clock.id, clock.side, clock.title, False, clock.objective, *numbers))
    return found


def _volumes(month: Period, standing: agreed.Agreed, *, now: datetime) -> Iterator[Obligation]:
    """What fell due in the month: once as it is, else how many of those who owed it, and how often, reached it."""
    owed = pacing.ended_within(month)
    if not owed and (promised := pacing.owed_in(month, standing=standing, now=now)):
        owed = [promised]
    pairs: dict[str, list[tuple[Owed, int]]] = {}
    for each, actual in zip(owed, closing.actuals(owed, now=now), strict=True):
        pairs.setdefault(each.clause.id, []).append((each, actual))
    for several in pairs.values():
        yield _volume(several)


def _volume(several: Sequence[tuple[Owed, int]]) -> Obligation:
    """Nobody is named in what both sides sign; what the ramp leaves nothing of is not owed."""
    (owed, actual), clause = several[0], several[0][0].clause
    if len(several) == 1 and clause.each is None:
        unit = owed.terms.currency if clause.is_money else ""
        told = (True, float(owed.owed), actual, 0, 0, 0, owed.is_limit, TOO_FEW, unit)
        return Obligation(clause.id, clause.side, clause.title, *told)
    due = [(each, count) for each, count in several if each.owed]
    kept = sum(1 for each, count in due if (count <= each.owed if each.is_limit else count >= each.owed))
    unit = OF_EACH.get(clause.each or "", PERIODS)
    return Obligation(clause.id, clause.side, clause.title, False, 1.0, kept, len(due), 0, 0, False, 1, unit)


def _ratios(month: Period, terms: Terms, *, now: datetime) -> Iterator[Obligation]:
    """Shares as they were written down, else as the terms have them; those nothing here can measure are left out."""
    owed = duties.ended_within(month)
    written = {each.clause.id for each in owed}
    for clause in terms.ratios:
        period = ratios.closing_in(clause, month)
        if period and clause.each is None and clause.id not in written:
            owed.append(duties.Owed(period, clause, terms))
    pairs: dict[str, list[tuple[duties.Owed, Share]]] = {}
    for each, share in zip(owed, duties.shares(owed, now=now), strict=True):
        if share is not None:
            pairs.setdefault(each.clause.id, []).append((each, share))
    for several in pairs.values():
        yield from _ratio(several)


def _ratio(several: Sequence[tuple[duties.Owed, Share]]) -> Iterator[Obligation]:
    """Once as it is, a bound each; else how many of those who owed it, and how often, kept it, of those judged."""
    (_owed, share), clause = several[0], several[0][0].clause
    if len(several) == 1 and clause.each is None:
        for bound, is_limit in ((clause.at_least, False), (clause.at_most, True)):
            if bound is not None:
                numbers = (bound, share.part, share.total, 0, 0, is_limit, fewest(clause))
                yield Obligation(clause.id, clause.side, clause.title, False, *numbers)
        return
    stands = [each.standing(share) for each, share in several]
    kept, missed = stands.count(Standing.KEPT), stands.count(Standing.MISSED)
    unit = OF_EACH.get(clause.each or "", PERIODS)
    yield Obligation(clause.id, clause.side, clause.title, False, 1.0, kept, kept + missed, 0, 0, False, 1, unit)


def _versions(month: Period, zone: str) -> list[int]:
    """Numbers of those in force on some day of it."""
    began = [(local_day(at, zone), number) for at, number in choices.effective()]
    inside = [number for day, number in began if month.starts_on < day < month.ends_on]
    earlier = [number for day, number in began if day <= month.starts_on]
    return [*earlier[-1:], *inside]


def _disputes(month: Period, zone: str) -> dict[str, int]:
    raised = (Dispute.raised_at >= month.starts_at(zone), Dispute.raised_at < month.ends_at(zone))
    query = select(Dispute.state, func.count()).where(*raised).group_by(Dispute.state)
    return {state.value: count for state, count in db.session.execute(query)}


def _followings(terms: Terms, owed: Sequence[Obligation]) -> list[Following]:
    """The consequences agreed for what was missed."""
    missed = {each.clause for each in owed if each.verdict is Verdict.MISSED}
    return [
        Following(clause.id, clause.side, clause.title, clause.remedy)
        for clause in terms.consequences
        if missed & set(clause.promises)
    ]


def statements() -> Sequence[Statement]:
    """The latest edition of each period, the newest first."""
    rows = db.session.scalars(select(Statement).order_by(Statement.starts_on.desc(), Statement.number.desc())).all()
    seen: dict[date, Statement] = {}
    for row in rows:
        seen.setdefault(row.starts_on, row)
    return list(seen.values())
