"""One sweep of a database at a time; the second is told who holds the first."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from findings.durable_files import FILE_MODE, private_folder, read_json, storage_errors
from findings.errors import SweepRunningError

LOCK_NAME = "sweep.lock"
# Seconds: a look at the lock takes microseconds; this is long for that, and short for who is told of another sweep.
_GLANCE_SECONDS: Final = 0.1


class SweepLock:
    """An advisory lock on a file in the spool's root. Use as a context manager.

    It is `flock`: the system frees it when the last process that holds it ends, so a kill leaves no stale lock. Worker
    processes made by fork hold it too, so a new sweep waits for orphans that still write.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / LOCK_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            SweepRunningError: another sweep of this database is under way.
            SpoolError: the folder can not be used.
        """
        with storage_errors(self._path.parent):
            private_folder(self._path.parent)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        if not _taken(descriptor):
            os.close(descriptor)
            raise SweepRunningError(self._path, _holder(self._path))
        self._descriptor = descriptor
        started = datetime.now(UTC).isoformat(timespec="seconds")
        with storage_errors(self._path.parent):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "started": started}).encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _taken(descriptor: int) -> bool:
    """Twice, because whoever asks whether a sweep is under way holds the lock for that moment (`held.is_locked`)."""
    for wait in (_GLANCE_SECONDS, 0.0):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(wait)
    return False


def _holder(path: Path) -> str:
    record = read_json(path)
    if record is None:
        return "it has only just begun"
    return f"process {record.get('pid')}, since {record.get('started')}"
