from __future__ import annotations

from findings.durations import UnitTime
from sweeps.time_left import Basis, Left, TimeLeft

HOUR = 3600.0


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert TimeLeft({}, 2).left(10, {"u0": 5.0}, 5.0) is None


def test_by_the_units_so_far_once_enough_have_ended() -> None:
    left = TimeLeft({}, 2)
    for number in range(4):
        left.ended(f"u{number}", 10.0)
    assert left.left(96, {}, 40.0) is None
    for number in range(4, 10):
        left.ended(f"u{number}", 10.0)
    assert left.left(90, {}, 50.0) == Left(450.0, Basis.UNITS_SO_FAR)


def test_by_the_last_sweep_divided_among_the_workers() -> None:
    left = TimeLeft({f"u{n}": UnitTime(f"h{n}", HOUR) for n in range(10)}, 2)
    assert left.left(10, {}, 0.0) == Left(5 * HOUR, Basis.LAST_SWEEP)
    assert left.left(10, {"u0": 1800.0, "u1": 1800.0}, 1800.0) == Left(4.5 * HOUR, Basis.LAST_SWEEP)


def test_one_host_is_never_asked_by_two() -> None:
    left = TimeLeft({f"u{n}": UnitTime("one", HOUR) for n in range(4)}, 4)
    assert left.left(4, {}, 0.0) == Left(4 * HOUR, Basis.LAST_SWEEP)


def test_what_is_quicker_than_last_time_is_taken_into_account() -> None:
    left = TimeLeft({f"u{n}": UnitTime(f"h{n}", HOUR) for n in range(10)}, 1)
    for number in range(5):
        left.ended(f"u{number}", HOUR / 10)
    told = left.left(5, {}, HOUR / 2)
    assert told is not None
    assert round(told.seconds) == HOUR / 2


def test_the_last_units_say_how_long_and_one_that_takes_longer_than_last_time_says_nothing() -> None:
    left = TimeLeft({"u0": UnitTime("a", 100.0), "u1": UnitTime("b", 50.0)}, 2)
    assert left.left(2, {"u0": 30.0, "u1": 30.0}, 30.0) == Left(70.0, Basis.LAST_SWEEP)
    assert left.left(1, {"u0": 130.0}, 130.0) is None


def test_units_that_are_new_since_then_leave_it_to_the_units_so_far() -> None:
    left = TimeLeft({"u0": UnitTime("a", 100.0)}, 2)
    assert left.left(20, {}, 0.0) is None
    assert left.left(0, {}, 9.0) == Left(0.0, Basis.UNITS_SO_FAR)
