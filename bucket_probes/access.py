"""A bucket's access as anyone has it: does it exist, can it be listed, can objects be read. Three answers each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from documents.exposure import Truth
from documents.records import SkipReason


class Question(StrEnum):
    """What was asked of a bucket."""

    LIST = "list"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a service's answer says, when it was not what was asked for.

    Attributes:
        exists: the bucket does.
        permitted: anyone may do what was asked.
        reason: what the place that was asked for ends as.
        code: the service's error code, or the status where it gave none.
        region: where the bucket is, if the answer tells.
    """

    exists: Truth
    permitted: Truth
    reason: SkipReason
    code: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer, or the lack of one: what was asked, what came back, and when.

    Attributes:
        question: what was asked.
        status: HTTP status, None where there was no answer.
        code: the service's error code; the class of the failure where there was no answer; empty for a yes.
        request_id: the service's, for its owner to look up.
        at: aware, UTC.
    """

    question: Question
    status: int | None
    code: str
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What one visit learned of a bucket.

    Attributes:
        exists: no only where the service said that there is no such bucket.
        listable: anyone may list it.
        readable: yes once an object was read; no where listed objects were refused and none was read.
        region: where the service says that it is.
        evidence: the answers that this rests on, the first of each kind.
    """

    exists: Truth
    listable: Truth
    readable: Truth
    region: str | None
    evidence: tuple[Evidence, ...]


class AccessNotes:
    """Gathers answers while a bucket is walked, and sums them up.

    A yes is never taken back by a later no: a bucket that was listed is listable, though page 7 was refused.

    Args:
        now: aware time.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._exists = Truth.UNKNOWN
        self._permitted = {Question.LIST: Truth.UNKNOWN, Question.READ: Truth.UNKNOWN}
        self._read_denied = False
        self._region: str | None = None
        self._evidence: dict[tuple[Question, int | None, str], Evidence] = {}

    def granted(self, question: Question, status: int, request_id: str, region: str | None = None) -> None:
        """The service gave what was asked for."""
        self._exists = Truth.YES
        self._permitted[question] = Truth.YES
        self._region = region or self._region
        self._note(question, status, "", request_id)

    def refused(self, question: Question, judgement: Judgement, status: int, request_id: str) -> None:
        """The service answered otherwise."""
        self._exists = _stronger(self._exists, judgement.exists)
        self._permitted[question] = _stronger(self._permitted[question], judgement.permitted)
        self._read_denied |= question is Question.READ and judgement.reason is SkipReason.ACCESS_DENIED
        self._region = judgement.region or self._region
        self._note(question, status, judgement.code, request_id)

    def unanswered(self, question: Question, cause: str) -> None:
        """No answer: nothing is learned, and that is kept."""
        self._note(question, None, cause, "")

    def summary(self) -> Access:
        """What is known by now."""
        if self._exists is Truth.NO:
            return Access(Truth.NO, Truth.NO, Truth.NO, self._region, tuple(self._evidence.values()))
        listable, readable = self._permitted[Question.LIST], self._permitted[Question.READ]
        if listable is Truth.YES and readable is Truth.UNKNOWN and self._read_denied:
            readable = Truth.NO
        return Access(self._exists, listable, readable, self._region, tuple(self._evidence.values()))

    def _note(self, question: Question, status: int | None, code: str, request_id: str) -> None:
        """The first of each kind: a thousand reads with one outcome are one piece of evidence."""
        self._evidence.setdefault((question, status, code), Evidence(question, status, code, request_id, self._now()))


def _stronger(known: Truth, new: Truth) -> Truth:
    """Yes over no over unknown."""
    if Truth.YES in (known, new):
        return Truth.YES
    return Truth.NO if Truth.NO in (known, new) else Truth.UNKNOWN
