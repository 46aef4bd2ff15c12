from __future__ import annotations

import io

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_revisions import MOST_REVISIONS
from extraction.pictures.page_pictures import pdf_pages
from extraction.records import Content, Scan
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


def test_a_scanned_page_that_was_replaced_by_text_is_a_scan_of_its_revision() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.drawImage(ImageReader(Image.effect_noise((1240, 1754), 80)), 0, 0, *A4)
    canvas.showPage()
    canvas.drawImage(ImageReader(Image.effect_noise((1200, 1700), 80)), 0, 0, *A4)
    canvas.save()
    data = updated(buffer.getvalue(), "Withdrawn")
    assert read(data).scans == (Scan("#page=2"), Scan("#revision=1#page=1"))
    wanted = ["#page=1", "#revision=1#page=1"]
    now, before = (page[1] for page in pdf_pages(data, wanted, Budget(ExtractionLimits())))
    assert now.getpixel((800, 1200)) == 255
    assert len(set(before.tobytes())) > 50
