"""How many units this machine can work on at a time: by the processors and the memory that it may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from scope.model import Limits

# What one unit at work takes in memory, bytes: a worker with a small pack and its extractor, 403 MiB (206 of them not
# shared where two run), measured on folders of text; docs/scale.md.
UNIT_MEMORY: Final = 420 << 20
# Share of the memory that is free now which units may take; the rest is for the merge and for other programs.
MEMORY_SHARE: Final = 0.7
# Seconds of a processor for one request and its document, fetch to store, the mean of pages and office files:
# benchmarks/end_to_end.py. A polite crawl waits for most of each second, so one processor serves several.
CPU_PER_REQUEST: Final = 0.07
# Units for each processor at most, however slowly they ask: a page that is a scan costs seconds, not milliseconds.
MOST_PER_PROCESSOR: Final = 8
_CGROUPS: Final = Path("/sys/fs/cgroup")


def units_at_once(limits: Limits) -> int:
    """Units for this machine at this pace, 1 at least."""
    busy = max(min(limits.requests_per_second * CPU_PER_REQUEST, 1.0), 1 / MOST_PER_PROCESSOR)
    by_processors = int(processors() / busy)
    by_memory = int(free_memory() * MEMORY_SHARE / UNIT_MEMORY)
    return max(1, min(by_processors, by_memory))


def processors() -> float:
    """Processors that this process may use: those that it is bound to, or less where its group has a quota."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [quota for folder in _groups() if (quota := _quota(folder)) is not None]
    return min([float(bound), *quotas])


def free_memory() -> int:
    """Bytes that can still be had: of the machine, or of the group where that has a limit."""
    free = [_of_machine()]
    for folder in _groups():
        most, used = _number(folder / "memory.max"), _number(folder / "memory.current")
        if most is not None and used is not None:
            free.append(max(0, most - used))
    return min(free)


def _of_machine() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(told["MemAvailable"].split()[0]) * 1024


def _groups() -> list[Path]:
    """Folders of this process's control group and of all above it; none where there are no such groups (version 2)."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    own = [line[3:].strip("/") for line in lines if line.startswith("0::")]
    if not own:
        return []
    inner = _CGROUPS / own[0]
    return [folder for folder in (inner, *inner.parents) if folder.is_relative_to(_CGROUPS)]


def _quota(folder: Path) -> float | None:
    """Processors that a group may use, or None for all."""
    try:
        most, period = (folder / "cpu.max").read_text().split()
        return int(most) / int(period)
    except (OSError, ValueError):
        return None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
