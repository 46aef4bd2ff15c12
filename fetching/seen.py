"""Which URLs have been met: 8-byte digests, 10 million in 80 MB."""

from __future__ import annotations

import hashlib
import mmap
from typing import Final

import numpy as np

# Digests that wait in a set (about 100 bytes each there) until they are sorted in (8 bytes each): 15 MB of set, and 65
# merges for 10 million URLs, which take 3 s together.
FRESH_MOST: Final = 150_000
# First bits by which digests are dealt into arrays. A merge needs the memory of one array twice.
_SHARD_BITS: Final = 5
_SHIFT: Final = 64 - _SHARD_BITS

Digests = np.ndarray[tuple[int], np.dtype[np.uint64]]


def digest_of(url: str) -> int:
    """Eight bytes that stand for a URL; a clash in 2^64 hides one."""
    return int.from_bytes(hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Seen:
    """A set of digests: sorted arrays, one for each value of the first bits, and a small set of what came since."""

    def __init__(self) -> None:
        self._sorted: list[Digests] = [np.empty(0, dtype=np.uint64) for _ in range(1 << _SHARD_BITS)]
        self._fresh: set[int] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, digest: int) -> bool:
        """Add one; True if it was not there."""
        if digest in self._fresh or self._is_sorted_in(digest):
            return False
        self._fresh.add(digest)
        self._count += 1
        if len(self._fresh) >= FRESH_MOST:
            self._sort_in(np.fromiter(self._fresh, dtype=np.uint64, count=len(self._fresh)))
            self._fresh.clear()
        return True

    def __contains__(self, digest: int) -> bool:
        return digest in self._fresh or self._is_sorted_in(digest)

    def load(self, digests: bytes) -> None:
        """Add digests that are not there yet, 8 bytes each in the machine's order."""
        more = np.frombuffer(digests, dtype=np.uint64)
        self._count += len(more)
        self._sort_in(more)

    def _is_sorted_in(self, digest: int) -> bool:
        held = self._sorted[digest >> _SHIFT]
        if not len(held):
            return False
        place = int(held.searchsorted(np.uint64(digest)))
        return place < len(held) and int(held[place]) == digest

    def _sort_in(self, more: Digests) -> None:
        more = np.sort(more)
        ends = np.searchsorted(more, np.arange(1, 1 << _SHARD_BITS, dtype=np.uint64) << np.uint64(_SHIFT))
        for shard, piece in enumerate(np.split(more, ends)):
            if len(piece):
                merged = _own_pages(len(self._sorted[shard]) + len(piece))
                np.concatenate((self._sorted[shard], piece), out=merged)
                # Two sorted runs: the stable sort merges them in one pass.
                merged.sort(kind="stable")
                self._sorted[shard] = merged


def _own_pages(count: int) -> Digests:
    """Memory that goes back to the system when it is dropped; the heap would keep the holes of arrays that grow."""
    return np.frombuffer(mmap.mmap(-1, 8 * count), dtype=np.uint64)
