"""A small file in the spool that says how a running sweep goes, for whoever asks from another shell."""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from findings.durable_files import FILE_MODE, private_folder, read_json
from sweeps.snapshot_fields import snapshot_fields
from sweeps.tally import Tally

STATUS_NAME: Final = "status.json"
STATUS_FORMAT: Final = 1
# Seconds between two writings: a person who looks sees what is true. One takes 7 ms of CPU and 8 kB with a thousand
# units at work.
WRITE_EVERY: Final = 2.0


class StatusFile:
    """Written every two seconds while the block runs, removed at its end; what a kill leaves says until when it ran.

    It is no record: it is not synced, and where it can not be written the sweep goes on without.

    Args:
        root: of the spool.
        tally: what is told.
        user: who runs the sweep.
    """

    def __init__(self, root: Path, tally: Tally, user: str) -> None:
        self._path = root / STATUS_NAME
        self._tally = tally
        self._who = {"pid": os.getpid(), "machine": socket.gethostname(), "user": user}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="status", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        with suppress(OSError):
            if (read_json(self._path) or {}).get("pid") == os.getpid():
                self._path.unlink()

    def _beat(self) -> None:
        while not self._over.wait(WRITE_EVERY):
            self.write()

    def write(self) -> None:
        """Now; only once the sweep has its lock and its id, so that a refused one does not write over another's."""
        snapshot = self._tally.snapshot()
        if not snapshot.sweep_id:
            return
        fields = {"v": STATUS_FORMAT, **self._who, "updated_at": datetime.now(UTC).isoformat(timespec="seconds")}
        aside = self._path.with_name(f"{STATUS_NAME}.tmp")
        with suppress(OSError):
            private_folder(self._path.parent)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump(fields | snapshot_fields(snapshot), out)
            aside.rename(self._path)


def read_status(root: Path) -> dict[str, Any] | None:
    """What a sweep has written there, of this form; None where there is nothing that can be read."""
    with suppress(OSError):
        fields = read_json(root / STATUS_NAME)
        if fields is not None and fields.get("v") == STATUS_FORMAT:
            return fields
    return None
