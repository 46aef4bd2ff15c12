"""One Google bucket's questions and answers: asked anonymously, judged and noted. No redirect is followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bucket_probes.access import AccessNotes, Judgement, nothing_known
from bucket_probes.errors import ProbeError, RefusedError
from bucket_probes.gcs_answers import judge, parse_error, request_id_of
from bucket_probes.gcs_client import AnonymousBucket
from bucket_probes.gcs_listing import parse_json
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.errors import NoAnswerError, NotAskedError, StoppedError
from fetching.pacing import THROTTLE_STATUSES
from fetching.wire import Answer, Wire
from scope.bucket_urls import service_url
from scope.model import BucketTarget

# Largest answer that is read which is no listing and no object, bytes. An ACL has at most 100 entries of some 300
# bytes; an error is below 2 kB.
RECORD_BYTES = 256 << 10
OK, PART, NOT_IN_RANGE = 200, 206, 416
_UNAVAILABLE = 503


class GcsSession:
    """Asks one bucket. Every answer goes into `notes`, throttled ones that were asked again too.

    Args:
        target: the bucket, its prefix; its endpoint where it is not Google's.
        wire: carries every request.
    """

    def __init__(self, target: BucketTarget, wire: Wire) -> None:
        self.target = target
        self.notes = AccessNotes(nothing_known(target))
        self.bucket = AnonymousBucket(service_url(target), target.name, self.carry)
        self._wire = wire
        self._carried: list[Answer] = []
        self._question = Question.LIST
        self._was_told_to_wait = False

    def is_down(self, failure: NoAnswerError) -> bool:
        """Is what was asked in trouble, and not we too fast? 503 without a word of when to come back says so."""
        return failure.detail == str(_UNAVAILABLE) and not self._was_told_to_wait

    def ask(self, question: Question, act: Callable[[], None]) -> Answer:
        """The answer to what `act` carries, whatever it is; not judged and not noted yet.

        Raises:
            ProbeError: no request can be made of this name or key.
            FetchingError: not asked, or not answered. It is in the notes, but for a stop.
        """
        self._carried.clear()
        self._question = question
        try:
            act()
        except StoppedError:
            raise
        except (NotAskedError, NoAnswerError) as error:
            if error.reason is not SkipReason.THROTTLED:  # those were shown, and are noted with their status
                self.notes.unanswered(question, error.reason)
            raise
        except ValueError as error:  # a name or key that no request can be made of
            raise ProbeError(SkipReason.UNREADABLE, type(error).__name__) from None
        return self._carried.pop()

    def carry(self, url: str, headers: Mapping[str, str]) -> None:
        """Ask for a URL; for use in `act`."""
        self._carried.append(self._wire.get(url, headers, heed=self._heed))

    def record(self, question: Question, act: Callable[[], None], kind: str) -> Mapping[str, object]:
        """A record of the bucket, told by its kind; a 200 that is something else is no answer.

        Raises: RefusedError; see `ask`.
        """
        with self.ask(question, act) as answer:
            body, failure = read_body(answer, RECORD_BYTES)
            said = parse_json(body) if answer.status == OK and failure is None else None
            if isinstance(said, Mapping) and said.get("kind") == kind:
                self.granted(question, answer)
                return said
            raise self.not_given(question, answer, body, failure)

    def granted(self, question: Question, answer: Answer) -> None:
        """Note that it gave what was asked for."""
        self.notes.granted(question, answer.status, request_id_of(answer.headers))

    def not_given(
        self, question: Question, answer: Answer, body: bytes, failure: NoAnswerError | None = None
    ) -> RefusedError | NoAnswerError:
        """Note that it did not; the error to raise.

        Args:
            question: what was asked.
            answer: what came.
            body: its body, as far as it came.
            failure: why the body is not whole.
        """
        judgement = judge(question, answer.status, parse_error(body))
        if failure and judgement.exists is Truth.UNKNOWN:
            self.notes.unanswered(question, failure.reason)
            return failure
        return self.refused(question, answer, judgement)

    def refused(self, question: Question, answer: Answer, judgement: Judgement) -> RefusedError:
        """Note what an answer comes to; the error to raise."""
        self.notes.refused(question, judgement, answer.status, request_id_of(answer.headers))
        return RefusedError(judgement)

    def rest(self, seconds: float) -> None:
        """See `Wire.rest`."""
        self._wire.rest(seconds)

    def _heed(self, answer: Answer) -> bool:
        """Note a throttled answer. A redirect is the last word: Google sends them to where one signs in."""
        if answer.status not in THROTTLE_STATUSES:
            return False
        self._was_told_to_wait = "retry-after" in answer.headers
        body, _ = read_body(answer, RECORD_BYTES)
        self.refused(self._question, answer, judge(self._question, answer.status, parse_error(body)))
        return True


def read_body(answer: Answer, limit: int) -> tuple[bytes, NoAnswerError | None]:
    """What comes of an answer's body, and why it is not whole."""
    body = bytearray()
    try:
        for chunk in answer.chunks():
            body += chunk
            if len(body) > limit:
                return b"", NoAnswerError(SkipReason.TOO_LARGE, f"answer over {limit} bytes")
    except NoAnswerError as error:
        return bytes(body), error
    return bytes(body), None
