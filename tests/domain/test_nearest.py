"""What would make a lead an MQL: tried on the lead itself, the nearest first, and never what cannot be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from smarketing.domain.facts import Facts
from smarketing.domain.nearest import nearest
from smarketing.domain.scoring import Scorer
from tests.cast import clause, document, terms

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
SMALL = Scorer(terms())


def told(scorer: Scorer, acts: tuple[str, ...] = (), **values: Any) -> list[tuple[Any, ...]]:
    changes = nearest(scorer, Facts(values, [(kind, NOW) for kind in acts], NOW))
    return [(change.kinds or (change.field, change.option), change.points) for change in changes]


@pytest.mark.parametrize(
    ("acts", "values", "expected"),
    [
        ((), {"job_title": "Director", "country": "FR"}, [(("pricing_page",), 60), (("demo_request",), 90)]),
        ((), {"job_title": "Director", "country": "US"}, [(("demo_request",), 70)]),
        (("demo_request",), {"job_title": "Engineer"}, [(("country", "FR"), 60)]),
        (("demo_request",), {"job_title": "Director", "country": "FR"}, []),
        (("demo_request",), {"job_title": "Engineer", "country": "US"}, [(("demo_request", "demo_request"), 80)]),
    ],
    ids=["either act", "one act", "a fact nobody knows", "an MQL", "more of the same"],
)
def test_the_nearest_changes(acts: tuple[str, ...], values: dict[str, str], expected: list[Any]) -> None:
    assert told(SMALL, acts, **values) == expected


def test_nothing_would_do_where_the_lead_is_excluded() -> None:
    rule = clause("own", "Ours", "À nous") | {"when": {"field": "email_domain", "one_of": ["us.example"]}}
    excluding = Scorer(terms(scoring=document()["scoring"] | {"exclusions": [rule]}))
    assert told(excluding, email="a@us.example", job_title="Director", country="FR") == []
