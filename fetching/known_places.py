"""Places that earlier sweeps know, handed to a unit as a private file: one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

_MODE: Final = 0o600
# Bytes of a document that serves as a canary path: it is fetched twice in each sweep.
CANARY_BYTES: Final = 256 << 10


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place that an earlier sweep met.

    Attributes:
        parent: the listing that named it; None where none did.
        sha256: of what was there, in hex.
        finding_ids: what it holds; none for a canary path.
        rows: how many rows that listing had.
        media_type: of what was there, by its bytes.
    """

    url: str = field(repr=False)
    parent: str | None = field(repr=False)
    sha256: str
    finding_ids: tuple[str, ...]
    rows: int = 0
    media_type: str = ""

    @property
    def is_canary(self) -> bool:
        """Is it there to compare with, and not for what it holds?"""
        return not self.finding_ids


def write_places(path: Path, places: Iterable[KnownPlace]) -> None:
    """Write them, in place of what was there. Raises OSError."""
    aside = path.with_name(path.name + ".tmp")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        for place in places:
            out.write(json.dumps(asdict(place)) + "\n")
        out.flush()
        os.fsync(out.fileno())
    aside.rename(path)


def read_places(path: Path | None) -> Iterator[KnownPlace]:
    """What `write_places` wrote; nothing where there is no path or no file."""
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            held = json.loads(line)
            yield KnownPlace(**held | {"finding_ids": tuple(held["finding_ids"])})
