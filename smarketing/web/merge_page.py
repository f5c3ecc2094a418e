"""Two leads side by side: what both say, which of it stays, and what a merge makes of all that hangs on them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.errors import DomainError
from smarketing.domain.importing import TEXT_LIMITS
from smarketing.domain.merges import SEPARABLE_FOR, differing
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Engagement, Lead
from smarketing.models.remarks import Remark
from smarketing.models.touches import Touch
from smarketing.services import merge_plans
from smarketing.services.merge_plans import Plan
from smarketing.web.filters import local_date, number
from smarketing.web.words import field_name, label, message_of


class Choice(NamedTuple):
    """One fact of both. `is_open` where each says something else, so that somebody has to choose."""

    name: str
    label: str
    kept: str
    other: str
    is_open: bool
    is_others: bool


@dataclass(frozen=True)
class MergePage:
    """`refusal` says why they cannot be merged; `outcome` then is empty."""

    lead: Lead
    other: Lead
    choices: Sequence[Choice]
    outcome: Sequence[str]
    refusal: str | None
    now: datetime


def of(lead: Lead, other: Lead, *, from_other: Collection[str], now: datetime) -> MergePage:
    try:
        planned = merge_plans.plan(lead.id, other.id, from_other=from_other)
    except DomainError as fault:
        return MergePage(lead, other, _choices(lead, other, from_other), [], message_of(fault), now)
    return MergePage(lead, other, _choices(lead, other, from_other), list(_outcome(planned, now=now)), None, now)


def _choices(lead: Lead, other: Lead, from_other: Collection[str]) -> list[Choice]:
    one, two = merge_plans.facts_of(lead), merge_plans.facts_of(other)
    to_choose = set(differing(one, two))
    return [
        Choice(name, field_name(name), one.get(name, ""), two.get(name, ""), name in to_choose, name in from_other)
        for name in (*TEXT_LIMITS, *sorted(name for name in {*one, *two} if name not in TEXT_LIMITS))
        if name in one or name in two
    ]


def _outcome(planned: Plan, *, now: datetime) -> Iterator[str]:
    lead, other = planned.lead, planned.other
    yield _score(planned, now=now)
    stage, day = label(planned.side.stage), local_date(planned.side.arrived_on)
    yield gettext("It stands as “%(stage)s”, and first arrived on %(day)s.", stage=stage, day=day)
    if along := _along(other):
        yield gettext("From lead %(number)s go along: %(things)s.", number=other.id, things=", ".join(along))
    if planned.ended:
        yield _ended(planned.ended)
    if lead.mql_on and other.mql_on:
        day = local_date(max(lead.mql_on, other.mql_on))
        yield gettext("Both were MQLs. The figures of %(day)s count one MQL less, and say why.", day=day)
    for _kind, text in planned.keys:
        yield gettext("What comes in under “%(text)s” goes on to find this lead.", text=text)
    yield gettext("The page of lead %(number)s leads here.", number=other.id)
    days = SEPARABLE_FOR.days
    yield gettext("You can undo it for %(days)s days, as long as nobody has worked on the lead since.", days=days)


def _score(planned: Plan, *, now: datetime) -> str:
    foreseen = merge_plans.foresee(planned, now=now)
    if foreseen.points is None:
        return gettext("Nothing is scored while no agreement is in force.")
    told = {"points": number(foreseen.points), "one": _points(planned.lead), "other": _points(planned.other)}
    if foreseen.becomes_mql:
        return gettext("Score: %(points)s, before %(one)s and %(other)s. It becomes an MQL, handed to sales.", **told)
    return gettext("Score: %(points)s, before %(one)s and %(other)s.", **told)


def _points(lead: Lead) -> str:
    return "–" if lead.points is None else number(lead.points)


def _ended(handoff: Handoff) -> str:
    if handoff.owner is None:
        return gettext("The hand-off that waits in the team’s queue ends: sales has this person already.")
    name = handoff.owner.name
    return gettext("The hand-off that waits for %(name)s ends, and counts for neither side.", name=name)


def _along(other: Lead) -> list[str]:
    counts = _counts(other.id)
    told = {
        "engagements": ngettext("%(num)s engagement", "%(num)s engagements", counts["engagements"]),
        "handoffs": ngettext("%(num)s hand-off", "%(num)s hand-offs", counts["handoffs"]),
        "touches": ngettext("%(num)s touch", "%(num)s touches", counts["touches"]),
        "disputes": ngettext("%(num)s dispute", "%(num)s disputes", counts["disputes"]),
        "remarks": ngettext("%(num)s remark", "%(num)s remarks", counts["remarks"]),
    }
    return [said for name, said in told.items() if counts[name]]


def _counts(lead_id: int) -> Mapping[str, int]:
    models: tuple[Any, ...] = (Engagement, Handoff, Touch, Dispute, Remark)
    asked = (
        select(func.count()).where(model.lead_id == lead_id).scalar_subquery().label(model.__tablename__)
        for model in models
    )
    return dict(db.session.execute(select(*asked)).mappings().one())
