"""Two judgements compared: nothing of the future is seen, each lead counts once, and what adds up adds up."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.backtest import Case, Fate, Load, Outcome, bands, compare
from smarketing.domain.pasts import Act, Made, Past, Span, first_mql, judged_at
from smarketing.domain.periods import Period
from smarketing.domain.scoring import Scorer
from tests.cast import document, terms

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = Span(MONDAY, MONDAY + timedelta(days=7))
DIRECTOR = {"job_title": "Sales director", "country": "FR", "stage": "inquiry", "cycle": 0, "arrived_at": MONDAY}
NOON = MONDAY + timedelta(hours=12)


def at_least(points: int, **changes: Any) -> Scorer:
    when = {"all": [{"field": "points", "at_least": points}, {"field": "engagement_points", "at_least": 1}]}
    return Scorer(terms(mql=document()["mql"] | {"when": when}, **changes))


def history(*acts: Act, free_at: datetime = MONDAY, **written_at: datetime) -> Past:
    return Past(1, free_at, DIRECTOR, written_at, sorted(acts))


def page(at: datetime, known_at: datetime | None = None) -> Act:
    return Act(known_at or at, "pricing_page", at)


def test_a_lead_becomes_an_mql_when_the_criteria_first_hold() -> None:
    visits = [page(NOON), page(NOON + timedelta(days=1, hours=1))]
    assert first_mql(at_least(60), history(*visits), WEEK) == Made(NOON, 60, "director", False)
    assert first_mql(at_least(70), history(*visits), WEEK) == Made(visits[1].occurred_at, 70, "director", False)
    assert first_mql(at_least(80), history(*visits), WEEK) is None


def test_what_was_heard_of_late_counts_from_then_on() -> None:
    late = page(NOON, known_at=NOON + timedelta(days=2))
    made = first_mql(at_least(60), history(late), WEEK)
    assert made is not None
    assert made.at == late.known_at
    assert first_mql(at_least(60), history(page(NOON, known_at=WEEK.ends_at)), WEEK) is None


def test_a_fact_that_was_written_later_is_not_known_before() -> None:
    enriched = NOON + timedelta(days=3)
    made = first_mql(at_least(60), history(page(NOON), job_title=enriched), WEEK)
    assert made is not None
    assert made.at == enriched
    assert first_mql(at_least(60), history(page(NOON), job_title=WEEK.ends_at), WEEK) is None
    score, reasons = judged_at(at_least(60), history(page(NOON), job_title=enriched), NOON)
    assert (score.persona, score.points) == ("other", 30)
    assert [line[0] for line in reasons] == [False, False, True]


def test_who_met_the_criteria_before_is_stock_and_who_comes_back_is_not() -> None:
    known = history(page(MONDAY - timedelta(days=9)))
    made = first_mql(at_least(60), known, WEEK)
    assert made == Made(WEEK.starts_at, 60, "director", True)
    back = first_mql(at_least(60), known._replace(free_at=NOON), WEEK)
    assert back == Made(NOON, 60, "director", False)
    assert first_mql(at_least(60), known._replace(free_at=WEEK.ends_at), WEEK) is None


def test_time_alone_can_make_an_mql() -> None:
    patient = document()["mql"] | {"when": {"field": "arrived_at", "older_than_days": 3}}
    made = first_mql(Scorer(terms(mql=patient)), history(), WEEK)
    assert made is not None
    assert made.at == MONDAY + timedelta(days=3)


@given(st.lists(st.tuples(st.integers(0, 160), st.integers(0, 90)), max_size=8))
def test_what_comes_after_an_instant_never_changes_what_was_made_before_it(visits: list[tuple[int, int]]) -> None:
    acts = [page(MONDAY + timedelta(hours=hour), MONDAY + timedelta(hours=hour + late)) for hour, late in visits]
    made = first_mql(at_least(60), history(*acts), WEEK)
    if made is not None:
        earlier = [act for act in acts if act.known_at <= made.at]
        assert first_mql(at_least(60), history(*earlier), WEEK) == made


def case(base: int | None, draft: int | None, outcome: Outcome | None = None, *, is_stock: bool = False) -> Case:
    base_made = None if base is None else Made(NOON, base, "director", is_stock)
    draft_made = None if draft is None else Made(NOON + timedelta(days=7), draft, "director", is_stock)
    return Case(base_made, draft_made, outcome)


ACCEPTED, REFUSED = Outcome(True, True, False), Outcome(True, False, False)
WON = Outcome(True, True, True)
DAYS = Period(date(2026, 3, 2), date(2026, 3, 16))


def test_each_lead_counts_once_on_each_side_with_what_sales_made_of_it() -> None:
    cases = [case(60, None, REFUSED), case(61, None), case(85, 85, WON), case(None, 95, ACCEPTED)]
    cases.append(case(None, 70, is_stock=True))
    found = compare(cases, DAYS, (60, 95), [Load(user_id=1, share=1.0, most_a_week=None)], zone="UTC")
    assert [(week.base, week.draft) for week in found.weeks] == [(3, 0), (0, 2)]
    assert (found.base_stock, found.draft_stock) == (0, 1)
    assert [found.of(fate).mqls for fate in (Fate.GAINED, Fate.LOST, Fate.BOTH)] == [2, 2, 1]
    assert (found.sooner, found.later) == (0, 1)
    assert (found.base.acceptance, found.draft.acceptance) == ((1, 2), (2, 2))
    assert found.base.winning == (1, 2)
    assert (found.bands[0].low, found.bands[0].high) == (60, 64)
    assert sum(band.base.mqls for band in found.bands) == found.base.mqls == 3
    assert sum(band.draft.mqls for band in found.bands) == found.draft.mqls == 3
    assert type(found).model_validate_json(found.model_dump_json()) == found


def test_without_mqls_there_is_nothing_to_compare() -> None:
    found = compare([], DAYS, None, [], zone="UTC")
    assert (found.bands, found.base.mqls, found.base.acceptance.ratio) == ((), 0, None)


@pytest.mark.parametrize(("fewest", "most"), [(60, 60), (58, 97), (-20, 10), (100, 1250), (0, 100000)])
def test_bands_hold_all_points_and_are_few(fewest: int, most: int) -> None:
    found = list(bands(fewest, most))
    assert 1 <= len(found) <= 8
    assert found[0][0] <= fewest
    assert found[-1][1] >= most
    assert len({high - low for low, high in found}) == 1
    assert all(low == before + 1 for (_low, before), (low, _high) in pairwise(found))
