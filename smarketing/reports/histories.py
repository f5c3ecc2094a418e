"""What would have come of a past under an agreement: its promises, month by month, and each clock."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.attainment import Share, quantile
from smarketing.domain.histories import Judge, PastClock, judged
from smarketing.domain.past_events import PastEvent
from smarketing.domain.periods import Period, local_day, month_of
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause
from smarketing.models.agreements import AgreementVersion
from smarketing.models.histories import History, HistoryEvent
from smarketing.models.people import User
from smarketing.reports.attainment import Kept
from smarketing.reports.response_times import Times


class Promise(NamedTuple):
    """One clause over the whole past; `months` are those in which a clock fell due, the first to the last."""

    clause: ClockClause
    kept: Kept
    times: Times
    months: Sequence[tuple[Period, Kept]]


class Judged(NamedTuple):
    """`left_out` are clauses that ask for facts of a lead, which a history does not hold."""

    promises: Sequence[Promise]
    left_out: Sequence[ClockClause]
    clocks: Sequence[PastClock]


def listed() -> Sequence[tuple[History, str]]:
    """Each with who brought it in, the newest first."""
    query = select(History, User.name).join(User, User.id == History.created_by_id).order_by(History.id.desc())
    return [(history, name) for history, name in db.session.execute(query)]


def versions() -> Sequence[tuple[int, int, str]]:
    """Ids, numbers and states of all versions that a past can be judged under, the newest first."""
    columns = (AgreementVersion.id, AgreementVersion.number, AgreementVersion.status)
    return [(version_id, number, status) for version_id, number, status in
            db.session.execute(select(*columns).order_by(AgreementVersion.number.desc()))]  # fmt: skip


def judge(history: History, terms: Terms, *, calendar_id: str | None = None) -> Judged:
    """As of the last instant that the history tells of: what was not due by then is pending."""
    clocks = list(Judge(terms, calendar_id=calendar_id, as_of=history.last_at).clocks(events(history.id)))
    clauses, left_out = judged(terms)
    return Judged([_promise(clause, clocks, terms.zone) for clause in clauses], left_out, clocks)


def events(history_id: int) -> Iterator[PastEvent]:
    """In the order that a judge needs them."""
    columns = [getattr(HistoryEvent, name) for name in PastEvent._fields]
    of_history = select(*columns).where(HistoryEvent.history_id == history_id)
    for row in db.session.execute(of_history.order_by(HistoryEvent.lead, HistoryEvent.at, HistoryEvent.id)):
        yield PastEvent(*row)


def _promise(clause: ClockClause, clocks: Sequence[PastClock], zone: str) -> Promise:
    own = [clock for clock in clocks if clock.clause_id == clause.id and clock.outcome is not Outcome.VOID]
    of_month: dict[Period, list[PastClock]] = {}
    for clock in own:
        if clock.outcome is not Outcome.RUNNING:
            of_month.setdefault(_month(clock.due_at, zone), []).append(clock)
    months = [(month, _kept(of_month.get(month, ()))) for month in _from_first_to_last(of_month)]
    return Promise(clause, _kept(own), _times(own), months)


def _kept(clocks: Sequence[PastClock]) -> Kept:
    met = sum(clock.outcome is Outcome.MET for clock in clocks)
    pending = sum(clock.outcome is Outcome.RUNNING for clock in clocks)
    return Kept(Share(met, len(clocks) - pending), pending)


def _times(clocks: Sequence[PastClock]) -> Times:
    """To the answer by Kaplan-Meier: what still waits counts as waiting; what was closed unanswered as neither."""
    answered = sorted(clock.seconds for clock in clocks if clock.is_answered and clock.seconds is not None)
    waiting = sorted(clock.seconds for clock in clocks if not clock.is_answered and clock.seconds is not None)
    return Times(quantile(answered, waiting, 0.5), quantile(answered, waiting, 0.9), len(answered), len(waiting))


def _month(at: datetime, zone: str) -> Period:
    return month_of(local_day(at, zone))


def _from_first_to_last(months: Sequence[Period] | dict[Period, list[PastClock]]) -> list[Period]:
    return Period(min(months).starts_on, max(months).ends_on).months() if months else []
