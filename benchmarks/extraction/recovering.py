"""A run: every letter in every format read in isolation, what came out, and whom the matcher names."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.extraction.letters import Letter, letters
from benchmarks.extraction.rendered import Family, Format, Rendered
from benchmarks.extraction.shingles import recovered
from extraction.isolation import ExtractorPool
from extraction.records import Extraction
from inspection.scans import ScanPass
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter as KnownLetter
from matchers.pack_build import build_pack
from matchers.verdicts import Piece, Verdict

# The key of a pack that holds nothing but made letters.
KEY = PackKey(bytes(range(32)))
# Language data of Debian's package, for peers.
DISTRIBUTION_DATA = "/usr/share/tesseract-ocr/5/tessdata"
# What the issue asks for: median share of a letter's runs of five words, and share of letters that are named.
RECOVERED = {Family.TEXT: 0.98, Family.SCAN: 0.90, Family.FAX: 0.65}
NAMED = {Family.TEXT: 0.995, Family.SCAN: 0.98, Family.FAX: 0.90}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's answer.

    Attributes:
        recovered: share of the runs of its parts.
        whole: the same over the letter as one text, the seams between its parts included.
        named: is this letter, and no other, said to be in it?
        problem: the first that was told, if any.
    """

    recovered: float
    whole: float
    named: bool
    problem: str


@dataclass(frozen=True, slots=True)
class FormatFigures:
    """All files of one format.

    Attributes:
        name: of the format.
        family: of the format.
        files: their number.
        median: of `recovered`.
        worst: of `recovered`.
        whole: median.
        named: files whose letter, and no other, was named.
        problems: files with one, by its words.
        milliseconds: of wall time a file, all workers busy.
    """

    name: str
    family: Family
    files: int
    median: float
    worst: float
    whole: float
    named: int
    problems: dict[str, int]
    milliseconds: float


@contextmanager
def matcher_of(count: int) -> Iterator[Matcher]:
    """A matcher on a pack of so many letters, of every kind the same number, identifiers registered."""
    with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
        pack = Path(folder) / "pack"
        build_pack((KnownLetter(one.letter_id, one.text, one.identifiers) for one in letters(count)), pack, KEY)
        yield Matcher(open_pack(pack, KEY))


def read(pool: ExtractorPool, files: Sequence[Rendered], workers: int = 2) -> list[Extraction]:
    """The files in order: their text, then what only recognition reads."""
    waiting = [pool.submit(one.data) for one in files]
    found = [future.result() for future in waiting]
    if not any(one.scans for one in found):
        return found
    scans = ScanPass(pool, workers)
    with ThreadPoolExecutor(workers) as threads:  # letters have a page or two: each worker has one
        return list(threads.map(scans.completed, [one.data for one in files], found))


def outcome(matcher: Matcher, letter: Letter, made: Rendered, extraction: Extraction) -> Outcome:
    """An extraction beside what the file holds."""
    pieces = [Piece(piece.path, piece.text) for piece in extraction.pieces]
    judgement = matcher.match(pieces, partial=extraction.partial)
    known = {match.letter_id for match in judgement.letters if match.verdict is Verdict.KNOWN_LETTER}
    first = next(iter(extraction.problems), None)
    return Outcome(
        recovered(made.parts, extraction.text),
        recovered((letter.text,), extraction.text),
        known == {letter.letter_id},
        f"{first.reason}: {first.detail}" if first else "",
    )


def figures(
    pool: ExtractorPool, matcher: Matcher, form: Format, known: Sequence[Letter], files: Sequence[Rendered]
) -> FormatFigures:
    """One format's files, read and judged."""
    began = time.perf_counter()
    extractions = read(pool, files)
    seconds = time.perf_counter() - began
    outcomes = [outcome(matcher, *one) for one in zip(known, files, extractions, strict=True)]
    return FormatFigures(
        name=form.name,
        family=form.family,
        files=len(files),
        median=statistics.median(one.recovered for one in outcomes),
        worst=min(one.recovered for one in outcomes),
        whole=statistics.median(one.whole for one in outcomes),
        named=sum(one.named for one in outcomes),
        problems=dict(Counter(one.problem for one in outcomes if one.problem)),
        milliseconds=1000 * seconds / len(files),
    )
