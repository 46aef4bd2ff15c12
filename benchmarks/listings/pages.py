"""Real pages with what is known of their rows, and how much of it a reader tells."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from benchmarks.listings.readers import OURS, Answer, Reader, Row, readers
from benchmarks.matching.tables import number, share, table
from documents.records import EntryKind

# Each page is read this often; the quickest pass counts, being the least disturbed.
_PASSES = 2


@dataclass(frozen=True, slots=True)
class Known:
    """One row of which something is known; None for what is not."""

    kind: EntryKind
    name: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class RealPage:
    """A page and what a person or another program read from it."""

    file: str
    body: bytes = field(repr=False)
    url: str
    folders: int
    files: int
    known: tuple[Known, ...]


@dataclass(slots=True)
class Score:
    """How many pages and rows are told right. The shares are of `pages`, `names` and `sizes`."""

    pages: int = 0
    detected: int = 0
    both: int = 0
    total: int = 0
    names: int = 0
    names_right: int = 0
    sizes: int = 0
    sizes_as_given: int = 0
    sizes_in_rounding: int = 0

    def add(self, other: Score) -> None:
        """Count another's in."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def real_pages(folder: Path) -> list[RealPage]:
    """The pages of a folder with an `expected.json`."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return [
        RealPage(
            file,
            (folder / file).read_bytes(),
            told["url"],
            told["n_dirs"],
            told["n_files"],
            (*_known(EntryKind.DIRECTORY, told["known_dirs"]), *_known(EntryKind.FILE, told["known_files"])),
        )
        for file, told in expected.items()
    ]


def _known(kind: EntryKind, rows: Sequence[Mapping[str, object]]) -> list[Known]:
    found = []
    for row in rows:
        name, size = row.get("name"), row.get("size")
        found.append(Known(kind, name if isinstance(name, str) else None, size if isinstance(size, int) else None))
    return found


def scored(page: RealPage, answer: Answer, rounding: Mapping[str, int]) -> Score:
    """One page's score.

    Args:
        page: what is known.
        answer: what a reader says.
        rounding: by name, how far a size may lie from the printed one, bytes.
    """
    rows = answer.rows or ()
    kinds = Counter(row.kind for row in rows)
    score = Score(
        pages=1,
        detected=answer.detected is True,
        both=(kinds[EntryKind.DIRECTORY], kinds[EntryKind.FILE]) == (page.folders, page.files),
        total=len(rows) == page.folders + page.files,
    )
    by_name: defaultdict[tuple[EntryKind, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row.kind, row.name].append(row)
    for known in page.known:
        named = [] if known.name is None else by_name[known.kind, known.name]
        score.names += known.name is not None
        score.names_right += bool(named)
        if known.size is not None and known.name is not None:
            sizes = [row.size for row in named if row.size is not None]
            near = rounding.get(known.name, 0)
            score.sizes += 1
            score.sizes_as_given += known.size in sizes
            score.sizes_in_rounding += any(abs(size - known.size) <= near for size in sizes)
    return score


def report(folder: Path, *, verbose: bool) -> dict[str, dict[str, float]] | None:
    """Print and return every reader's figures; None where there are no pages."""
    if not (folder / "expected.json").is_file():
        print(f"no real pages: name a folder with pages and an expected.json with --pages (looked in {folder})")
        return None
    pages = real_pages(folder)
    able = readers()
    rounding = [{row.name: row.error for row in able[OURS](page.body, page.url).rows or ()} for page in pages]
    found: dict[str, tuple[Score, float]] = {}
    for name, reader in able.items():
        answers, seconds = _timed(reader, pages)
        score = Score()
        for page, answer, near in zip(pages, answers, rounding, strict=True):
            one = scored(page, answer, near)
            score.add(one)
            if verbose and name == OURS:
                _tell(page, answer, one)
        found[name] = (score, seconds)
    _print(found, pages)
    return {name: _figures(score, seconds) for name, (score, seconds) in found.items()}


def _timed(reader: Reader, pages: Sequence[RealPage]) -> tuple[list[Answer], float]:
    """All answers, and the seconds of processor time of the quickest pass."""
    quickest = float("inf")
    answers: list[Answer] = []
    for _ in range(_PASSES):
        began = time.process_time()
        answers = [reader(page.body, page.url) for page in pages]
        quickest = min(quickest, time.process_time() - began)
    return answers, quickest


def _figures(score: Score, seconds: float) -> dict[str, float]:
    return {
        "detected": score.detected / score.pages,
        "both": score.both / score.pages,
        "total": score.total / score.pages,
        "names": score.names_right / score.names,
        "sizes_as_given": score.sizes_as_given / score.sizes,
        "sizes_in_rounding": score.sizes_in_rounding / score.sizes,
        "pages_a_second": score.pages / seconds,
    }


def _tell(page: RealPage, answer: Answer, score: Score) -> None:
    """What is wrong with one page."""
    right = score.detected and score.both and score.total and score.names == score.names_right
    if right and score.sizes == score.sizes_as_given:
        return
    kinds = Counter(str(row.kind) for row in answer.rows or ())
    missed = score.names - score.names_right
    wrong = score.sizes - score.sizes_as_given
    print(
        f"{page.file}: {page.folders} folders and {page.files} files are {dict(kinds)};"
        f" {missed} names and {wrong} sizes not found"
    )


def _print(found: Mapping[str, tuple[Score, float]], pages: Sequence[RealPage]) -> None:
    mine = found[OURS][1]
    rows = []
    for name, (score, seconds) in found.items():
        told = _figures(score, seconds)
        reads = score.names_right > 0
        detects = score.detected > 0
        shares = [share(told["detected"]) if detects else "-"]
        asked = ("both", "total", "names", "sizes_as_given", "sizes_in_rounding")
        shares += [share(told[each]) if reads else "-" for each in asked]
        rows.append((name, *shares, number(told["pages_a_second"]), f"{number(seconds / mine, 2)}", ""))
    sizes = sum(known.size is not None for page in pages for known in page.known)
    print(f"{len(pages)} real pages, all of them listings; {found[OURS][0].names} names and {sizes} sizes are known")
    heads = ("", "detected", "dirs and files", "total", "names", "sizes", "in rounding", "pages/s", "CPU : ours", "")
    print(table(heads, rows))
