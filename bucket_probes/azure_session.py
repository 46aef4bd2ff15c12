"""Questions to one container and its account: asked over the wire, judged, and noted, each answer once."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from bucket_probes.access import AccessNotes, Facts, Judgement, nothing_known
from bucket_probes.azure_answers import (
    ends_account,
    in_doubt,
    judge,
    parse_error,
    request_id,
    speaks_against_no,
)
from bucket_probes.azure_client import BuiltRequest, ContainerRequests, RequestNotMadeError
from bucket_probes.azure_dns import account_by_dns
from bucket_probes.errors import ProbeError, RefusedError
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.dialler import Dialler
from fetching.errors import NoAnswerError
from fetching.wire import Answer, Wire
from scope.bucket_urls import service_url
from scope.model import BucketTarget

# Largest error document that is read, bytes. Azure's are below 1 kB; larger ones are some proxy's HTML.
ERROR_BYTES = 64 << 10
_WEB = "$web"
# What nobody without a credential may do at an account that is shut to the public.
_SHUT_WITH_THE_ACCOUNT = (
    Question.LIST,
    Question.READ,
    Question.READ_KNOWN_KEY,
    Question.ACL,
    Question.VERSIONS,
)
_PORTS = {"http": 80, "https": 443}


class AzureSession:
    """Asks, and keeps what was learned. Once an answer has ended the account, nothing more is asked of it.

    Args:
        target: the container, its account or endpoint.
        wire: carries every request.
        dialler: resolves the account's host.

    Attributes:
        target: as given.
        notes: what was learned.
        requests: makes the requests.
        ended: why nothing more is asked; None while it is.
    """

    def __init__(self, target: BucketTarget, wire: Wire, dialler: Dialler) -> None:
        self.target = target
        self.notes = AccessNotes(nothing_known(target))
        self.requests = ContainerRequests(service_url(target), target.name)
        self.ended: Judgement | None = None
        self._wire = wire
        self._dialler = dialler
        self._looked_up = False
        self._spoken_against = False

    def ask(self, question: Question, build: Callable[[], BuiltRequest]) -> Answer:
        """Whatever the answer is, its body not yet read.

        Raises:
            RefusedError: the account has ended before.
            ProbeError: no request can be made of the name or key.
            FetchingError: not asked, or no answer; the latter is noted.
        """
        self._look_up()
        if self.ended:
            raise RefusedError(self.ended)
        try:
            request = build()
        except RequestNotMadeError as error:
            raise ProbeError(SkipReason.UNREADABLE, str(error)) from None

        def heed(passing: Answer) -> bool:
            self.refused(question, passing, small_body(passing))
            return True

        try:
            return self._wire.get(request.url, request.headers, heed=heed)
        except NoAnswerError as error:
            self.notes.unanswered(question, error.reason)
            raise

    def granted(self, question: Question, answer: Answer, facts: Facts | None = None) -> None:
        """It gave what was asked for, and maybe told more."""
        self._spoken_against = True
        self.notes.granted(question, answer.status, request_id(answer.headers))
        self.notes.learned(Facts(account_exists=Truth.YES))
        if facts:
            self.notes.learned(facts)
        self._tell_website()

    def refused(self, question: Question, answer: Answer, body: bytes) -> RefusedError:
        """It gave something else: noted, and for the caller to raise."""
        judgement = judge(question, answer.status, answer.headers, parse_error(answer.headers, body))
        if judgement.exists is Truth.NO and self._spoken_against:
            judgement = in_doubt(judgement)
        if speaks_against_no(judgement):
            self._spoken_against = True
            if self.notes.exists is Truth.NO:
                self.notes.doubt()
        self.notes.refused(question, judgement, answer.status, request_id(answer.headers))
        self._tell_website()
        if ends_account(judgement):
            self.ended = judgement
            self.notes.ruled_out(*_SHUT_WITH_THE_ACCOUNT)
        return RefusedError(judgement)

    def end(self, question: Question, status: int | None, judgement: Judgement) -> None:
        """Ask nothing more."""
        self.ended = judgement
        self.notes.refused(question, judgement, status, "")

    def rest(self, seconds: float) -> None:
        """See `Wire.rest`."""
        self._wire.rest(seconds)

    def _look_up(self) -> None:
        """Once: is there such an account, by DNS? Below an endpoint of another kind, accounts have no hosts."""
        if self._looked_up:
            return
        self._looked_up = True
        parts = urlsplit(service_url(self.target))
        host = (parts.hostname or "").rstrip(".")
        if host.partition(".")[0] != self.target.account or "." not in host or _is_address(host):
            return
        port = parts.port or _PORTS[parts.scheme]
        answer = account_by_dns(self._dialler, host, port, self._known_hosts())
        exists = Truth.NO if answer.account is Truth.NO else Truth.UNKNOWN
        facts = Facts(account_exists=answer.account)
        judgement = Judgement(exists, Truth.UNKNOWN, SkipReason.NOT_FOUND, answer.code, facts=facts)
        if exists is Truth.NO:
            self.end(Question.DNS, None, judgement)
        else:
            self.notes.refused(Question.DNS, judgement, None, "")

    def _known_hosts(self) -> list[str]:
        """Hosts of accounts that exist."""
        service = self.target.service
        accounts = dict.fromkeys(canary.partition("/")[0] for canary in service.canaries)
        return [urlsplit(service.endpoint(account=account)).hostname or "" for account in accounts]

    def _tell_website(self) -> None:
        """`$web` is made by switching on the account's web site; in which zone that is served, no answer tells."""
        if self.target.name == _WEB and self.notes.exists is Truth.YES:
            self.notes.learned(Facts(website=Truth.YES))


def small_body(answer: Answer) -> bytes:
    """A small body; nothing where it does not come whole or is too large to be an error document."""
    try:
        return answer.read(ERROR_BYTES)
    except NoAnswerError:
        return b""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
