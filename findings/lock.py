"""One sweep of a database at a time; the second is told who holds the first.

Two things tell. `flock`: the system frees it when the last process that holds it ends, so a kill or a reboot leaves no
stale lock; on NFS it holds between machines too, where the server's lock service runs. And the file itself: who holds
it, touched every `BEAT_SECONDS`, for shared folders whose locks do not leave their machine. A holder on another machine
that shows no sign of life for `SILENT_SECONDS` is gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import pwd
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from findings.durable_files import FILE_MODE, private_folder, read_json, storage_errors
from findings.errors import SweepRunningError

LOCK_NAME = "sweep.lock"
# Seconds: a look at the lock takes microseconds; this is long for that, and short for who is told of another sweep.
_GLANCE_SECONDS: Final = 0.1
# Seconds between two signs of life: a write to a file server's cache, nothing beside a sweep's.
BEAT_SECONDS: Final = 20.0
# Seconds without one after which a holder elsewhere is taken for gone: six times that, for a server that is slow.
SILENT_SECONDS: Final = 120.0


class SweepLock:
    """An advisory lock on a file in the spool's root. Use as a context manager.

    Worker processes made by fork hold it too, so a new sweep waits for orphans that still write.

    Args:
        root: the spool's.
        doing: what the holder does, for whoever is refused.
    """

    def __init__(self, root: Path, doing: str = "sweep") -> None:
        self._path = root / LOCK_NAME
        self._doing = doing
        self._descriptor: int | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            SweepRunningError: another sweep of this database is under way.
            SpoolError: the folder can not be used.
        """
        with storage_errors(self._path.parent):
            private_folder(self._path.parent)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            with storage_errors(self._path.parent):
                self._take(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        self._over.clear()
        threading.Thread(target=self._beat, args=(descriptor,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            self._over.set()
            with suppress(OSError):  # a name that stays is told for a while to other machines, and no more
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, descriptor: int) -> None:
        if not _taken(descriptor):
            raise SweepRunningError(self._path, holder(self._path))
        if sign := _alive_elsewhere(self._path):
            raise SweepRunningError(self._path, f"{holder(self._path)}; {sign}")
        told = {
            "pid": os.getpid(),
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "user": _user(),
            "host": platform.node(),
            "doing": self._doing,
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(told).encode(), 0)

    def _beat(self, descriptor: int) -> None:
        while not self._over.wait(BEAT_SECONDS):
            with suppress(OSError):  # closed just now, or a server that is away for a moment
                os.utime(descriptor)


def holder(path: Path) -> str:
    """Who holds the lock, in words."""
    told = read_json(path)
    if told is None:
        return "it has only just begun"
    words = [f"process {told.get('pid')}"]
    if told.get("user"):
        words.append(f"of {told['user']} on {told.get('host')}")
    return f"{' '.join(words)}, since {told.get('started')}" + (f": {told['doing']}" if told.get("doing") else "")


def _taken(descriptor: int) -> bool:
    """Twice, because whoever asks whether a sweep is under way holds the lock for that moment (`held.is_locked`)."""
    for wait in (_GLANCE_SECONDS, 0.0):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(wait)
    return False


def _alive_elsewhere(path: Path) -> str:
    """We have the lock, and yet another machine may: its last sign of life, where that is fresh; else nothing."""
    told: dict[str, Any] | None = read_json(path)
    if told is None or told.get("host") in (None, platform.node()):
        return ""  # whoever was at this machine is gone, or the system would not have given us the lock
    seconds = _file_server_time(path) - path.stat().st_mtime
    return f"last sign of life {max(0, seconds):.0f} s ago" if seconds < SILENT_SECONDS else ""


def _file_server_time(path: Path) -> float:
    """Now, by the clock that the lock's times are from."""
    probe = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE))
    try:
        os.utime(probe)
        return probe.stat().st_mtime
    finally:
        probe.unlink()


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user may have no name
        return str(os.getuid())
