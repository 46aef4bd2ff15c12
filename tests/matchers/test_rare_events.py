from __future__ import annotations

import math
import random

import pytest

from matchers.rare_events import mean_bound, rate_bound


def test_none_of_n_is_the_rule_of_three() -> None:
    for trials in (10, 300, 9_000):
        assert rate_bound(0, trials, 0.05) == pytest.approx(1 - 0.05 ** (1 / trials))
    assert rate_bound(0, 9_000, 0.05) == pytest.approx(3 / 9_000, rel=0.01)


def test_the_rate_bound_is_clopper_and_pearsons() -> None:
    # R: binom.test(x, n)$conf.int[2] at 95 %, two-sided
    assert rate_bound(5, 100, 0.025) == pytest.approx(0.1128349, abs=1e-6)
    assert rate_bound(1, 20, 0.025) == pytest.approx(0.2487328, abs=1e-6)
    assert rate_bound(20, 20, 0.025) == 1.0


def test_the_mean_bound_is_that_of_chi_square() -> None:
    # R: 2 * sum / qchisq(0.025, 2 * n); qchisq(0.025, 20) = 9.590777, qchisq(0.025, 2) = 0.05063562
    assert mean_bound(10.0, 10, 0.025) == pytest.approx(20 / 9.590777, rel=1e-6)
    assert mean_bound(1.0, 1, 0.025) == pytest.approx(2 / 0.05063562, rel=1e-6)


def test_bounds_are_over_the_truth_as_often_as_they_say() -> None:
    generator = random.Random(1)  # noqa: S311 - the same in every run
    rounds = 300
    over_rate = over_mean = 0
    for _ in range(rounds):
        events = sum(generator.random() < 0.02 for _ in range(400))
        over_rate += rate_bound(events, 400, 0.05) >= 0.02
        over_mean += mean_bound(math.fsum(generator.expovariate(1 / 4) for _ in range(20)), 20, 0.05) >= 4
    # 95 % and more of 300; 276 is three standard errors below.
    assert over_rate >= 274
    assert over_mean >= 274


def test_many_events_are_counted_without_overflow() -> None:
    assert 0.5 < rate_bound(50_000, 100_000, 0.025) < 0.504
    assert 1.0 < mean_bound(5_000.0, 5_000, 0.025) < 1.04
