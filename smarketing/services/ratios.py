"""Write down the shares owed in each period, as the ratio clauses of the version in force demand, and what came."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.debts import teams_at_work
from smarketing.domain.periods import local_day
from smarketing.domain.ratios import Duty, duties
from smarketing.models.ratios import Ratio
from smarketing.models.routing import hand, reps_of
from smarketing.services import agreements


def owe_current(*, now: datetime) -> int:
    """Make sure that the shares of the periods that run are written down; how many were new.

    A period keeps the share it began with: a version that comes into force later counts from the next one.
    """
    force = agreements.in_force()
    if force is None or not force.terms.ratios:
        return 0
    today = local_day(now, force.terms.zone)
    hands = [hand(row, force.terms.zone) for row in db.session.execute(reps_of(teams_at_work(force.terms)))]
    columns = (Ratio.clause_id, Ratio.starts_on, Ratio.user_id, Ratio.team)
    running = select(*columns).where(Ratio.starts_on <= today, Ratio.ends_on > today)
    written = {tuple(row) for row in db.session.execute(running)}
    owing = duties(force.terms, today, hands)
    missing = [duty for duty in owing if (duty.clause.id, duty.period.starts_on, *duty.debtor) not in written]
    db.session.add_all(_ratio(duty, force.version_id) for duty in missing)
    return len(missing)


def _ratio(duty: Duty, version_id: int) -> Ratio:
    return Ratio(
        agreement_version_id=version_id,
        clause_id=duty.clause.id,
        starts_on=duty.period.starts_on,
        ends_on=duty.period.ends_on,
        user_id=duty.debtor.user_id,
        team=duty.debtor.team,
        ramp_ratio=duty.ramp_ratio,
    )


def close(shares: Mapping[int, Share], *, now: datetime) -> int:
    """Write down what there was in periods that have ended, by the id of the ratio; late facts restate it.

    How many were new or changed.
    """
    changed = 0
    for ratio in db.session.scalars(select(Ratio).where(Ratio.id.in_(shares))):
        part, total = shares[ratio.id]
        if ratio.closed_at is None:
            ratio.closed_at, ratio.closed_part, ratio.closed_total = now, part, total
        elif (ratio.part, ratio.total) == (part, total):
            continue
        else:
            ratio.restated_at = now
        ratio.part, ratio.total = part, total
        changed += 1
    return changed
