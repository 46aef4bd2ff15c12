"""Lines of FTP listings that other projects test their parsers with, and what is made of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from benchmarks.listings.readers import OURS, Row, installed
from benchmarks.matching.tables import share, table
from crawler.listings import parse_ftp_line
from documents.records import EntryKind

# A Python client of FTP with two dialects; used where it is installed.
PEER_MODULE = "ftputil.stat"
NINE_COLUMNS = "ls in nine columns"
# How a line's expectation is marked that its own project gets wrong.
_NO_TRUTH = "not truth"
_LS = re.compile(r"([-dl])[-rwxsStT]{9}[+.@]?\s+\d+\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+\S+\s(.+)")
_LS_KINDS = {"-": EntryKind.FILE, "d": EntryKind.DIRECTORY, "l": EntryKind.LINK}
_TYPES = {"file": EntryKind.FILE, "dir": EntryKind.DIRECTORY, "link": EntryKind.LINK}

LineReader = Callable[[str], Row | None]


class Outcome(StrEnum):
    """What became of a line. `WRONG`: read as something else than it is, or read where it is refused."""

    RIGHT = "right"
    WRONG = "wrong"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of another project's tests.

    Attributes:
        dialect: the test that it is from.
        accepted: does that test's parser take it?
        name: None where the test does not say; so `size` and `kind`.
    """

    dialect: str
    line: str
    accepted: bool
    name: str | None
    size: int | None
    kind: EntryKind | None


def known_lines(path: Path) -> tuple[list[KnownLine], int]:
    """The lines of a file, and how many it holds besides whose expectations their own project gets wrong."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        KnownLine(row["kind"], row["line"], row["accept"], row["name"], row["size"], _TYPES.get(row["type"] or ""))
        for row in rows
        if _NO_TRUTH not in row["note"]
    ]
    return lines, len(rows) - len(lines)


def disputed(lines: Sequence[KnownLine]) -> set[int]:
    """The places of lines that one dialect's test refuses and another's accepts, letter by letter or in their shape."""
    accepted = {_shape(each.line) for each in lines if each.accepted}
    return {place for place, each in enumerate(lines) if not each.accepted and _shape(each.line) in accepted}


def _shape(line: str) -> str:
    """A line without what its words and numbers are: `drwxr-xr-x 2 ftp 4096 May 1 2001 x` is `a-a-a 0 a 0 a 0 0 a`."""
    return re.sub(r"\s+", " ", re.sub(r"\d+", "0", re.sub(r"[A-Za-z]+", "a", line)))


def outcome(known: KnownLine, row: Row | None) -> Outcome:
    """Is this what the test expects?"""
    if not known.accepted:
        return Outcome.RIGHT if row is None else Outcome.WRONG
    if row is None:
        return Outcome.REFUSED
    right = known.name in (None, row.name) and known.size in (None, row.size) and known.kind in (None, row.kind)
    return Outcome.RIGHT if right else Outcome.WRONG


def ours(line: str) -> Row | None:
    """The reader of `crawler.listings`."""
    entry = parse_ftp_line(line)
    return None if entry is None else Row(entry.name, entry.kind, entry.size)


def nine_columns(line: str) -> Row | None:
    """What scripts do: the columns of `ls -l`, the name last."""
    found = _LS.fullmatch(line)
    if found is None:
        return None
    name = found[3].partition(" -> ")[0] if found[1] == "l" else found[3]
    return Row(name, _LS_KINDS[found[1]], int(found[2]))


def line_readers() -> Mapping[str, LineReader]:
    """All that can be run here, ours first."""
    found: dict[str, LineReader] = {OURS: ours, NINE_COLUMNS: nine_columns}
    peer = installed(PEER_MODULE)
    if peer is not None:
        found["ftputil"] = _peer(peer)
    return found


def _peer(module: Any) -> LineReader:
    """Its two parsers, one after the other, as it tries them itself."""
    parsers = (module.UnixParser(), module.MSParser())

    def read(line: str) -> Row | None:
        for parser in parsers:
            try:
                told = parser.parse_line(line)
            except Exception:  # noqa: BLE001, S112 - whatever it raises
                continue
            kind = _LS_KINDS.get({0o040000: "d", 0o120000: "l"}.get(told.st_mode & 0o170000, "-"), EntryKind.FILE)
            return Row(told._st_name, kind, told.st_size)
        return None

    return read


def report(path: Path, *, verbose: bool) -> dict[str, dict[str, float]] | None:
    """Print and return every reader's figures; None where there are no lines."""
    if not path.is_file():
        print(f"no lines of FTP listings: name a file with --ftp-lines (looked for {path})")
        return None
    lines, untrue = known_lines(path)
    unclear = disputed(lines)
    print(
        f"{len(lines)} lines: {sum(each.accepted for each in lines)} to be read,"
        f" {sum(not each.accepted for each in lines)} refused by a test of their dialect, of which {len(unclear)} are"
        f" accepted by another's; {untrue} left out whose own project gets them wrong"
    )
    found = {}
    rows = []
    for name, reader in line_readers().items():
        outcomes = [outcome(each, reader(each.line)) for each in lines]
        told = _figures(lines, outcomes, unclear)
        found[name] = told
        rows.append((name, *_cells(lines, outcomes), share(told["all"]), share(told["undisputed"]), ""))
        if verbose and name == OURS:
            for each, one in zip(lines, outcomes, strict=True):
                if one is not Outcome.RIGHT:
                    print(f"  {one} {'' if each.accepted else '(refused by its test) '}{each.dialect}: {each.line!r}")
    heads = ("", "right", "wrong", "refused", "rightly refused", "read", "all right", "undisputed", "")
    print(table(heads, rows))
    return found


def _cells(lines: Sequence[KnownLine], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    counts = Counter((each.accepted, one) for each, one in zip(lines, outcomes, strict=True))
    accepted = [counts[True, one] for one in (Outcome.RIGHT, Outcome.WRONG, Outcome.REFUSED)]
    return tuple(map(str, (*accepted, counts[False, Outcome.RIGHT], counts[False, Outcome.WRONG])))


def _figures(lines: Sequence[KnownLine], outcomes: Sequence[Outcome], unclear: set[int]) -> dict[str, float]:
    right = [one is Outcome.RIGHT for one in outcomes]
    read = [one for one, each in zip(right, lines, strict=True) if each.accepted]
    clear = [one for place, one in enumerate(right) if place not in unclear]
    return {
        "to_be_read": sum(read) / len(read),
        "all": sum(right) / len(right),
        "undisputed": sum(clear) / len(clear),
    }
