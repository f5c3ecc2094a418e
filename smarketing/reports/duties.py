"""Shares that are owed period by period, as they were written down, and what there was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import ratios as rules
from smarketing.domain.attainment import Share
from smarketing.domain.debts import WHOLE, Debtor, teams_at_work
from smarketing.domain.periods import Period, local_day
from smarketing.domain.ratios import Standing, duties
from smarketing.domain.terms import Terms
from smarketing.domain.terms_ratios import RatioClause
from smarketing.models.ratios import Ratio
from smarketing.models.routing import hand, reps_of
from smarketing.reports import agreed, closing, ratios, volume
from smarketing.reports.agreed import Agreed


@dataclass(frozen=True)
class Owed:
    """The share one clause asks for in one period. `written` is the row it was written down in; None before that."""

    period: Period
    clause: RatioClause
    terms: Terms
    debtor: Debtor = WHOLE
    ramp_ratio: float = 1.0
    written: Ratio | None = None

    @property
    def least(self) -> float | None:
        return self.clause.least(self.ramp_ratio)

    @property
    def closed(self) -> Share | None:
        """What was written down when the period ended; None before."""
        if self.written is None or self.written.part is None or self.written.total is None:
            return None
        return Share(self.written.part, self.written.total)

    def standing(self, share: Share) -> Standing:
        return rules.standing(self.clause, share, ramp_ratio=self.ramp_ratio)


def owed_on(day: date, *, standing: Agreed | None, now: datetime) -> list[Owed]:
    """All that is owed in the periods that hold a day, as it was written down; today also what is not yet."""
    of_day = select(Ratio).where(Ratio.starts_on <= day, Ratio.ends_on > day).order_by(Ratio.id)
    found = _read(db.session.scalars(of_day).all())
    if standing is None or not standing.is_in_force or day != local_day(now, standing.terms.zone):
        return found
    terms = standing.terms
    written = {(owed.clause.id, owed.period.starts_on, owed.debtor) for owed in found}
    hands = [hand(row, terms.zone) for row in db.session.execute(reps_of(teams_at_work(terms)))]
    owing = duties(terms, day, hands) if terms.ratios else ()
    missing = (duty for duty in owing if (duty.clause.id, duty.period.starts_on, duty.debtor) not in written)
    return [*found, *(Owed(duty.period, duty.clause, terms, duty.debtor, duty.ramp_ratio) for duty in missing)]


def ended_within(period: Period) -> list[Owed]:
    """Written down for periods whose last day lies within a period."""
    ended = (Ratio.ends_on > period.starts_on, Ratio.ends_on <= period.ends_on)
    return _read(db.session.scalars(select(Ratio).where(*ended).order_by(Ratio.starts_on, Ratio.id)).all())


def closed_before(day: date, debtors: Iterable[Debtor] = (WHOLE,), *, most: int) -> list[Owed]:
    """The latest periods of these debtors that had ended by a day and were counted, the latest first."""
    wished = frozenset(debtors)
    query = select(Ratio).where(Ratio.ends_on <= day, Ratio.part.is_not(None))
    if all(debtor == WHOLE for debtor in wished):
        query = query.where(Ratio.user_id.is_(None), Ratio.team.is_(None))
    else:
        query = query.where(Ratio.user_id.in_([debtor.user_id for debtor in wished]))
    return _read(db.session.scalars(query.order_by(Ratio.ends_on.desc(), Ratio.id).limit(most)).all())


def due(*, now: datetime) -> dict[int, Share]:
    """What there was, by the id of the row: of periods that have ended of late."""
    today = local_day(now, agreed.zone_of(agreed.latest()))
    ended = ended_within(Period(today - closing.RESTATED_FOR, today))
    pairs = zip(ended, shares(ended, now=now), strict=True)
    return {owed.written.id: share for owed, share in pairs if owed.written and share is not None}


def shares(owed: Sequence[Owed], *, now: datetime) -> list[Share | None]:
    """In their order; None where nothing here can measure it."""
    teams = volume.members() if any(each.debtor.team for each in owed) else {}
    told: dict[tuple[str, int, Period], Mapping[int, Share]] = {}
    found: list[Share | None] = []
    for each in owed:
        zone = each.terms.zone
        if each.clause.each is None:
            found.append(ratios.measured(each.clause, each.period, zone=zone, now=now))
            continue
        key = (each.clause.id, each.written.agreement_version_id if each.written else 0, each.period)
        if key not in told:
            told[key] = ratios.by_person(each.clause, each.period, zone=zone, now=now)
        found.append(_of_debtor(each.debtor, told[key], teams))
    return found


def _of_debtor(debtor: Debtor, told: Mapping[int, Share], teams: Mapping[str, Sequence[int]]) -> Share:
    people = teams.get(debtor.team, ()) if debtor.team else [debtor.user_id] if debtor.user_id else []
    own = [told[person] for person in people if person in told]
    return Share(sum(share.part for share in own), sum(share.total for share in own))


def _read(rows: Sequence[Ratio]) -> list[Owed]:
    """What the version they were written under does not know any more is left out."""
    return [owed for row in rows for owed in _owed(row)]


def _owed(row: Ratio) -> Iterator[Owed]:
    terms = agreed.terms_of(row.agreement_version_id)
    clause = next((clause for clause in terms.ratios if clause.id == row.clause_id), None)
    if clause is not None and clause.is_measured:
        debtor = Debtor(row.user_id, row.team)
        yield Owed(Period(row.starts_on, row.ends_on), clause, terms, debtor, row.ramp_ratio, row)
