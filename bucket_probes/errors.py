"""What goes wrong at a bucket service.

ProbeError
├── RefusedError            the service answered, and not with what was asked for
├── ListingBrokenError      a listing can not be read to its end
└── AnswerBrokeError        an answer that nobody foresaw, and that we broke on
"""

from __future__ import annotations

from bucket_probes.access import Judgement
from documents.records import SkipReason


class ProbeError(Exception):
    """Carries the skip reason that it becomes and a detail, a code without names or keys."""

    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class RefusedError(ProbeError):
    """The service answered with an error, a redirect or something that is no answer of a bucket service."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.reason, judgement.code)
        self.judgement = judgement


class ListingBrokenError(ProbeError):
    """A listing that breaks off, repeats itself or leads nowhere: what it did not show is unknown."""

    def __init__(self, detail: str) -> None:
        super().__init__(SkipReason.TRUNCATED, detail)


class AnswerBrokeError(ProbeError):
    """Reading an answer raised what it should not: our fault, and it costs one page or object, not the bucket."""

    def __init__(self, error: Exception) -> None:
        super().__init__(SkipReason.PARSER_CRASHED, type(error).__name__)
