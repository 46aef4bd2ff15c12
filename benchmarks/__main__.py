"""All benchmarks, one after another, or one with its options: `python -m benchmarks listings --only ftp`."""

from __future__ import annotations

import subprocess
import sys

# Each runs in a process of its own, so that none measures what another left behind.
BENCHMARKS = (
    "bucket_listing",
    "bucket_names",
    "buckets",
    "crawling",
    "early_answer",
    "engine",
    "engine_command",
    "extraction",
    "findings",
    "incremental",
    "listings",
    "matching",
    "ocr",
    "sensitivity",
    "sketches",
    "sound",
    "end_to_end",
)


def main() -> None:
    """Run all, or the one that is named; the exit code is 0 where each was."""
    match sys.argv[1:]:
        case []:
            chosen: tuple[str, ...] = BENCHMARKS
        case [name, *_] if name in BENCHMARKS:
            chosen = (name,)
        case _:
            print(f"usage: python -m benchmarks [{'|'.join(BENCHMARKS)} [OPTION...]]", file=sys.stderr)
            sys.exit(2)
    failed = 0
    for name in chosen:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *sys.argv[2:]]
        failed += subprocess.run(command, check=False).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
