"""Geometry that stays inside of its chart, and a table that says the same."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.charts import WIDTH, Chart, Lane, Stack, shortened, stacked_columns, stacked_rows, timeline
from tests.reports.conftest import SEEN

LEGEND = (("letter", "known letter"), ("unsure", "not known"))


def inside(chart: Chart) -> bool:
    bars = all(
        bar.x >= 0 and bar.x + bar.width <= WIDTH + 4 and bar.y + bar.height <= chart.height for bar in chart.bars
    )
    return bars and all(0 <= label.x <= WIDTH and label.y <= chart.height for label in chart.labels)


def test_a_bar_is_as_long_as_its_count() -> None:
    chart = stacked_rows("h", "hosts", [Stack("a", (6, 2)), Stack("b", (3, 0), " (failed)")], LEGEND)
    first, second, third = chart.bars
    assert first.width / second.width == 3
    assert first.width / third.width == 2
    assert second.x == first.x + first.width
    assert [label.text for label in chart.labels] == ["a", "8", "b", "3 (failed)"]
    assert chart.rows == (("a", "6", "2"), ("b", "3", "0"))
    assert inside(chart)


def test_columns_stand_on_the_axis() -> None:
    chart = stacked_columns("s", "sweeps", [Stack("03-01", (4, 4)), Stack("03-08", (0, 8))], LEGEND)
    bottom = max(bar.y + bar.height for bar in chart.bars)
    tops = [bar.y for bar in chart.bars]
    assert tops[1] == tops[2]
    assert chart.bars[0].y + chart.bars[0].height == bottom
    assert inside(chart)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=60))
def test_whatever_is_counted_stays_inside(counts: list[tuple[int, int]]) -> None:
    stacks = [Stack(f"{number}", each) for number, each in enumerate(counts)]
    assert inside(stacked_rows("r", "rows", stacks, LEGEND))
    assert inside(stacked_columns("c", "columns", stacks, LEGEND))


def test_a_lane_is_seen_then_not_known_then_over() -> None:
    day = timedelta(days=1)
    lanes = [
        Lane("gone", SEEN, SEEN + 4 * day, SEEN + 8 * day, "critical-bar", True, "gone"),
        Lane("open", SEEN + 2 * day, SEEN + 10 * day, SEEN + 10 * day, "low-bar", False, "open"),
    ]
    chart = timeline("t", "time", lanes, [SEEN, SEEN + 10 * day], LEGEND)
    assert [bar.look for bar in chart.bars] == ["critical-bar", "unsure", "over", "low-bar"]
    seen, unsure, over, _open = chart.bars
    assert seen.x + seen.width == unsure.x
    assert over.x < unsure.x + unsure.width < over.x + over.width
    assert chart.rows[0][1:4] == ("2026-03-01", "2026-03-05", "2026-03-09")
    assert chart.rows[1][3] == "-"
    assert inside(chart)


def test_a_single_moment_is_drawn() -> None:
    chart = timeline("t", "time", [Lane("a", SEEN, SEEN, SEEN, "low-bar", False, "")], [SEEN], LEGEND)
    assert chart.bars[0].width >= 4
    assert inside(chart)


def test_a_long_name_keeps_both_ends() -> None:
    assert shortened("files.example.org") == "files.example.org"
    told = shortened("a" * 40 + "b" * 40)
    assert told.startswith("aaa")
    assert told.endswith("bbb")
    assert len(told) <= 36
