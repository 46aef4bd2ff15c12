"""What `stray sweep` itself takes with a million units: memory of its process, and seconds until it has decided.

    python -m benchmarks engine_command [--units 1000000]

The buckets of `engine`, in a hundred pieces each, of a service that nobody runs. The command is run three times, is
told to stop once it works (the first merges that stop), and killed, and then goes on: what it decides then is counted
from the start of the process to the first unit, imports, scope and all. Memory is that of the sweeping process itself
at its highest; units and the merge are processes of their own.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.engine import MOST_MEMORY, MOST_SECONDS, PIECES
from demo_range.letters import known_letters
from demo_range.rendering import Format, rendered
from matchers.keys import create_key

# Buckets of one service: more services than units at a time, so that several units are at work.
SERVICES: Final = 100
# Seconds between two looks at a process.
_LOOK: Final = 0.02
# Ends a command that hangs, seconds.
_LONGEST: Final = 3600.0

_SCOPE: Final = """
organisation = "Benchmark"
contact = "benchmark@example.org"
[authority]
who = "Benchmark"
reference = "B-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[limits]
requests_per_second = 1
[network]
private_addresses = ["127.0.0.1"]
"""
_BUCKET: Final = """[[bucket]]
name = "letters-{:06d}"
endpoint = "http://127.0.0.1:{}"
tier = "own"
authority = "B-1"
"""


@dataclass(slots=True)
class Run:
    """One run: seconds to its first unit, of a processor until then, seconds in all; the highest memory."""

    first_unit: float = 0.0
    busy: float = 0.0
    seconds: float = 0.0
    at_first_unit: int = 0
    peak: int = 0
    code: int = 0


def workspace(folder: Path, units: int) -> None:
    """A scope of that many units, a pack, and where earlier sweeps have cut the buckets."""
    buckets = units // PIECES
    scope = _SCOPE + "".join(_BUCKET.format(number, 20_000 + number % SERVICES) for number in range(buckets))
    (folder / "scope.toml").write_text(scope)
    letters = folder / "letters"
    letters.mkdir()
    for letter in known_letters(3, 5):
        (letters / f"{letter.letter_id}.txt").write_bytes(rendered(Format.TXT, letter.sheet))
    create_key(folder / "pack.key")
    _stray(folder, "pack", "build", "letters", "--pack", "pack", "--key", "pack.key")


def _stray(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=_LONGEST)


def cut(folder: Path) -> None:
    """A hundred pieces of each bucket, as earlier sweeps would have left it."""
    code = (
        "from pathlib import Path; from benchmarks.engine import cuts_of; from scope.loader import load_scope;"
        "from sweeps.cuts import remember; scope = load_scope(Path('scope.toml'));"
        "remember(scope.database.file, cuts_of(scope), ())"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, timeout=_LONGEST)


def run(folder: Path, how: signal.Signals) -> Run:
    """`stray sweep`, sent this signal when it has begun its first unit."""
    told = Run()
    command = [sys.executable, "-c", "from cli.main import main; main()", "sweep", "--workers", "2", "--log", "json"]
    clock = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        watch = threading.Thread(target=_watch, args=(process, told))
        watch.start()
        ender = threading.Timer(_LONGEST, process.kill)
        ender.start()
        for event in _events(process):
            if event.get("event") == "unit_began" and not told.first_unit:
                told.first_unit = time.perf_counter() - clock
                told.busy, told.at_first_unit = _busy(process.pid), _memory(process.pid, "VmHWM")
                process.send_signal(how)
        told.code = process.wait()
        ender.cancel()
        watch.join()
    told.seconds = time.perf_counter() - clock
    return told


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, object]]:
    for line in process.stderr or ():
        with suppress(ValueError):
            yield json.loads(line)


def _watch(process: subprocess.Popen[str], told: Run) -> None:
    """The highest memory so far is the system's own count; it is gone when the process is."""
    while process.poll() is None:
        told.peak = max(told.peak, _memory(process.pid, "VmHWM"))
        time.sleep(_LOOK)


def _memory(pid: int, name: str) -> int:
    with suppress(OSError, StopIteration):
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) * 1024
    return 0


def _busy(pid: int) -> float:
    """Seconds of a processor that the process itself has had."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
    return 0.0


def shown(what: str, told: Run) -> None:
    """One line."""
    print(f"{what}: {told.first_unit:.1f} s to its first unit ({told.busy:.1f} s of a processor, "
          f"{told.at_first_unit >> 20} MiB), {told.seconds:.1f} s in all, at most {told.peak >> 20} MiB, "
          f"exit code {told.code}", flush=True)  # fmt: skip


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine_command")
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="work here, and keep it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.folder or Path(name)
        if not (folder / "scope.toml").exists():
            folder.mkdir(exist_ok=True)
            workspace(folder, chosen.units)
            cut(folder)
        print(f"{chosen.units:,} units; wanted: {MOST_SECONDS:.0f} s, {MOST_MEMORY >> 20} MiB")
        shown("planned, then stopped and merged", run(folder, signal.SIGTERM))
        shown("gone on with, then killed", run(folder, signal.SIGKILL))
        shown("gone on with, then stopped and merged", run(folder, signal.SIGTERM))


if __name__ == "__main__":
    main()
