"""Others' ways of finding a letter again, on the same letters, queries and negatives as this matcher, in one run.

Each peer gives letters with scores; its threshold is the least that lets none of the negatives through, taken on the
very negatives that are counted, which flatters it. This matcher's figures are at its own pack's thresholds. A peer
that would need longer than the limit for a size stops at the sizes before; the table says what it would need.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.matching.cases import BUNDLE_ROWS, ROWS, Case, Row, known_letters, negative_cases, row_cases
from benchmarks.matching.corpus import Corpus
from benchmarks.matching.outcomes import outcome
from benchmarks.matching.peer_methods import PEERS, Peer, Scores
from benchmarks.matching.tables import number, share, table
from benchmarks.matching.workspace import KEY, opened
from matchers.pack_build import build_pack

# Rows of the targets that peers are asked, by name.
_ASKED = (
    "whole, clean", "whole, pages shuffled", "whole, 10 % error", "150 words, clean", "150 words, 5 % error",
    "60 words, clean", "names, dates, identifiers masked", "bundle of 40, clean",
)  # fmt: skip
# Queries a row and negatives; and the same in a quick run.
_QUERIES, _NEGATIVES = 25, 200
_QUICK_QUERIES, _QUICK_NEGATIVES = 8, 40
# What a peer may take for one size, building and all queries, seconds; and the same in a quick run.
_LIMIT, _QUICK_LIMIT = 900.0, 60.0
# Queries that the time of all is foretold from, and letters that the time of building is foretold from.
_TRIED_QUERIES = 2
_TRIED_LETTERS = 100
_SEED = 1
OURS = "this matcher"
_NOTHING = (0.0, -1)


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """One peer at one size.

    Attributes:
        name: of the peer.
        letters: known ones.
        build_seconds: for its index.
        queries_a_second: over all queries and negatives.
        recall: right letter found with no negative let through, by row.
        foretold: seconds that it would take, where it was not run.
    """

    name: str
    letters: int
    build_seconds: float | None
    queries_a_second: float | None
    recall: dict[str, float]
    foretold: float | None = None


@dataclass(frozen=True, slots=True)
class _Questions:
    corpus: Corpus
    letters: int
    rows: dict[str, list[Case]]
    negatives: list[Case]
    limit: float

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values())) + len(self.negatives)


def report(sizes: Sequence[int], quick: bool) -> object:
    """Run all peers at all sizes, and print a table for each size."""
    figures: list[PeerFigures] = []
    for size in sizes:
        questions = _questions(size, quick)
        found = [_ours(questions)]
        for name, make in PEERS.items():
            found.append(_peer(name, make, questions))
            print(f"{size:,} letters: {name} done", flush=True)
        _print(size, found)
        figures += found
    return [asdict(one) for one in figures]


def _questions(size: int, quick: bool) -> _Questions:
    corpus = Corpus(_SEED)
    queries, negatives = (_QUICK_QUERIES, _QUICK_NEGATIVES) if quick else (_QUERIES, _NEGATIVES)
    rows = {row.name: _row(row, corpus, size, queries) for row in (*ROWS, *BUNDLE_ROWS) if row.name in _ASKED}
    limit = _QUICK_LIMIT if quick else _LIMIT
    return _Questions(corpus, size, rows, list(negative_cases(corpus, negatives, _SEED)), limit)


def _row(row: Row, corpus: Corpus, size: int, queries: int) -> list[Case]:
    return list(row_cases(row, corpus, size, _SEED, queries))


def _ours(questions: _Questions) -> PeerFigures:
    with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
        texts = list(known_letters(questions.corpus, questions.letters))
        build_pack(texts[:_TRIED_LETTERS], Path(folder) / "warm", KEY)
        began = time.perf_counter()
        build_pack(texts, Path(folder) / "pack", KEY)
        built = time.perf_counter()
        matcher = opened(Path(folder) / "pack")
        for case in questions.negatives[:_TRIED_QUERIES]:
            outcome(matcher, case)
        started = time.perf_counter()
        wrong = sum(outcome(matcher, case).wrong > 0 for case in questions.negatives)
        recall = {}
        for name, cases in questions.rows.items():
            outcomes = [outcome(matcher, case) for case in cases]
            recall[name] = sum(one.known for one in outcomes) / sum(one.held for one in outcomes)
        seconds = time.perf_counter() - started
    name = OURS if not wrong else f"{OURS} ({wrong} FALSE)"
    return PeerFigures(name, questions.letters, built - began, questions.count / seconds, recall)


def _peer(name: str, make: Callable[[Sequence[str]], Peer], questions: _Questions) -> PeerFigures:
    texts = [letter.text for letter in questions.corpus.letters(questions.letters)]
    foretold = _foretold(make, texts, questions)
    if foretold > questions.limit:
        return PeerFigures(name, questions.letters, None, None, {}, foretold)
    began = time.perf_counter()
    peer = make(texts)
    built = time.perf_counter()
    answers: list[tuple[Case, Scores]] = []
    for case in (*questions.negatives, *(case for cases in questions.rows.values() for case in cases)):
        answers.append((case, peer(case.text)))
        seconds = time.perf_counter() - built
        if seconds > questions.limit:
            return PeerFigures(
                name, questions.letters, None, None, {}, built - began + seconds * questions.count / len(answers)
            )
    threshold = max(score for case, scores in answers for score, _ in (*scores, _NOTHING) if not case.letter_id)
    recall = {row: _recall(row, answers, threshold) for row in questions.rows}
    return PeerFigures(name, questions.letters, built - began, questions.count / seconds, recall)


def _recall(row: str, answers: Sequence[tuple[Case, Scores]], threshold: float) -> float:
    """Share of a row's letters above the threshold; wrong ones besides are not counted against a peer here."""
    held = found = 0
    for case, scores in answers:
        if case.name == row:
            held += len(case.holds)
            found += len({f"L{place:07d}" for score, place in scores if score > threshold} & set(case.holds))
    return found / held


def _foretold(make: Callable[[Sequence[str]], Peer], texts: Sequence[str], questions: _Questions) -> float:
    """Seconds that all would take, from a few letters and queries; looking up is taken to grow with the letters."""
    began = time.perf_counter()
    peer = make(texts[:_TRIED_LETTERS])
    built = time.perf_counter()
    for case in questions.negatives[:_TRIED_QUERIES]:
        peer(case.text)
    a_query = (time.perf_counter() - built) / _TRIED_QUERIES
    times = len(texts) / min(_TRIED_LETTERS, len(texts))
    grows = times if getattr(make, "brute", False) else 1.0
    return (built - began) * times + a_query * grows * questions.count


def _print(size: int, found: Sequence[PeerFigures]) -> None:
    ours = found[0].queries_a_second or 0.0
    rows = []
    for one in found:
        if one.foretold is not None:
            rows.append(
                (one.name, "-", "-", "-", *("-" for _ in _ASKED), f"stopped: would take {one.foretold / 3600:.1f} h")
            )
            continue
        speed = one.queries_a_second or 0.0
        rows.append(
            (
                one.name, number(one.build_seconds, 1), number(speed, 1), f"1 : {number(ours / speed, 1)}",
                *(share(one.recall[name]) for name in _ASKED), "",
            )
        )  # fmt: skip
    print(f"\n{size:,} letters: right letter found with none of the negatives let through")
    print(table(("", "build s", "docs/s", "ours", *_ASKED, ""), rows))
