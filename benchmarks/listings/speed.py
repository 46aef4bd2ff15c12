"""Processor time and peak memory of short and long listings, each read in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urljoin

from lxml import etree

from benchmarks.listings.ftp import ours as our_line
from benchmarks.listings.made_pages import SHAPES, URL, Shape
from benchmarks.listings.readers import OURS, PEER_MODULE, absolute_links, installed, readers
from benchmarks.matching.tables import number, table
from crawler.listings import parse_listing

SHORT, LONG = 100, 100_000
# What the readers are held to: CPU ms of a short page; seconds and MB of a long one.
MOST_MS, MOST_SECONDS, MOST_MB = 10, 3, 300
BARE = "bare parser"
# A short page is read this often, each time with other names; the median counts.
_SHORT_RUNS = 41
# Runs of a long page, each in a new process; the quickest counts, being the least disturbed.
_LONG_RUNS = 3
# Ends a run that hangs, seconds: the slowest peer takes two minutes for the longest page of 20 MB.
_LONGEST_RUN = 400
_MEGABYTE_KIB = 1024

# Reads a body and returns how many rows it found.
Counter = Callable[[bytes, Shape], int]


def _ours(body: bytes, shape: Shape) -> int:
    if not shape.content_type:
        return sum(our_line(line) is not None for line in body.decode().splitlines())
    return len(parse_listing(body, URL, shape.content_type).entries)


def _bare(body: bytes, shape: Shape) -> int:
    """The format's own parser and an absolute address for each row, and nothing else."""
    match shape.content_type:
        case "application/json":
            return len([urljoin(URL, quote(row["name"])) for row in json.loads(body)])
        case "application/xml":
            keys = etree.fromstring(body, etree.XMLParser(huge_tree=True)).iter("{*}Key")
            return len([urljoin(URL, quote(key.text or "")) for key in keys])
        case "":
            return len([urljoin(URL, quote(line[line.rindex(" ") + 1 :])) for line in body.decode().splitlines()])
        case _:
            return len(list(absolute_links(body, URL)))


def _peers() -> Mapping[str, Counter]:
    if installed(PEER_MODULE) is None:
        return {}
    found = {name: reader for name, reader in readers().items() if name.startswith(PEER_MODULE)}

    def counter(name: str) -> Counter:
        return lambda body, _: len(found[name](body, URL).rows or ())

    return {name: counter(name) for name in found}


def report(*, peers_too: bool, rows: int = LONG) -> dict[str, dict[str, float]]:
    """Print and return the figures of all shapes and readers."""
    figures: dict[str, dict[str, float]] = {}
    lines = []
    for shape, written in SHAPES.items():
        mine: dict[str, float] = {}
        for reader in _asked(written):
            long_too = peers_too or reader in (OURS, BARE)
            told = _measured(reader, shape, rows if long_too else 0)
            mine = mine or told
            figures[f"{shape} {reader}"] = told
            lines.append(_line(shape, reader, told, mine))
    print(f"{SHORT} rows: median of {_SHORT_RUNS}; {rows:,} rows: the quickest of {_LONG_RUNS}; processor time")
    heads = ("", "reader", f"ms, {SHORT}", "CPU : ours", f"s, {rows:,}", "CPU : ours", "peak MB", "page MB", "missed")
    print(table(heads, lines))
    return figures


def _asked(shape: Shape) -> list[str]:
    html = shape.content_type.startswith("text/html")
    return [OURS, BARE, *(_peers() if html else ())]


def _line(shape: str, reader: str, told: Mapping[str, float], mine: Mapping[str, float]) -> tuple[str, ...]:
    missed = []
    if reader == OURS:
        held = (("ms", MOST_MS), ("seconds", MOST_SECONDS), ("peak_mb", MOST_MB))
        missed = [f"{what} > {most}" for what, most in held if told[what] > most]
    long_too = "seconds" in told
    return (
        shape,
        reader,
        number(told["ms"], 2),
        number(told["ms"] / mine["ms"], 2),
        number(told["seconds"], 2) if long_too else "-",
        number(told["seconds"] / mine["seconds"], 2) if long_too else "-",
        number(told["peak_mb"]) if long_too else "-",
        number(told["page_mb"], 1) if long_too else "-",
        ", ".join(missed),
    )


def _measured(reader: str, shape: str, rows: int) -> dict[str, float]:
    told = _in_a_process(reader, shape, SHORT)
    if not rows:
        return told
    runs = [_in_a_process(reader, shape, rows) for _ in range(_LONG_RUNS if reader in (OURS, BARE) else 1)]
    return told | min(runs, key=lambda run: run["seconds"])


def _in_a_process(reader: str, shape: str, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.listings", "measure", reader, shape, str(rows)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=_LONGEST_RUN, check=True)
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures


def measure(reader: str, shape: str, rows: int) -> dict[str, float]:
    """Read one listing in this process: milliseconds of a short one, seconds and peak memory of a long one."""
    written = SHAPES[shape]
    read = {OURS: _ours, BARE: _bare}.get(reader) or _peers()[reader]
    # The first page brings in what is loaded when it is first asked for.
    read(written.make(0, 10), written)
    if rows <= SHORT:
        return {"ms": _short(read, written, rows)}
    body = written.make(0, rows)
    before = time.process_time()
    found = read(body, written)
    seconds = time.process_time() - before
    _check(found, rows)
    return {"seconds": seconds, "peak_mb": peak_mb(), "page_mb": len(body) / 1e6}


def _short(read: Counter, shape: Shape, rows: int) -> float:
    times = []
    for run in range(_SHORT_RUNS):
        body = shape.make(run * rows, rows)
        before = time.process_time()
        found = read(body, shape)
        times.append(time.process_time() - before)
        _check(found, rows)
    return sorted(times)[_SHORT_RUNS // 2] * 1_000


def _check(found: int, rows: int) -> None:
    """A reader that reads nothing is quick; a bare parser also counts the links of the head."""
    few = 6
    if not rows <= found <= rows + few:
        raise RuntimeError(f"{found} rows of {rows}")


def peak_mb() -> float:
    """The most memory that this process held, MB; of itself alone, unlike `ru_maxrss`, which begins at its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("no VmHWM in /proc/self/status")
    return int(found[1]) / _MEGABYTE_KIB
