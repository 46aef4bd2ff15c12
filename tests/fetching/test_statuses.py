from __future__ import annotations

import pytest

from documents.records import SkipReason
from fetching.statuses import reason_of_status


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None), (204, None), (207, None), (206, SkipReason.TRUNCATED), (304, SkipReason.SERVER_ERROR),
        (400, SkipReason.SERVER_ERROR), (401, SkipReason.ACCESS_DENIED), (403, SkipReason.ACCESS_DENIED),
        (404, SkipReason.NOT_FOUND), (410, SkipReason.NOT_FOUND), (408, SkipReason.TIMED_OUT),
        (429, SkipReason.THROTTLED), (500, SkipReason.SERVER_ERROR), (502, SkipReason.SERVER_ERROR),
        (503, SkipReason.THROTTLED), (504, SkipReason.TIMED_OUT), (302, SkipReason.SERVER_ERROR),
    ],
)  # fmt: skip
def test_a_status_says_why(status: int, reason: SkipReason | None) -> None:
    found = reason_of_status(status)
    assert (found and found[0]) == reason
    assert found is None or found[1] == f"http_{status}"
