"""When a lead that stands still gets an answer by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from smarketing.domain import timeboxes
from smarketing.domain.happenings import Happening
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms_allowances import Allowance
from tests.cast import clause, terms


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("allowance", "began", "ends"),
    [
        ({"minutes": 90}, "2026-03-28T23:00+01:00", "2026-03-29T00:30+01:00"),
        ({"hours": 24}, "2026-03-28T12:00+01:00", "2026-03-29T13:00+02:00"),
        ({"days": 1}, "2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"),
        ({"weeks": 1}, "2026-03-25T12:00+01:00", "2026-04-01T12:00+02:00"),
        ({"months": 1}, "2026-01-31T12:00+01:00", "2026-02-28T12:00+01:00"),
        ({"months": 11}, "2026-01-31T12:00+01:00", "2026-12-31T12:00+01:00"),
        ({"days": 1}, "2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00"),
        ({"business_hours": 8}, "2026-03-06T17:00+01:00", "2026-03-09T17:00+01:00"),
        ({"business_minutes": 30}, "2026-03-06T18:00+01:00", "2026-03-09T09:30+01:00"),
        ({"business_days": 2}, "2026-03-05T16:00+01:00", "2026-03-09T16:00+01:00"),
    ],
)
def test_every_unit_ends_when_people_say(allowance: dict[str, int], began: str, ends: str) -> None:
    assert timeboxes.after(Allowance(**allowance), terms(), at(began), "office") == at(ends)


def box(box_id: str, **changes: Any) -> dict[str, Any]:
    return clause(box_id, box_id, box_id) | {"stage": "sal", "after": {"days": 10}, "outcome": "escalate"} | changes


def test_they_count_from_the_stage_or_from_the_last_touch_there() -> None:
    agreement = terms(timeboxes=[
        box("idle", since="last_touch"), box("stuck", after={"days": 14}), box("other-stage", stage="mql"),
    ])  # fmt: skip
    offered, accepted = Happening(at("2026-03-01T09:00Z"), "handoff.offered"), at("2026-03-02T09:00Z")
    happened = [offered, Happening(accepted, "handoff.accepted")]

    def ends(*touched: str) -> list[tuple[str, str]]:
        touches = [Happening(at(each), "touch.logged") for each in touched]
        found = timeboxes.of(agreement, Stage.SAL, [*happened, *touches])
        return [(each.clause.id, f"{each.ends_at:%d %H:%M}") for each in found]

    assert ends() == [("idle", "12 09:00"), ("stuck", "16 09:00")]
    assert ends("2026-03-01T10:00Z") == [("idle", "12 09:00"), ("stuck", "16 09:00")]
    assert ends("2026-03-04T09:00Z", "2026-03-03T09:00Z") == [("idle", "14 09:00"), ("stuck", "16 09:00")]
    assert ends("2026-03-08T09:00Z") == [("stuck", "16 09:00"), ("idle", "18 09:00")]
    assert timeboxes.first_end(agreement, Stage.WON, happened) is None
