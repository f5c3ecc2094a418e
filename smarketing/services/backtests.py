"""Judge a draft over past days beside the version in force: asked for by somebody, done in chunks, then kept.

A chunk is judged while nothing is locked and then written, unless somebody else has written it meanwhile.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update

from smarketing.db import among, bulk_insert, db, json_text
from smarketing.domain import backtest
from smarketing.domain.backtest import Case, Comparison, Fate, Load, Outcome
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.event_names import EventName
from smarketing.domain.pasts import Made, Past, Span, first_mql, judged_at
from smarketing.domain.periods import Period
from smarketing.domain.scoring import Scorer, scorer
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.backtests import IS_UNFINISHED, Backtest, BacktestLead
from smarketing.models.leads import IS_KNOWN, Lead
from smarketing.models.people import User
from smarketing.models.routing import RoutingProfile
from smarketing.services import agreements, dealing, journal
from smarketing.services.pasts import pasts_of

KEPT = 10
"""So many results of one version are kept, to compare with each other."""
MAY_BE_JUDGED = (VersionStatus.DRAFT, VersionStatus.AMENDMENT, VersionStatus.PROPOSED, VersionStatus.SIGNED)
WORKDAYS_A_WEEK = 5
_COLUMNS = (
    "backtest_id lead_id fate base_at base_points base_persona base_is_stock"
    " draft_at draft_points draft_persona draft_is_stock other_points other_reasons"
).split()


def begin(version: AgreementVersion, period: Period, *, actor: User, now: datetime) -> Backtest:
    """Ask for it; a result that is under way for the same version is given up.

    Raises Missing without a version in force, Conflict for a version that is no longer to come, and InvalidInput for
    days that are still to come.
    """
    base = agreements.required()
    if version.status not in MAY_BE_JUDGED:
        raise Conflict(N_("Only a version that is not in force yet is judged over past days."))
    starts_at = period.starts_at(base.terms.zone)
    if starts_at >= now:
        raise InvalidInput("period", N_("These days are still to come."))
    _make_room(version.id)
    begun = Backtest(
        version_id=version.id,
        base_version_id=base.version_id,
        terms=version.terms,
        digest=version.digest,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        asked_by_id=actor.id,
        asked_at=now,
        lead_count=db.session.scalar(select(func.count()).where(*_arrived(period, base.terms.zone))) or 0,
        judged_count=0,
        last_lead_id=0,
        partly_known_count=0,
    )
    db.session.add(begun)
    db.session.flush()
    _record(begun, now=now)
    return begun


class Chunk(NamedTuple):
    """What comes of the leads after `after` up to `last`; `last` None when there are none left."""

    backtest_id: int
    asked_at: datetime
    after: int
    last: int | None
    judged_count: int
    partly_known_count: int
    rows: Sequence[tuple[Any, ...]]


def unfinished() -> int | None:
    """The oldest that is under way."""
    return db.session.scalar(select(Backtest.id).where(IS_UNFINISHED).order_by(Backtest.id).limit(1))


def judge_next(backtest_id: int, *, limit: int) -> Chunk | None:
    """Judge up to `limit` leads under both versions; writes nothing. None when it has ended, or was given up."""
    begun = db.session.get(Backtest, backtest_id, populate_existing=True)
    if begun is None or begun.finished_at is not None:
        return None
    base = agreements.version(begun.base_version_id)
    zone, period = base.terms.zone, Period(begun.starts_on, begun.ends_on)
    after = begun.last_lead_id
    query = select(Lead.id).where(*_arrived(period, zone), Lead.id > after).order_by(Lead.id).limit(limit)
    lead_ids = db.session.scalars(query).all()
    span = Span(period.starts_at(zone), min(period.ends_at(zone), begun.asked_at))
    pasts = pasts_of(lead_ids, span, zone=zone) if lead_ids else []
    judge = _Judge(base.scorer, scorer(begun.terms), span)
    rows = [(backtest_id, *row) for past in pasts if (row := judge.row(past))]
    partly_known = sum(bool(past.written_at) for past in pasts)
    return Chunk(
        backtest_id, begun.asked_at, after, lead_ids[-1] if lead_ids else None, len(lead_ids), partly_known, rows
    )


def keep(chunk: Chunk, *, now: datetime) -> bool:
    """Write a judged chunk, or the result when all are judged; False when somebody else was quicker."""
    is_the_same = (Backtest.id == chunk.backtest_id, Backtest.asked_at == chunk.asked_at)  # SQLite gives an id again
    is_mine = (*is_the_same, Backtest.last_lead_id == chunk.after, Backtest.finished_at.is_(None))
    if chunk.last is None:
        moved: dict[str, Any] = {"finished_at": now}
    else:
        moved = {
            "last_lead_id": chunk.last,
            "judged_count": Backtest.judged_count + chunk.judged_count,
            "partly_known_count": Backtest.partly_known_count + chunk.partly_known_count,
        }
    taken = db.session.connection().execute(update(Backtest).where(*is_mine).values(moved)).rowcount
    if not taken:
        return False
    bulk_insert(BacktestLead, _COLUMNS, chunk.rows)
    if chunk.last is None:
        begun = db.session.get_one(Backtest, chunk.backtest_id, populate_existing=True)
        begun.result = _result(begun, now=now).model_dump_json()
        db.session.flush()
    return True


def give_up(backtest_id: int, *, now: datetime) -> None:
    """It ends without a result, since judging has failed."""
    is_so = (Backtest.id == backtest_id, Backtest.finished_at.is_(None))
    db.session.execute(update(Backtest).where(*is_so).values(finished_at=now))


class _Judge:
    """The two versions side by side, lead by lead."""

    def __init__(self, base: Scorer, draft: Scorer, span: Span) -> None:
        self._base, self._draft, self._span = base, draft, span
        self._are_alike = _judging(base.terms) == _judging(draft.terms)

    def row(self, past: Past) -> tuple[Any, ...] | None:
        """As stored, without the id of the backtest; None when it is an MQL under neither."""
        base = first_mql(self._base, past, self._span)
        draft = base if self._are_alike else first_mql(self._draft, past, self._span)
        fate = Case(base, draft, None).fate
        made, other = (base, self._draft) if fate is Fate.LOST else (draft, self._base)
        if made is None:
            return None
        points, reasons = None, None
        if fate is not Fate.BOTH:
            score, told = judged_at(other, past, made.at)
            points, reasons = score.points, json_text(told)
        return (past.lead_id, fate.value, *_stored(base), *_stored(draft), points, reasons)


def _stored(made: Made | None) -> tuple[Any, ...]:
    return (made.at, made.points, made.persona, made.is_stock) if made else (None, None, None, None)


def _judging(terms: Terms) -> tuple[Any, ...]:
    return terms.personas, terms.scoring, terms.mql


def _arrived(period: Period, zone: str) -> tuple[Any, ...]:
    return IS_KNOWN, Lead.arrived_at < period.ends_at(zone)


def _make_room(version_id: int) -> None:
    of_version = Backtest.version_id == version_id
    kept = select(Backtest.id).where(of_version, Backtest.finished_at.is_not(None)).order_by(Backtest.id.desc())
    kept_ids = db.session.scalars(kept.limit(KEPT - 1)).all()
    gone = select(Backtest.id).where(of_version, Backtest.id.not_in(kept_ids))
    gone_ids = db.session.scalars(gone).all()
    db.session.execute(delete(BacktestLead).where(BacktestLead.backtest_id.in_(gone_ids)))
    db.session.execute(delete(Backtest).where(Backtest.id.in_(gone_ids)))


def _result(begun: Backtest, *, now: datetime) -> Comparison:
    terms = agreements.version(begun.base_version_id).terms
    period = Period(begun.starts_on, begun.ends_on)
    loads = _loads(parse(begun.terms), now=now)
    return backtest.compare(_cases(begun, period, terms.zone), period, _points(begun), loads, zone=terms.zone)


def _points(begun: Backtest) -> tuple[int, int] | None:
    """The fewest and the most of all MQLs."""
    of_base, of_draft = BacktestLead.base_points, BacktestLead.draft_points
    extremes = [extreme(column) for extreme in (func.min, func.max) for column in (of_base, of_draft)]
    row = db.session.execute(select(*extremes).where(BacktestLead.backtest_id == begun.id)).one()
    found = [points for points in row if points is not None]
    return (min(found), max(found)) if found else None


def _cases(begun: Backtest, period: Period, zone: str) -> Iterator[Case]:
    query = BacktestLead.with_outcomes(since=period.starts_at(zone)).where(BacktestLead.backtest_id == begun.id)
    for row in db.session.execute(query.execution_options(yield_per=5000)):
        base = Made(row.base_at, row.base_points, row.base_persona, row.base_is_stock) if row.base_at else None
        draft = Made(row.draft_at, row.draft_points, row.draft_persona, row.draft_is_stock) if row.draft_at else None
        outcome = Outcome(bool(row.answered), bool(row.accepted), bool(row.won)) if row.handed else None
        yield Case(base, draft, outcome)


def _loads(terms: Terms, *, now: datetime) -> list[Load]:
    """Today's shares of the turn, and what each rep can take in a week by the draft and by their own limit."""
    table = dealing.lay(terms, now=now)
    sharing = [each for each in table.candidates if each.team == table.team and each.weight > 0]
    whole = sum(each.weight for each in sharing)
    limits = _weekly_limits([each.user_id for each in sharing], terms)
    return [
        Load(user_id=each.user_id, share=each.weight / whole, most_a_week=limits.get(each.user_id)) for each in sharing
    ]


def _weekly_limits(user_ids: Sequence[int], terms: Terms) -> dict[int, int]:
    agreed = [clause.most_a_week for clause in terms.capacities if clause.most_a_week is not None]
    limits = dict.fromkeys(user_ids, min(agreed)) if agreed else {}
    of_them = (among(RoutingProfile.user_id, user_ids), RoutingProfile.most_a_day.is_not(None))
    for user_id, most_a_day in db.session.execute(
        select(RoutingProfile.user_id, RoutingProfile.most_a_day).where(*of_them)
    ):
        own = (most_a_day or 0) * WORKDAYS_A_WEEK
        limits[user_id] = min(own, limits.get(user_id, own))
    return limits


def _record(begun: Backtest, *, now: datetime) -> None:
    journal.record(
        EventName.VERSION_BACKTESTED,
        "version",
        begun.version_id,
        occurred_at=now,
        now=now,
        actor_id=begun.asked_by_id,
        version_id=begun.version_id,
        data={"backtest": begun.id, "digest": begun.digest},
    )
