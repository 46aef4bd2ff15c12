"""Files that are whole or not there: written aside, synced, renamed; readable by their owner only."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from findings.errors import SpoolError

FILE_MODE = 0o600
FOLDER_MODE = 0o700


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn what the operating system says of a disk into a SpoolError that a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpoolError(f"the disk that holds {folder} is full; free some space and run the same again") from error
        raise SpoolError(f"{folder} can not be used: {error.strerror or type(error).__name__}") from error


def private_folder(folder: Path) -> Path:
    """Make a folder (its parents too) that only its owner may enter."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    folder.chmod(FOLDER_MODE)
    return folder


@contextmanager
def written_aside(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to; it takes its name only when all of it is on disk."""
    aside = path.with_name(path.name + ".tmp")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())
    aside.rename(path)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """One object, durable once this returns."""
    with written_aside(path) as out:
        out.write(json.dumps(record, sort_keys=True).encode())
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object, or None where the file is missing, torn or something else."""
    try:
        record = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def sync_file(path: Path) -> None:
    """Make what others have written to a file survive a power cut."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
