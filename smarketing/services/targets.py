"""Write down what is owed in each period, as the count clauses of the version in force demand, and what there was."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.debts import Debt, debts, teams_at_work
from smarketing.domain.periods import local_day
from smarketing.models.routing import hand, reps_of
from smarketing.models.targets import Target
from smarketing.services import agreements


def owe_current(*, now: datetime) -> int:
    """Make sure that the targets of the periods that run are written down; how many were new.

    A period keeps the target it began with: a version that comes into force later counts from the next one. Who joins
    in the middle of a period owes what the ramp leaves of it.
    """
    force = agreements.in_force()
    if force is None or not force.terms.targets:
        return 0
    today = local_day(now, force.terms.zone)
    hands = [hand(row, force.terms.zone) for row in db.session.execute(reps_of(teams_at_work(force.terms)))]
    columns = (Target.clause_id, Target.starts_on, Target.user_id, Target.team)
    running = select(*columns).where(Target.starts_on <= today, Target.ends_on > today)
    written = {tuple(row) for row in db.session.execute(running)}
    owing = debts(force.terms, today, hands)
    missing = [debt for debt in owing if (debt.clause.id, debt.period.starts_on, *debt.debtor) not in written]
    db.session.add_all(_target(debt, force.version_id) for debt in missing)
    return len(missing)


def _target(debt: Debt, version_id: int) -> Target:
    return Target(
        agreement_version_id=version_id,
        clause_id=debt.clause.id,
        metric=debt.clause.metric,
        starts_on=debt.period.starts_on,
        ends_on=debt.period.ends_on,
        user_id=debt.debtor.user_id,
        team=debt.debtor.team,
        ramp_ratio=debt.ramp_ratio,
        owed=debt.owed,
    )


def close(actuals: Mapping[int, int], *, now: datetime) -> int:
    """Write down what there was in periods that have ended, by the id of the target; late facts restate it.

    How many were new or changed.
    """
    changed = 0
    for target in db.session.scalars(select(Target).where(Target.id.in_(actuals))):
        actual = actuals[target.id]
        if target.closed_at is None:
            target.closed_at, target.closed_actual = now, actual
        elif target.actual == actual:
            continue
        else:
            target.restated_at = now
        target.actual = actual
        changed += 1
    return changed
