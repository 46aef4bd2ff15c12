from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.amounts import about, counted, lasting, moment, size


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (512_345, "512 kB"),
        (2_340_000_000, "2.3 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_size(count: int, shown: str) -> None:
    assert size(count) == shown


def test_what_is_not_known() -> None:
    assert size(None) == moment(None) == "?"


def test_time_and_number() -> None:
    assert moment(datetime(2026, 3, 1, 8, 30, 59, tzinfo=UTC)) == "2026-03-01 08:30"
    assert counted(1, "unit") == "1 unit"
    assert counted(1200, "match", "matches") == "1,200 matches"


def test_lengths_of_time() -> None:
    assert [lasting(seconds) for seconds in (0, 59.6, 3599, 3600, 90_000)] == [
        "0 s", "1 min 00 s", "59 min 59 s", "1 h 00 min", "1 d 1 h",
    ]  # fmt: skip
    assert [about(seconds) for seconds in (3, 40, 119, 600, 7_200, 200_000)] == [
        "less than a minute", "about a minute", "about a minute", "about 10 min", "about 2 h", "about 2 d",
    ]  # fmt: skip
