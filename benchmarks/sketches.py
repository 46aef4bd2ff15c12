"""Sketches: what they find of letters that are added later, what they say falsely, their size and their speed.

    python -m benchmarks sketches [--letters N] [--sketches N]

Rows and negatives are those of `benchmarks.matching`; the real matcher on the same texts stands beside. Speed is of
made sketches of random shingles, in a database as a sweep leaves it.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.matching.cases import BUNDLE_ROWS, ROWS, Case, case_of, known_letters, negative_cases, row_cases
from benchmarks.matching.corpus import Corpus
from benchmarks.matching.hard_negatives import HARD_NEGATIVES
from benchmarks.matching.prose import seeded
from benchmarks.matching.specimens import Subject
from benchmarks.matching.tables import share, table
from benchmarks.matching.workspace import KEY, Settings, built_pack
from findings.database import open_reader, open_writer
from findings.sketches import sketch_batches
from matchers.matcher import Matcher
from matchers.pack import Pack, open_pack
from matchers.pack_build import build_pack
from matchers.sketch import ONE_IN, Sketch, Sketcher
from matchers.sketch_matching import SketchMatch, SketchMatcher
from matchers.verdicts import Piece, Verdict

# Letters tried in each row, and hard negatives of each kind.
TRIED = 100
# Symbols of a made document: a letter of 500 words.
SYMBOLS = 2_500
_INSERTED_TOGETHER = 20_000


class Trial:
    """Documents through sealing and opening, and what their sketches show."""

    def __init__(self, pack: Pack) -> None:
        self.sketcher, self.matcher = Sketcher(pack), SketchMatcher(pack)
        self.bytes: list[int] = []
        self.symbols: list[int] = []
        self.seconds = 0.0

    def shown(self, case: Case) -> dict[str, SketchMatch]:
        """Letters of which something is there."""
        pieces = [Piece(str(number), page) for number, page in enumerate(case.pages)]
        digest = hashlib.sha256(case.text.encode("utf-8", "surrogatepass")).hexdigest()
        began = time.perf_counter()
        stored = self.sketcher.stored(pieces, digest, False, lambda path: "")
        self.seconds += time.perf_counter() - began
        sketch = self.sketcher.opened(stored.content, digest)
        self.bytes.append(len(stored.content))
        self.symbols.append(sketch.symbols)
        (compared,) = self.matcher.compared([sketch])
        return {match.letter_id: match for match in compared.matches}


def told(match: SketchMatch | None) -> str:
    """What a letter was called by its sketch."""
    if match is None:
        return "nothing"
    return match.verdict.value if match.verdict else "fetch"


def recall(trial: Trial, real: Matcher, corpus: Corpus, letters: int) -> None:
    """Letters in every shape, by sketch and by the matcher."""
    rows = []
    for row in (*ROWS, *BUNDLE_ROWS):
        said: Counter[str] = Counter()
        by_matcher = 0
        for case in row_cases(row, corpus, letters, 1, TRIED):
            shown = trial.shown(case)
            said.update(told(shown.get(letter_id)) for letter_id in case.holds)
            judged = real.match([Piece(str(number), page) for number, page in enumerate(case.pages)])
            known = {each.letter_id for each in judged.letters if each.verdict is Verdict.KNOWN_LETTER}
            by_matcher += sum(letter_id in known for letter_id in case.holds)
        total = said.total()
        parts = (said[Verdict.KNOWN_LETTER.value], said[Verdict.SHARED_PASSAGE.value], said["fetch"], said["nothing"])
        rows.append((row.name, str(total), *(share(part / total) for part in parts), share(by_matcher / total)))
    heads = ("letters added later", "letters", "known", "passage", "to fetch", "missed", "matcher: known")
    print(table(heads, rows))


def falsely(trial: Trial, corpus: Corpus, settings: Settings) -> None:
    """Documents that hold no letter."""
    said: dict[str, Counter[str]] = {}
    for case in (*negative_cases(corpus, settings.negatives, 1), *_hard(corpus, settings.letters)):
        shown = trial.shown(case)
        wrong = [match for letter_id, match in shown.items() if letter_id not in (*case.holds, *case.also)]
        strongest = max(wrong, key=lambda match: (match.verdict is not None, match.shingles), default=None)
        said.setdefault(case.name, Counter())[told(strongest)] += 1
    names = (Verdict.KNOWN_LETTER.value, Verdict.SHARED_PASSAGE.value, "fetch", "nothing")
    rows = [(name, str(each.total()), *(str(each[part]) for part in names)) for name, each in said.items()]
    print(table(("negatives", "documents", *names), rows))


def _hard(corpus: Corpus, letters: int) -> Iterator[Case]:
    for name, make in HARD_NEGATIVES.items():
        for place in range(TRIED):
            number = place * letters // TRIED
            subject = Subject(corpus.letter(number), corpus, letters, seeded(f"1/{name}/{number}"))
            yield case_of(name, make(subject), None)


def speed(pack: Pack, count: int, folder: Path) -> None:
    """Insert, read, open and compare so many made sketches."""
    database, sketcher = folder / "findings.duckdb", Sketcher(pack)
    began = time.perf_counter()
    for start in range(0, count, _INSERTED_TOGETHER):
        _insert(database, sketcher, min(_INSERTED_TOGETHER, count - start))
    made = time.perf_counter() - began
    with open_writer(database) as connection:
        connection.execute("CHECKPOINT")
    size = database.stat().st_size
    matcher = SketchMatcher(pack)
    spent = {"read": 0.0, "open": 0.0, "compare": 0.0}
    processors = time.process_time()
    with open_reader(database) as connection:
        before = time.perf_counter()
        for batch in sketch_batches(connection, sketcher.space):
            read = time.perf_counter()
            opened = [sketcher.opened(content, sha256) for sha256, content in batch]
            between = time.perf_counter()
            matcher.compared(opened)
            after = time.perf_counter()
            spent = {
                "read": spent["read"] + read - before,
                "open": spent["open"] + between - read,
                "compare": spent["compare"] + after - between,
            }
            before = time.perf_counter()
    total = sum(spent.values())
    processors = time.process_time() - processors
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} sketches against {pack.letters:,} letters: {total:.1f} s, {count / total:,.0f} a second, of that")
    print(f"  {processors:.1f} s of processors")
    print("  " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items()))
    print(
        f"  database {size / count:,.0f} bytes a sketch; made and inserted in {made:.0f} s; peak memory {peak:,.0f} MB"
    )


def _insert(database: Path, sketcher: Sketcher, count: int) -> None:
    generator = np.random.default_rng(int.from_bytes(secrets.token_bytes(4)))
    rows = []
    for _ in range(count):
        places = np.flatnonzero(generator.random(SYMBOLS) < 1 / ONE_IN)
        hashes = generator.integers(0, 1 << 52, len(places), dtype=np.uint64) << np.uint64(8)
        digest = secrets.token_hex(32)
        rows.append((digest, sketcher.sealed(Sketch(SYMBOLS, ONE_IN, places, hashes), digest)))
    digests, contents = zip(*rows, strict=True)
    with open_writer(database) as connection:
        connection.register("made", pa.table({"sha256": list(digests), "content": list(contents)}))
        connection.execute(
            "INSERT INTO sketches BY NAME "
            "SELECT (SELECT count(*) FROM sketches) + row_number() OVER () AS number, sha256, ? AS space, "
            "now() AS made_at, content FROM made",
            [sketcher.space],
        )


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sketches", description=__doc__.partition("\n")[0])
    parser.add_argument("--letters", type=int, default=300, help="letters in the pack of the quality rows")
    parser.add_argument("--negatives", type=int, default=2_000, help="documents that hold none of them")
    parser.add_argument("--sketches", type=int, default=100_000, help="made sketches that speed is measured on")
    parser.add_argument("--added", type=int, default=1_000, help="letters of the pack that they are held against")
    parser.add_argument("--only", choices=["quality", "speed"], help="one part of it")
    options = parser.parse_args()
    settings = Settings(letters=options.letters, negatives=options.negatives)
    if options.only != "speed":
        quality(settings)
    if options.only == "quality":
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_pack(known_letters(settings.corpus(), options.added), folder / "pack", KEY)
        speed(open_pack(folder / "pack", KEY), options.sketches, folder)


def quality(settings: Settings) -> None:
    """What is found, what is falsely found, and sizes."""
    with built_pack(settings) as folder:
        pack = open_pack(folder, KEY)
        trial, corpus = Trial(pack), settings.corpus()
        recall(trial, Matcher(pack), corpus, settings.letters)
        falsely(trial, corpus, settings)
        sizes, symbols = np.array(trial.bytes), np.array(trial.symbols)
        print(
            f"bytes of a sketch: median {np.median(sizes):,.0f} of {np.median(symbols):,.0f} symbols, "
            f"{sizes.sum() / symbols.sum():.2f} a symbol; made and sealed in {1e6 * trial.seconds / len(sizes):.0f} us"
        )


if __name__ == "__main__":
    main()
