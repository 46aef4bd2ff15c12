"""How sure a verdict must be. A pack may carry its own, chosen by calibration on its organisation's letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least nats for each rule of `matchers.deciding`.

    Set so that nothing is falsely known among 3,000 texts of other patients (dictated bodies on three templates against
    500 letters, generated letters on six templates against 240): there the greatest were 6.9 (whole), 8.2 (standing
    alone) and 15 (in other text). `python -m benchmarks.matching` shows what they give elsewhere.

    Attributes:
        whole: three quarters of a letter and more.
        alone: a passage that is all of a document.
        embedded: a passage in other text.
        shared: a passage that is worth telling, though it may be another letter's too.
        masked: the part of a whole letter around its names and numbers, where these are replaced.
    """

    whole: float = 12.0
    alone: float = 9.0
    embedded: float = 30.0
    shared: float = 15.0
    masked: float = 20.0


DEFAULT_THRESHOLDS = Thresholds()
