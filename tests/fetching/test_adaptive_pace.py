from __future__ import annotations

from collections import deque
from dataclasses import asdict
from itertools import pairwise

import pytest

from fetching.adaptive_pace import FORGIVEN_AFTER, AdaptivePace, Found, Trouble
from fetching.pacing import LONGEST_WAIT


class Service:
    """Asked as fast as the pace allows; balks above `limit` a second, as `trouble`."""

    def __init__(self, start: float, fastest: float, limit: float, trouble: Trouble = Trouble.LIE) -> None:
        self.now = 0.0
        self.limit = limit
        self.trouble = trouble
        self.pace = AdaptivePace(start, fastest, lambda: self.now)
        self.lately: deque[float] = deque()
        self.balked = 0

    def ask(self) -> None:
        self.now += self.pace.wait()
        self.pace.take()
        self.lately.append(self.now)
        while self.lately[0] <= self.now - 1:
            self.lately.popleft()
        if len(self.lately) > self.limit:
            self.balked += 1
            self.pace.slow_down(self.trouble, self.now)
        else:
            self.pace.heard(self.now)
            self.pace.good()

    def ask_for(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.ask()


@pytest.mark.parametrize("limit", [3, 17, 50, 99, 101, 180, 399])
@pytest.mark.parametrize("trouble", [Trouble.LIE, Trouble.THROTTLE])
def test_the_highest_pace_that_is_borne_is_found_and_kept(limit: float, trouble: Trouble) -> None:
    service = Service(20, 400, limit, trouble)
    service.ask_for(40)
    balked = service.balked
    service.ask_for(40)
    assert service.balked == balked  # it does not run into trouble again and again
    assert 0.6 * limit <= service.pace.rate <= limit


def test_it_doubles_until_the_first_trouble_and_never_passes_the_fastest() -> None:
    service = Service(10, 400, 1e9)
    rates = set()
    while service.now < 12:
        service.ask()
        rates.add(service.pace.rate)
    assert sorted(rates) == [10, 20, 40, 80, 160, 320, 380]


def test_requests_are_spaced_evenly_and_lost_time_is_not_made_up() -> None:
    now = 0.0
    pace = AdaptivePace(100, 100, lambda: now)
    assert pace.rate == 95
    moments = []
    for step in range(20):
        now += pace.wait() + (0.5 if step == 10 else 0.0)
        pace.take()
        moments.append(now)
    gaps = [after - before for before, after in pairwise(moments)]
    assert all(gap == pytest.approx(1 / 95) for gap in gaps[:9])
    assert sum(gap < 1 / 190 for gap in gaps) <= 2  # the 0.5 s were 47 requests


def test_answers_to_what_was_asked_before_the_cut_cut_nothing_again() -> None:
    now = 10.0
    pace = AdaptivePace(80, 400, lambda: now)
    pace.slow_down(Trouble.LIE, 9.9)
    assert pace.rate == 40
    pace.slow_down(Trouble.LIE, 9.95)
    assert pace.rate == 40
    now = 11.0
    for _ in range(40):
        pace.take()
    now = 11.5
    pace.slow_down(Trouble.LIE, 11.0)
    assert pace.rate == pytest.approx(20, abs=5)


def test_a_retry_after_is_kept_even_where_nothing_is_cut() -> None:
    now = 10.0
    pace = AdaptivePace(80, 400, lambda: now)
    assert pace.slow_down(Trouble.THROTTLE, 10.0, retry_after=7) == 7
    assert pace.wait() == 7
    assert pace.slow_down(Trouble.THROTTLE, 9.0, retry_after=30) == 30
    assert pace.slow_down(Trouble.THROTTLE, 10.0, retry_after=86_400) == LONGEST_WAIT


def test_waits_without_a_retry_after_double_until_something_is_answered() -> None:
    now = 10.0
    pace = AdaptivePace(80, 400, lambda: now)
    waits = []
    for _ in range(4):
        waits.append(pace.slow_down(Trouble.THROTTLE, now))
        now += waits[-1]
    assert waits == [0.5, 1, 2, 4]
    pace.heard(now)
    assert pace.slow_down(Trouble.THROTTLE, now) == 0.5


def test_a_pace_that_was_not_used_does_not_grow_and_what_was_really_asked_is_what_balked() -> None:
    now = 0.0
    pace = AdaptivePace(1000, 1000, lambda: now)
    for _ in range(300):  # a hundred a second is all that we can do
        now += 0.01
        pace.take()
        pace.good()
    assert pace.rate == 950
    pace.slow_down(Trouble.LIE, now)
    assert 40 < pace.rate < 60
    assert pace.found.lied_at == pytest.approx(100, rel=0.1)


def test_a_throttle_is_forgiven_and_a_lie_is_not() -> None:
    throttling, lying = Service(20, 400, 100, Trouble.THROTTLE), Service(20, 400, 100, Trouble.LIE)
    for service in (throttling, lying):
        service.ask_for(30)
        service.limit = 1e9
        service.ask_for(FORGIVEN_AFTER + 20)
    assert throttling.pace.rate > 110
    assert lying.pace.rate < 100


def test_failures_halve_the_pace_and_set_no_limit() -> None:
    service = Service(20, 400, 1e9)
    service.ask_for(6)
    before = service.pace.rate
    service.pace.slow_down(Trouble.FAILURES, service.now)
    assert service.pace.rate <= before / 2
    service.ask_for(20)
    assert service.pace.rate == 380


def test_what_was_found_out_outlives_a_kill() -> None:
    service = Service(20, 400, 100)
    service.ask_for(40)
    again = AdaptivePace(20, 400, lambda: 0.0, earlier=Found(**asdict(service.pace.found)))
    assert again.rate == service.pace.rate


def test_it_serves_as_the_pacer_of_a_wire() -> None:
    now = 0.0
    pace = AdaptivePace(10, 10, lambda: now)
    assert pace.reserve() == 0
    assert pace.reserve() == pytest.approx(1 / 9.5)
    assert pace.answered(200) == 0
    assert pace.answered(429, "3") == 3
    assert pace.reserve() == 3


def test_what_was_shown_is_the_last_whole_window_and_trouble_ends_it() -> None:
    service = Service(20, 400, 1e9)
    assert service.pace.shown == 0
    service.ask_for(1.2)
    assert service.pace.rate == 40
    assert service.pace.shown == pytest.approx(20, rel=0.1)  # not the pace that has just begun
    service.pace.slow_down(Trouble.LIE, service.now)
    assert service.pace.shown == 0
    assert service.pace.is_before_cut(service.now - 0.1)
    assert not service.pace.is_before_cut(service.now)


def test_the_slowest_pace_is_known_as_that() -> None:
    service = Service(64, 400, 1e9)
    slowest = []
    for _ in range(8):
        slowest.append(service.pace.is_slowest)
        service.now += 100
        service.pace.slow_down(Trouble.LIE, service.now)
    assert slowest == 6 * [False] + 2 * [True]
    assert service.pace.rate == 1
