"""From how many points on an inquiry is near the threshold."""

from typing import Any

import pytest

from smarketing.domain.nearness import NEAR, near_from
from tests.cast import document, terms


@pytest.mark.parametrize(
    ("when", "points"),
    [
        ({"field": "points", "at_least": 60}, 60 - NEAR),
        ({"all": [{"field": "points", "at_least": 60}, {"field": "engagement_points", "at_least": 1}]}, 60 - NEAR),
        ({"any": [{"field": "points", "at_least": 60}, {"field": "points", "at_least": 40}]}, 40 - NEAR),
        ({"all": [{"not": {"field": "points", "at_least": 90}}, {"field": "points", "at_least": 50}]}, 50 - NEAR),
        ({"field": "fit_points", "at_least": 60}, None),
        ({"not": {"field": "points", "at_least": 90}}, None),
    ],
)
def test_near_is_a_few_points_below_the_lowest_bound(when: dict[str, Any], points: int | None) -> None:
    assert near_from(terms(mql=document()["mql"] | {"when": when}).mql.when) == points
