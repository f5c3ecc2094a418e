"""What every chart owes its reader: round steps, gaps where nothing is known, text as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.reports.figures import by_name, over_time
from smarketing.reports.look import Goal, Mark, Tick, round_steps

WEEKS = [Tick("2026-03-02", "Mar 2"), Tick("2026-03-09", "Mar 9"), Tick("2026-03-16", "Mar 16")]
SCALE = [Tick(0.5, "50 %"), Tick(1.0, "100 %")]


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [0, 1]),
        (0.03, [0, 0.01, 0.02, 0.03]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (7, [0, 2, 4, 6, 8]),
        (187, [0, 50, 100, 150, 200]),
    ],
)
def test_steps_are_round(most: float, steps: list[float]) -> None:
    assert round_steps(most) == steps


@given(st.floats(1e-6, 1e9))
def test_steps_are_even_and_just_reach_the_most(most: float) -> None:
    steps = round_steps(most)
    assert steps[-1] >= most * (1 - 1e-6)
    assert len(steps) <= 6
    assert steps[-2] < most


def test_a_week_without_data_is_a_gap_in_its_place() -> None:
    marks = [Mark(tick.at, value, "") for tick, value in zip(WEEKS, (0.9, None, 0.8), strict=True)]  # type: ignore[arg-type]
    figure = over_time(marks, ticks=WEEKS, scale=SCALE)
    (trace,) = figure["data"]
    assert trace["y"] == [0.9, None, 0.8]
    assert figure["layout"]["xaxis"]["range"] == ["2026-02-27", "2026-03-19"]


def test_a_single_month_has_room_around_it() -> None:
    figure = over_time([Mark("2026-03-01", 0.9, "")], ticks=[Tick("2026-03-01", "Mar")], scale=SCALE)
    assert figure["layout"]["xaxis"]["range"] == ["2026-02-14", "2026-03-16"]


def test_the_goal_is_a_line_and_stands_outside_where_it_covers_no_mark() -> None:
    figure = over_time([Mark("2026-03-02", 0.9, "")], ticks=WEEKS, scale=SCALE, goal=Goal(0.9, "90\u00a0% promised"))
    (line,), (words,) = figure["layout"]["shapes"], figure["layout"]["annotations"]
    assert (line["y0"], line["y1"], line["xref"]) == (0.9, 0.9, "paper")
    assert (words["x"], words["xanchor"], words["text"]) == (1, "left", "90\u00a0%<br>promised")


def test_a_whisker_never_reaches_backwards_and_a_gap_has_none() -> None:
    marks = [Mark("2026-03-02", 0.9, "", None, 0.7, 1.0), Mark("2026-03-09", None, ""), Mark("2026-03-16", 1.0, "")]
    (trace,) = over_time(marks, ticks=WEEKS, scale=SCALE)["data"]
    assert trace["error_y"]["array"] == [pytest.approx(0.1), 0, 0]
    assert trace["error_y"]["arrayminus"] == [pytest.approx(0.2), 0, 0]


def test_names_of_others_are_no_markup_and_no_longer_than_two_lines() -> None:
    names = ["<b>bold</b> & co", "Anne-Sophie de la Rochefoucauld-Montbel · 112", "word " * 40, "x" * 120]
    figure = by_name([Mark(name, 0.9, name) for name in names], scale=SCALE)
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert ticks[0] == "&lt;b&gt;bold&lt;/b&gt; &amp; co"
    assert ticks[1] == "Anne-Sophie de la<br>Rochefoucauld-Montbel · 112"
    assert all(tick.count("<br>") <= 1 and len(tick) <= 60 for tick in ticks)
    assert figure["data"][0]["hovertext"][0] == "&lt;b&gt;bold&lt;/b&gt; &amp; co"


def test_two_people_of_one_name_keep_their_own_places() -> None:
    figure = by_name([Mark("Kim", 0.9, ""), Mark("Kim", 0.5, "")], scale=SCALE)
    assert figure["data"][0]["y"] == ["0", "1"]
