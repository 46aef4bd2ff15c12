"""Files on disk that hold what a build can not hold in memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from matchers.siphash import Words

# Parts that hashes are dealt into by their first bits. At 1,000,000 letters of 2,500 shingles a part is 310 MB, which
# is what one step of a build then holds.
PARTS = 64
_PART_SHIFT = np.uint64(58)
_PART_STARTS = np.arange(1, PARTS, dtype=np.uint64) << _PART_SHIFT


class ArrayFile:
    """An array that is written piece by piece to a file."""

    def __init__(self, path: Path, dtype: Any) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        self._file: BinaryIO = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, values: NDArray[Any]) -> None:
        """Add values at the end, in the file's element type."""
        self._file.write(np.ascontiguousarray(values, dtype=self._dtype).tobytes())

    def close(self) -> None:
        """Write out what is left."""
        self._file.close()

    def read(self) -> NDArray[Any]:
        """The whole array, mapped from the closed file."""
        return mapped(self._path, self._dtype)


def mapped(path: Path, dtype: Any) -> NDArray[Any]:
    """A file as a read-only array; an empty file can not be mapped and gives an empty array."""
    if path.stat().st_size == 0:
        return np.zeros(0, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="r")


class PartedRecords:
    """Records dealt by hash into `PARTS` files, so that each part can be sorted alone and the parts follow in order."""

    def __init__(self, folder: Path, dtype: Any) -> None:
        folder.mkdir()
        self._dtype = np.dtype(dtype)
        self._files = [ArrayFile(folder / f"{part:02d}", self._dtype) for part in range(PARTS)]

    def add(self, hashes: Words, records: NDArray[Any]) -> None:
        """Add records, each under its hash."""
        order = np.argsort(hashes, kind="stable")
        cuts = np.searchsorted(hashes[order], _PART_STARTS)
        for file, part in zip(self._files, np.split(records[order], cuts), strict=True):
            if len(part):
                file.append(part)

    def close(self) -> None:
        """Write out what is left; then the parts can be read."""
        for file in self._files:
            file.close()

    def part(self, number: int) -> NDArray[Any]:
        """One part's records, in the order that they were added within equal hashes."""
        return self._files[number].read()
