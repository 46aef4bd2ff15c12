"""The head of a pack: what its pack.json says, held against its files, without what matching needs of them.

It is for a process that matches nothing itself: the compiled loops of a `Pack` take 120 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from matchers.errors import PackDamagedError
from matchers.keys import PackKey
from matchers.pack_format import Manifest, check_files, read_manifest

# Bytes of array files up to which opening a pack reads and digests them all; 256 MB take about half a second. Larger
# packs are held against their sizes, and against their digests by `Pack.verify`.
VERIFIED_AT_OPENING: Final = 256 << 20

_Made = TypeVar("_Made")


def read_head(folder: Path, key: PackKey) -> Manifest:
    """What a pack says of itself; its files are there, of their sizes, and, in a small pack, of their digests.

    Raises:
        PackError: it is missing, not a pack, of another version, of another key, or damaged; the text says which.
    """
    return held_against_files(folder, key, lambda manifest: manifest)


def held_against_files(folder: Path, key: PackKey, made: Callable[[Manifest], _Made]) -> _Made:
    """What `made` makes of the manifest. A build that puts a new pack in place meanwhile is no damage.

    Raises:
        PackError: as `read_head`, or what `made` says of files that are as they should be.
    """
    manifest = read_manifest(folder, key)
    try:
        return _held(folder, manifest, made)
    except (OSError, PackDamagedError):
        # A build may have put a new pack in place between reading the manifest and its arrays.
        fresh = read_manifest(folder, key)
        if fresh.generation == manifest.generation:
            raise
    return _held(folder, fresh, made)


def _held(folder: Path, manifest: Manifest, made: Callable[[Manifest], _Made]) -> _Made:
    small = sum(mark.size for mark in manifest.files.values()) <= VERIFIED_AT_OPENING
    check_files(folder, manifest, digests=small)
    return made(manifest)
