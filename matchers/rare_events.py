"""How often a rare event may happen at most, and how far it goes, from the few that were counted."""

from __future__ import annotations

import math
from collections.abc import Callable

# Halvings of the range in which a bound is looked for; 60 leave less than a float can tell.
_HALVINGS = 60


def rate_bound(events: int, trials: int, doubt: float) -> float:
    """The rate that is exceeded with probability `doubt`: Clopper and Pearson's upper bound, 3/n for none at 5 %."""
    if events >= trials:
        return 1.0
    return _root(lambda rate: _binomial(events, trials, rate) - doubt, 1.0)


def mean_bound(total: float, count: int, doubt: float) -> float:
    """The mean that is exceeded with probability `doubt`, of an exponential of which `count` draws sum to `total`."""
    least = _root(lambda mean: _poisson(count - 1, mean) - (1 - doubt), 10.0 * count + 10)
    return total / least


def _root(falling: Callable[[float], float], high: float) -> float:
    low = 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def _binomial(events: int, trials: int, rate: float) -> float:
    """Chance of so many events or fewer."""
    if not 0 < rate < 1:
        return 1.0 if rate <= 0 else 0.0
    log_rate, log_rest, whole = math.log(rate), math.log1p(-rate), math.lgamma(trials + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_rate + (trials - k) * log_rest)
        for k in range(events + 1)
    )


def _poisson(events: int, mean: float) -> float:
    """Chance of so many events or fewer."""
    if mean <= 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1))
