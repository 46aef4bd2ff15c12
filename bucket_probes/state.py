"""Asking for a bucket's state: with the probe of its service, and so that "it is not there" can be believed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import assert_never

from bucket_probes.errors import ProbeError
from bucket_probes.probe import BucketProbe
from documents.buckets import Question
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError
from fetching.wire import Wire
from scope.bucket_urls import service_url
from scope.key_patterns import expand
from scope.model import BucketTarget
from scope.providers import Protocol

# Seconds before a bucket that was not found is asked about again, each time. Services under load answer "no such
# bucket" for buckets that exist; a target that is not there is a typo in the scope, so the wait is paid once.
PAUSES = (1.0, 4.0, 10.0)
# Other buckets of the scope at the same service that are asked, at most, to find one that exists; one request each.
CANARIES_TRIED = 20
# Keys of patterns that are tried, at most, where only the state is asked for: 1,000 take a quarter of an hour at one
# request a second. A sweep tries all that its budget allows.
KEYS_TRIED = 1_000
# Listed objects of which one byte is asked for, at most, to see whether anyone may read them.
OBJECTS_TRIED = 3

Asked = Callable[[], BucketProbe]
# Is a bucket found that should be?
Canary = Callable[[], bool]


def probe_of(target: BucketTarget, wire: Wire, dialler: Dialler) -> BucketProbe:
    """The probe for a bucket's service. Imports are here because each pulls in an SDK that the others do not need."""
    match target.service.protocol:
        case Protocol.AZURE:
            from bucket_probes.azure import AzureProbe  # noqa: PLC0415

            return AzureProbe(target, wire, dialler)
        case Protocol.GCS:
            from bucket_probes.gcs import GcsProbe  # noqa: PLC0415

            return GcsProbe(target, wire)
        case Protocol.S3:
            from bucket_probes.s3 import S3Probe  # noqa: PLC0415

            return S3Probe(target, wire)
        case _:
            assert_never(target.service.protocol)


class StateQuestions:
    """Asks for the state of one bucket.

    Args:
        target: the bucket.
        errand: its guard knows the scope, whose other buckets serve as canaries; its stop ends the waiting.
        wire: carries the requests.
        dialler: resolves names.
        pauses: seconds before each time that a bucket that was not found is asked about again.
    """

    def __init__(
        self, target: BucketTarget, errand: Errand, wire: Wire, dialler: Dialler, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._target = target
        self._errand = errand
        self._wire = wire
        self._dialler = dialler
        self._pauses = pauses

    def ask(self) -> tuple[BucketProbe, FetchingError | None]:
        """A probe that has asked, and why nothing more can be asked for, or None."""
        probe = probe_of(self._target, self._wire, self._dialler)
        try:
            probe.state()
            if probe.notes.exists is Truth.NO and not _was_looked_up(probe):
                canaries = [self._looked_for(other) for other in self._neighbours()]
                probe = confirmed(probe, self._again, canaries, self._errand.stop, self._pauses)
        except FetchingError as error:
            if probe.notes.exists is Truth.NO:
                probe.notes.doubt()
            return probe, error
        unanswered = {item.code for item in probe.notes.summary().evidence if item.status is None}
        return probe, NoAnswerError(SkipReason.THROTTLED, "throttled") if SkipReason.THROTTLED in unanswered else None

    def _again(self) -> BucketProbe:
        probe = probe_of(self._target, self._wire, self._dialler)
        probe.state()
        return probe

    def _looked_for(self, target: BucketTarget) -> Canary:
        def is_found() -> bool:
            """The first page of its listing tells, also where it is refused; its state, where it may not be listed."""
            probe = probe_of(target, self._wire, self._dialler)
            with suppress(ProbeError, NoAnswerError):
                if target.may_list:
                    next(probe.pages(), None)
                else:
                    probe.state()
            return probe.notes.exists is Truth.YES

        return is_found

    def _neighbours(self) -> list[BucketTarget]:
        """Other buckets of the scope at the same service."""
        mine = (service_url(self._target), self._target.name)
        others = {(service_url(other), other.name): other for other in self._errand.guard.scope.bucket}
        return [other for place, other in others.items() if place[0] == mine[0] and place != mine]


def _was_looked_up(probe: BucketProbe) -> bool:
    """Does no name server know the account? Then a known one was looked up beside it, and no service has lied."""
    evidence = probe.notes.summary().evidence
    return any(item.question is Question.DNS and item.code == "NXDOMAIN" for item in evidence)


def confirmed(
    probe: BucketProbe, again: Asked, canaries: Sequence[Canary], stop: threading.Event, pauses: Sequence[float]
) -> BucketProbe:
    """The probe to go on with: one that found the bucket, or this one, its absence confirmed or in doubt.

    It is confirmed where each further answer says the same, and another bucket was found at the service before and
    after. Where the scope has none that exists, nothing tells a bucket that is not there from a service that lies.

    Args:
        probe: was told that there is no such bucket.
        again: asks anew; a probe with its own notes.
        canaries: look for other buckets.
        stop: ends the waiting.
        pauses: seconds before each time that it is asked again; without a canary, only the first one.

    Raises:
        FetchingError: told to stop, or nothing more can be asked.
    """
    canary = next((is_found for is_found in islice(canaries, CANARIES_TRIED) if is_found()), None)
    for pause in pauses if canary else pauses[:1]:
        if stop.wait(pause):
            raise StoppedError
        later = again()
        if later.notes.exists is Truth.YES:
            return later
        if later.notes.exists is Truth.UNKNOWN:
            probe.notes.doubt()
            return probe
    if canary is None or not canary():
        probe.notes.doubt()
    return probe


def try_keys(probe: BucketProbe, patterns: Sequence[str]) -> None:
    """May anyone read one of these objects? One byte of each is asked for. Raises NotAskedError as the probe does."""
    keys = chain.from_iterable(expand(pattern) for pattern in patterns)
    for key in islice(keys, KEYS_TRIED):
        _try(probe, ListedObject(key), Question.READ_KNOWN_KEY)


def try_objects(probe: BucketProbe) -> None:
    """May anyone read what the listing shows? One byte of its first objects tells. Raises as `try_keys`."""
    try:
        page = next(probe.pages(), None)
    except (ProbeError, NoAnswerError):
        return  # it is in the notes
    files = [item for item in page.objects if item.size and not item.deleted] if page else []
    for item in files[:OBJECTS_TRIED]:
        _try(probe, item, Question.READ)
        if probe.notes.permitted(Question.READ) is Truth.YES:
            return


def _try(probe: BucketProbe, item: ListedObject, question: Question) -> None:
    try:
        probe.read(item, first=1, question=question).close()
    except (ProbeError, NoAnswerError):
        return  # it is in the notes
