"""Fuzzing with atheris: `python -m tests.extraction.fuzz [libFuzzer options]`, five minutes where none are given.

Seeds are letters in every format that can be written here. A finding is left in the current folder as `crash-...`;
`python -m tests.extraction.fuzz crash-...` repeats it. Atheris lies in `.ci/fuzz.lock`, beside the project's own lock.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["documents", "extraction"]):
    from tests.extraction import fuzz_targets

from benchmarks.extraction.catalogue import Files, chosen
from benchmarks.extraction.hardening import samples
from benchmarks.extraction.letters import Kind, letter
from documents.media_type import sniff

_USUAL = ("-max_total_time=300", "-timeout=60", "-rss_limit_mb=3000", "-max_len=65536", "-print_final_stats=1")


def write_seeds(folder: Path) -> None:
    """Each sample for the reader of its type and for the targets that take anything."""
    whole = samples(Files([letter(Kind.LABORATORY, 0)]), chosen())
    for number, data in enumerate(whole.values()):
        names = (
            ["sniffed", "routed", str(sniff(data))]
            + ["carved"] * data.startswith(b"PK")
            + ["repaired"] * (b"%PDF-" in data[:1024])
        )
        for name in names:
            if name in fuzz_targets.TARGETS:
                place = fuzz_targets.NAMES.index(name)
                (folder / f"{place:02d}-{number:03d}").write_bytes(fuzz_targets.aimed(name, data))


def main() -> None:
    """Fuzz, or repeat what was found."""
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="stray-fuzz-") as folder:
        if not any(not one.startswith("-") for one in given):
            write_seeds(Path(folder))
            given = [*(given or _USUAL), folder]
        atheris.Setup([sys.argv[0], *given], fuzz_targets.call)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
