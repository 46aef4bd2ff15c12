"""Who works on a unit, where machines share the folder: one of them, also after another has fallen silent.

A lease is a file that its holder touches. Who finds one watches it by its own clock: those of two machines need not
agree. A holder that can not touch it any more ends its unit before anybody else takes over.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from findings.durable_files import FILE_MODE, read_json

# Seconds between two touches.
BEAT: Final = 3.0
# Seconds without a touch after which a holder gives its unit up, and after which another takes the lease: in between
# lies the time in which a process is ended.
GIVEN_UP: Final = 12.0
TAKEN: Final = 24.0
_LOOK: Final = 0.5
# Seconds after which a taker looks whether another has taken at the same moment.
_SETTLED: Final = 0.5


class Lease:
    """Use as a context manager; waits in `__enter__` as long as somebody else holds it.

    Args:
        path: of the file.
        lost: called, in another thread, where it can not be held any more.
        is_cancelled: ends the waiting.
    """

    def __init__(self, path: Path, lost: Callable[[], None], is_cancelled: Callable[[], bool]) -> None:
        self._path = path
        self._lost = lost
        self._is_cancelled = is_cancelled
        self._own = _this_process() | {"token": secrets.token_hex(8)}
        self._ended = threading.Event()
        self._beat = threading.Thread(target=self._touch, daemon=True)
        self.is_held = False

    def __enter__(self) -> Self:
        while not self._is_cancelled():
            if self._made() or (self._is_free() and self._stolen()):
                self.is_held = True
                self._beat.start()
                break
            self._ended.wait(_LOOK)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self.is_held:
            self._beat.join()
            with suppress(OSError):
                if self._is_own():
                    self._path.unlink()

    def _made(self) -> bool:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as out:
            json.dump(self._own, out)
        return True

    def _is_free(self) -> bool:
        """Has its holder ended, or not touched it for long? Waits as long as the answer takes."""
        holder = read_json(self._path) or {}
        if holder.get("boot") == self._own["boot"] and holder.get("host") == self._own["host"]:
            return _started(holder.get("pid")) != holder.get("started")
        touched, since = self._touched(), time.monotonic()
        while not self._is_cancelled():
            self._ended.wait(_LOOK)
            now = self._touched()
            if now != touched:
                return False
            if now is None or time.monotonic() - since >= TAKEN:
                return True
        return False

    def _stolen(self) -> bool:
        """Put our name in the place of the one that is gone; of several who do so at once the last one has it."""
        aside = self._path.with_name(f"{self._path.name}.{self._own['token']}.tmp")
        aside.write_text(json.dumps(self._own))
        aside.chmod(FILE_MODE)
        aside.rename(self._path)
        self._ended.wait(_SETTLED)
        return self._is_own()

    def _touch(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(BEAT):
            with suppress(OSError):
                if not self._is_own():
                    break
                os.utime(self._path)
                last = time.monotonic()
            if time.monotonic() - last >= GIVEN_UP:
                break
        if not self._ended.is_set():
            self._lost()

    def _is_own(self) -> bool:
        return bool((read_json(self._path) or {}).get("token") == self._own["token"])

    def _touched(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None


def _this_process() -> dict[str, Any]:
    pid = os.getpid()
    return {"host": socket.gethostname(), "boot": _boot(), "pid": pid, "started": _started(pid)}


def _boot() -> str:
    """Of this machine since it was started; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: object) -> str:
    """When a process of this machine was started, as the system counts; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
