"""What goes wrong with a request.

FetchingError
├── NotAskedError               the request was not made
│   ├── UrlDeniedError          the guard said no to the URL
│   ├── AddressDeniedError      the guard said no to every address of the host (fetching/dialler.py)
│   ├── BudgetSpentError        the unit's limits are used up (fetching/budget.py)
│   └── StoppedError            the unit was told to stop
└── NoAnswerError               it was made, or tried, and brought nothing that can be judged: this is "unknown"
    ├── ProxyFailedError        the scope's proxy did not lead to the host (fetching/proxying.py)
    └── SentAwayError           throttled, and asked to stay away for longer than we wait

Each carries the skip reason that it becomes and a detail: a class or a code, nothing of a document, path or query.
"""

from __future__ import annotations

from documents.records import SkipReason
from scope.guard import Denied


class FetchingError(Exception):
    """A request that brought no answer; sources turn it into a `Skipped` of `reason` and `detail`."""

    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class NotAskedError(FetchingError):
    """The request was not made, and should not be."""


class UrlDeniedError(NotAskedError):
    """The guard does not allow this URL, or the method is not one that reads."""

    @classmethod
    def from_denied(cls, denied: Denied) -> UrlDeniedError:
        """The error for the guard's answer."""
        return cls(SkipReason(denied.denial.value), denied.detail)


class StoppedError(NotAskedError):
    """The unit was told to stop: before this request, or in the middle of it."""

    def __init__(self) -> None:
        super().__init__(SkipReason.INTERRUPTED, "told to stop")


class NoAnswerError(FetchingError):
    """Asked, and nothing came back that says yes or no. Never a reason to believe that a thing is not there."""


class SentAwayError(NoAnswerError):
    """Throttled, and asked to come back later than we wait: whatever else we would ask would be against that."""
