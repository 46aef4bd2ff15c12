"""From an HTTP status to a skip reason."""

from __future__ import annotations

from documents.records import SkipReason

_STATUS_REASONS = {
    401: SkipReason.ACCESS_DENIED,
    402: SkipReason.ACCESS_DENIED,
    403: SkipReason.ACCESS_DENIED,
    404: SkipReason.NOT_FOUND,
    407: SkipReason.ACCESS_DENIED,
    408: SkipReason.TIMED_OUT,
    410: SkipReason.NOT_FOUND,
    429: SkipReason.THROTTLED,
    451: SkipReason.ACCESS_DENIED,
    503: SkipReason.THROTTLED,
    504: SkipReason.TIMED_OUT,
    # Nobody asked for a range: what came is a part, and nothing says that it is the first.
    206: SkipReason.TRUNCATED,
}
_SUCCESS = range(200, 300)


def reason_of_status(status: int) -> tuple[SkipReason, str] | None:
    """Why an answer with this status is not the document; None where it is.

    A status that says neither "here" nor "not here" nor "not for you" leaves the answer unknown.
    """
    reason = _STATUS_REASONS.get(status)
    if reason is None and status in _SUCCESS:
        return None
    return reason or SkipReason.SERVER_ERROR, f"http_{status}"
