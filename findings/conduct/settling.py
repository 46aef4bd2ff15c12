"""Takes pieces that nobody writes to any more into bundles, and each bundle into the chain."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from fetching.conduct_pieces import PACKED_ENDING, PIECE_BYTES, packed_bytes
from findings.conduct.folder import BUNDLE, Piece, open_pieces, plain_bytes, read_piece, whose
from findings.durable_files import FOLDER_MODE, storage_errors, sync_folder, written_aside
from findings.errors import SpoolError
from findings.vault.chain import Action, Deed, digest_of
from findings.vault.log import EvidenceLog

# Pieces of one bundle: what has to be read again, and is told of, where one byte of it is altered.
MOST_PIECES: Final = 500
# Bytes of the pieces' text: a bundle is made in memory.
MOST_BYTES: Final = 64 << 20
# Seconds between two looks, while a sweep runs, at how many pieces wait; and how many are worth a bundle.
_LOOK_SECONDS: Final = 30.0
_WORTH: Final = 200


@dataclass(frozen=True, slots=True)
class Settled:
    """What was taken in: pieces, lines in them, and what a kill had left of others."""

    pieces: int = 0
    lines: int = 0
    unfinished: int = 0


def settle(root: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Settled:
    """Take in what nobody writes to. What a kill left is taken in as it is, and the bundle says so.

    A kill in between repeats the bundle: pieces go when the chain names it, and a bundle that the chain does not name
    is written over by the next of its number.

    Raises:
        SpoolError: the disk gives up; then nothing is lost.
    """
    if not root.is_dir() or not open_pieces(root):
        return Settled()
    log = EvidenceLog(root, clock)
    total = Settled()
    with log.held(), storage_errors(root):
        for of, paths in groupby(open_pieces(root), lambda path: whose(root, path)):
            for batch in _batches(paths):
                with _nobody_writes(batch) as left:
                    total = _sum(total, _bundle(root, log, of, left))
        for folder in root.glob("open/*"):
            with suppress(OSError):  # a piece was begun in it meanwhile
                folder.rmdir()
    return total


@contextmanager
def settling(root: Path, tell: Callable[[str], object]) -> Iterator[None]:
    """While the block runs, what has ended is taken in when there is enough of it; at its end all of it.

    Where the disk gives up that is told, and the block's own result stands: the next one takes in what waits.
    """
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            with suppress(Exception):  # the last settling, in the sweep's own thread, tells of it
                if root.is_dir() and len(open_pieces(root)) >= _WORTH:
                    settle(root)

    _settle_or_tell(root, tell)
    thread = threading.Thread(target=look, name="conduct", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        _settle_or_tell(root, tell)


def _settle_or_tell(root: Path, tell: Callable[[str], object]) -> None:
    try:
        settle(root)
    except SpoolError as error:
        tell(f"the conduct log waits to be taken in: {error}")


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    size = 0
    for path in paths:
        batch.append(path)
        size += PIECE_BYTES if path.name.endswith(PACKED_ENDING) else path.stat().st_size
        if len(batch) >= MOST_PIECES or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _nobody_writes(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Those of the pieces that nobody writes to, held until they are taken in."""
    held: list[int] = []
    free: list[Path] = []
    try:
        for path in paths:
            with suppress(FileNotFoundError, BlockingIOError):  # packed by its writer meanwhile, or being written
                descriptor = os.open(path, os.O_RDONLY)
                held.append(descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.exists():
                    free.append(path)
        yield free
    finally:
        for descriptor in held:
            os.close(descriptor)


def _bundle(root: Path, log: EvidenceLog, of: str, paths: Sequence[Path]) -> Settled:
    """One bundle: written aside, in its place, in the chain; then its pieces go."""
    texts = [(path, _text_of(path)) for path in paths]
    pieces = [read_piece(text, path.name) for path, text in texts]
    if not pieces:
        return Settled()
    folder = root / of
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    name = f"{len(log.lines()) + 1:06d}{PACKED_ENDING}"
    manifest = json.dumps({BUNDLE: 1, "pieces": [asdict(piece) for piece in pieces]}).encode("ascii") + b"\n"
    content = b"".join(packed_bytes(plain) for plain in [manifest, *(text for _, text in texts)])
    with written_aside(folder / name) as out:
        out.write(content)
    sync_folder(folder)
    log.append(Deed(Action.CONDUCT, of, "", "", _details(f"{of}/{name}", content, pieces)))
    for path in paths:
        path.unlink(missing_ok=True)
    return Settled(len(pieces), sum(piece.lines for piece in pieces), sum(not piece.is_whole for piece in pieces))


def _text_of(path: Path) -> bytes:
    """A packed piece that can not be unpacked is kept as it is: the bundle's line says that it is broken."""
    try:
        return plain_bytes(path)
    except ValueError:
        return path.read_bytes()


def _details(file: str, content: bytes, pieces: Sequence[Piece]) -> dict[str, object]:
    return {
        "file": file,
        "sha256": digest_of(content),
        "bytes": len(content),
        "pieces": len(pieces),
        "lines": sum(piece.lines for piece in pieces),
        "unfinished": sum(not piece.is_whole for piece in pieces),
        "broken": sum(bool(piece.broken) for piece in pieces),
        "first": min((piece.first for piece in pieces if piece.first), default=""),
        "last": max((piece.last for piece in pieces if piece.last), default=""),
    }


def _sum(one: Settled, other: Settled) -> Settled:
    return Settled(one.pieces + other.pieces, one.lines + other.lines, one.unfinished + other.unfinished)
