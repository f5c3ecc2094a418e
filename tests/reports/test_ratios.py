"""Promised shares against a plain recount of the hand-offs."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.attainment import Share
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.periods import Period, month_of, quarter_of
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms_ratios import RatioClause
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.touches import Touch
from smarketing.reports import ratios
from tests.cast import Cast
from tests.reports import handed_off
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]
MAY: Period = month_of(NOW.date().replace(month=5))


def clause(counted: str, among: str, **others: object) -> RatioClause:
    title = Words(en="A share", fr="Une part")
    return RatioClause.model_validate(
        {"id": "share", "title": title, "side": "sales", "counted": counted, "among": among, "at_least": 0.5} | others
    )


@pytest.fixture
def offered(session: Db, agreed: Cast) -> list[Handoff]:
    """Those offered in May that count."""
    version_id = session.scalars(select(AgreementVersion.id)).one()
    made = handed_off.handoffs(120, agreed, version_id, seed=21)
    first, last = MAY.starts_at(ZONE), MAY.ends_at(ZONE)
    return [each for each in made if first <= each.offered_at < last and each.state is not HandoffState.WITHDRAWN]


def test_a_cohort_is_followed_to_what_became_of_it(offered: list[Handoff]) -> None:
    refused = sum(each.state is HandoffState.REFUSED for each in offered)
    share = ratios.measured(clause("refusals", "handoffs"), MAY, zone=ZONE, now=NOW)
    assert share == Share(refused, len(offered))
    assert share.part > 0


def test_a_flow_counts_what_happened(session: Db, offered: list[Handoff]) -> None:
    answers = session.execute(select(Disposition.kind, Disposition.occurred_at)).all()
    first, last = MAY.starts_at(ZONE), MAY.ends_at(ZONE)
    happened = [kind for kind, at in answers if first <= at < last]
    share = ratios.measured(clause("sqls", "sals", by="period"), MAY, zone=ZONE, now=NOW)
    assert share == Share(happened.count(DispositionKind.CONFIRMED), happened.count(DispositionKind.ACCEPTED))


def test_each_persons_share_is_of_what_is_theirs_and_all_add_up(offered: list[Handoff]) -> None:
    acceptance = clause("sals", "handoffs", each="person")
    found = ratios.by_person(acceptance, MAY, zone=ZONE, now=NOW)
    assert found == {owner: accepted([each for each in offered if each.owner_id == owner]) for owner in owners(offered)}
    nobodys = accepted([each for each in offered if each.owner_id is None])
    parts = [*found.values(), nobodys]
    whole = ratios.measured(acceptance, MAY, zone=ZONE, now=NOW)
    assert whole == Share(sum(part for part, _total in parts), sum(total for _part, total in parts))


def accepted(handoffs: list[Handoff]) -> Share:
    answered = [each for each in handoffs if each.answered_at and each.state is not HandoffState.REFUSED]
    return Share(len(answered), len(handoffs))


def owners(handoffs: list[Handoff]) -> set[int]:
    return {each.owner_id for each in handoffs if each.owner_id is not None}


def test_criteria_narrow_what_is_counted_and_among_what(offered: list[Handoff]) -> None:
    of_webinar = {"field": "source", "one_of": ["Webinar"]}
    some = [each for each in offered if each.lead.source == "Webinar"]
    among = ratios.measured(clause("sals", "mqls", among_when=of_webinar), MAY, zone=ZONE, now=NOW)
    assert among == accepted(some)
    counted = ratios.measured(clause("mqls", "mqls", counted_when=of_webinar), MAY, zone=ZONE, now=NOW)
    assert counted == Share(len(some), len(offered)) != Share(0, 0)
    flow = ratios.measured(clause("mqls", "mqls", counted_when=of_webinar, by="period"), MAY, zone=ZONE, now=NOW)
    assert flow == counted
    leads = ratios.measured(clause("mqls", "leads", among_when=of_webinar), MAY, zone=ZONE, now=NOW)
    assert leads.part == leads.total >= len(some)


def test_deadlines_are_met_or_missed_by_who_had_to_act(session: Db, offered: list[Handoff]) -> None:
    kept = clause("deadlines_met", "deadlines", each="person")
    clocks = [
        clock
        for clock in session.scalars(select(Clock).where(Clock.outcome != Outcome.VOID))
        if MAY.starts_on <= clock.due_on < MAY.ends_on and (clock.outcome is not Outcome.RUNNING or clock.due_at < NOW)
    ]
    owned = {clock.owner_id for clock in clocks} - {None}
    expected = {
        owner: Share(
            sum(clock.outcome is Outcome.MET for clock in clocks if clock.owner_id == owner),
            sum(clock.owner_id == owner for clock in clocks),
        )
        for owner in owned
    }
    found = ratios.by_person(kept, MAY, zone=ZONE, now=NOW)
    assert {owner: share for owner, share in found.items() if share.total} == expected
    whole = ratios.measured(kept, MAY, zone=ZONE, now=NOW)
    assert whole == Share(sum(clock.outcome is Outcome.MET for clock in clocks), len(clocks))
    none = ratios.measured(kept.model_copy(update={"clock": "another"}), MAY, zone=ZONE, now=NOW)
    assert none == Share(0, 0)


def test_notes_and_meetings_are_counted(session: Db, offered: list[Handoff]) -> None:
    refused = [each for each in offered if each.state is HandoffState.REFUSED]
    answer = session.scalars(select(Disposition).where(Disposition.handoff_id == refused[0].id)).one()
    answer.note = "Too small for us."
    noted = clause("refusals_with_note", "refusals")
    assert ratios.measured(noted, MAY, zone=ZONE, now=NOW) == Share(1, len(refused))
    answer.occurred_at = MAY.starts_at(ZONE)
    flow = ratios.measured(noted.model_copy(update={"by": "period"}), MAY, zone=ZONE, now=NOW)
    assert flow.part == 1 < flow.total
    touched = session.scalars(select(Touch).where(Touch.handoff_id.in_([each.id for each in offered]))).all()
    touched[0].channel = Channel.MEETING
    met = ratios.measured(clause("meetings", "sals"), MAY, zone=ZONE, now=NOW)
    assert met == Share(1, accepted(offered).part)


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    "unmeasured",
    [
        clause("tasks_overdue", "tasks"),
        clause("disputes", "refusals", by="period"),
        clause("wons", "leads", by="period"),
    ],
)
def test_what_cannot_be_measured_is_none_and_never_a_share(unmeasured: RatioClause) -> None:
    assert ratios.measured(unmeasured, MAY, zone=ZONE, now=NOW) is None


def test_a_quarter_closes_with_its_last_month() -> None:
    quarterly = clause("sals", "mqls", period="quarter")
    assert ratios.closing_in(quarterly, MAY) is None
    june = month_of(NOW.date())
    assert ratios.closing_in(quarterly, june) == quarter_of(june.starts_on)
    assert ratios.closing_in(clause("sals", "mqls"), MAY) == MAY
    assert ratios.closing_in(clause("sals", "mqls", period="week"), MAY) is None
