"""One S3 bucket's questions and answers: asked unsigned, judged, noted, and followed to the region it is really in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError
from lxml import etree

from bucket_probes.access import AccessNotes, Facts, Judgement, nothing_known
from bucket_probes.errors import ProbeError, RefusedError
from bucket_probes.s3_answers import ErrorBody, judge, parse_error, region_of, request_id_of
from bucket_probes.s3_documents import DOCUMENT_BYTES, read_document
from bucket_probes.unsigned_client import unsigned_client
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.errors import NoAnswerError, NotAskedError, StoppedError
from fetching.pacing import THROTTLE_STATUSES
from fetching.wire import Answer, Wire
from scope.bucket_urls import service_url
from scope.model import BucketTarget
from scope.providers import Addressing

# Times that a bucket is followed to another region: once is all that a true service needs.
REGION_MOVES = 2
# Seconds before what failed is asked for again: a question of a hundred does.
PAUSES = (0.5, 2.0)
# What an answer may fail by and come whole the next time.
PASSING = frozenset([SkipReason.TRUNCATED, SkipReason.HOST_DOWN, SkipReason.PROXY_FAILED, SkipReason.SERVER_ERROR])
# The one region whose buckets may have older names, which others call invalid: capitals, underscores, 255 characters.
LEGACY_REGION = "us-east-1"
_LEGACY_NAME = re.compile(r"(?=.*[A-Z_]|.{64})[A-Za-z0-9._-]{3,255}", re.ASCII)
OK, PART, NO_SUCH_RANGE = 200, 206, 416

Parameters = Mapping[str, str | int | bool]


class S3Session:
    """Asks one bucket. Every answer goes into `notes`, those that were followed or asked again too.

    Args:
        target: the bucket, its endpoint or region.
        wire: carries every request.
    """

    def __init__(self, target: BucketTarget, wire: Wire) -> None:
        self.notes = AccessNotes(nothing_known(target))
        self._wire = wire
        self._carried: list[Answer] = []
        self._question = Question.LIST
        self._range: str | None = None
        self._refusal: RefusedError | None = None
        self._moves = 0
        self._settle(target)

    @property
    def target(self) -> BucketTarget:
        """The bucket where it is, by what is known."""
        return self._target

    @property
    def endpoint(self) -> str:
        """The service that is asked, scheme and host."""
        return service_url(self._target)

    def ask(self, question: Question, operation: str, parameters: Parameters, first: int | None = None) -> Answer:
        """The answer to a question: status 200, or 206 where only the `first` bytes were asked for. Not noted yet.

        Raises:
            RefusedError: the service answered otherwise. It is in the notes.
            ProbeError: no request can be made of this name or key.
            FetchingError: not asked, or not answered. It is in the notes, but for a stop.
        """
        while True:
            answer = self._answer(question, operation, parameters, first)
            if answer.status == OK or (answer.status == PART and first is not None):
                self._follow(answer)
                return answer
            with answer, self._noting(question):
                refused = self._refusal or self.refused(question, answer, error_of(answer))
            if answer.status == NO_SUCH_RANGE and first is not None:
                first = None  # an empty object has no first byte
                continue
            if not self._may_move(refused.judgement):
                raise refused
            self._moves += 1
            self._settle(self._target.model_copy(update={"region": refused.judgement.region}))

    def document(self, question: Question, operation: str, kind: str, parameters: Parameters) -> etree._Element:
        """The document that answers a question; a 200 that is something else is no answer to it.

        Args:
            question: what is asked.
            operation: boto3's name.
            kind: how the document's root element is called, in lower case.
            parameters: of the operation.

        Raises: see `ask`.
        """
        with self.ask(question, operation, parameters) as answer:
            body = answer.read(DOCUMENT_BYTES)
            document = read_document(body)
            if document is None or document.kind != kind:
                raise self.refused(question, answer, parse_error(body))
            self.granted(question, answer)
            return document.root

    def visit(self, question: Question, url: str) -> Answer:
        """Whatever an address that boto3 does not know answers, a redirect too. Not noted yet, but for silence."""
        with self._noting(question):
            return self._wire.get(url, heed=lambda _: False)

    def visited(self, question: Question, answer: Answer, found: Truth, code: str) -> None:
        """Note what `visit` brought."""
        if found is Truth.YES:
            self.notes.granted(question, answer.status, request_id_of(answer.headers))
            return
        said = code if code.isalnum() and code.isascii() else f"{answer.status} without an error code"
        judgement = Judgement(Truth.UNKNOWN, Truth.UNKNOWN, SkipReason.NOT_FOUND, said)
        self.notes.refused(question, judgement, answer.status, request_id_of(answer.headers))

    def granted(self, question: Question, answer: Answer) -> None:
        """Note that it gave what was asked for."""
        self.notes.granted(question, answer.status, request_id_of(answer.headers), region_of(answer.headers))

    def refused(self, question: Question, answer: Answer, error: ErrorBody) -> RefusedError:
        """Note that it did not; the error to raise.

        Raises NoAnswerError where it asks to come back later in an answer of another status than is meant for that.
        """
        judgement = self._second_thoughts(judge(question, answer.status, answer.headers, error))
        request_id = error.request_id or request_id_of(answer.headers)
        self.notes.refused(question, judgement, answer.status, request_id)
        if judgement.reason is SkipReason.THROTTLED and answer.status not in THROTTLE_STATUSES:
            raise NoAnswerError(SkipReason.THROTTLED, judgement.code)
        return RefusedError(judgement)

    def pauses(self) -> Iterator[None]:
        """Each time that what fails is to be asked for again; it rests in between."""
        for seconds in PAUSES:
            yield
            self._wire.rest(seconds)

    def _answer(self, question: Question, operation: str, parameters: Parameters, first: int | None) -> Answer:
        self._carried.clear()
        self._refusal = None
        self._question = question
        self._range = None if first is None else f"bytes=0-{max(first, 1) - 1}"
        with self._noting(question):
            try:
                getattr(self._client, operation)(Bucket=self._target.name, **parameters)
            except (BotoCoreError, UnicodeEncodeError) as error:  # a name or key that no request can be made of
                raise ProbeError(SkipReason.UNREADABLE, type(error).__name__) from None
        return self._carried.pop()

    @contextmanager
    def _noting(self, question: Question) -> Iterator[None]:
        """What brings no answer is kept too. A throttled answer was shown, and is noted with its status."""
        try:
            yield
        except StoppedError:
            raise
        except (NotAskedError, NoAnswerError) as error:
            if error.reason is not SkipReason.THROTTLED:
                self.notes.unanswered(question, error.reason)
            raise

    def _carry(self, url: str) -> None:
        headers = {"Range": self._range} if self._range else None
        self._carried.append(self._wire.get(url, headers, heed=self._heed))

    def _heed(self, answer: Answer) -> bool:
        """Note a redirect or a throttled answer; is the redirect to be followed as it says, or do we know better?"""
        refused = self.refused(self._question, answer, error_of(answer))
        if answer.status in THROTTLE_STATUSES or not self._may_move(refused.judgement):
            return True
        self._refusal = refused
        return False

    def _follow(self, answer: Answer) -> None:
        """Where a redirect led to the bucket's region, ask there from now on."""
        region = region_of(answer.headers)
        if answer.redirected and region and self._is_known(region):
            self._settle(self._target.model_copy(update={"region": region}))

    def _second_thoughts(self, judgement: Judgement) -> Judgement:
        """A no that names another region is none: the answer of that one counts, where it can be asked."""
        if judgement.exists is not Truth.NO:
            return judgement
        elsewhere = judgement.region
        if judgement.code == "InvalidBucketName" and _LEGACY_NAME.fullmatch(self._target.name):
            elsewhere = LEGACY_REGION
        is_contradicted = judgement.region not in (None, self._target.region)
        if not is_contradicted and (not self._is_known(elsewhere) or self._moves >= REGION_MOVES):
            return judgement
        unknown = Truth.UNKNOWN
        return Judgement(unknown, unknown, SkipReason.SERVER_ERROR, judgement.code, elsewhere, judgement.facts)

    def _may_move(self, judgement: Judgement) -> bool:
        """Is the bucket in another region, whose endpoint we know?"""
        open_yet = judgement.reason is SkipReason.SERVER_ERROR
        return open_yet and self._is_known(judgement.region) and self._moves < REGION_MOVES

    def _is_known(self, region: str | None) -> bool:
        """Is it another region than where we ask, whose endpoint we know, and where the name means the same bucket?"""
        target, service = self._target, self._target.service
        if region in (None, target.region) or target.endpoint is not None:
            return False
        if not service.takes_region or service.names_are_regional:
            return False
        if region in service.regions:
            return True
        # A region younger than our list. Only of Amazon's we know how their endpoints are called.
        return bool(service.service_of(region or "").partition and re.fullmatch(service.region_form, region or ""))

    def _settle(self, target: BucketTarget) -> None:
        self._target = target
        self.notes.learned(Facts(endpoint=service_url(target)))
        virtual = target.endpoint is None and target.service.addressing is Addressing.VIRTUAL
        self._client: Any = unsigned_client(service_url(target), target.region, self._carry, virtual=virtual)


def error_of(answer: Answer) -> ErrorBody:
    """The error document; an empty one where it does not come whole or is too large to be one.

    Raises NoAnswerError where it takes too long: whoever drips one answer drips the next.
    """
    try:
        return parse_error(answer.read(DOCUMENT_BYTES))
    except NoAnswerError as error:
        if error.reason is SkipReason.TIMED_OUT:
            raise
        return ErrorBody()
