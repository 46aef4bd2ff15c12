"""The log of a sweep for programs: one JSON object a line for each event. Its form stands in `docs/progress.md`."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from scope.units import Unit
from sweeps.progress import Progress
from sweeps.snapshot_fields import counts_of, snapshot_fields
from sweeps.tally import Tally
from sweeps.watching import Began, Merged, Stopping, SweepEvent, UnitBegan, UnitEnded, UnitSplit, UnitTold, Waits

LOG_VERSION: Final = 1
# Seconds between two lines of progress: some 3,000 lines a day.
PROGRESS_EVERY: Final = 30.0
_FILE_MODE: Final = 0o600


class SweepLog:
    """Implements `sweeps.watching.Watcher`. Holds no place: units are named by id, kind and host.

    A line that can not be written (a full disk, a reader that has gone) is counted and left out: the sweep goes on.

    Args:
        path: file to append to, made with mode 0600; None for standard error.
        tally: where the sweep stands; told of each event before this is.
        clock: monotonic seconds.
    """

    def __init__(self, path: Path | None, tally: Tally, clock: Callable[[], float] = time.monotonic) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        # By number: a signal handler may write in the middle of a line that Python's own streams are writing.
        self._file = os.dup(sys.stderr.fileno()) if path is None else os.open(path, flags, _FILE_MODE)
        self._tally = tally
        self._clock = clock
        self._lock = threading.RLock()
        self._sweep = ""
        self._began: dict[str, float] = {}
        self._last: dict[str, Progress] = {}
        self._told = clock()
        self.lost = 0

    def tell(self, event: SweepEvent) -> None:
        """See `Watcher`."""
        match event:
            case Began(sweep_id, units, resumed, kind):
                self._sweep = sweep_id
                self.line("sweep_began", {"kind": kind.value, "units": units, "resumed": resumed})
            case UnitBegan(unit):
                self._began[unit.unit_id] = self._clock()
                self.line("unit_began", _named(unit))
            case UnitTold(unit, progress):
                self._last[unit.unit_id] = progress
                self._progress()
            case UnitEnded(unit, why):
                self._unit_ended(unit, why)
            case UnitSplit(unit, pieces):
                self.line("unit_split", _named(unit) | {"pieces": pieces})
            case Stopping(reason):
                self.line("stopping", {"reason": reason})
            case Waits(what):
                self.line("waits", {"what": what})
            case Merged(units):
                self.line("merged", {"units": units})

    def note(self, text: str) -> None:
        """What the command says on its own account."""
        self.line("note", {"text": text})

    def line(self, event: str, fields: Mapping[str, Any]) -> None:
        """One line; written by one call, so that lines of several threads do not mix."""
        with self._lock:
            try:
                _write(self._file, _line(event, self._sweep, fields))
            except OSError:
                self.lost += 1

    def close(self) -> None:
        """No line comes after this."""
        with suppress(OSError):
            os.close(self._file)

    def _progress(self) -> None:
        if self._clock() - self._told >= PROGRESS_EVERY:
            self._told = self._clock()
            fields = snapshot_fields(self._tally.snapshot())
            self.line("progress", {name: value for name, value in fields.items() if name != "sweep"})

    def _unit_ended(self, unit: Unit, why: str) -> None:
        began = self._began.pop(unit.unit_id, None)
        progress = self._last.pop(unit.unit_id, Progress())
        told = {
            "seconds": None if began is None else round(self._clock() - began, 1),
            "broke": why,
            "afresh": progress.afresh,
            "forgot": progress.forgot,
            "counts": counts_of(progress),
        }
        self.line("unit_ended", _named(unit) | told)


def note_line(text: str) -> None:
    """A `note` on standard error before there is a sweep: why none begins, such as a scope without authority."""
    with suppress(OSError):
        _write(sys.stderr.fileno(), _line("note", "", {"text": text}))


def _line(event: str, sweep: str, fields: Mapping[str, Any]) -> bytes:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {"v": LOG_VERSION, "time": at, "event": event, "sweep": sweep, **fields}
    return json.dumps(told).replace("\x7f", "\\u007f").encode() + b"\n"


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _named(unit: Unit) -> dict[str, Any]:
    return {
        "unit": unit.unit_id,
        "source": unit.kind.value,
        "host": unit.host,
        "tier": unit.target.tier.value,
        "supplier": unit.target.supplier,
    }
