"""Which letters there are, by id, in 24 bytes a letter: a dictionary of ids takes ten times that."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES = 8


class LetterMarks:
    """Ids of letters, each with its mark. The number of a letter is its place among those given."""

    def __init__(self, letters: Iterable[tuple[str, bytes]] = ()) -> None:
        digests, marks = array("Q"), array("Q")
        for letter_id, mark in letters:
            digests.append(_digest(letter_id))
            marks.append(int.from_bytes(mark, "little"))
        given = np.array(digests, dtype=np.uint64)
        self._order = np.argsort(given, kind="stable")
        self._digests = given[self._order]
        self._marks = np.array(marks, dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._digests)

    def __contains__(self, letter_id: str) -> bool:
        return self.number(letter_id) is not None

    def number(self, letter_id: str) -> int | None:
        """The place of a letter among those given, the first if there are several; None if there is none."""
        digest = np.uint64(_digest(letter_id))
        at = int(np.searchsorted(self._digests, digest))
        return int(self._order[at]) if at < len(self._digests) and self._digests[at] == digest else None

    def number_of(self, letter_id: str, mark: bytes) -> int | None:
        """The place of a letter that has this mark; None if there is none, or where the mark says nothing."""
        digest = np.uint64(_digest(letter_id))
        low, high = (int(np.searchsorted(self._digests, digest, side=side)) for side in ("left", "right"))
        for number in self._order[low:high].tolist():
            if mark and any(mark) and int(self._marks[number]) == int.from_bytes(mark, "little"):
                return int(number)
        return None

    def numbers(self, letter_ids: Iterable[str]) -> NDArray[np.int64]:
        """The places of those of the given letters that are here, in ascending order."""
        digests = np.array(array("Q", map(_digest, letter_ids)), dtype=np.uint64)
        here = np.isin(self._digests, digests)
        return np.sort(self._order[here]).astype(np.int64)

    def is_distinct(self) -> bool:
        """Is no id given twice?"""
        return not bool((self._digests[1:] == self._digests[:-1]).any())


def _digest(letter_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(letter_id.encode(), digest_size=_DIGEST_BYTES).digest(), "little")
