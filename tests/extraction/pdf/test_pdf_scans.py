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
from extraction.pdf.pdf_shown import MOST_OBJECTS
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


def test_logos_seals_and_letterheads_that_are_pictures_cost_no_ocr() -> None:
    """Fine enough for letters, over a tenth of the page or less."""

    def at(x: float, y: float, width: float, height: float) -> Draw:
        fine = ImageReader(Image.new("1", (int(width * 3), int(height * 3)), 1))
        return lambda canvas: canvas.drawImage(fine, x, y, width, height)

    for furniture in ((40, 740, 200, 80), (440, 730, 100, 100), (0, 717, 595, 125), (0, 0, 595, 90), (250, 60, 90, 90)):
        assert scans(text(LETTER_LINES * 4), at(*furniture)) == ()
    both = at(0, 742, 595, 100), at(0, 0, 595, 100), at(440, 110, 95, 95)
    assert scans(text(LETTER_LINES * 4), *both) == ()


def test_a_letter_pasted_as_a_small_picture_is_read_beside_its_text() -> None:
    """A sixth of the page, in one piece, in strips, and in a group."""
    lines = ["See the letter below. Kind regards, the secretary of the clinic, on Monday 12 March 2026"]
    pasted = ImageReader(Image.new("1", (1050, 678), 1))

    def whole(canvas: Any) -> None:
        canvas.drawImage(pasted, 100, 100, 350, 226)

    def strips(canvas: Any) -> None:
        for index in range(20):
            strip = ImageReader(Image.new("1", (1050, 34), index % 2))
            canvas.drawImage(strip, 100, 100 + 226 * index / 20, 350, 226 / 20)

    def in_a_group(canvas: Any) -> None:
        canvas.beginForm("letter", 0, 0, 1, 1)
        canvas.drawImage(pasted, 0, 0, 1, 1)
        canvas.endForm()
        canvas.translate(100, 100)
        canvas.scale(350, 226)
        canvas.doForm("letter")

    for draw in (whole, strips, in_a_group):
        for words in (lines, LETTER_LINES * 4):
            assert scans(text(words), draw) == (Scan("#page=1"),)


def test_a_disclaimer_that_runs_into_a_scan_does_not_explain_it() -> None:
    disclaimer = ["This message and what is attached to it is for the addressee alone and may be privileged."] * 16
    half = picture(0.6)
    assert scans(text(disclaimer), half) == (Scan("#page=1"),)


@pytest.mark.parametrize("count", [3_100, MOST_OBJECTS + 100])
def test_a_scan_behind_thousands_of_objects_is_found(count: int) -> None:
    def blanks(canvas: Any) -> None:
        canvas._code.append("BT /F1 1 Tf 0 0 Td ( ) Tj ET\n" * count)

    assert scans(text(["x"]), blanks, picture()) == (Scan("#page=1"),)


def test_a_scan_in_groups_within_groups_is_found() -> None:
    def nested(canvas: Any) -> None:
        canvas.beginForm("0", 0, 0, *A4)
        canvas.drawImage(PAGE, 0, 0, *A4)
        canvas.endForm()
        for depth in range(1, 9):
            canvas.beginForm(str(depth), 0, 0, *A4)
            canvas.doForm(str(depth - 1))
            canvas.endForm()
        canvas.doForm("8")

    assert scans(nested) == (Scan("#page=1"),)


def test_a_scan_in_the_corner_of_a_page_beyond_any_paper_is_found() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(20_000, 20_000))
    canvas.drawImage(PAGE, 300, 18_000, *A4)
    canvas.save()
    assert read_pdf(buffer.getvalue(), Budget(ExtractionLimits())).scans == (Scan("#page=1"),)
