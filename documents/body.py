"""A document's bytes on their way through: streamed, limited, digested, never under a name on disk."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

# Bodies up to here stay in memory. 1 MiB holds a typical letter of any format (median PDF letter: 60-200 kB).
IN_MEMORY_BYTES = 1 << 20


class BodyTooLargeError(Exception):
    """A stream went past its limit; raised by `Body.from_chunks` and `BodyWriter.write`, caught by sources."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"body is larger than {limit} bytes")
        self.limit = limit


class Body:
    """Finished bytes with their size and SHA-256. The spool file has no name, so a kill leaves nothing behind."""

    def __init__(self, spool: IO[bytes], size: int, sha256: str) -> None:
        self._spool = spool
        self.size = size
        self.sha256 = sha256

    @classmethod
    def from_chunks(cls, chunks: Iterable[bytes], limit: int, spool_dir: Path | None = None) -> Self:
        """Stream `chunks` into a body of at most `limit` bytes.

        Raises:
            BodyTooLargeError: as soon as the limit is passed; nothing is kept.
        """
        with BodyWriter(limit, spool_dir) as writer:
            for chunk in chunks:
                writer.write(chunk)
            return cls(*writer.finish())

    def read(self) -> bytes:
        """All bytes, from the start, however often asked."""
        self._spool.seek(0)
        return self._spool.read()

    def close(self) -> None:
        """Release the spool; the body can not be read afterwards."""
        self._spool.close()


class BodyWriter:
    """Takes chunks as they arrive. Use as a context manager: leaving it without `finish` drops the bytes."""

    def __init__(self, limit: int, spool_dir: Path | None = None) -> None:
        self._limit = limit
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - the body outlives this call
            max_size=IN_MEMORY_BYTES, dir=str(spool_dir) if spool_dir else None
        )
        self._digest = hashlib.sha256()
        self._size = 0
        self._finished = False

    def write(self, chunk: bytes) -> None:
        """Append bytes; raises BodyTooLargeError past the limit."""
        self._size += len(chunk)
        if self._size > self._limit:
            raise BodyTooLargeError(self._limit)
        self._digest.update(chunk)
        self._spool.write(chunk)

    def finish(self) -> tuple[IO[bytes], int, str]:
        """The spool, its size in bytes and its SHA-256 in hex: what `Body` is made of."""
        self._finished = True
        return self._spool, self._size, self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            self._spool.close()
