from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extraction.budget import Budget, ExtractionLimits
from extraction.pdf.pdf import read_pdf
from extraction.records import Scan
from tests.extraction.samples import LETTER_LINES, one_page_pdf, pdf_stream

LETTER = LETTER_LINES * 5
POOR = [
    "Thcnk you f0r ref3rring th1s pat|ent, who wes se<n in thE c1inic 0n M0nday m0rning end",
    "was we1l w1th her husb@nd at the cl!nic, and she wi|l be rev1ewed in s1x we<ks w|th the",
] * 10
PAGE = ImageReader(Image.new("1", (1240, 1754), 1))
INVISIBLE = 3

Draw = Callable[[Any], None]


def scans(*draws: Draw) -> tuple[Scan, ...]:
    """Of one page on which this was drawn, in this order."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=0)
    for draw in draws:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    return read_pdf(buffer.getvalue(), Budget(ExtractionLimits())).scans


def text(lines: list[str], mode: int = 0) -> Draw:
    def draw(canvas: Any) -> None:
        for index, line in enumerate(lines):
            words = canvas.beginText(40, 800 - 18 * index)
            words.setTextRenderMode(mode)
            words.textLine(line)
            canvas.drawText(words)

    return draw


def picture(share: float = 1.0, image: Any = PAGE) -> Draw:
    """Over this share of the page's height."""
    return lambda canvas: canvas.drawImage(image, 0, 0, A4[0], A4[1] * share)


def strips(canvas: Any) -> None:
    """A page as some scanners store it."""
    for index in range(100):
        canvas.drawImage(ImageReader(Image.new("1", (1240, 18), index % 2)), 0, A4[1] * index / 100, A4[0], A4[1] / 100)


def grouped(canvas: Any) -> None:
    """The page's picture inside a group that is drawn larger than its own coordinates."""
    canvas.beginForm("page", 0, 0, 1, 1)
    canvas.drawImage(PAGE, 0, 0, 1, 1)
    canvas.endForm()
    canvas.scale(*A4)
    canvas.doForm("page")


@pytest.mark.parametrize("draw", [picture(), picture(0.2), strips, grouped])
def test_a_picture_without_text_is_a_scan(draw: Draw) -> None:
    assert scans(draw) == (Scan("#page=1"),)


def test_text_under_or_over_a_page_sized_picture_is_no_scan_if_it_is_a_letter() -> None:
    assert scans(text(LETTER, INVISIBLE), picture()) == ()
    assert scans(picture(), text(LETTER, INVISIBLE)) == ()
    assert scans(picture(), text(LETTER)) == ()
    assert scans(text(LETTER), picture()) == ()


def test_a_short_letter_with_a_sound_layer_is_no_scan() -> None:
    assert scans(picture(), text(LETTER_LINES, INVISIBLE)) == ()
    assert scans(text(LETTER_LINES), picture()) == ()


def test_a_letterhead_over_a_scan_is_read_beside_its_text() -> None:
    assert scans(picture(), text(LETTER_LINES)) == (Scan("#page=1"),)


def test_a_stamp_over_a_searchable_scan_changes_nothing() -> None:
    stamp = text(["RECEIVED 12 MARCH"])
    assert scans(picture(), text(LETTER_LINES * 2, INVISIBLE), stamp) == ()


@pytest.mark.parametrize("lines", [POOR, POOR[:5]])
def test_the_work_of_a_poor_ocr_is_replaced(lines: list[str]) -> None:
    assert scans(picture(), text(lines, INVISIBLE)) == (Scan("#page=1", replaces=True),)
    assert scans(text(lines, INVISIBLE)) == ()


def test_a_picture_that_is_too_coarse_for_letters_is_none() -> None:
    assert scans(picture(image=ImageReader(Image.new("L", (124, 175), 200)))) == ()


def test_few_letters_beside_half_a_page_of_picture_are_a_scan() -> None:
    assert scans(picture(0.45), text(["Appendix: the general practitioner's letter of 12 March 2026"])) == (
        Scan("#page=1"),
    )
    assert scans(picture(0.15), text(LETTER_LINES)) == ()


def test_a_large_picture_without_text_over_it_is_read_beside_a_page_of_text() -> None:
    lines = LETTER_LINES * 4
    assert scans(text(lines), picture(0.35)) == (Scan("#page=1"),)
    assert scans(text(lines), picture(0.15)) == ()
    assert scans(text(lines), picture(0.35, ImageReader(Image.new("L", (100, 60), 200)))) == ()


def test_a_ruled_form_is_no_drawing_of_letters() -> None:
    def rules(canvas: Any) -> None:
        for index in range(200):
            canvas.line(50, 50 + 3 * index, 500, 50 + 3 * index)

    assert scans(rules) == ()


def test_a_subset_font_without_a_map_is_garbage() -> None:
    """What a writer gives whose glyph numbers are 29 below the letters' own."""
    shifted = "".join(chr(ord(each) - 29) for line in LETTER_LINES for each in line.replace(" ", "?"))
    content = b"BT /F 12 Tf 50 700 Td <" + shifted.encode("latin-1").hex().encode() + b"> Tj ET"
    data = re.sub(rb"/Type1(?=/Base)", b"/TrueType", one_page_pdf(pdf_stream(content)))
    assert read_pdf(data, Budget(ExtractionLimits())).scans == (Scan("#page=1", replaces=True),)


def test_text_in_a_font_that_says_nothing_is_a_scan() -> None:
    """Bitmap fonts of old typesetters: glyphs that are drawn, under names that mean nothing."""
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</g1 7 0 R/g2 7 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[1/g1/g2]>>/FirstChar 1/LastChar 2/Widths[9 9]>>"
    )
    words = b" ".join(b"BT /F 12 Tf 50 %d Td <0102010201> Tj ET" % (750 - 20 * line) for line in range(30))
    data = one_page_pdf(pdf_stream(words), more=(font, pdf_stream(b"9 0 0 0 9 9 d1 0 0 8 8 re f")))
    data = data.replace(b"/F 5 0 R", b"/F 6 0 R")
    assert [scan.path for scan in read_pdf(data, Budget(ExtractionLimits())).scans] == ["#page=1"]
