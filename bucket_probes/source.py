"""The source for buckets: one unit, one bucket or prefix."""

from __future__ import annotations

import ssl
from contextlib import suppress

from botocore.httpsession import get_cert_path

from bucket_probes.azure import AzureProbe
from bucket_probes.errors import ProbeError
from bucket_probes.gcs import GcsProbe
from bucket_probes.probe import BucketProbe
from bucket_probes.s3 import S3Probe
from bucket_probes.walker import BucketWalk
from documents.buckets import BucketAccess, Question
from documents.records import SkipReason
from documents.sink import Sink
from fetching.bucket_listings import ListedObject
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError
from fetching.wire import Wire
from scope.model import BucketTarget
from scope.providers import Protocol
from scope.units import Unit


class BucketSource:
    """Implements `fetching.source.Source` for buckets.

    Args:
        errand: what must be obeyed and may be used.
        dialler: connects; None for one that resolves as the system does.
        trust: whom to believe over TLS; None for the system's authorities and those that botocore brings along.

    Attributes:
        learned: what the last `fetch` learned of its bucket; None before.
    """

    def __init__(self, errand: Errand, dialler: Dialler | None = None, trust: ssl.SSLContext | None = None) -> None:
        self._errand = errand
        self._dialler = dialler or Dialler(errand.guard)
        self._trust = trust
        self.learned: BucketAccess | None = None

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        target = _bucket_of(unit)
        with Wire(self._errand, self._dialler, self._trust or _authorities()) as wire:
            probe, failure = self._asked(target, wire)
            self.learned = BucketWalk(self._errand, target, unit.start_url, probe, sink).walk(failure)

    def access(self, unit: Unit) -> BucketAccess:
        """Ask for a bucket's state and the keys that the scope names, and take nothing: no listing, no document."""
        target = _bucket_of(unit)
        with Wire(self._errand, self._dialler, self._trust or _authorities()) as wire:
            probe, failure = self._asked(target, wire)
            with suppress(FetchingError):  # what can not be asked any more stays unknown
                for key in () if failure else target.known_keys:
                    _try_key(probe, ListedObject(key))
            self.learned = probe.notes.summary()
        return self.learned

    def _asked(self, target: BucketTarget, wire: Wire) -> tuple[BucketProbe, FetchingError | None]:
        """A probe that has asked for the bucket's state, and why nothing more can be asked for, or None."""
        probe = _probe(target, wire, self._dialler)
        try:
            probe.state()
        except FetchingError as error:
            return probe, error
        unanswered = {item.code for item in probe.notes.summary().evidence if item.status is None}
        return probe, NoAnswerError(SkipReason.THROTTLED, "throttled") if SkipReason.THROTTLED in unanswered else None


def _try_key(probe: BucketProbe, item: ListedObject) -> None:
    """One byte of it shows whether anyone may read it. Raises NotAskedError where nothing more can be asked."""
    try:
        probe.read(item, first=1, question=Question.READ_KNOWN_KEY).close()
    except (ProbeError, NoAnswerError):
        return  # it is in the notes


def _bucket_of(unit: Unit) -> BucketTarget:
    if not isinstance(unit.target, BucketTarget):
        raise TypeError(f"not a bucket: {unit.kind}")
    return unit.target


def _probe(target: BucketTarget, wire: Wire, dialler: Dialler) -> BucketProbe:
    match target.service.protocol:
        case Protocol.AZURE:
            return AzureProbe(target, wire, dialler)
        case "gcs":
            return GcsProbe(target, wire)
        case _:
            return S3Probe(target, wire)


def _authorities() -> ssl.SSLContext:
    """A bare machine has no authorities of its own, and an organisation's own service needs the machine's."""
    context = ssl.create_default_context()
    context.load_verify_locations(get_cert_path(True))
    return context
