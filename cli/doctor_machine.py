"""What `stray doctor` tells of the machine: extras, user, memory, limits, clock, locale, what earlier runs left."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cli.amounts import size
from cli.doctor_checks import Check, State
from sweeps.machine import UNIT_MEMORY, free_memory, processors

# What each extra is imported as, and what its absence costs. `audio` and `ocr` are tried, not only looked for.
EXTRAS: Final = {
    "evidence": (("pyrage", "warcio"), "no file can be sealed as evidence"),
    "notify": (("apprise",), "nobody is told of news or of a missing sweep"),
    "triage": (("textual", "starlette", "uvicorn", "multipart"), "no `stray triage`"),
    "dask": (("distributed",), "no sweep on many machines"),
    "proxy": (("python_socks",), "no SOCKS proxy"),
    "browser": (("playwright",), "pages that scripts draw are recorded as skipped (needs_browser)"),
    "plots": (("matplotlib",), "reports and calibration without plots"),
}
# Files that one unit may hold open: connections, parts of its spool, a browser's pipes. Most systems grant this.
FEW_FILES: Final = 1024
# Bytes for bodies that do not fit into memory: two units at the largest body of the defaults, a few times.
LITTLE_TEMPORARY: Final = 1 << 30
# Seconds that the clock and a file that was just written may differ: those of a file server are a little apart.
_CLOCK_GRAIN: Final = 300
_SYNCHRONISED: Final = (Path("/run/systemd/timesync/synchronized"), Path("/run/chrony/chronyd.pid"))


def extra_checks() -> Iterator[Check]:
    """What is installed beside the packages that everybody has."""
    yield Check("stray", State.OK, version("stray"))
    for extra, (modules, cost) in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        told = f"not installed: {cost}; install stray[{extra}] if that is wanted" if missing else "installed"
        yield Check(f"extra {extra}", State.OK, told)


def resource_checks(environment: Mapping[str, str]) -> Iterator[Check]:
    """User, memory, open files, room for temporary files, kept compiled loops."""
    root = os.geteuid() == 0
    told = "root: give it a user of its own; a parser's fault would be root's" if root else f"uid {os.geteuid()}"
    yield Check("user", State.WARNING if root else State.OK, told)
    free = free_memory()
    little = free < 2 * UNIT_MEMORY
    what = f"{size(free)} free, {processors():g} processors; a unit takes some {size(UNIT_MEMORY)}"
    yield Check("memory", State.WARNING if little else State.OK, f"{what}{': sweeps would be slow' if little else ''}")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = soft != resource.RLIM_INFINITY and soft < FEW_FILES
    told = f"{soft} (of {hard}); set LimitNOFILE or ulimit -n to {FEW_FILES} at least" if few else str(soft)
    yield Check("open files", State.WARNING if few else State.OK, told)
    yield _temporary()
    kept = environment.get("NUMBA_CACHE_DIR") or str(Path(__file__).parents[1] / "matchers" / "__pycache__")
    writable = os.access(kept if Path(kept).exists() else Path(kept).parent, os.W_OK)
    told = kept if writable else f"{kept} can not be written: each worker compiles its loops anew; set NUMBA_CACHE_DIR"
    yield Check("compiled loops", State.OK if writable else State.WARNING, told)


def _temporary() -> Check:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"stray")
    except OSError as error:
        return Check("temporary files", State.FAILED, f"none can be written ({error.strerror}); set TMPDIR")
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    little = free < LITTLE_TEMPORARY
    told = f"{size(free)} free at {folder}{': large files are spooled there; free some' if little else ''}"
    return Check("temporary files", State.WARNING if little else State.OK, told)


def time_checks(environment: Mapping[str, str]) -> Iterator[Check]:
    """Is the clock believed by the file system, and kept by somebody? Are time zones known? Can names be shown?"""
    yield _clock_and_files()
    kept = next((path for path in _SYNCHRONISED if path.exists()), None)
    told = f"kept right ({kept})" if kept else "no sign of a service that keeps it right (NTP); times are evidence"
    yield Check("clock kept", State.OK if kept else State.UNKNOWN, told)
    try:
        ZoneInfo("Europe/London")
        yield Check("time zones", State.OK, "known")
    except ZoneInfoNotFoundError:
        yield Check("time zones", State.FAILED, "unknown: windows of time can not be kept; install tzdata")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    plain = encoding == "utf8"
    told = f"{encoding or 'none'}: names in other scripts are shown by their codes; set LC_ALL=C.UTF-8"
    yield Check("terminal", State.OK if plain else State.WARNING, environment.get("TERM", "no TERM") if plain else told)


def _clock_and_files() -> Check:
    """A file that is written now has the file system's time, which on a share is another machine's."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"stray")
        file.flush()
        apart = os.fstat(file.fileno()).st_mtime - time.time()
    if abs(apart) > _CLOCK_GRAIN:
        return Check("clock and files", State.WARNING, f"a file written now is {apart:+.0f} s off: one clock is wrong")
    newest = max((path.stat().st_mtime for path in _telling_files()), default=0.0)
    if newest - time.time() > _CLOCK_GRAIN:
        at = datetime.fromtimestamp(newest, UTC)
        return Check(
            "clock and files", State.WARNING, f"there are files of {at:%Y-%m-%d %H:%M} UTC: the clock is behind"
        )
    return Check("clock and files", State.OK, "agree")


def _telling_files() -> Iterator[Path]:
    """Files that a running system writes to; their times can not lie ahead."""
    for name in ("/var/log", "/run", "/var/lib"):
        with suppress(OSError):
            yield from (path for path in Path(name).iterdir() if path.is_file() and not path.is_symlink())


def leftover_checks() -> Iterator[Check]:
    """Workers whose sweep is gone: they end by themselves within seconds, or something holds them."""
    orphans = sorted(_orphans())
    told = f"processes {', '.join(map(str, orphans))}: look at them, then kill them" if orphans else "none"
    yield Check("orphaned workers", State.WARNING if orphans else State.OK, told)


def _orphans() -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            if folder.stat().st_uid != os.geteuid():
                continue
            if b"sweeps.worker" not in (folder / "cmdline").read_bytes().split(b"\0"):
                continue
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == 1:
                yield int(folder.name)
