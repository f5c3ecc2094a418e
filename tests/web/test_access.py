"""Every address, asked for by everybody: whom it lets in is what its policy and the one table of roles say.

Nothing here lists the addresses: a new one is walked as soon as it exists, and fails without a policy.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from smarketing.db import db
from smarketing.domain.amendments import Written
from smarketing.domain.bulks import BulkVerb
from smarketing.domain.dispositions import Channel
from smarketing.domain.importing import Row
from smarketing.domain.periods import Period
from smarketing.domain.roles import Permission, Role, may
from smarketing.domain.statements import Minute, text_of
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.letters import Letter
from smarketing.models.merges import LeadKey
from smarketing.models.notices import Notice
from smarketing.models.people import User, UserSession
from smarketing.models.shares import Share
from smarketing.models.statements import Statement
from smarketing.models.tasks import Task
from smarketing.models.tokens import ApiToken
from smarketing.models.touches import Touch
from smarketing.services import (
    accounts,
    agreements,
    amendments,
    backtests,
    bulks,
    comments,
    disputes,
    handoffs,
    histories,
    imports,
    intake,
    merges,
    predictors,
    remarks,
    rosters,
    sessions,
    shares,
    subscriptions,
    tokens,
    touches,
    views,
)
from smarketing.services.sessions import Origin
from smarketing.web.access import PUBLIC, policy_of
from smarketing.web.security import HEADERS
from tests.cast import Cast, terms
from tests.conftest import Hands

Db = scoped_session[Session]

API = "/api/"
UNKNOWN_ID, NO_ID = 1_000_000, 2**31
SOMEBODY = ("marta", "saul", "manny", "sasha", "ada")
NOBODY = ("disabled", "anonymous")


class Address(NamedTuple):
    method: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


class World(NamedTuple):
    """Something behind every kind of id that an address can hold."""

    ids: dict[str, int]
    people: dict[str, int]


@pytest.fixture
def world(session: Db, agreed: Cast, hands: Hands, tmp_path: Path) -> World:
    director = {"job_title": "Sales director", "country": "FR"}
    asked = [("demo_request", None)]
    brought = [Row({"email": f"{n}@example.com", **director}, engagements=asked) for n in range(2)]
    intake.take([*brought, Row({"email": "cold@example.com"})], now=hands.now)
    handoff = session.scalars(select(Handoff).where(Handoff.owner_id == agreed.saul.id)).one()
    handoffs.accept(handoff.id, actor=agreed.saul, now=hands.now)
    touches.log(handoff.id, channel=Channel.CALL, note="", occurred_at=hands.now, actor=agreed.saul, now=hands.now)
    file = BytesIO(b"email\nnew@example.com\n")
    imports.upload(file, "leads.csv", folder=tmp_path / "uploads", limit=1000, actor=agreed.ada, now=hands.now)
    draft = agreements.draft(terms(term_months=6), actor=agreed.manny, now=hands.now)
    accounts.disable_user(agreed.sara, actor=agreed.ada, now=hands.now)
    told = Notice(recipient_id=agreed.saul.id, kind="clock.warned", dedupe_key="one", created_at=hands.now)
    session.add(told)
    session.flush()
    letter = Letter(
        notice_id=told.id,
        recipient_id=told.recipient_id,
        channel="email",
        state="waiting",
        attempt_count=0,
        created_at=hands.now,
        next_try_at=hands.now,
    )
    session.add(letter)
    sessions.open_session(agreed.saul, origin=Origin("127.0.0.1", "another"), now=hands.now)
    asked = {"ground": "fails_criteria", "note": "Not one", "actor": agreed.sasha, "now": hands.now}
    offered = session.scalars(select(Handoff).where(Handoff.state == "offered")).one()
    dispute = disputes.contest_mql(offered.id, **asked)
    tokens.issue("forms", may_write=False, life=None, actor=agreed.saul, now=hands.now)
    remark = remarks.write(handoff.lead_id, "Well met", actor=agreed.saul, now=hands.now)
    weekend: Any = {"starts_at": hands.now, "ends_at": hands.now + timedelta(days=2), "title": "Away"}
    absence = rosters.add_absence(agreed.saul.id, **weekend, actor=agreed.saul, now=hands.now)
    cold = select(Lead.id.label("lead_id"), Lead.is_held.label("was_held")).where(Lead.stage == "inquiry")
    bulk = bulks.begin(BulkVerb.MARK, cold, reason="I know them", actor=agreed.marta, now=hands.now)
    view = views.save("Mine", "stage=mql", is_shared=False, actor=agreed.saul, now=hands.now)
    week = Period((hands.now - timedelta(days=7)).date(), (hands.now + timedelta(days=7)).date())
    backtest = backtests.begin(draft, week, actor=agreed.sasha, now=hands.now)
    while chunk := backtests.judge_next(backtest.id, limit=9):
        assert backtests.keep(chunk, now=hands.now)
    comment = comments.write(draft, "first-answer", "Too short", actor=agreed.saul, now=hands.now)
    other = agreements.draft(terms(term_months=18), actor=agreed.manny, now=hands.now)
    amendment = amendments.send(other, Written("Longer", "It works", {}), actor=agreed.manny, now=hands.now)
    february = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 3, 1), "number": 1, "digest": "0" * 64}
    minute = Minute(Period(february["starts_on"], february["ends_on"]), "Europe/Paris", [1], [], {}, [])
    statement = Statement(**february, text=text_of(minute), composed_at=hands.now)
    session.add(statement)
    shares.share("speed", {}, days=7, actor=agreed.manny, now=hands.now)
    subscription = subscriptions.order("speed", {}, weekday=0, is_for_all=True, actor=agreed.manny, now=hands.now)
    past = BytesIO(b"lead,event,at\n1,handed over,2026-02-02T09:00+01:00\n")
    limits = {"folder": tmp_path / "uploads", "limit": 1000, "zone": "UTC"}
    history = histories.bring_in(past, "past.csv", **limits, actor=agreed.manny, now=hands.now)
    task_id = give_task(session, handoff, agreed, hands)
    predictor = predictors.ask([], actor=agreed.sasha, now=hands.now)
    cold = [{"email": f"{each}@example.org"} for each in ("ann", "anne")]
    intake.take([Row(facts) for facts in cold], now=hands.now)
    twins = session.scalars(select(Lead.id).where(Lead.email_key.like("%.org")).order_by(Lead.id)).all()
    merge = merges.merge(*twins, actor=agreed.marta, now=hands.now)
    session.flush()
    ids = {
        "lead_id": handoff.lead_id,
        "handoff_id": handoff.id,
        "disposition_id": first_id(Disposition),
        "touch_id": first_id(Touch),
        "import_id": first_id(imports.Import),
        "version_id": draft.id,
        "notice_id": told.id,
        "letter_id": letter.id,
        "user_id": agreed.sasha.id,
        "team_id": agreed.saul.team_id or 0,
        "session_id": first_id(UserSession),
        "view_id": view.id,
        "dispute_id": dispute.id,
        "statement_id": statement.id,
        "share_id": first_id(Share),
        "token_id": first_id(ApiToken),
        "bulk_id": bulk.id,
        "absence_id": absence.id,
        "remark_id": remark.id,
        "clock_id": first_id(Clock),
        "comment_id": comment.id,
        "history_id": history.id,
        "subscription_id": subscription.id,
        "amendment_id": amendment.id,
        "merge_id": merge.id,
        "key_id": first_id(LeadKey),
        "backtest_id": backtest.id,
        "task_id": task_id,
        "predictor_id": predictor.id,
        "clause": "first-answer",
        "number": 1,
        "place": "clocks/first-answer",
        "template_name": "simple",
    }
    people = {name: user.id for name, user in agreed._asdict().items()} | {"disabled": agreed.sara.id}
    session.commit()
    return World(ids, people)


def give_task(session: Db, handoff: Handoff, agreed: Cast, hands: Hands) -> int:
    clock_id = session.scalars(select(Clock.id).where(Clock.handoff_id == handoff.id)).first()
    when = {"due_at": hands.now, "taken_at": hands.now, "is_void": False, "is_urgent": False, "act": "task"}
    step = Escalation(clock_id=clock_id, ladder_id="ladder", step=0, acted_at=hands.now, **when)
    session.add(step)
    session.flush()
    task = Task(escalation_id=step.id, assignee_id=agreed.saul.id, given_at=hands.now)
    session.add(task)
    session.flush()
    return task.id


def first_id(model: Any) -> int:
    return int(db.session.scalars(select(func.min(model.id))).one())


@pytest.fixture
def walker(app: Flask, client: FlaskClient, world: World, hands: Hands) -> "Walker":
    return Walker(app, client, world, hands)


class Walker:
    """Asks as one person after another, and knows whether the view itself was reached."""

    def __init__(self, app: Flask, client: FlaskClient, world: World, hands: Hands) -> None:
        self.app, self.client, self.world, self.hands = app, client, world, hands
        self.was_let_in = False
        self.tokens: dict[int, str] = {}
        app.before_request(self._note)

    def _note(self) -> None:
        """Runs after every check has passed."""
        self.was_let_in = request.endpoint is not None

    def ask(self, who: str, method: str, path: str, **options: Any) -> TestResponse:
        user_id = self.world.people.get(who)
        if path.startswith(API):
            options["headers"] = {**self._bearer(user_id), **options.get("headers", {})}
            user_id = None
        with self.client.session_transaction() as cookie:
            cookie.clear()
            if user_id:
                cookie["token"] = self._token(user_id)
        self.was_let_in = False
        return self.client.open(path, method=method, buffered=True, **options)

    def _token(self, user_id: int) -> str:
        """Signed in, whatever the walk has done to the account so far."""
        user = db.session.get_one(User, user_id)
        return sessions.open_session(user, origin=Origin("127.0.0.1", "pytest"), now=self.hands.now)

    def _bearer(self, user_id: int | None) -> dict[str, str]:
        """What a system sends that acts as this person; nothing for nobody."""
        if user_id is None:
            return {}
        if user_id not in self.tokens:
            user = db.session.get_one(User, user_id)
            self.tokens[user_id] = tokens.issue("walker", may_write=True, life=None, actor=user, now=self.hands.now)
            db.session.commit()
        return {"Authorization": f"Bearer {self.tokens[user_id]}"}

    def addresses(self, methods: Callable[[str], bool] = lambda _: True) -> Iterator[Address]:
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            if rule.endpoint != "static":
                yield from (Address(each, rule) for each in asked_of(rule) if methods(each))

    def paths(self, rule: Rule) -> Iterator[str]:
        """The address with ids of things that are and of things that are not."""
        existing = {name: self.world.ids.get(name, "nothing") for name in rule.arguments}
        numbers = {name for name in rule.arguments if name.endswith("_id")}
        assert numbers <= set(self.world.ids), f"{rule.rule}: say in World what is behind {numbers}"
        yield self._path(rule, existing)
        if numbers:
            yield self._path(rule, existing | dict.fromkeys(numbers, UNKNOWN_ID))

    def _path(self, rule: Rule, values: dict[str, Any]) -> str:
        with self.app.test_request_context():
            return str(self.app.url_map.bind("localhost").build(rule.endpoint, values, asked_of(rule)[0]))


def asked_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def is_safe(method: str) -> bool:
    return method == "GET"


def is_unsafe(method: str) -> bool:
    return not is_safe(method)


def answered(walker: Walker, who: str, address: Address, path: str) -> str:
    """What is wrong with the answer this person gets, empty when nothing is."""
    policy = policy_of_address(walker.app, address)
    is_known = who in SOMEBODY
    may_enter = policy == PUBLIC or (is_known and policy is not None and may(role_of(walker, who), Permission(policy)))
    answer = walker.ask(who, address.method, path)
    return "; ".join(
        fault
        for fault, is_so in {
            f"was {'let in' if walker.was_let_in else 'kept out'}": walker.was_let_in != may_enter,
            f"{answer.status_code}": answer.status_code >= 500,
            "is refused without being told so": is_known and not may_enter and answer.status_code != 403,
            "is not led to sign in": not is_known and not may_enter and not is_asked_who_it_is(answer, path),
            "lacks a header": not has_headers(answer),
        }.items()
        if is_so
    )


def policy_of_address(app: Flask, address: Address) -> str | Permission | None:
    with app.app_context():
        return policy_of(address.rule.endpoint)


def role_of(walker: Walker, who: str) -> Any:
    return db.session.get_one(User, walker.world.people[who]).role


def leads_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 303 and answer.location.startswith("/session/new")


def is_asked_who_it_is(answer: TestResponse, path: str) -> bool:
    if path.startswith(API):
        return answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    return leads_to_sign_in(answer)


def has_headers(answer: TestResponse) -> bool:
    as_set = all(answer.headers.get(name) == value for name, value in HEADERS.items())
    return as_set and answer.headers["Cache-Control"] == "private, no-store"


def test_every_address_has_a_policy(app: Flask) -> None:
    with app.app_context():
        bare = [rule.rule for rule in app.url_map.iter_rules() if policy_of(rule.endpoint) is None]
    assert bare == []


@pytest.mark.parametrize("who", SOMEBODY + NOBODY)
def test_everybody_is_let_in_where_their_role_allows_it_and_nowhere_else(walker: Walker, who: str) -> None:
    faults = [
        f"{who}: {address.method} {path}: {fault}"
        for address in walker.addresses()
        for path in walker.paths(address.rule)
        if (fault := answered(walker, who, address, path))
    ]
    assert faults == []


def test_a_view_without_a_policy_answers_nobody(walker: Walker) -> None:
    walker.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert walker.ask("ada", "GET", "/forgotten").status_code == 403
    assert leads_to_sign_in(walker.ask("anonymous", "GET", "/forgotten"))
    assert not walker.was_let_in


def test_a_number_that_no_row_can_have_leads_nowhere(walker: Walker) -> None:
    asked = [
        re.sub(r"/\d+", f"/{NO_ID}", next(walker.paths(address.rule)))
        for address in walker.addresses(is_safe)
        if any(name.endswith("_id") for name in address.rule.arguments)
    ]
    assert {walker.ask("ada", "GET", path).status_code for path in asked} == {404}
    assert len(asked) > 5


# forms of others


def test_a_form_without_its_token_changes_nothing(walker: Walker, session: Db) -> None:
    walker.app.config["WTF_CSRF_ENABLED"] = True
    for address in walker.addresses(is_unsafe):
        if address.rule.rule.startswith(API):
            continue  # where a cookie counts for nothing: see tests/api
        policy = policy_of_address(walker.app, address)
        before = session.scalar(select(func.count(Event.id)))
        who = next(each for each in SOMEBODY if policy == PUBLIC or may(role_of(walker, each), Permission(policy)))
        answer = walker.ask(who, address.method, next(walker.paths(address.rule)))
        assert answer.status_code == 400, str(address)
        assert not walker.was_let_in, str(address)
        assert session.scalar(select(func.count(Event.id))) == before, str(address)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_form_of_another_site_is_refused_whatever_it_holds(walker: Walker, site: str) -> None:
    for address in walker.addresses(is_unsafe):
        path = next(walker.paths(address.rule))
        answer = walker.ask("ada", address.method, path, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 400, str(address)
        assert not walker.was_let_in, str(address)


def test_a_link_of_another_site_may_lead_here(walker: Walker) -> None:
    assert walker.ask("ada", "GET", "/people/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "BREW"])
def test_a_method_that_no_address_knows_is_refused(walker: Walker, method: str) -> None:
    for address in walker.addresses():
        answer = walker.ask("ada", method, next(walker.paths(address.rule)))
        assert answer.status_code == 405, str(address)
        assert not walker.was_let_in
        assert has_headers(answer)


def test_a_role_counts_from_the_next_request(walker: Walker, session: Db, agreed: Cast) -> None:
    assert walker.ask("marta", "GET", "/people/new").status_code == 403
    agreed.marta.role = Role.ADMIN
    session.commit()
    assert walker.client.get("/people/new").status_code == 200


def test_somebody_signed_out_meanwhile_is_brought_back_to_the_page_of_the_form(walker: Walker) -> None:
    answer = walker.ask(
        "anonymous", "POST", "/leads/1/qualification", headers={"Referer": "http://localhost/leads/1?tab=history"}
    )
    assert answer.location == "/session/new?next=/leads/1?tab%3Dhistory"
    assert "nothing was saved" in walker.client.get(answer.location).text


def test_a_script_is_told_401_instead(walker: Walker) -> None:
    answer = walker.ask("anonymous", "GET", "/leads/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.json) == (401, {"message": "You were signed out. Sign in again."})
