from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link, Text

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_annotations import MOST_ANNOTATIONS
from extraction.records import Content, Embedded, Scan, TextPiece
from tests.extraction.samples import LETTER_LINES, one_page_pdf, pdf, pdf_stream


def read(data: bytes) -> Content:
    return read_pdf(data, Budget(ExtractionLimits()))


def form(canvas: Any) -> None:
    fields = canvas.acroForm
    fields.textfield(name="name", value="Sample Filled In", x=60, y=500, width=300, height=30)
    fields.checkbox(name="consent given", checked=True, x=60, y=450)
    fields.checkbox(name="smoker", checked=False, x=60, y=420)
    fields.choice(name="clinic", value="North Clinic", options=["North Clinic", "South Clinic"], x=60, y=380)
    fields.radio(name="sex", value="female", selected=True, x=60, y=340)
    fields.radio(name="sex", value="male", selected=False, x=90, y=340)
    fields.textfield(name="hidden", value="Hidden Value", x=60, y=300, annotationFlags="hidden")


def annotated(*annotations: Any) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    for annotation in annotations:
        writer.add_annotation(0, annotation)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def with_annotations(entries: bytes, *more: bytes) -> bytes:
    """Annotations and other objects from number 6 on, the page's list as given."""
    data = one_page_pdf(pdf_stream(b"BT /F 12 Tf 100 700 Td (cover note) Tj ET"), more=more)
    return data.replace(b"/Contents 4 0 R", b"/Contents 4 0 R/Annots[%s]" % entries)


def test_what_was_filled_in_is_text_of_its_page_once() -> None:
    (piece,) = read(pdf(draw=form)).pieces
    assert piece.path == "#page=1"
    for value in ("Sample Filled In", "North Clinic", "Hidden Value"):
        assert piece.text.count(value) == 1
    assert "South Clinic" not in piece.text


def test_a_ticked_box_is_named_and_an_empty_one_is_not() -> None:
    lines = read(pdf(draw=form)).pieces[0].text.split("\n")
    assert "consent given: Yes" in lines
    assert "sex: female" in lines
    assert not any("smoker" in line or "male" in line.split() for line in lines)


def test_values_without_an_appearance_are_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(draw=form))))
    for annotation in writer.pages[0]["/Annots"]:  # type: ignore[attr-defined] # an array
        annotation.get_object().pop("/AP", None)
    buffer = io.BytesIO()
    writer.write(buffer)
    text = read(buffer.getvalue()).pieces[0].text
    assert "Sample Filled In" in text
    assert "consent given: Yes" in text


def test_notes_and_rich_text_are_text_and_targets_of_links_are_not() -> None:
    note = Text(text="Ask her about the dose", rect=(50, 550, 70, 570))
    free = FreeText(text="Typed on top", rect=(50, 450, 200, 500))
    link = Link(rect=(50, 550, 200, 650), url="https://clinic.example/secret")
    text = read(annotated(note, free, link)).pieces[0].text
    assert text.split("\n")[: len(LETTER_LINES)] == LETTER_LINES
    assert "Ask her about the dose" in text
    assert text.count("Typed on top") == 1
    assert "secret" not in text


def test_a_stamps_appearance_and_rich_contents_are_text() -> None:
    stamp = b"<</Type/Annot/Subtype/Stamp/Rect[100 200 300 230]/Contents(approved by Dr Example)/AP<</N 7 0 R>>"
    rich = b"/RC(<body><p>see <b>attached</b> results</p></body>)>>"
    shown = pdf_stream(
        b"BT /F 12 Tf 2 2 Td (RECEIVED 12 MARCH) Tj ET",
        b"/Type/XObject/Subtype/Form/BBox[0 0 200 30]/Resources<</Font<</F 5 0 R>>>>",
    )
    (piece,) = read(with_annotations(b"6 0 R", stamp + rich, shown)).pieces
    assert {"cover note", "RECEIVED 12 MARCH", "approved by Dr Example", "see attached results"} <= set(
        piece.text.split("\n")
    )


def test_files_attached_to_a_page_are_handed_on() -> None:
    carrier = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</F(l.txt)/UF(letter.txt)/EF<</F 7 0 R>>>>>>"
    content = read(with_annotations(b"6 0 R", carrier, pdf_stream(b"Dear Dr Sample")))
    assert list(content.embedded) == [Embedded("!/letter.txt", b"Dear Dr Sample", "letter.txt")]


def test_annotations_beyond_the_bound_are_counted() -> None:
    note = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(again)>>"
    content = read(with_annotations(b"6 0 R " * (MOST_ANNOTATIONS + 5), note))
    (problem,) = content.problems
    assert (problem.reason, problem.path, problem.detail) == (
        SkipReason.BUDGET_SPENT,
        "#page=1",
        "annotations: 5 left",
    )
    assert content.pieces[0].text.count("again") == 1


def test_notes_and_values_stand_apart_from_a_layer_that_ocr_replaces() -> None:
    shifted = "".join(chr(ord(each) - 29) for line in LETTER_LINES for each in line.replace(" ", "?"))
    garbage = b"BT /F 12 Tf 50 700 Td <" + shifted.encode("latin-1").hex().encode() + b"> Tj ET"
    note = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(Ask Zebedee Quill about the dose)>>"
    data = one_page_pdf(pdf_stream(garbage), more=(note,)).replace(b"/Type1/Base", b"/TrueType/Base")
    content = read(data.replace(b"/Contents 4 0 R", b"/Contents 4 0 R/Annots[6 0 R]"))
    assert content.scans == (Scan("#page=1", replaces=True),)
    layer, notes = content.pieces
    assert (layer.path, notes) == ("#page=1", TextPiece("#page=1#notes", "Ask Zebedee Quill about the dose"))
    assert "Zebedee" not in layer.text
