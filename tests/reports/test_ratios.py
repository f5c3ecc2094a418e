"""Promised shares against a plain recount of the hand-offs."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.attainment import Share
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.periods import Period, month_of, quarter_of
from smarketing.domain.terms_ratios import RatioClause
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition, Handoff
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


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    "unmeasured",
    [
        clause("tasks_overdue", "tasks"),
        clause("sals", "mqls", each="person"),
        clause("sals", "mqls", counted_when={"field": "source", "one_of": ["Webinar"]}),
        clause("meetings", "sals", by="period"),
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
