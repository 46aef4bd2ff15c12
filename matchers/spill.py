"""Files on disk that hold what a build can not hold in memory."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from matchers.hash_order import dealt
from matchers.keys import SUBKEY_BYTES
from matchers.private_files import private_opener
from matchers.seals import RowSeal
from matchers.siphash import Words

# Parts that hashes are dealt into by their first bits. At 1,000,000 letters of 2,500 shingles a part is 160 MB; a step
# of a build holds a few times that. Four kinds of records are open at a time, each with a file for each part.
PART_BITS = 7
PARTS = 1 << PART_BITS
# Words that a spill keeps in memory before it writes: 128 kB, so 16 MB for all parts of one kind of record.
_WORDS_IN_MEMORY = 1 << 14
# Records that are dealt to the parts at once: those of one letter alone would be 20 a part, and a call for each.
_DEALT_TOGETHER = 1 << 17
# Words that are opened at once; the numbers of their rows take as much memory again.
_OPENED_TOGETHER = 1 << 20
PART_STARTS = np.arange(1, PARTS, dtype=np.uint64) << np.uint64(64 - PART_BITS)


class ArrayFile:
    """An array that is written piece by piece to a file that only its owner can read."""

    def __init__(self, path: Path, dtype: Any) -> None:
        self._dtype = np.dtype(dtype)
        self._file: IO[bytes] = open(path, "wb", opener=private_opener)  # noqa: SIM115 - Path.open has no opener

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


def mapped(file: Path | IO[bytes], dtype: Any) -> NDArray[Any]:
    """A file as a read-only array; an empty file can not be mapped and gives an empty array."""
    size = file.stat().st_size if isinstance(file, Path) else os.fstat(file.fileno()).st_size
    # A plain view: every slice of a memmap object costs a microsecond more.
    return np.memmap(file, dtype=dtype, mode="r").view(np.ndarray) if size else np.zeros(0, dtype=dtype)


class SealedSpill:
    """Records on disk without a name, sealed under a key that only this process has and that ends with it.

    A few stay in memory and never see the disk.

    Args:
        folder: on whose disk they lie.
        dtype: of a record; its size is a multiple of 8 bytes.
    """

    def __init__(self, folder: Path, dtype: Any) -> None:
        self._folder = folder
        self._dtype = np.dtype(dtype)
        self._seal = RowSeal(secrets.token_bytes(SUBKEY_BYTES), "")
        self._file: IO[bytes] | None = None
        self._words = 0
        self._waiting: list[Words] = []
        self._waiting_words = 0

    def append(self, records: NDArray[Any]) -> None:
        """Add records at the end."""
        self._waiting.append(np.array(records, dtype=self._dtype).view("<u8"))
        self._waiting_words += len(self._waiting[-1])
        if self._waiting_words >= _WORDS_IN_MEMORY:
            self._write(np.concatenate(self._waiting))
            self._waiting, self._waiting_words = [], 0

    def read(self) -> NDArray[Any]:
        """All records so far, opened, in memory."""
        opened = np.empty(self._words + self._waiting_words, dtype=np.uint64)
        if self._file:
            self._file.flush()
            sealed = mapped(self._file, "<u8")
            for start in range(0, self._words, _OPENED_TOGETHER):
                end = min(start + _OPENED_TOGETHER, self._words)
                opened[start:end] = self._seal.applied(np.arange(start, end), np.asarray(sealed[start:end]))
        if self._waiting:
            np.concatenate(self._waiting, out=opened[self._words :])
        return opened.view(self._dtype)

    def close(self) -> None:
        """Let go of the file; what is in it is gone."""
        if self._file:
            self._file.close()

    def _write(self, words: Words) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close()
        rows = np.arange(self._words, self._words + len(words))
        self._file.write(self._seal.applied(rows, words).tobytes())
        self._words += len(words)


class PartedRecords:
    """Records dealt by hash into `PARTS` sealed files: each can be sorted alone, and they follow in order."""

    def __init__(self, folder: Path, dtype: Any) -> None:
        self._files = [SealedSpill(folder, dtype) for _ in range(PARTS)]
        self._waiting: list[tuple[Words, NDArray[Any]]] = []
        self._waiting_records = 0

    def add(self, hashes: Words, records: NDArray[Any]) -> None:
        """Add records, each under its hash; neither array may be changed afterwards."""
        self._waiting.append((hashes, records))
        self._waiting_records += len(hashes)
        if self._waiting_records >= _DEALT_TOGETHER:
            self._deal()

    def put(self, number: int, records: NDArray[Any]) -> None:
        """Add records that all belong to one part."""
        self._files[number].append(records)

    def close(self) -> None:
        """Let go of the files; what is in them is gone."""
        for file in self._files:
            file.close()

    def part(self, number: int) -> NDArray[Any]:
        """One part's records, in the order that they were added within equal hashes."""
        self._deal()
        return self._files[number].read()

    def _deal(self) -> None:
        if self._waiting:
            hashes = np.concatenate([hashes for hashes, _ in self._waiting]).astype(np.uint64, copy=False)
            records = np.concatenate([records for _, records in self._waiting])
            self._waiting, self._waiting_records = [], 0
            order, ends = dealt(hashes, PART_BITS)
            for file, part in zip(self._files, np.split(records[order], ends[:-1]), strict=True):
                if len(part):
                    file.append(part)
