"""Shares that were promised: what is owed in the periods that hold a day, and what there was."""

from datetime import date, datetime

from flask import Blueprint
from pydantic import Field

from smarketing.api.contract import PREFIX, Asks, Told, answers
from smarketing.domain.attainment import Share
from smarketing.domain.periods import local_day
from smarketing.domain.ratios import Standing
from smarketing.domain.roles import Department, Permission
from smarketing.reports import agreed, choices, duties
from smarketing.reports.duties import Owed
from smarketing.web.access import actor, allows, now

bp = Blueprint("api_ratios", __name__, url_prefix=f"{PREFIX}/ratios")

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


class RatioQuery(Asks):
    """`on` is a local day of the agreement; today, when left out."""

    on: date | None = Field(default=None, ge=EARLIEST, le=LATEST)


class RatioDocument(Told):
    """`part` of `total`, both null where nothing here can measure it; `ends_on` is exclusive.

    `low` and `high` are Wilson's 95 % interval. `user_id` and `team` are null for what a side owes as a whole;
    `at_least` is what the ramp leaves. `closed_at` is null until the period has ended and was counted.
    """

    clause_id: str
    side: Department
    starts_on: date
    ends_on: date
    version_id: int | None
    user_id: int | None
    team: str | None
    ramp_ratio: float
    at_least: float | None
    at_most: float | None
    part: int | None
    total: int | None
    low: float | None
    high: float | None
    standing: Standing
    closed_at: datetime | None
    restated_at: datetime | None


class Ratios(Told):
    as_of: datetime
    ratios: list[RatioDocument]


@bp.get("")
@allows(Permission.SEE_REPORTS)
@answers(Ratios, tag="Figures", query=RatioQuery)
def index(query: RatioQuery) -> Ratios:
    """Shares owed on a day: of the sides, of teams, and of the people whose figures you may see"""
    standing = agreed.latest()
    day = query.on or local_day(now(), agreed.zone_of(standing))
    seen = choices.seen_by(actor())
    owed = [
        each
        for each in duties.owed_on(day, standing=standing, now=now())
        if each.debtor.user_id is None or each.debtor.user_id in seen
    ]
    pairs = zip(owed, duties.shares(owed, now=now()), strict=True)
    return Ratios(as_of=now(), ratios=[_told(each, share) for each, share in pairs])


def _told(owed: Owed, share: Share | None) -> RatioDocument:
    interval, row = share.interval() if share else None, owed.written
    return RatioDocument(
        clause_id=owed.clause.id,
        side=owed.clause.side,
        starts_on=owed.period.starts_on,
        ends_on=owed.period.ends_on,
        version_id=row.agreement_version_id if row else None,
        user_id=owed.debtor.user_id,
        team=owed.debtor.team,
        ramp_ratio=owed.ramp_ratio,
        at_least=owed.least,
        at_most=owed.clause.at_most,
        part=share.part if share else None,
        total=share.total if share else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        standing=owed.standing(share) if share else Standing.NO_DATA,
        closed_at=row.closed_at if row else None,
        restated_at=row.restated_at if row else None,
    )
