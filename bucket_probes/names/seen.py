"""Which names have come before: eight bytes a name, because there may be millions."""

from __future__ import annotations

from array import array
from hashlib import blake2b

# Slots at first; a power of two. It doubles when it is FULL.
_SLOTS = 1 << 12
_FULL = 0.6


class SeenNames:
    """A set of 64-bit digests in one array. Of 5 million names, two have one digest in one search of 1.5 million."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _SLOTS))
        self._count = 0

    def is_new(self, name: str) -> bool:
        """Is this the first time? Once asked, it has been seen."""
        digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1
        place = self._place(digest)
        if self._slots[place]:
            return False
        self._slots[place] = digest
        self._count += 1
        if self._count > _FULL * len(self._slots):
            self._grow()
        return True

    def _place(self, digest: int) -> int:
        slots, mask = self._slots, len(self._slots) - 1
        place = digest & mask
        while slots[place] and slots[place] != digest:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for digest in old:
            if digest:
                self._slots[self._place(digest)] = digest
