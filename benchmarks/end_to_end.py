"""The main job, whole: an open directory of letters swept into DuckDB, beside only fetching and reading the same files.

    python -m benchmarks.end_to_end

The peer downloads each file of the same server with urllib3, one connection, and extracts it in this process: no scope,
no isolation, no matching, no findings. The ratio says what all of that costs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import urllib3

from demo_range.letters import House, known_letters, letter
from demo_range.open_directories import OpenDirectoryServer
from demo_range.rendering import Format, rendered
from extraction.reader import extract

# Letters in the pack and files on the server: known ones, and as many of other patients on the same templates.
PATIENTS_A_HOUSE = 20
FILES_A_FOLDER = 40
FORMATS = (Format.TXT, Format.HTML, Format.PDF, Format.DOCX)
# Ends a sweep that hangs, seconds.
LONGEST_RUN = 200

_SCOPE = """
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
requests_per_second = 1000
[network]
private_addresses = ["127.0.0.1"]
"""
_SITE = """
[[site]]
url = "{url}/{half}/"
kind = "open_directory"
tier = "own"
authority = "B-1"
"""


def plant(folder: Path) -> int:
    """Write the letters for the pack and the files to be found, one half a server; how many files a half has."""
    known = known_letters(3, PATIENTS_A_HOUSE)
    strangers = [letter(house, PATIENTS_A_HOUSE + number, 3) for house in House for number in range(PATIENTS_A_HOUSE)]
    (folder / "letters").mkdir(parents=True)
    for kept in known:
        (folder / "letters" / f"{kept.letter_id}.txt").write_bytes(rendered(Format.TXT, kept.sheet))
    for number, found in enumerate([*known, *strangers]):
        form = FORMATS[number % len(FORMATS)]
        place = folder / "open" / str(number % 2) / str(number // FILES_A_FOLDER) / f"{number:04d}.{form}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(rendered(form, found.sheet))
    return (len(known) + len(strangers)) // 2


def stray(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_RUN, check=False)


def fetched_and_read(folder: Path, url: str) -> int:
    """The peer; how many files gave text."""
    pool = urllib3.PoolManager(maxsize=1)
    names = [path.relative_to(folder / "open").as_posix() for path in (folder / "open").rglob("*.*")]
    return sum(bool(extract(pool.request("GET", f"{url}/{name}").data).pieces) for name in names)


def main() -> None:
    """Print documents a second of both, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        half = plant(folder)
        began = time.perf_counter()
        built = stray(folder, "pack", "build", "letters", "--pack", "pack", "--key", "pack.key")
        assert built.returncode == 0, built.stderr
        building = time.perf_counter() - began
        with OpenDirectoryServer(folder / "open") as first, OpenDirectoryServer(folder / "open") as second:
            sites = [_SITE.format(url=server.url, half=number) for number, server in enumerate((first, second))]
            (folder / "scope.toml").write_text(_SCOPE + "".join(sites))
            began = time.perf_counter()
            swept = stray(folder, "sweep", "--format", "json")
            sweeping = time.perf_counter() - began
            summary = json.loads(swept.stdout)
            began = time.perf_counter()
            read = fetched_and_read(folder, first.url)
            reading = time.perf_counter() - began
    known = summary["verdicts"].get("known_letter", 0)
    print(f"pack build from files: {half / building:.0f} letters/s, start-up included")
    print(f"sweep of 2 hosts: {2 * half} files, {known} known letters found, {sweeping:.1f} s")
    print(f"sweep, end to end: {summary['documents'] / sweeping:.0f} documents/s, start-up and merge included")
    print(f"fetch and extract only, one process: {read / reading:.0f} documents/s")
    print(f"ratio sweep : fetch and extract = {summary['documents'] / sweeping / (read / reading):.2f}")


if __name__ == "__main__":
    main()
