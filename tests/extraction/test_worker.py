"""The second pass through the pool: places go to a worker with the document, and each has its share of the time."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from documents.records import SkipReason
from extraction.isolation import ExtractorPool, Readers
from extraction.ocr.settings import OcrSettings
from extraction.records import TextPiece
from extraction.sandbox import IsolationLimits

READERS = Readers(
    text="tests.extraction.hostile_readers:on_demand",
    scans="tests.extraction.hostile_readers:of_scans",
)
LIMITS = IsolationLimits(seconds=0.5, ocr=OcrSettings(("cym", "eng"), page_seconds=0.5))
# Seconds until something that must happen counts as not happening.
PATIENCE = 30.0


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractorPool]:
    with ExtractorPool(1, LIMITS, READERS) as pool:
        yield pool


def test_places_and_settings_reach_the_worker(pool: ExtractorPool) -> None:
    found = pool.submit_scans(b"Dear Dr Sample", ["#page=1", "!/\ud800\u202e.pdf#page=2"]).result(PATIENCE)
    text = "Dear Dr Sample in cym+eng"
    assert found.pieces == (TextPiece("#page=1", text, 90), TextPiece("!/\ud800\u202e.pdf#page=2", text, 90))


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("#segfault", (SkipReason.PARSER_CRASHED, f"exit {-signal.SIGSEGV}")),
        ("#raise", (SkipReason.PARSER_CRASHED, "ValueError")),
        ("#sleep", (SkipReason.TIMED_OUT, "1.5 s")),
    ],
)
def test_what_costs_a_page_is_told_of_each_that_was_asked_for(
    pool: ExtractorPool, place: str, problem: tuple[SkipReason, str]
) -> None:
    harmed, first_pass = pool.submit_scans(b"letter", ["#page=1", place]), pool.submit(b"letter")
    problems = [(each.path, each.reason, each.detail) for each in harmed.result(PATIENCE).problems]
    assert problems == [("#page=1", *problem), (place, *problem)]
    assert first_pass.result(PATIENCE).text == "letter"


def test_a_document_too_large_to_be_sent_is_told_for_each_place() -> None:
    with ExtractorPool(1, IsolationLimits(document_bytes=3), READERS) as pool:
        found = pool.submit_scans(b"four", ["#page=1", "#page=2"]).result(PATIENCE)
    assert [(each.path, each.reason) for each in found.problems] == [
        ("#page=1", SkipReason.TOO_LARGE),
        ("#page=2", SkipReason.TOO_LARGE),
    ]
