from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.values import moment_of, size_of

NOON = datetime(2023, 6, 7, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (0, (0, 0)),
        (512, (512, 0)),
        (512.0, (512, 0)),
        ("4294967296", (4_294_967_296, 0)),
        ("12 bytes", (12, 0)),
        ("1.2K", (1_229, 51)),
        ("146 KiB", (149_504, 512)),
        ("1,5 MB", (1_572_864, 52_429)),
        (-1, (None, 0)),
        (1 << 63, (None, 0)),
        (True, (None, 0)),
        (0.5, (None, 0)),
        ("M", (None, 0)),
        ("-", (None, 0)),
        ("", (None, 0)),
        (None, (None, 0)),
        ([1], (None, 0)),
    ],
)
def test_sizes(value: object, size: tuple[int | None, int]) -> None:
    assert size_of(value) == size


@pytest.mark.parametrize(
    "value",
    [
        "Wed, 07 Jun 2023 12:00:05 GMT",
        "Wednesday, 07-Jun-23 12:00:05 GMT",
        "Wed Jun  7 12:00:05 2023",
        "Wed, 07 Jun 2023 14:00:05 +0200",
        "2023-06-07T12:00:05Z",
        "2023-06-07T12:00:05.000000000Z",
        "2023-06-07T14:00:05+02:00",
        1686139205,
        "1686139205",
        1686139205000,
        1686139205000000000,
    ],
)
def test_moments(value: object) -> None:
    assert moment_of(value) == NOON


def test_a_time_without_a_zone_stays_without() -> None:
    assert moment_of("2023-06-07 12:00:05") == NOON.replace(tzinfo=None)
    assert moment_of("2023-06-07") == datetime(2023, 6, 7)  # noqa: DTZ001 - as listed


@pytest.mark.parametrize(
    "value", [0, -5, 12, True, None, "", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 1e300, [], "2023"]
)
def test_what_is_no_moment(value: object) -> None:
    assert moment_of(value) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_nothing_raises(value: object) -> None:
    size_of(value)
    moment_of(value)
