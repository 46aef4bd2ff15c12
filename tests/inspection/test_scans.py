"""Which scans are read, in which order, and what is told of those that were not. Pages are read by a worker in fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from documents.records import SkipReason
from extraction.isolation import ExtractorPool, Readers
from extraction.records import Extraction, Problem, Scan, TextPiece
from extraction.sandbox import IsolationLimits
from inspection.scans import OcrBudget, ScanPass

DOCUMENT = b"a page of ours"
LIMITS = IsolationLimits(seconds=1.0)


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractorPool]:
    readers = Readers(
        text="tests.extraction.hostile_readers:on_demand",
        scans="tests.extraction.hostile_readers:of_scans",
    )
    with ExtractorPool(2, LIMITS, readers) as pool:
        yield pool


def scans(count: int, file: str = "") -> tuple[Scan, ...]:
    return tuple(Scan(f"{file}#page={number}") for number in range(1, count + 1))


def with_scans(count: int) -> Extraction:
    return Extraction("application/pdf", scans=scans(count))


def pages(extraction: Extraction) -> list[int]:
    return [int(piece.path.rpartition("=")[2]) for piece in extraction.pieces]


def asked(answers: Sequence[bool]) -> tuple[Callable[[Sequence[TextPiece]], bool], list[int]]:
    """Answers in turn, and notes how many pieces it was asked about."""
    remaining, seen = iter(answers), list[int]()

    def is_ours(pieces: Sequence[TextPiece]) -> bool:
        seen.append(len(pieces))
        return next(remaining)

    return is_ours, seen


def test_a_short_document_is_read_whole_and_nobody_is_asked(pool: ExtractorPool) -> None:
    is_ours, seen = asked([])
    extraction = ScanPass(pool, 2, OcrBudget(short=5)).completed(DOCUMENT, with_scans(5), is_ours)
    assert pages(extraction) == [1, 2, 3, 4, 5]
    assert not extraction.partial
    assert seen == []


def test_a_long_document_with_nothing_of_ours_is_sampled_and_says_so(pool: ExtractorPool) -> None:
    is_ours, seen = asked([False, False])
    budget = OcrBudget(short=5, first=3, one_in=4)
    extraction = ScanPass(pool, 2, budget).completed(DOCUMENT, with_scans(15), is_ours)
    assert pages(extraction) == [1, 2, 3, 4, 8, 12]
    assert seen == [0, 6]
    (problem,) = extraction.problems
    assert (problem.reason, problem.path) == (SkipReason.OCR_BUDGET, "")
    assert problem.detail == "9 of 15 scans not read: nothing in the others that were"


@pytest.mark.parametrize("answers", [[True], [False, True]])
def test_a_long_document_of_ours_is_read_whole(pool: ExtractorPool, answers: list[bool]) -> None:
    is_ours, _ = asked(answers)
    extraction = ScanPass(pool, 2, OcrBudget(short=5, first=3)).completed(DOCUMENT, with_scans(15), is_ours)
    assert pages(extraction) == list(range(1, 16))
    assert extraction.problems == ()


def test_the_budget_of_pages_holds_and_what_is_beyond_it_is_told(pool: ExtractorPool) -> None:
    is_ours, _ = asked([True])
    extraction = ScanPass(pool, 2, OcrBudget(pages=7, short=5)).completed(DOCUMENT, with_scans(15), is_ours)
    assert pages(extraction) == list(range(1, 8))
    assert extraction.problems == (Problem(SkipReason.OCR_BUDGET, "", "8 of 15 scans not read"),)
    assert pages(ScanPass(pool, 2, OcrBudget(pages=0)).completed(DOCUMENT, with_scans(2))) == []


def test_pages_come_back_in_the_order_of_the_document_and_replace_poor_text(pool: ExtractorPool) -> None:
    first = Extraction(
        "application/pdf",
        pieces=(TextPiece("#page=1", "typed"), TextPiece("#page=10", "garbage"), TextPiece("!/b.pdf#page=1", "other")),
        scans=(Scan("#page=2"), Scan("#page=10", replaces=True), Scan("!/a.pdf#page=2")),
    )
    extraction = ScanPass(pool).completed(DOCUMENT, first)
    assert [(piece.path, piece.confidence) for piece in extraction.pieces] == [
        ("#page=1", None),
        ("#page=2", 90),
        ("#page=10", 90),
        ("!/b.pdf#page=1", None),
        ("!/a.pdf#page=2", 90),
    ]


def test_one_page_that_ends_a_worker_costs_no_other(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", scans=(Scan("#page=1"), Scan("#segfault"), Scan("#page=3"), Scan("#raise")))
    extraction = ScanPass(pool, 2).completed(DOCUMENT, first)
    assert pages(extraction) == [1, 3]
    assert [(problem.path, problem.reason) for problem in extraction.problems] == [
        ("#segfault", SkipReason.PARSER_CRASHED),
        ("#raise", SkipReason.PARSER_CRASHED),
    ]
    assert extraction.scans == ()


def test_a_missing_extra_is_told_once(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", scans=tuple(Scan(f"#no extra {number}") for number in range(50)))
    extraction = ScanPass(pool).completed(DOCUMENT, first)
    assert extraction.problems == (Problem(SkipReason.EXTRA_MISSING, "", "ocr: 50 scans not read"),)


def test_a_worker_is_believed_only_of_what_it_was_asked(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", (TextPiece("", "own text"),), scans=(Scan("#page=1"), Scan("#forged")))
    extraction = ScanPass(pool).completed(DOCUMENT, first)
    assert sorted(piece.path for piece in extraction.pieces) == ["", "#forged", "#page=1"]
    assert extraction.pieces[0].text == "own text"
    assert extraction.problems == ()


def test_poor_text_stands_where_ocr_brings_none(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", (TextPiece("#blank", "poor"),), scans=(Scan("#blank", replaces=True),))
    assert ScanPass(pool).completed(DOCUMENT, first).text == "poor"


def test_a_poor_reading_stands_beside_poor_text(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", (TextPiece("#unsure", "poor"),), scans=(Scan("#unsure", replaces=True),))
    pieces = ScanPass(pool).completed(DOCUMENT, first).pieces
    assert [(piece.path, piece.confidence) for piece in pieces] == [("#unsure", None), ("#unsure#ocr=1", 37)]


def test_a_layer_stays_where_ocr_brought_nothing(pool: ExtractorPool) -> None:
    first = Extraction("application/pdf", (TextPiece("#blank", "poor"),), scans=(Scan("#blank", replaces=True),))
    assert ScanPass(pool).completed(DOCUMENT, first).pieces == first.pieces
