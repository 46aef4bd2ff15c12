"""A unit's conduct on disk: files of lines, each sealed as it grows, so that what is altered or cut shows.

A piece begins with a line that says whose it is and ends with one that counts; in between, after every SEAL_EVERY
lines, one holds the SHA-256 of all bytes before it. A piece that is large enough is compressed and the next is begun.
Its writer holds a lock on it, which the system frees however the writer ends: a piece without an end and without a lock
was left by a process that was killed, and its last line may be torn.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# Lines between two seals: a seal has 90 bytes, so half a byte a line; what is altered is found to within these.
SEAL_EVERY: Final = 256
# Bytes after which a piece is compressed: 100,000 requests or so. A compressed one has a tenth of that.
PIECE_BYTES: Final = 16 << 20
# gzip's level: 6 gains a tenth over 1 at twice the time, 9 nothing more (measured on lines of a crawl).
_LEVEL: Final = 6
FORM: Final = 1
ENDING: Final = ".jsonl"
PACKED_ENDING: Final = ".jsonl.gz"


class PieceWriter:
    """Writes one unit's lines.

    Args:
        folder: made with mode 0700.
        name: of the unit and of this process's turn at it; pieces are numbered from 1.
        head: what the first line of each piece says.
    """

    def __init__(self, folder: Path, name: str, head: Mapping[str, object], piece_bytes: int = PIECE_BYTES) -> None:
        self._folder = folder
        self._name = name
        self._head = dict(head)
        self._piece_bytes = piece_bytes
        self._number = 0
        self._descriptor = -1
        for made in [*reversed(folder.parents), folder]:  # `parents=True` would leave those to everybody
            if not made.is_dir():
                made.mkdir(mode=0o700, exist_ok=True)

    def write(self, fields: Mapping[str, object]) -> None:
        """Append a line: in the system's hands once this returns, so that a kill of the process loses nothing."""
        if self._descriptor < 0:
            self._begin()
        self._put(fields)
        self._lines += 1
        if self._lines % SEAL_EVERY == 0:
            self._put({"seal": self._lines, "sha256": self._digest.hexdigest()})
        if self._size >= self._piece_bytes:
            self._end()

    def close(self) -> None:
        """End the piece; a unit that asked for nothing leaves none."""
        if self._descriptor >= 0:
            self._end()

    def _begin(self) -> None:
        self._number += 1
        self._path = self._folder / f"{self._name}.{self._number}{ENDING}"
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._digest = hashlib.sha256()
        self._lines = self._size = 0
        self._put({"conduct": FORM, "name": self._name, "piece": self._number, **self._head})

    def _put(self, fields: Mapping[str, object]) -> None:
        line = json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"
        left = memoryview(line)
        while left:
            left = left[os.write(self._descriptor, left) :]
        self._digest.update(line)
        self._size += len(line)

    def _end(self) -> None:
        """The lock is held until the compressed form is there: nobody sees both, or neither."""
        self._put({"end": self._lines, "sha256": self._digest.hexdigest()})
        if self._size >= self._piece_bytes:
            pack(self._path)
        else:
            os.fsync(self._descriptor)  # before its unit counts as finished, which the log is held against
        os.close(self._descriptor)
        self._descriptor = -1


def pack(path: Path) -> Path:
    """Compress a piece; the plain one goes when the other is on disk."""
    packed = path.with_name(path.name + ".gz")
    aside = path.with_name(path.name + ".tmp")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(packed_bytes(path.read_bytes()))
        out.flush()
        os.fsync(out.fileno())
    aside.rename(packed)
    path.unlink()
    return packed


def packed_bytes(plain: bytes) -> bytes:
    """As one gzip member: members after one another are a gzip file too."""
    return gzip.compress(plain, _LEVEL, mtime=0)
