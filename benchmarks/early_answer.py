"""When is OCR of a long scan worth it: letters that a rule finds, beside the pages that it has read.

    python -m benchmarks early_answer

Bundles of scanned pages, made of letters that the pack has and of other text, with OCR's errors in them; each of them
takes two pages. The pages' texts stand in for OCR, which takes 2 to 4 s each; rule and matcher are the real ones.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from faker import Faker

from benchmarks.matching.cases import known_letters
from benchmarks.matching.corpus import Corpus
from benchmarks.matching.edits import noisy
from extraction.records import Extraction, Scan, TextPiece
from inspection.scans import OcrBudget, ScanPass
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import build_pack
from matchers.verdicts import Piece, Verdict

LETTERS = 300
SEED = 20
# Share of characters that OCR gets wrong on a noisy page.
ERRORS = 0.02
PAGES = (60, 200, 500)
BUNDLES = 12
FIRST = (3, 5, 10)
ONE_IN = (2, 4, 8, 16)
# Letters of ours in a bundle, or their share of it, and whether they lie together.
KINDS = {
    "one letter": (1, 0.0, True),
    "two, together": (2, 0.0, True),
    "five, scattered": (5, 0.0, False),
    "ten, together": (10, 0.0, True),
    "a fifth, scattered": (0, 0.2, False),
    "all": (0, 1.0, True),
    "none": (0, 0.0, True),
}
OURS = frozenset({Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE, Verdict.TEMPLATE_ONLY})


@dataclass(frozen=True, slots=True)
class Bundle:
    """Texts of pages, and for each the number of our letter that it is a page of."""

    texts: tuple[str, ...]
    letters: tuple[int | None, ...]


class Pages:
    """Gives the texts of a bundle's pages, as extractors do, and counts those that were asked for."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self.read: list[int] = []

    def submit_scans(self, data: bytes, places: Sequence[str]) -> Future[Extraction]:
        """Each page's text."""
        del data
        numbers = [int(place.rpartition("=")[2]) for place in places]
        self.read += numbers
        pieces = tuple(TextPiece(f"#page={number}", self._bundle.texts[number], 90) for number in numbers)
        future: Future[Extraction] = Future()
        future.set_result(Extraction("application/pdf", pieces))
        return future


class Judge:
    """Is a page ours: asked of the matcher once for each text."""

    def __init__(self, matcher: Matcher) -> None:
        self._of = cache(lambda text: matcher.match([Piece("", text)], partial=True).verdict in OURS)

    def __call__(self, pieces: Sequence[TextPiece]) -> bool:
        """Is one of these?"""
        return any(self._of(piece.text) for piece in pieces)


def stranger(number: int) -> str:
    """A text of two pages that has nothing to do with health: minutes, in made sentences."""
    faker = Faker("en_GB")
    faker.seed_instance(number)
    return "\n\n".join(faker.paragraph(nb_sentences=6) for _ in range(8))


def bundles(corpus: Corpus, pages: int, letters: int, share: float, together: bool) -> Iterator[Bundle]:
    """Bundles of one kind."""
    letters_in_all = pages // 2
    ours = letters + round(share * letters_in_all)
    for number in range(BUNDLES):
        generator = random.Random(f"{pages}/{ours}/{together}/{number}")  # noqa: S311 - a fixed choice
        start = generator.randrange(letters_in_all - ours + 1)
        places = range(start, start + ours) if together else generator.sample(range(letters_in_all), ours)
        texts: list[str] = []
        of: list[int | None] = []
        for place in range(letters_in_all):
            chosen = generator.randrange(LETTERS)
            text = corpus.letter(chosen).text if place in places else stranger(chosen)
            read = noisy(text, ERRORS, generator)
            texts += [read[: len(read) // 2], read[len(read) // 2 :]]
            of += [place if place in places else None] * 2
        yield Bundle(tuple(texts), tuple(of))


def tried(bundle: Bundle, judge: Judge, budget: OcrBudget) -> tuple[float, float]:
    """Shares of our letters of which a page was read, and of pages that were read."""
    pages = Pages(bundle)
    scans = tuple(Scan(f"#page={number}") for number in range(len(bundle.texts)))
    ScanPass(pages, 1, budget).completed(b"", Extraction("application/pdf", scans=scans), judge)
    wanted = {letter for letter in bundle.letters if letter is not None}
    found = {bundle.letters[number] for number in pages.read} & wanted
    return (len(found) / len(wanted) if wanted else 1.0), len(pages.read) / len(bundle.texts)


def main() -> None:
    """Print a table for each size of bundles."""
    corpus = Corpus(SEED, templates=10)
    key = PackKey(bytes(range(32)))
    with tempfile.TemporaryDirectory() as folder:
        build_pack(known_letters(corpus, LETTERS), Path(folder) / "pack", key)
        judge = Judge(Matcher(open_pack(Path(folder) / "pack", key)))
        for pages in PAGES:
            made = {name: list(bundles(corpus, pages, *kind)) for name, kind in KINDS.items()}
            print(f"\n{pages} scans: share of our letters found / share of pages read\n")
            print(f"| first | one in | {' | '.join(made)} |\n|{' --- |' * (2 + len(made))}")
            for first, one_in in product(FIRST, ONE_IN):
                budget = OcrBudget(pages=10_000, short=0, first=first, one_in=one_in)
                cells = []
                for some in made.values():
                    results = [tried(bundle, judge, budget) for bundle in some]
                    found, read = (sum(column) / len(results) for column in zip(*results, strict=True))
                    cells.append(f"{found:.0%} / {read:.0%}")
                print(f"| {first} | {one_in} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
