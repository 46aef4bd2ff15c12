from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from scope.schedule import Schedule, parse_window

NIGHTS = Schedule(windows=("Mon-Fri 20:00-06:00", "Sat-Sun 00:00-24:00"), timezone="Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 19:59", False),  # a Monday in winter: UTC
        ("2026-11-23 20:00", True),
        ("2026-11-24 05:59", True),
        ("2026-11-24 06:00", False),
        ("2026-11-23 05:00", False),  # Monday morning: Sunday has no night of its own, its day ended at midnight
        ("2026-11-22 12:00", True),
        ("2026-11-28 03:00", True),  # Friday's night, and Saturday
        ("2026-07-06 18:59", False),  # a Monday in summer: an hour earlier by UTC
        ("2026-07-06 19:00", True),
        ("2026-07-07 05:00", False),
    ],
)
def test_windows_hold_by_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    assert NIGHTS.is_open(at(moment)) is is_open


def test_an_opening_is_told_in_utc_on_both_sides_of_summer_time() -> None:
    assert NIGHTS.next_opening(at("2026-11-24 12:00")) == at("2026-11-24 20:00")
    assert NIGHTS.next_opening(at("2026-07-07 12:00")) == at("2026-07-07 19:00")
    assert NIGHTS.next_opening(at("2026-11-22 12:00")) == at("2026-11-22 12:00")


def test_where_the_clock_goes_forward_a_window_opens_when_its_time_has_come() -> None:
    """On 29 March 2026 there is no 01:30 in London: the clock goes from 01:00 (01:00 UTC) to 02:00."""
    early = Schedule(windows=("Sun 01:30-05:00",), timezone="Europe/London")
    assert not early.is_open(at("2026-03-29 00:59"))
    assert early.is_open(at("2026-03-29 01:00"))
    assert early.next_opening(at("2026-03-28 12:00")) == at("2026-03-29 01:00")
    gone = Schedule(windows=("Sun 01:10-01:50",), timezone="Europe/London")
    assert gone.next_opening(at("2026-03-28 12:00")) == at("2026-04-05 00:10")


def test_where_the_clock_goes_back_a_window_opens_twice() -> None:
    """On 25 October 2026 there are two 01:30 in London, at 00:30 and at 01:30 UTC."""
    short = Schedule(windows=("Sun 01:15-01:45",), timezone="Europe/London")
    assert short.next_opening(at("2026-10-24 12:00")) == at("2026-10-25 00:15")
    assert short.next_opening(at("2026-10-25 00:50")) == at("2026-10-25 01:15")
    night = Schedule(windows=("Sat 23:00-03:00",), timezone="Europe/London")
    hours = [night.is_open(at("2026-10-24 22:00") + timedelta(hours=n)) for n in range(6)]
    assert hours == [True] * 5 + [False]


def test_a_targets_own_windows_stand_in_place_of_the_schedules() -> None:
    noon = at("2026-11-24 12:00")
    assert NIGHTS.is_open(noon, ("12:00-13:00",))
    assert not Schedule().is_open(noon, ("Sat 12:00-13:00",))
    assert Schedule().next_opening(noon, ("Sat 12:00-13:00",)) == at("2026-11-28 12:00")
    assert Schedule().is_open(noon)


def test_every_opening_is_the_first_open_minute() -> None:
    """Against a walk through every quarter of an hour of the weeks in which the clock changes."""
    plan = Schedule(windows=("Mon,Thu 22:15-01:30", "Sun 01:15-02:45"), timezone="Europe/London")
    for start in ("2026-03-27 00:00", "2026-10-23 00:00"):
        moments = [at(start) + timedelta(minutes=15 * n) for n in range(4 * 24 * 9)]
        for index, moment in [*enumerate(moments)][: 4 * 24 * 4 : 5]:
            first = next(later for later in moments[index:] if plan.is_open(later))
            assert plan.next_opening(moment) == first


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "Mon-Fri", "8-9", "Mon 25:00-26:00", "Mon 12:60-13:00", "Mon 12:00-12:00", "Mon 24:00-06:00",
     "Montag 10:00-11:00", "Mon-Xyz 10:00-11:00", "Mon 10:00-11:00 x", "Mon 10:00-11:00,Tue 10:00-11:00"],
)  # fmt: skip
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_window(text)
    with pytest.raises(ValidationError):
        Schedule(windows=(text,))


def test_days_wrap_around_the_week() -> None:
    assert parse_window("Fri-Mon 10:00-11:00").days == {4, 5, 6, 0}
    assert parse_window("mon,WED 10:00-11:00").days == {0, 2}
    assert parse_window("10:00-11:00").days == set(range(7))
    assert parse_window("Sat 00:00-24:00").minutes == 24 * 60


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../../etc/passwd", "/etc/localtime"])
def test_a_zone_that_nobody_knows_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError):
        Schedule(timezone=zone)
