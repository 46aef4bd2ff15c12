from __future__ import annotations

import json
import sys

import pytest

from documents.records import InnerFile, SkipReason
from extraction.answers import HEADER_BYTES, check_sizes, decode, encode, most_text_bytes
from extraction.budget import AnswerError, ExtractionLimits
from extraction.records import Extraction, Origin, Problem, Scan, Sound, TextPiece

SHA256 = "0123456789abcdef" * 4
LIMITS = ExtractionLimits(characters=100)
WHOLE = Extraction(
    "text/html",
    (TextPiece("", "Dear Dr \udc80 Sample \x00\u202e \U0001f9ec"), TextPiece("!/a", "", 87)),
    (Problem(SkipReason.UNREADABLE, 'word/"\udcff.xml', "bytes without a meaning in cp1252"),),
    origins=(Origin("", title="\ud800", language="en"), Origin("!/a", created="2026-03-05")),
    files=(InnerFile("!/a.jpg", "application/zip", 12, SHA256, "jpg"), InnerFile("!/b", "text/plain", 0, SHA256)),
    scans=(Scan("#page=3"), Scan("#page=4", replaces=True)),
    sounds=(Sound("!/b", "ds2", 12.5, author="Dr", encrypted=True), Sound("", "wav", fingerprint=b"\xff\xfe12")),
    reading="Dear",
)
BARE: dict[str, object] = {
    "media_type": "text/plain",
    **{key: [] for key in ["pieces", "problems", "origins", "files", "scans", "sounds"]},
    "reading": None,
}
SOUND: list[object] = [0, "", "wav", *[None] * 7]


@pytest.mark.parametrize("extraction", [WHOLE, Extraction("text/plain"), Extraction("text/html", reading="")])
def test_an_extraction_comes_back_as_it_was(extraction: Extraction) -> None:
    assert decode(*encode(extraction, LIMITS), LIMITS) == extraction


@pytest.mark.parametrize(
    "changed",
    [
        {"media_type": None},
        {"media_type": "text/x-no-such-type"},
        {"pieces": None},
        {"pieces": {}},
        {"pieces": [["", None, 1]]},
        {"pieces": [["", None, -1]]},
        {"pieces": [["", None, True]]},
        {"pieces": [["", 101, 0]]},
        {"pieces": [["", 8.5, 0]]},
        {"pieces": [["", 0]]},
        {"pieces": [[None, None, 0]]},
        {"problems": [["no_such_reason", "", ""]]},
        {"problems": [["unreadable", "", "two\nlines"]]},
        {"problems": [["unreadable", "", "x" * 201]]},
        {"problems": ["abc"]},
        {"reading": "text"},
        {"origins": [["", "title"]]},
        {"origins": [["", 3, *[None] * 11]]},
        {"origins": [["", "x" * 2001, *[None] * 11]]},
        {"files": [["", "no such type", 1, SHA256, ""]]},
        {"files": [["", "text/plain", -1, SHA256, ""]]},
        {"files": [["", "text/plain", 1 << 63, SHA256, ""]]},
        {"sounds": [[*SOUND[:3], 10**400, *SOUND[4:]]]},
        {"files": [["", "text/plain", 1, "0" * 63, ""]]},
        {"files": [["", "text/plain", 1, SHA256, "j\npg"]]},
        {"scans": [["", 1]]},
        {"sounds": [[4, *SOUND[1:]]]},
        {"sounds": [[*SOUND[:3], -1, *SOUND[4:]]]},
        {"sounds": [[*SOUND[:3], float("nan"), *SOUND[4:]]]},
        {"sounds": [[*SOUND[:2], "w" * 201, *SOUND[3:]]]},
        {"sounds": [[*SOUND[:-1], 1]]},
        {"one more": None},
    ],
)
def test_a_part_that_is_not_what_it_must_be_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(AnswerError):
        decode(json.dumps(BARE | changed).encode(), b"", LIMITS)


@pytest.mark.parametrize(
    "header", [b"", b"\xff", b"[]", b"null", b"{}", b"[" * 100_000, b"1" * 10_000, b'{"a":' * 100_000]
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(AnswerError):
        decode(header, b"", LIMITS)


def test_text_must_be_text_and_spent_whole_and_within_the_budget() -> None:
    def answer(size: int) -> bytes:
        return json.dumps(BARE | {"pieces": [["", None, size]]}).encode()

    assert decode(answer(100), b"x" * 100, LIMITS).text == "x" * 100
    for size, text in ((1, b"\xff"), (1, b"xx"), (2, b"x"), (101, b"x" * 101)):
        with pytest.raises(AnswerError):
            decode(answer(size), text, LIMITS)


def test_sizes_are_bounded_on_both_sides() -> None:
    check_sizes(HEADER_BYTES, most_text_bytes(LIMITS), LIMITS)
    for sizes in ((HEADER_BYTES + 1, 0), (0, most_text_bytes(LIMITS) + 1), (sys.maxsize, 0)):
        with pytest.raises(AnswerError):
            check_sizes(*sizes, LIMITS)
    with pytest.raises(AnswerError):
        encode(Extraction("text/plain", problems=(Problem(SkipReason.UNREADABLE, "x" * HEADER_BYTES, ""),)), LIMITS)
