from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_origin import iso_date
from extraction.records import Origin
from tests.extraction.pictures.test_xmp import PACKET
from tests.extraction.samples import one_page_pdf, pdf, pdf_stream


def origin(data: bytes) -> Origin:
    (found,) = read_pdf(data, Budget(ExtractionLimits())).origins
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("D:20260312142233+01'00'", "2026-03-12T14:22:33+01:00"),
        ("D:20260312142233-05'30", "2026-03-12T14:22:33-05:30"),
        ("D:20260312142233Z", "2026-03-12T14:22:33Z"),
        ("D:202603121422", "2026-03-12T14:22:00"),
        ("20260312", "2026-03-12"),
        ("D:2026", "2026"),
        ("last Monday", None),
        ("", None),
    ],
)
def test_dates_are_iso_8601(value: str, expected: str | None) -> None:
    assert iso_date(value) == expected


def test_the_information_dictionary_is_the_origin() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.add_metadata(
        {"/Title": "Letter to GP", "/Author": "A Typist", "/Creator": "Example Writer", "/ModDate": "D:20260312142233Z"}
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    found = origin(buffer.getvalue())
    assert (found.title, found.author, found.tool) == ("Letter to GP", "A Typist", "Example Writer")
    assert found.modified == "2026-03-12T14:22:33Z"


def test_xmp_says_what_the_dictionary_does_not() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.metadata = None
    writer.add_metadata({"/Author": "C Typist"})
    stream = StreamObject()
    stream.set_data(PACKET)
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    buffer = io.BytesIO()
    writer.write(buffer)
    found = origin(buffer.getvalue())
    assert (found.title, found.author, found.tool) == ("Clinic letter", "C Typist", "Example Writer 3")


def test_a_file_that_says_nothing_has_no_origin() -> None:
    data = one_page_pdf(pdf_stream(b"BT /F 12 Tf 100 700 Td (letter) Tj ET"))
    assert read_pdf(data, Budget(ExtractionLimits())).origins == ()


def test_the_language_is_the_catalogues() -> None:
    assert origin(one_page_pdf(pdf_stream(b"BT ET"), b"/Lang(cy-GB)")).language == "cy-GB"
