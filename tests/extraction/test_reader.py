from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Iterator

import pytest

from documents.media_type import MediaType
from documents.records import InnerFile, SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits
from extraction.reader import READERS, UNREAD, extract, files_with
from extraction.records import Content, Embedded, Extraction, Problem
from tests.extraction.samples import LETTER_LINES, docx, paragraph, pdf, pdf_with_attachments, word_part

WORD_LETTER = docx({"word/document.xml": word_part("".join(paragraph(line) for line in LETTER_LINES))})


def reasons(extraction: Extraction) -> list[tuple[SkipReason, str]]:
    return [(problem.reason, problem.path) for problem in extraction.problems]


def test_every_media_type_is_read_or_says_why_not() -> None:
    assert set(READERS) | set(UNREAD) == set(MediaType)
    assert set(READERS) & set(UNREAD) == set()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("\n".join(LETTER_LINES).encode(), MediaType.TEXT),
        (("<p>" + "</p><p>".join(LETTER_LINES) + "</p>").encode(), MediaType.HTML),
        (pdf(), MediaType.PDF),
        (WORD_LETTER, MediaType.DOCX),
    ],
)
def test_one_letter_in_every_format_is_one_text(data: bytes, media_type: MediaType) -> None:
    extraction = extract(data)
    assert extraction.media_type == media_type
    assert [line.strip() for line in extraction.text.split("\n") if line.strip()] == LETTER_LINES
    assert not extraction.partial


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, SkipReason.UNREADABLE),
        (b"\x00\x01binary with Dear Dr Sample in it", SkipReason.UNSUPPORTED_TYPE),
    ],
)
def test_what_can_not_be_read_is_never_decoded_as_text(data: bytes, reason: SkipReason) -> None:
    extraction = extract(data)
    assert extraction.pieces == ()
    assert reasons(extraction) == [(reason, "")]


def test_an_empty_document_has_no_text_and_no_problem() -> None:
    assert extract(b"") == Extraction("application/x-empty")


def test_files_inside_files_are_read_under_their_path() -> None:
    extraction = extract(pdf_with_attachments(b"Dear Dr Sample", pdf(2), b"\x89PNG\r\n\x1a\n"))
    assert [piece.path for piece in extraction.pieces] == [
        "#page=1",
        "!/attachment-1",
        "!/attachment-2#page=1",
        "!/attachment-2#page=2",
    ]
    assert reasons(extraction) == [(SkipReason.UNREADABLE, "!/attachment-3")]


def test_a_problem_deep_inside_names_the_way_there() -> None:
    damaged = docx({"word/document.xml": "<w:document xmlns:w='w'><w:p><w:t>cut"})
    extraction = extract(pdf_with_attachments(damaged))
    assert reasons(extraction) == [(SkipReason.UNREADABLE, "!/attachment-1!/word/document.xml")]


def test_depth_is_limited() -> None:
    data = b"innermost"
    for _ in range(4):
        data = pdf_with_attachments(data)
    extraction = extract(data, ExtractionLimits(depth=2))
    assert "innermost" not in extraction.text
    assert reasons(extraction) == [(SkipReason.BUDGET_SPENT, "!/attachment-1!/attachment-1!/attachment-1")]
    assert "innermost" in extract(data).text


def test_one_budget_holds_for_all_depths() -> None:
    data = pdf_with_attachments(pdf_with_attachments(b"x" * 1000), b"y" * 1000)
    size = len(pdf_with_attachments(b"x" * 1000))
    assert extract(data, ExtractionLimits(decompressed_bytes=size + 2100)).problems == ()
    assert SkipReason.BUDGET_SPENT in [
        reason for reason, _ in reasons(extract(data, ExtractionLimits(decompressed_bytes=size + 1500)))
    ]


def test_text_past_the_budget_is_cut_and_counted() -> None:
    extraction = extract(b"Dear Dr Sample, thank you", ExtractionLimits(characters=14))
    assert extraction.text == "Dear Dr Sample"
    assert reasons(extraction) == [(SkipReason.BUDGET_SPENT, "")]


@pytest.mark.parametrize("data", [pdf(3), WORD_LETTER, pdf_with_attachments(WORD_LETTER, pdf())])
def test_no_damage_makes_it_raise(data: bytes) -> None:
    drawn = random.Random(5)  # noqa: S311 - repeatable damage
    for _ in range(60):
        damaged = bytearray(data[: drawn.randrange(len(data) // 2, len(data))])
        for _ in range(drawn.randrange(1, 20)):
            damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
        assert isinstance(extract(bytes(damaged)), Extraction)


def test_parts_are_found_again_by_their_places() -> None:
    inner = pdf_with_attachments(b"innermost", pdf(2))
    outer = pdf_with_attachments(b"first", inner)
    wanted = ["#page=1", "!/attachment-2#page=1", "!/attachment-2!/attachment-2#page=2", "!/attachment-7", "!/attach"]
    found = list(files_with(outer, wanted, Budget(ExtractionLimits())))
    assert [(each.path, each.data, each.parts) for each in found] == [
        ("", outer, ("#page=1",)),
        ("!/attachment-2", inner, ("#page=1",)),
        ("!/attachment-2!/attachment-2", pdf(2), ("#page=2",)),
    ]
    assert list(files_with(b"text", ["!/a"], Budget(ExtractionLimits()))) == []


def test_what_ends_the_files_inside_leaves_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_bomb(data: bytes, budget: Budget) -> Content:
        def files() -> Iterator[Embedded | Problem]:
            yield Embedded("!/first", b"Dear Dr Sample")
            yield Problem(SkipReason.ENCRYPTED, "!/second", "")
            raise BudgetSpentError("decompressed bytes")

        return Content(embedded=files())

    monkeypatch.setitem(READERS, MediaType.PDF, with_bomb)
    extraction = extract(b"%PDF-1.4")
    assert [(piece.path, piece.text) for piece in extraction.pieces] == [("!/first", "Dear Dr Sample")]
    assert reasons(extraction) == [(SkipReason.ENCRYPTED, "!/second"), (SkipReason.BUDGET_SPENT, "")]


def test_files_inside_are_told_with_type_and_digest_and_names_that_lie() -> None:
    inner = b"Dear Dr Sample, thank you for seeing this man."
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as container:
        container.writestr("day1/photo.jpg", inner)
        container.writestr("letter.txt", inner)
    files = extract(data.getvalue()).files
    digest = hashlib.sha256(inner).hexdigest()
    assert files == (
        InnerFile("!/day1/photo.jpg", "text/plain", len(inner), digest, "jpg"),
        InnerFile("!/letter.txt", "text/plain", len(inner), digest),
    )


def test_a_file_that_gives_nothing_is_told() -> None:
    (problem,) = extract(b"{\\rtf1\\ansi {\\b }{\\i }}").problems
    assert (problem.reason, problem.path, problem.detail) == (SkipReason.UNREADABLE, "", "no text")


@pytest.mark.parametrize("data", [b"<html><body><script>1</script></body></html>", b"PK\x05\x06" + bytes(18), b"\n"])
def test_what_is_empty_by_its_own_words_is_read(data: bytes) -> None:
    assert extract(data).problems == ()
