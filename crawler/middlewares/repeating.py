"""Asks once more where a connection was lost: a server may close one that was kept open just as it is used again."""

from __future__ import annotations

from scrapy import Request

from crawler.failures import reason_of_error
from documents.records import SkipReason
from fetching.errors import FetchingError

# Key in the meta of a request that is asked for the second time.
REPEATED = "repeated"
# Causes that say that a connection was there, and went. Nobody listening, no route, a time-out: once is an answer.
_LOST = frozenset(["ConnectionLost", "ConnectionDone", "ConnectionAborted", "ConnectionClosed"])


class RepeatingMiddleware:
    """The second request is a request as any: guarded, paced, counted, on record."""

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A copy of the request, once, or None to let the error through."""
        if isinstance(exception, FetchingError) or REPEATED in request.meta:
            return None
        reason, cause = reason_of_error(exception)
        if reason is not SkipReason.HOST_DOWN or cause not in _LOST:
            return None
        return request.replace(meta={**request.meta, REPEATED: True})
