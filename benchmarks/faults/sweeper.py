"""`stray sweep` as somebody runs it, and what is done to it: killed, stopped, its database held, its disk filled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

# The disk that is filled, bytes: room for what the estate takes, and for DuckDB to merge.
_DISK: Final = 300 << 20
# Seconds that workers may take to notice that their sweep is gone.
_ORPHAN_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.1
# Seconds after which one run is taken for hung.
_LONGEST_RUN: Final = 600.0
_HOLD: Final = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("SELECT 1").fetchall()
time.sleep(float(sys.argv[2]))
"""


class Act(StrEnum):
    """What is done to a run."""

    KILL_SWEEP = "the sweeping process killed (-9)"
    KILL_ALL = "it and all its workers killed at once (-9)"
    STOP = "stopped (SIGTERM)"
    FILL_DISK = "disk filled"
    NOTHING = "left alone"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        act: what was done to it; NOTHING where it was over before.
        code: its exit code, None where it was killed.
        out, err: what it said.
        strays: its processes that were still there after a while.
        held: another process had the database open meanwhile.
    """

    act: Act
    code: int | None
    out: str
    err: str
    strays: int
    held: bool


class Sweeper:
    """Runs sweeps of one scope.

    Args:
        folder: with `scope.toml` and the database.
        chance: decides when.
        workers: units at a time.
    """

    def __init__(self, folder: Path, chance: random.Random, workers: int) -> None:
        self._folder = folder
        self._chance = chance
        self._workers = workers

    def stray(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command, to its end."""
        return subprocess.run(
            self._command(*arguments), cwd=self._folder, capture_output=True, text=True,
            check=False, timeout=_LONGEST_RUN,
        )  # fmt: skip

    def run(self, act: Act, after: float, *, held: bool) -> Ending:
        """One run: so many seconds after its units have begun this is done to it, unless it has ended before."""
        command = self._command(
            "sweep", "scope.toml", "--format", "json", "--wait", "3", "--workers", str(self._workers)
        )
        with (
            self._held_database() if held else _nothing(),
            tempfile.TemporaryFile("w+") as said,
            subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, stderr=said, text=True) as process,
        ):
            ballast = None
            try:
                while process.poll() is None and not os.fstat(said.fileno()).st_size:
                    time.sleep(_LOOK_SECONDS)  # it says so when its units begin
                out, _ = process.communicate(timeout=after)
                return Ending(Act.NOTHING, process.returncode, out, _all_of(said), 0, held)
            except subprocess.TimeoutExpired:
                family = _family(process.pid)
            if act is Act.FILL_DISK:
                ballast = _filled(self._folder)
            try:
                _do(act, process, family)
                out, _ = process.communicate(timeout=_LONGEST_RUN)
            finally:
                process.kill()
                if ballast is not None:
                    ballast.unlink()
            err = _all_of(said)
        code = process.returncode if process.returncode >= 0 else None
        return Ending(act, code, out, err, _left(family), held)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from cli.main import main; main()", *arguments]

    @contextmanager
    def _held_database(self) -> Iterator[None]:
        """Another process has it open, as a notebook would, for a while."""
        database = self._folder / "findings.duckdb"
        if not database.exists():
            yield
            return
        seconds = self._chance.uniform(2, 20)
        with subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(database), str(seconds)], stderr=subprocess.DEVNULL
        ) as notebook:
            try:
                yield
            finally:
                notebook.kill()


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A disk of its own in memory, where mounting is allowed; says whether it is one."""
    place.mkdir(parents=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(place)]
    mounted = mount is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run([str(umount), "--lazy", str(place)], check=True)


def _all_of(said: IO[str]) -> str:
    said.seek(0)
    return said.read()


def _do(act: Act, process: subprocess.Popen[str], family: frozenset[int]) -> None:
    match act:
        case Act.KILL_SWEEP:
            process.kill()
        case Act.KILL_ALL:
            process.kill()
            for pid in family:
                _killed(pid)
        case Act.STOP:
            process.send_signal(signal.SIGTERM)
        case Act.FILL_DISK | Act.NOTHING:
            pass


def _killed(pid: int) -> None:
    with suppress(ProcessLookupError):  # it was faster
        os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> frozenset[int]:
    """All processes below this one."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = set[int](), [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return frozenset(found)


def _left(family: frozenset[int]) -> int:
    """Processes of a run that do not end; they are ended."""
    until = time.monotonic() + _ORPHAN_SECONDS
    while any(map(_is_alive, family)) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
    left = [pid for pid in family if _is_alive(pid)]
    for pid in left:
        _killed(pid)
    return len(left)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _filled(folder: Path) -> Path:
    """A file that takes up all that is left."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 20))
        except OSError:
            pass
        try:
            while True:
                file.write(bytes(1 << 10))
        except OSError:
            pass
    return path


@contextmanager
def _nothing() -> Iterator[None]:
    yield
