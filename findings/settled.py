"""Documents whose verdict stands although the pack has changed: their sketches say that nothing new can be in them.

A private plain file beside the database, for the workers of a sweep, who never open the database. It holds the first
64 bits of digests, and keyed digests of letters, and belongs to one generation of one pack; without it everything is
fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from findings.durable_files import private_folder, storage_errors, sync_folder, written_aside
from findings.memory_file import memory_root

SETTLED_FORMAT: Final = 1
_NAME: Final = "settled"
_LONGEST_HEADER: Final = 4096
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """What the file says.

    Attributes:
        generation: of the pack; empty where there is no file.
        made_at: when sketches were compared.
        stands: first 64 bits of the digests of documents whose verdict stands, ascending.
        refused: the same of documents that must be fetched before anything can be said of them.
        letters: keyed digests of the pack's letters then, ascending.
    """

    generation: str
    made_at: datetime
    stands: Numbers
    refused: Numbers
    letters: Numbers

    @classmethod
    def read(cls, database: Path, generation: str) -> Settled:
        """What stands for this generation of the pack; nothing where the file is missing, damaged or of another."""
        found = cls.latest(database)
        return found if found.generation == generation else _NOTHING

    @classmethod
    def latest(cls, database: Path) -> Settled:
        """The file as it is, of whatever generation; empty where it is missing or damaged."""
        try:
            return _read((memory_root(database) / _NAME).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return _NOTHING

    @classmethod
    def latest_generation(cls, database: Path) -> str:
        """Of which generation the file is, without its numbers; empty where it is missing or not whole."""
        path = memory_root(database) / _NAME
        try:
            with path.open("rb") as file:
                line, generation, numbers = _header(file.read(_LONGEST_HEADER))
            return generation if path.stat().st_size == len(line) + 1 + 8 * sum(numbers) else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def holds(self, sha256: str) -> bool:
        """Does the verdict of the document of this digest (hex) stand?"""
        return holds(self.stands, sha256)

    def write(self, database: Path) -> None:
        """Put it in place at once.

        Raises:
            SpoolError: the disk gives up; the file is as it was.
        """
        arrays = {"stands": self.stands, "refused": self.refused, "letters": self.letters}
        header = {
            "format": SETTLED_FORMAT,
            "generation": self.generation,
            "made_at": self.made_at.isoformat(),
            **{name: len(array) for name, array in arrays.items()},
        }
        folder = memory_root(database)
        with storage_errors(folder):
            private_folder(folder)
            with written_aside(folder / _NAME) as out:
                out.write(json.dumps(header).encode() + b"\n")
                for array in arrays.values():
                    out.write(array.astype("<u8").tobytes())
            sync_folder(folder)


def holds(numbers: Numbers, sha256: str) -> bool:
    """Is a digest (hex) among these, which are ascending?"""
    wanted = number_of(sha256)
    at = int(np.searchsorted(numbers, wanted))
    return at < len(numbers) and bool(numbers[at] == wanted)


def number_of(sha256: str) -> np.uint64:
    """The first 64 bits of a digest in hex."""
    return np.uint64(int(sha256[:16], 16))


def numbers_of(digests: Iterable[str]) -> Numbers:
    """The same of many, ascending and each once."""
    return np.unique(np.array([int(digest[:16], 16) for digest in digests], dtype=np.uint64))


def _read(content: bytes) -> Settled:
    line, generation, counts = _header(content[:_LONGEST_HEADER])
    body = content[len(line) + 1 :]
    if len(body) != 8 * sum(counts):
        raise ValueError("not a whole file of ours")
    numbers = np.frombuffer(body, dtype="<u8").astype(np.uint64)
    stands, refused, letters = np.split(numbers, np.cumsum(counts)[:-1])
    return Settled(generation, datetime.fromisoformat(json.loads(line)["made_at"]), stands, refused, letters)


def _header(content: bytes) -> tuple[bytes, str, list[int]]:
    """The first line, the generation in it, and how many numbers of each kind come after it."""
    line, found, _ = content.partition(b"\n")
    header: Mapping[str, Any] = json.loads(line)
    if header["format"] != SETTLED_FORMAT or not found:
        raise ValueError("not a file of ours")
    return line, str(header["generation"]), [int(header[name]) for name in ("stands", "refused", "letters")]


_NO_NUMBERS: Final = np.zeros(0, dtype=np.uint64)
_NOTHING: Final = Settled("", _EARLIEST, _NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS)
