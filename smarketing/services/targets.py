"""Write down what is owed, period by period, as the count clauses of the version in force demand."""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.periods import local_day, month_of
from smarketing.models.targets import Target
from smarketing.services import agreements


def owe_current(*, now: datetime) -> int:
    """Make sure that this month's targets are written down; how many were new.

    Only what a side owes as a whole in a month, over all leads, is written down. A month keeps the target it began
    with: a version that comes into force later counts from the next month.
    """
    force = agreements.in_force()
    if force is None:
        return 0
    month = month_of(local_day(now, force.terms.zone))
    written = set(db.session.scalars(select(Target.clause_id).where(Target.starts_on == month.starts_on)))
    owing = [clause for clause in force.terms.targets if clause.is_monthly_total]
    missing = [clause for clause in owing if clause.id not in written]
    db.session.add_all(
        Target(
            agreement_version_id=force.version_id,
            clause_id=clause.id,
            metric=clause.metric,
            starts_on=month.starts_on,
            ends_on=month.ends_on,
            owed=clause.owed,
        )
        for clause in missing
    )
    return len(missing)
