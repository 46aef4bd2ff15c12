"""What a process needs that only has files extracted: `python -m benchmarks.extraction.parent_memory FOLDER`.

Prints megabytes: the most that it ever had, and the most beyond the largest document, which any caller must hold.
"""

from __future__ import annotations

import re
import resource
import sys
from concurrent.futures import Future
from pathlib import Path

from extraction.isolation import ExtractorPool
from extraction.records import Extraction

_WORKERS = 2
_AHEAD = 3 * _WORKERS
# Documents larger than this are sent alone.
_LARGE_BYTES = 8 << 20


def peak_megabytes() -> float:
    """The most that this process had. What `getrusage` says is inherited from whoever started it, so Linux is asked."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def main() -> None:
    """Every file of the folder, a few ahead, as sweeps do."""
    peak = beyond = 0.0
    with ExtractorPool(_WORKERS) as pool:
        waiting: list[Future[Extraction]] = []
        for path in sorted(Path(sys.argv[1]).iterdir(), key=lambda one: one.stat().st_size):
            size = path.stat().st_size
            while waiting and (size > _LARGE_BYTES or len(waiting) >= _AHEAD):
                waiting.pop(0).result()
            waiting.append(pool.submit(path.read_bytes()))
            if size > _LARGE_BYTES:
                waiting.pop().result()
            peak = peak_megabytes()
            beyond = max(beyond, peak - (size / (1 << 20) if size > _LARGE_BYTES else 0))
        for future in waiting:
            future.result()
    print(f"{peak:.0f} {beyond:.0f}")


if __name__ == "__main__":
    main()
