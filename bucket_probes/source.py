"""The source for buckets: one unit, one bucket or prefix."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from botocore.httpsession import get_cert_path

from bucket_probes.attribution import Known, attribute
from bucket_probes.key_range import KeyRange
from bucket_probes.probe import BucketProbe
from bucket_probes.state import PAUSES, StateQuestions, try_keys, try_objects
from bucket_probes.walker import BucketWalk
from documents.buckets import BucketAccess, Question
from documents.exposure import Truth
from documents.sink import Sink
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.wire import Wire
from scope.model import BucketTarget
from scope.units import Unit


class BucketSource:
    """Implements `fetching.source.Source` for buckets.

    Args:
        errand: what must be obeyed and may be used.
        dialler: connects; None for one that resolves as the system does.
        trust: whom to believe over TLS; None for the system's authorities and those that botocore brings along.
        pauses: seconds before each time that a bucket that was not found is asked about again.

    Attributes:
        learned: what the last `fetch` learned of its bucket; None before.
    """

    def __init__(
        self,
        errand: Errand,
        dialler: Dialler | None = None,
        trust: ssl.SSLContext | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._errand = errand
        self._dialler = dialler or Dialler.of(errand)
        self._trust = trust
        self._pauses = pauses
        self.learned: BucketAccess | None = None

    def fetch(self, unit: Unit, sink: Sink) -> None:
        """See `Source`."""
        target = _bucket_of(unit)
        with self._wire() as wire:
            probe, failure = self._asked(target, wire)
            keys = KeyRange(unit.piece, self._errand.cut)
            self.learned = BucketWalk(self._errand, target, unit.start_url, probe, sink, keys).walk(failure)

    def access(self, unit: Unit) -> BucketAccess:
        """Ask for a bucket's state, and for one byte of the keys that the scope names and of some that it lists."""
        target = _bucket_of(unit)
        with self._wire() as wire:
            probe, failure = self._asked(target, wire)
            with suppress(FetchingError):  # what can not be asked any more stays unknown
                if failure is None:
                    try_keys(probe, target.known_keys)
                if failure is None and target.may_list and probe.notes.permitted(Question.LIST) is Truth.YES:
                    try_objects(probe)
            access = probe.notes.summary()
        self.learned = replace(access, attribution=attribute(access, Known.of_scope(self._errand.guard.scope)))
        return self.learned

    def _wire(self) -> Wire:
        return Wire(self._errand, self._dialler, self._trust or authorities())

    def _asked(self, target: BucketTarget, wire: Wire) -> tuple[BucketProbe, FetchingError | None]:
        return StateQuestions(target, self._errand, wire, self._dialler, self._pauses).ask()


def _bucket_of(unit: Unit) -> BucketTarget:
    if not isinstance(unit.target, BucketTarget):
        raise TypeError(f"not a bucket: {unit.kind}")
    return unit.target


def authorities() -> ssl.SSLContext:
    """A bare machine has no authorities of its own, and an organisation's own service needs the machine's."""
    context = ssl.create_default_context()
    context.load_verify_locations(get_cert_path(True))
    return context
