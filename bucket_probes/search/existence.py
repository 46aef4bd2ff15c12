"""Asks a service over HTTP whether a name exists, and takes from the answer what else it tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from bucket_probes import azure_answers, gcs_answers, s3_answers
from bucket_probes.access import AccessNotes, Judgement, nothing_known
from bucket_probes.search.asking import Reply, Turns
from bucket_probes.search.canaries import SearchedName
from documents.buckets import BucketAccess, Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.async_wire import AsyncWire, SmallAnswer
from fetching.bucket_listings import parse_bucket_listing
from fetching.pacing import THROTTLE_STATUSES, retry_after_seconds
from scope.model import NameTarget
from scope.name_questions import bucket_of, existence_url, search_endpoints
from scope.providers import Protocol

_OK: Final = 200
# The version of the protocol since which Azure names the tenant that an account trusts.
_AZURE_HEADERS: Final = {"x-ms-version": "2023-11-03"}


class ExistenceAsker:
    """Implements `Asker` for buckets and containers.

    Where names are unique within a region only, each region is asked: a name exists if it does in one of them. Absent
    it is only if all say so, and each of them once said yes: no canary vouches for a region in which it is not.

    Args:
        target: the service.
        wire: carries the requests.
        turns: waited for before each further request for a name.
    """

    def __init__(self, target: NameTarget, wire: AsyncWire, turns: Turns) -> None:
        self._target = target
        self._wire = wire
        self._turns = turns
        self._protocol = target.service.protocol
        self._read = _reader(self._protocol)
        self._headers = _AZURE_HEADERS if self._protocol is Protocol.AZURE else None
        self._endpoints = search_endpoints(target) if self._protocol is not Protocol.AZURE else ()
        self._said_yes: set[str] = set()

    async def ask(self, name: SearchedName) -> Reply:
        """See `Asker`."""
        endpoints = self._endpoints or search_endpoints(self._target, name.account)
        silent: Reply | None = None
        for number, endpoint in enumerate(endpoints):
            if number:
                await self._turns.take()
            reply = await self._ask_at(endpoint, name)
            if reply.exists is Truth.YES:
                self._said_yes.add(endpoint)
                return reply
            if reply.exists is Truth.UNKNOWN and (silent is None or reply.is_throttle):
                silent = reply
        if silent is None and len(endpoints) > 1 and not self._said_yes.issuperset(endpoints):
            return Reply(Truth.UNKNOWN, SkipReason.SERVER_ERROR, "no canary in some region", is_final=True)
        return silent or Reply(Truth.NO)

    async def _ask_at(self, endpoint: str, name: SearchedName) -> Reply:
        url = existence_url(self._target, name.name, name.account, endpoint)
        answer = await self._wire.get(url, self._headers)
        said = self._read(answer)
        access = self._access(name, endpoint, answer.status, said) if self._tells_more(said) else None
        if said.exists is not Truth.UNKNOWN:
            return Reply(said.exists, access=access)
        is_throttle = answer.status in THROTTLE_STATUSES or said.reason is SkipReason.THROTTLED
        wait = retry_after_seconds(answer.headers.get("retry-after")) if is_throttle else None
        return Reply(Truth.UNKNOWN, said.reason, said.code, is_throttle=is_throttle, retry_after=wait, access=access)

    def _tells_more(self, said: _Said) -> bool:
        """Of what does not exist nothing is kept, and most names do not; Azure's answers tell of the account."""
        return said.exists is Truth.YES or self._protocol is Protocol.AZURE

    def _access(self, name: SearchedName, endpoint: str, status: int, said: _Said) -> BucketAccess:
        notes = AccessNotes(nothing_known(bucket_of(self._target, name.name, name.account, endpoint)))
        if said.judgement is None:
            notes.granted(said.question, status, said.request_id, said.region)
        else:
            notes.refused(said.question, said.judgement, status, said.request_id)
        return notes.summary()


@dataclass(frozen=True, slots=True)
class _Said:
    """What an answer says.

    Attributes:
        question: that it answers.
        judgement: of an answer that is not what was asked for; None where it is.
        request_id: the service's.
        region: that it names, of a bucket that was shown.
    """

    question: Question
    judgement: Judgement | None
    request_id: str
    region: str | None = None

    @property
    def exists(self) -> Truth:
        """The bucket or container does."""
        return self.judgement.exists if self.judgement else Truth.YES

    @property
    def reason(self) -> SkipReason:
        """What the name ends as, where it is unknown."""
        return self.judgement.reason if self.judgement else SkipReason.SERVER_ERROR

    @property
    def code(self) -> str:
        """Of the service, or the status."""
        return self.judgement.code if self.judgement else ""


def _s3(answer: SmallAnswer) -> _Said:
    """A listing of no key: whoever gives it has the bucket, and lets anyone list it."""
    request = s3_answers.request_id_of(answer.headers)
    if answer.status == _OK and parse_bucket_listing(answer.body) is not None:
        return _Said(Question.LIST, None, request, s3_answers.region_of(answer.headers))
    error = s3_answers.parse_error(answer.body)
    judgement = s3_answers.judge(Question.LIST, answer.status, answer.headers, error)
    return _Said(Question.LIST, judgement, error.request_id or request)


def _gcs(answer: SmallAnswer) -> _Said:
    """One field of the bucket's own record; who may not see that is told so."""
    request = gcs_answers.request_id_of(answer.headers)
    if answer.status == _OK and _is_bucket_record(answer.body):
        return _Said(Question.EXISTS, None, request)
    judgement = gcs_answers.judge(Question.EXISTS, answer.status, gcs_answers.parse_error(answer.body))
    return _Said(Question.EXISTS, judgement, request)


def _is_bucket_record(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("kind") == "storage#bucket"


def _azure(answer: SmallAnswer) -> _Said:
    """A container's properties."""
    request = azure_answers.request_id(answer.headers)
    there = azure_answers.existence(answer.status, answer.headers, answer.body)
    if answer.status == _OK and there.container is Truth.YES:
        return _Said(Question.EXISTS, None, request)
    error = azure_answers.parse_error(answer.headers, answer.body)
    judgement = azure_answers.judge(Question.LIST, answer.status, answer.headers, error)
    return _Said(Question.LIST, judgement, request)


def _reader(protocol: Protocol) -> Callable[[SmallAnswer], _Said]:
    match protocol:
        case Protocol.S3:
            return _s3
        case Protocol.GCS:
            return _gcs
        case Protocol.AZURE:
            return _azure
        case _:
            assert_never(protocol)
