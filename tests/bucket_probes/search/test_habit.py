from __future__ import annotations

import pytest

from bucket_probes.search.habit import CONTRADICTIONS, RIGHT_AT_ONE_PACE, SECONDS_AT_ONE_PACE, LyingHabit

WELL = RIGHT_AT_ONE_PACE, SECONDS_AT_ONE_PACE


def after(runs: list[tuple[float, int, float]], lie: float, *, is_slowest: bool = False) -> LyingHabit:
    """Right so often at each pace, over so many seconds, with a lie at `lie` after all of them and twice again."""
    habit, now = LyingHabit(), 0.0
    for pace, count, seconds in runs:
        for number in range(count):
            habit.right(pace, now + number * seconds / count)
        now += seconds
    for _ in range(1 + CONTRADICTIONS):
        habit.lied(lie, now, is_slowest=is_slowest)
    return habit


@pytest.mark.parametrize(
    ("runs", "lie", "any_pace"),
    [
        ([(100, *WELL)], 39, True),
        ([(100, *WELL)], 51, False),
        ([(100, RIGHT_AT_ONE_PACE - 1, 9)], 10, False),  # too few
        ([(100, 50, SECONDS_AT_ONE_PACE / 2)], 10, False),  # a burst
        ([(20, 30, 9), (40, 30, 3), (160, 5, 1)], 66, False),  # right at slower paces only
        ([(20, 30, 9), (80, 5, 1), (160, 5, 1)], 31, True),  # what holds at 160 holds at 80
        ([(0, 30, 9)], 0.1, False),  # no pace was shown
    ],
)
def test_the_pace_is_not_to_blame_below_half_of_one_that_was_borne(
    runs: list[tuple[float, int, float]], lie: float, any_pace: bool
) -> None:
    assert after(runs, lie).is_any_pace is any_pace


def test_where_no_pace_is_slower_the_pace_is_not_to_blame() -> None:
    assert after([], 0.5, is_slowest=True).is_any_pace


def test_a_lie_ends_what_was_borne_in_a_row() -> None:
    habit = LyingHabit()
    for now in range(4):
        for number in range(RIGHT_AT_ONE_PACE - 1):
            habit.right(100, now * 10 + number)
        habit.lied(100, now * 10 + 9, is_slowest=False)
    habit.lied(10, 50, is_slowest=False)
    habit.lied(10, 51, is_slowest=False)
    assert not habit.is_any_pace
