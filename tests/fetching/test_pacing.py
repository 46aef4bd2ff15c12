from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetching.pacing import FIRST_BACK_OFF, LONGEST_WAIT, Pacer, retry_after_seconds

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_requests_are_spaced_at_the_rate() -> None:
    clock = Clock()
    pacer = Pacer(4, clock)
    assert [pacer.reserve() for _ in range(3)] == [0.0, 0.25, 0.5]
    clock.now += 10
    assert pacer.reserve() == 0.0, "an idle time is not saved up"
    assert pacer.reserve() == 0.25


def test_a_throttled_answer_leaves_the_host_alone_for_longer_each_time() -> None:
    clock = Clock()
    pacer = Pacer(1000, clock)
    pacer.reserve()
    assert [pacer.answered(503) for _ in range(2)] == [FIRST_BACK_OFF, 2 * FIRST_BACK_OFF]
    assert pacer.reserve() == pytest.approx(2 * FIRST_BACK_OFF)
    assert pacer.answered(200) == 0.0
    assert pacer.answered(429) == FIRST_BACK_OFF


def test_back_off_has_an_end() -> None:
    pacer = Pacer(1000, Clock())
    assert max(pacer.answered(429) for _ in range(20)) == LONGEST_WAIT


def test_retry_after_is_followed() -> None:
    clock = Clock()
    pacer = Pacer(1000, clock)
    assert pacer.answered(429, "7") == 7.0
    assert pacer.reserve() == 7.0
    assert pacer.answered(503, "86400") == LONGEST_WAIT


def test_an_ordinary_answer_with_retry_after_is_not_waited_for() -> None:
    pacer = Pacer(1000, Clock())
    assert pacer.answered(301, "60") == 0.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 14:00:30 +0200", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 20 Nov 1995 19:12:08 +99999999999999", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text() | st.from_regex(r"(Mon, )?\d{1,2} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [+-]\d{1,9}", fullmatch=True))
def test_retry_after_never_fails(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or (seconds >= 0 and not math.isnan(seconds))
