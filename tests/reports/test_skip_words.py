"""No reason without words."""

from __future__ import annotations

from documents.records import SkipReason
from reports.skip_words import ANSWERED, SKIP_WORDS


def test_every_reason_means_something_of_its_own() -> None:
    assert set(SKIP_WORDS) == set(SkipReason)
    assert len(set(SKIP_WORDS.values())) == len(SkipReason)
    assert set(SKIP_WORDS) > ANSWERED
