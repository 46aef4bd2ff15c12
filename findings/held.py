"""Who holds a file open, without taking a lock ourselves: a look must not be what makes a sweep fail."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# `struct flock` of 64-bit Linux: type, whence, start, length, process.
_FLOCK: Final = "hhqqi4x"


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a file.

    Attributes:
        pid: None where the system does not tell: another container's, another machine's.
        program: its short name, empty where it can not be told.
        writes: it may write; else it only reads, and others may read beside it.
    """

    pid: int | None
    program: str = ""
    writes: bool = True

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        return f"process {self.pid}" + (f" ({self.program})" if self.program else "")


def database_holder(path: Path) -> Holder | None:
    """Which process holds this DuckDB file; None for nobody, and where the system can not be asked.

    Not to be called while this process itself has the file open in DuckDB: to close any descriptor of a file gives up
    the locks that a process has on it.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if kind == fcntl.F_UNLCK:
        return None
    return holder_of(pid if pid > 0 else None, writes=kind == fcntl.F_WRLCK)


def holder_of(pid: int | None, *, writes: bool = True) -> Holder:
    """A process by its number, with its name."""
    program = ""
    if pid is not None:
        with suppress(OSError, ValueError):
            program = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    return Holder(pid, program, writes)


def is_locked(path: Path) -> bool:
    """Does somebody hold the `flock` of this file: a sweep, a merge? False where there is no such file.

    For the moment of the question we hold it shared; who wants it for himself at that very moment tries again.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
