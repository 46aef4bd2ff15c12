"""The source for buckets: one unit, one bucket or prefix."""

from __future__ import annotations

import ssl

from botocore.httpsession import get_cert_path

from bucket_probes.access import Access
from bucket_probes.probe import BucketProbe
from bucket_probes.s3 import S3Probe
from bucket_probes.walker import BucketWalk
from documents.sink import Sink
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.wire import Wire
from scope.model import BucketTarget
from scope.units import Unit


class BucketSource:
    """Implements `fetching.source.Source` for buckets.

    Args:
        errand: what must be obeyed and may be used.
        dialler: connects; None for one that resolves as the system does.
        trust: whom to believe over TLS; None for the system's authorities and those that botocore brings along.

    Attributes:
        access: what the last `fetch` learned of its bucket; None before.
    """

    def __init__(self, errand: Errand, dialler: Dialler | None = None, trust: ssl.SSLContext | None = None) -> None:
        self._errand = errand
        self._dialler = dialler or Dialler(errand.guard)
        self._trust = trust
        self.access: Access | None = None

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        target = unit.target
        if not isinstance(target, BucketTarget):
            raise TypeError(f"not a bucket: {unit.kind}")
        with Wire(self._errand, self._dialler, self._trust or _authorities()) as wire:
            probe = _probe(target, wire)
            self.access = BucketWalk(self._errand, target, unit.start_url, probe, sink).walk()


def _probe(target: BucketTarget, wire: Wire) -> BucketProbe:
    match target.provider:
        case _:
            return S3Probe(target, wire)


def _authorities() -> ssl.SSLContext:
    """A bare machine has no authorities of its own, and an organisation's own service needs the machine's."""
    context = ssl.create_default_context()
    context.load_verify_locations(get_cert_path(True))
    return context
