"""All benchmarks, one after another: `python -m benchmarks`."""

from __future__ import annotations

import subprocess
import sys

# Each runs in a process of its own, so that none measures what another left behind.
BENCHMARKS = ("crawling", "matching", "end_to_end")


def main() -> None:
    """Run all; the exit code is 0 where each was."""
    failed = 0
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
