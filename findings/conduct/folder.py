"""Where a database's conduct lies, and how a piece of it is read.

<database>.conduct/
    log.jsonl, lock                 the chain: one line for each bundle (findings/vault/log.py)
    open/<sweep or command>/        pieces as units write them (fetching/conduct_pieces.py)
    <sweep or command>/<n>.jsonl.gz  bundles: a line that names the pieces, then the pieces, each a gzip member
    <sweep>/<unit>.jsonl, <command>-<time>.jsonl   of releases before the chain, until they are taken in
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fetching.conduct_pieces import ENDING, PACKED_ENDING

OPEN: Final = "open"
# What the first line of a bundle has that no line of a piece has.
BUNDLE: Final = "bundle"
# Largest piece that is read, bytes of plain text: twice that of the largest that is written, and a line.
_MOST_PLAIN: Final = 64 << 20


def conduct_root(database: Path) -> Path:
    """The conduct of a database lies beside it."""
    return database.with_name(database.name + ".conduct")


def open_folder(database: Path, whose: str) -> Path:
    """Where the pieces of a sweep or command are written."""
    return conduct_root(database) / OPEN / whose


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece is, by its own text.

    Attributes:
        name: of the unit, with the time at which it was begun; the file's name where it says nothing of itself.
        number: from 1 for each name; 0 for one of a release before the chain.
        lines: of requests and refusals.
        sha256: of all its bytes.
        size: bytes.
        is_whole: it ends as its writer ended it.
        torn: bytes of a last line that a kill cut short.
        broken: the first line that is not as it was sealed, from 1; 0 where all are.
        first, last: times of the first and last line, as written; empty where there is none.
    """

    name: str
    number: int
    lines: int
    sha256: str
    size: int
    is_whole: bool
    torn: int = 0
    broken: int = 0
    first: str = ""
    last: str = ""

    def __str__(self) -> str:
        return f"{self.name}, piece {self.number}" if self.number else self.name


def read_piece(plain: bytes, fallback: str) -> Piece:
    """Look through a piece: does each seal hold, and how does it end?"""
    body, _, torn = plain.rpartition(b"\n")
    lines = body.split(b"\n") if body else []
    name, number, form = _headed(lines, fallback)
    digest = hashlib.sha256()
    counted = sealed_to = broken = 0
    is_whole = form == 0
    first = last = ""
    for at, line in enumerate(lines, 1):
        fields = parsed(line)
        if fields is None:
            broken = broken or at
        elif "sha256" in fields and ("seal" in fields or "end" in fields):
            if fields["sha256"] != digest.hexdigest() or fields.get("seal", fields.get("end")) != counted:
                broken = broken or sealed_to + 1
            sealed_to = at
            is_whole = "end" in fields and at == len(lines)
        elif "at" in fields:
            counted += 1
            first, last = first or str(fields["at"]), str(fields["at"])
        digest.update(line + b"\n")
    sha256 = hashlib.sha256(plain).hexdigest()
    is_whole = is_whole and not torn
    return Piece(name, number, counted, sha256, len(plain), is_whole, len(torn), broken, first, last)


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object that a line is; None where it is none."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _headed(lines: list[bytes], fallback: str) -> tuple[str, int, int]:
    head = parsed(lines[0]) if lines else None
    if head is None or "conduct" not in head:
        return fallback, 0, 0
    number = head.get("piece")
    return str(head.get("name", fallback)), number if isinstance(number, int) else 0, 1


def plain_bytes(path: Path) -> bytes:
    """A piece's text, packed or not. Raises OSError, and ValueError where it can not be unpacked."""
    content = path.read_bytes()
    if not path.name.endswith(PACKED_ENDING):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError("cut or altered") from error


def members_of(content: bytes) -> Iterator[bytes]:
    """What a bundle's members hold, one after another. Raises ValueError where one is cut or altered."""
    while content:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            plain = unpacking.decompress(content, _MOST_PLAIN)
        except zlib.error:
            raise ValueError("altered") from None
        if not unpacking.eof:
            raise ValueError("cut")
        yield plain
        content = unpacking.unused_data


def bundle_names(root: Path) -> set[str]:
    """Names of the bundles that lie there, relative to the root."""
    return {
        str(path.relative_to(root))
        for path in root.glob(f"*/*{PACKED_ENDING}")
        if path.parent.name != OPEN and path.name.removesuffix(PACKED_ENDING).isdigit()
    }


def open_pieces(root: Path) -> list[Path]:
    """Pieces that are not in a bundle yet, those of earlier releases too; oldest names first."""
    written = [path for path in (root / OPEN).glob("*/*") if path.name.endswith((ENDING, PACKED_ENDING))]
    older = [path for path in [*root.glob(f"*{ENDING}"), *root.glob(f"*/*{ENDING}")] if path.name != "log.jsonl"]
    return sorted(path for path in [*written, *older] if path.is_file() and not path.is_symlink())


def whose(root: Path, path: Path) -> str:
    """Of which sweep or command an open piece is."""
    if path.parent == root:
        return path.name.partition("-")[0]
    return path.parent.name
