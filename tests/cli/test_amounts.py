from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.amounts import counted, moment, size


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
