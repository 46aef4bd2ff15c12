"""How much a second sweep of an unchanged estate costs: time and bytes, beside the first.

    python -m benchmarks incremental [--documents 100000] [--only open_directory|site|bucket] [--holds mixed|texts]

The server is a process of its own on loopback, and is not paced, so that the work shows. The first sweep reads and
judges every document; the second has what is remembered. Both are whole commands, start-up and merge included. Seconds
tell of a machine that nobody else uses; core-seconds of any. Open directory and bucket hold DOCX, PDF, HTML and text,
as an estate of letters does, or texts only (`--holds texts`); a site is pages.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.incremental_server import BUCKET
from demo_range.letters import known_letters
from demo_range.rendering import Format, rendered

# What the second sweep has to reach: how many times as fast, and share of the bytes.
FLOORS = {"open_directory": 15.0, "bucket": 15.0, "site": 3.0}
MOST_BYTES = 0.02
# Ends a sweep that hangs, seconds for a document.
LONGEST = 0.5

_SCOPE = """
organisation = "Benchmark"
contact = "benchmark@example.org"
[authority]
who = "Benchmark"
reference = "B-1"
expires = 2999-12-31
[pack]
path = "../pack"
key = "../pack.key"
[limits]
requests_per_second = 1000
requests = 10000000
bytes = 1000000000000
seconds = 86400
[network]
private_addresses = ["127.0.0.1"]
"""
_TARGETS = {
    "open_directory": '[[site]]\nurl = "http://127.0.0.1:{port}/open/"\nkind = "open_directory"\n',
    "site": '[[site]]\nurl = "http://127.0.0.1:{port}/site/"\nrobots = "record"\nrobots_reference = "B-1"\n',
    "bucket": f'[[bucket]]\nname = "{BUCKET}"\nendpoint = "http://127.0.0.1:{{port}}"\n',
}
_WHOSE = 'tier = "own"\nauthority = "B-1"\n'


def stray(folder: Path, longest: float, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=longest, check=False)


@contextmanager
def estate(documents: int, holds: str) -> Iterator[subprocess.Popen[str]]:
    """The server, running."""
    command = [sys.executable, "-m", "benchmarks.incremental_server", str(documents), holds]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.kill()


def line(server: subprocess.Popen[str], ask: bool = True) -> str:
    """What the server says next; the count of bytes where it is asked."""
    assert server.stdin
    assert server.stdout
    if ask:
        server.stdin.write("\n")
        server.stdin.flush()
    return server.stdout.readline()


def _processor() -> float:
    """Core-seconds of all commands that have ended, and of the processes that they started."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def measured(folder: Path, kind: str, documents: int, holds: str) -> bool:
    """Sweep twice and print both; was the floor reached?"""
    place = folder / f"{kind}-{holds}"
    place.mkdir()
    with estate(documents, holds) as server:
        port = line(server, ask=False).strip()
        (place / "scope.toml").write_text(_SCOPE + _TARGETS[kind].format(port=port) + _WHOSE)
        seconds, processor, sent = [], [], []
        for number in range(2):
            line(server)
            began, before = time.perf_counter(), _processor()
            told = stray(place, 300 + documents * LONGEST, "sweep", "--format", "json")
            seconds.append(time.perf_counter() - began)
            processor.append(_processor() - before)
            sent.append(json.loads(line(server))["sent"])
            assert told.stdout, told.stderr
            summary = json.loads(told.stdout)
            seen = {name: summary[name] for name in ("documents", "unchanged")}
            spent = f"{seconds[-1]:.1f} s, {processor[-1]:.1f} core-s, {sent[-1] / 1e6:.2f} MB"
            print(f"  sweep {number + 1}: {spent}, {seen}, {summary['findings']}")
    remembered = sum(path.stat().st_size for path in (place / "findings.duckdb.memory").iterdir())
    ratio, share = seconds[0] / seconds[1], sent[1] / sent[0]
    less = processor[0] / processor[1]
    print(f"  {ratio:.1f} times as fast (wanted: {FLOORS[kind]:.0f}), 1/{less:.1f} of the processor's time")
    print(f"  {share:.2%} of the bytes (wanted: 2 %)")
    print(f"  remembered: {remembered / documents:.0f} bytes for each document")
    return ratio >= FLOORS[kind] and share <= MOST_BYTES


def main() -> None:
    """Print each kind; the exit code is 1 where a floor was not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks incremental")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--only", choices=sorted(_TARGETS))
    parser.add_argument("--holds", choices=["mixed", "texts"], default="mixed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "letters").mkdir()
        for kept in known_letters(3, 5):
            (folder / "letters" / f"{kept.letter_id}.txt").write_bytes(rendered(Format.TXT, kept.sheet))
        built = stray(folder, 300, "pack", "build", "letters", "--pack", "pack", "--key", "pack.key")
        assert built.returncode == 0, built.stderr
        reached = []
        for kind in [chosen.only] if chosen.only else _TARGETS:
            print(f"{kind} ({chosen.holds}), {chosen.documents:,} documents", flush=True)
            reached.append(measured(folder, kind, chosen.documents, chosen.holds))
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
