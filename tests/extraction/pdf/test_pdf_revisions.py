from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_revisions import MOST_REVISIONS
from extraction.records import Content
from tests.extraction.samples import pdf, pdf_with_attachments


def read(data: bytes, **limits: int) -> Content:
    return read_pdf(data, Budget(ExtractionLimits(**limits)))


def updated(data: bytes, text: str, page: int = 0) -> bytes:
    """One page says this instead, and the old page stays in the file."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf 60 800 Td (%s) Tj ET" % text.encode())
    writer.pages[page][NameObject("/Contents")] = writer._add_object(stream)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_text_that_was_deleted_is_read_from_the_earlier_revision() -> None:
    data = updated(updated(pdf(2, lines=["Letter about Ann Sample", "Page {page}"]), "Redacted"), "Redacted again")
    pieces = {piece.path: piece.text for piece in read(data).pieces}
    assert pieces == {
        "#page=1": "Redacted again",
        "#page=2": "Letter about Ann Sample\nPage 2",
        "#revision=2#page=1": "Redacted",
        "#revision=1#page=1": "Letter about Ann Sample\nPage 1",
    }


def test_an_update_that_changes_no_text_adds_nothing() -> None:
    data = updated(pdf(1, lines=["The same"]), "The same")
    assert [piece.path for piece in read(data).pieces] == ["#page=1"]


def test_an_update_that_is_cut_off_leaves_what_was_before() -> None:
    data = updated(pdf(1, lines=["Letter about Ann Sample"]), "Redacted")
    content = read(data[: data.rindex(b"xref")])
    assert {piece.text for piece in content.pieces} == {"Redacted", "Letter about Ann Sample"}
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]


def test_a_pdf_inside_is_no_revision() -> None:
    assert [piece.path for piece in read(pdf_with_attachments(pdf(2))).pieces] == ["#page=1"]


def test_pages_of_revisions_count_under_the_budget() -> None:
    content = read(updated(pdf(3, lines=["Old {page}"]), "New"), pages=4)
    (problem,) = content.problems
    assert (problem.reason, problem.path) == (SkipReason.BUDGET_SPENT, "#revision=1")


def test_revisions_beyond_the_bound_are_counted() -> None:
    data = pdf(1, lines=["Version 0"])
    for number in range(1, MOST_REVISIONS + 3):
        data = updated(data, f"Version {number}")
    content = read(data)
    assert len(content.pieces) == 1 + MOST_REVISIONS
    assert [problem.detail for problem in content.problems] == ["revisions: 2 left"]
