from __future__ import annotations

from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from tests.extraction.samples import one_page_pdf, pdf_stream

TEMPLATE = (
    b"<template xmlns='http://www.xfa.org/schema/xfa-template/3.0/'><subform><draw><value><text>Consent to treatment"
    b"</text></value></draw><event><script>app.alert(1)</script></event></subform></template>"
)
VALUES = (
    b"<xfa:datasets xmlns:xfa='http://www.xfa.org/schema/xfa-data/1.0/'><xfa:data><form1><name>Ann Sample</name>"
    b"<note>seen on <b>Monday</b> morning</note><picture>%s</picture></form1></xfa:data></xfa:datasets>"
    % (b"QUJD" * 200)
)


def test_an_xfa_forms_captions_and_values_are_text() -> None:
    form = b"/AcroForm<</Fields[]/XFA[(template)6 0 R(datasets)7 0 R]>>"
    data = one_page_pdf(
        pdf_stream(b"BT /F 12 Tf 100 700 Td (Please wait) Tj ET"), form, (pdf_stream(TEMPLATE), pdf_stream(VALUES))
    )
    page, values = read_pdf(data, Budget(ExtractionLimits())).pieces
    assert (page.path, page.text) == ("#page=1", "Please wait")
    assert values.path == "#form"
    assert values.text.split("\n") == ["Consent to treatment", "Ann Sample", "seen on", "Monday", "morning"]


def test_a_damaged_packet_costs_no_page() -> None:
    form = b"/AcroForm<</Fields[]/XFA[(datasets)6 0 R(template)99 0 R]>>"
    data = one_page_pdf(
        pdf_stream(b"BT /F 12 Tf 100 700 Td (letter) Tj ET"), form, (pdf_stream(VALUES[: len(VALUES) // 3]),)
    )
    content = read_pdf(data, Budget(ExtractionLimits()))
    assert [piece.path for piece in content.pieces] == ["#page=1", "#form"]
