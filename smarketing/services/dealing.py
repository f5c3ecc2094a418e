"""Deal MQLs out to sales as agreed, in a weighted turn; keep the ledger; credit back what was no lead after all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import aliased

from smarketing.db import among, bulk_insert, db
from smarketing.domain.facts import text_of
from smarketing.domain.lifecycle import Stage
from smarketing.domain.periods import local_day, midnight
from smarketing.domain.roles import Role
from smarketing.domain.routing import FULL_WEIGHT, Asking, Candidate, Dealt, Rule, Table, ramped
from smarketing.domain.terms import Terms
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_routing import RouteClause
from smarketing.domain.verdicts import compile_verdict
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import Team, User
from smarketing.models.routing import Absence, LedgerLine, RoutingProfile, Share
from smarketing.models.touches import Touch

TURN = "turn"
WEEK = timedelta(days=7)
_COLUMNS = ("user_id", "lead_id", "share", "why", "at")


def deal(askings: Sequence[Asking], terms: Terms, *, now: datetime) -> list[Dealt]:
    """Give each lead an owner, in this order; the turns are kept. Write the ledger once the leads exist."""
    if not askings:
        return []
    table = lay(terms, now=now, is_locking=True)
    dealt = [table.deal(asking) for asking in acquainted(askings, terms, now=now)]
    keep(table)
    return dealt


def deal_to_another(asking: Asking, terms: Terms, *, than: int | None, now: datetime) -> Dealt:
    """Give a lead an owner by the agreed routes among all the others; nobody where they are away or full."""
    table = lay(terms, now=now, is_locking=True)
    table.candidates = [each for each in table.candidates if each.user_id != than]
    (known,) = acquainted([asking], terms, now=now)
    dealt = table.deal(known)
    keep(table)
    return dealt


def keep(table: Table) -> None:
    """Write the turns that a deal has moved."""
    turns = {each.user_id: each.turn for each in table.candidates if each.user_id in table.touched}
    if turns:
        users: Any = User.__table__
        statement = update(users).where(users.c.id == bindparam("of")).values(turn=bindparam("to"))
        db.session.connection().execute(statement, [{"of": user_id, "to": turn} for user_id, turn in turns.items()])


def lay(terms: Terms, *, now: datetime, is_locking: bool = False) -> Table:
    """How everybody stands at this instant."""
    teams = {terms.handoff.team, *(route.team for route in terms.routes if route.team)}
    query: Any = select(User.id, User.turn, User.created_at, Team.key).join(Team)
    query = query.where(Team.key.in_(sorted(teams)), User.role == Role.SALES_REP, User.disabled_at.is_(None))
    if is_locking:
        query = query.with_for_update(of=User, key_share=True)
    rows = db.session.execute(query.order_by(User.id)).all()
    ids = [row.id for row in rows]
    known = db.session.scalars(select(RoutingProfile).where(among(RoutingProfile.user_id, ids)))
    profiles = {each.user_id: each for each in known}
    away = set(db.session.scalars(select(Absence.user_id).where(among(Absence.user_id, ids), *_covers(now=now))))
    rooms = _rooms(ids, profiles, terms, now=now)
    candidates = [
        _candidate(row, profiles.get(row.id), rooms.get(row.id), terms, is_away=row.id in away, now=now) for row in rows
    ]
    return Table(candidates, [_rule(route) for route in terms.routes], terms.handoff.team)


def write(dealt: Mapping[int, Dealt], *, now: datetime) -> None:
    """The ledger's lines of leads that exist by now."""
    lines = [(each.user_id, lead_id, Share.GIVEN.value, each.clause_id or TURN, now) for lead_id, each in dealt.items()]
    bulk_insert(LedgerLine, _COLUMNS, lines)


def credit(pairs: Sequence[tuple[int | None, int]], *, why: str, now: datetime) -> None:
    """Reps whose turn went to leads that are not theirs to work after all come nearer by one for each."""
    lead_ids = [lead_id for user_id, lead_id in pairs if user_id is not None]
    if not lead_ids:
        return
    standing = select(LedgerLine.user_id, LedgerLine.lead_id, LedgerLine.share).where(
        among(LedgerLine.lead_id, lead_ids)
    )
    latest = {(row.user_id, row.lead_id): row.share for row in db.session.execute(standing.order_by(LedgerLine.id))}
    credited = [pair for pair in pairs if latest.get(pair) is Share.GIVEN]
    counts = Counter(user_id for user_id, _lead_id in credited if user_id is not None)
    wholes = _whole_turns(list(counts))
    for user_id, count in counts.items():
        nearer = wholes.get(user_id, 0) * count
        db.session.execute(update(User).where(User.id == user_id).values(turn=User.turn - nearer))
    lines = [(user_id, lead_id, Share.CREDITED.value, why, now) for user_id, lead_id in credited]
    bulk_insert(LedgerLine, _COLUMNS, lines)


def give_again(user_id: int, lead_id: int, *, why: str, now: datetime) -> None:
    """A lead that was credited back is theirs to work again: their turn is spent on it as before."""
    farther = _whole_turns([user_id]).get(user_id, 0)
    db.session.execute(update(User).where(User.id == user_id).values(turn=User.turn + farther))
    bulk_insert(LedgerLine, _COLUMNS, [(user_id, lead_id, Share.GIVEN.value, why, now)])


def _whole_turns(user_ids: Sequence[int]) -> dict[int, int]:
    """What one lead costs each of them: the weights of their team together."""
    mate, own = aliased(User), aliased(RoutingProfile)
    weight = func.coalesce(own.weight, FULL_WEIGHT)
    query: Any = select(User.id, func.sum(weight)).join(mate, mate.team_id == User.team_id)
    query = query.outerjoin(own, own.user_id == mate.id).where(among(User.id, user_ids))
    sells = (mate.role == Role.SALES_REP, mate.disabled_at.is_(None))
    return dict(db.session.execute(query.where(*sells).group_by(User.id)).all())


def acquainted(askings: Sequence[Asking], terms: Terms, *, now: datetime) -> list[Asking]:
    """With the reps that the agreed routes may mean; asks only what some route asks for."""
    finders = {"last_rep": _last_reps, "account_rep": _account_reps, "closing_rep": _closing_reps}
    named = [(route.to, route.within) for route in terms.routes] + [(each.to, None) for each in terms.offboarding]
    asked = {to: within for to, within in reversed(named) if to in finders}
    found = {to: finders[to](askings, _since(within, now=now)) for to, within in asked.items()}
    return [
        asking._replace(known={to: reps[asking.lead_id] for to, reps in found.items() if asking.lead_id in reps})
        for asking in askings
    ]


def _last_reps(askings: Sequence[Asking], since: datetime | None) -> dict[int, int]:
    """Who last touched each lead."""
    of_leads = among(Handoff.lead_id, [asking.lead_id for asking in askings])
    newest = select(func.max(Touch.id)).join(Handoff, Handoff.id == Touch.handoff_id).where(of_leads)
    query = select(Handoff.lead_id, Touch.actor_id, Touch.occurred_at).join(Handoff, Handoff.id == Touch.handoff_id)
    rows = db.session.execute(query.where(Touch.id.in_(newest.group_by(Handoff.lead_id))))
    return {lead_id: actor_id for lead_id, actor_id, at in rows if since is None or at >= since}


def _account_reps(askings: Sequence[Asking], _since: datetime | None) -> dict[int, int]:
    """Who has an open hand-off of somebody at the same company."""
    query = select(Lead.company, Handoff.owner_id).join(Lead, Lead.id == Handoff.lead_id)
    return _by_company(askings, query.where(IS_OPEN, Handoff.owner_id.is_not(None)).order_by(Handoff.id))


def _closing_reps(askings: Sequence[Asking], since: datetime | None) -> dict[int, int]:
    """Who last won somebody at the same company."""
    query = select(Lead.company, Lead.owner_id).where(Lead.stage == Stage.WON, Lead.owner_id.is_not(None))
    query = query.where(Lead.won_at >= since) if since else query
    return _by_company(askings, query.order_by(Lead.won_at))


def _by_company(askings: Sequence[Asking], query: Any) -> dict[int, int]:
    companies = {asking.lead_id: text_of(asking.facts, "company") for asking in askings}
    wanted = sorted({company for company in companies.values() if company})
    owners = dict(db.session.execute(query.where(among(Lead.company, wanted))).all()) if wanted else {}
    return {lead_id: owners[company] for lead_id, company in companies.items() if company in owners}


def _since(within: Allowance | None, *, now: datetime) -> datetime | None:
    """Calendar time; a month counts thirty days."""
    if within is None:
        return None
    unit, amount = ("days", within.amount * 30) if within.unit == "months" else (within.unit, within.amount)
    return now - timedelta(**{unit: amount})


def _rule(route: RouteClause) -> Rule:
    verdict = compile_verdict(route.when) if route.when else None
    return Rule(route.id, lambda facts: verdict is None or verdict(facts).held, route.to, route.team)


def _candidate(
    row: Any, profile: RoutingProfile | None, room: int | None, terms: Terms, *, is_away: bool, now: datetime
) -> Candidate:
    weight = profile.weight if profile else FULL_WEIGHT
    if terms.ramp:
        first_on = (profile.started_on if profile else None) or local_day(row.created_at, terms.zone)
        months = terms.ramp.months(first_on, local_day(now, terms.zone))
        steps = [(step.from_month, step.routing_ratio) for step in terms.ramp.steps]
        weight = ramped(weight, steps, months)
    countries, languages = (profile.countries, profile.languages) if profile else ((), ())
    folded = [frozenset(text.casefold() for text in texts) for texts in (countries, languages)]
    return Candidate(row.id, row.turn, row.key, weight, room, is_away, *folded)


def _rooms(
    ids: Sequence[int], profiles: Mapping[int, RoutingProfile], terms: Terms, *, now: datetime
) -> dict[int, int]:
    """How many more leads each may be given, of those who have a limit."""
    today_at = midnight(local_day(now, terms.zone), terms.zone)
    limits: list[tuple[int, int]] = []
    capped = {user_id: each.most_a_day for user_id, each in profiles.items() if each.most_a_day is not None}
    limits += _left(capped, _given_since(capped, today_at))
    for clause in terms.capacities:
        if clause.most_a_week is not None:
            limits += _left(dict.fromkeys(ids, clause.most_a_week), _given_since(ids, now - WEEK))
        if clause.most_open is not None:
            limits += _left(dict.fromkeys(ids, clause.most_open), _open_of(ids))
    rooms: dict[int, int] = {}
    for user_id, left in limits:
        rooms[user_id] = min(left, rooms.get(user_id, left))
    return rooms


def _left(most: Mapping[int, int], have: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(user_id, limit - have.get(user_id, 0)) for user_id, limit in most.items()]


def _given_since(ids: Any, since: datetime) -> dict[int, int]:
    given = (among(LedgerLine.user_id, list(ids)), LedgerLine.at >= since, LedgerLine.share == Share.GIVEN)
    query: Any = select(LedgerLine.user_id, func.count()).where(*given).group_by(LedgerLine.user_id)
    return dict(db.session.execute(query).all()) if ids else {}


def _open_of(ids: Sequence[int]) -> dict[int, int]:
    query: Any = select(Handoff.owner_id, func.count()).where(IS_OPEN, among(Handoff.owner_id, ids))
    return dict(db.session.execute(query.group_by(Handoff.owner_id)).all())


def _covers(*, now: datetime) -> tuple[Any, ...]:
    return (Absence.starts_at <= now, Absence.ends_at > now)
