from __future__ import annotations

from typing import Any

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits, UnreadableError
from extraction.pdf.pdf import read_pdf
from extraction.pdf.pdf_file import is_cut_short
from extraction.records import Content, Embedded, Problem, Scan
from tests.extraction.samples import (
    LETTER_LINES,
    one_page_pdf,
    pdf,
    pdf_stream,
    pdf_with_attachments,
    raw_pdf,
)


def read(data: bytes, **limits: int) -> Content:
    return read_pdf(data, Budget(ExtractionLimits(**limits)))


def lines_of(content: Content, page: int = 0) -> list[str]:
    return [line.strip() for line in content.pieces[page].text.split("\n") if line.strip()]


def scanned_page(canvas: Any) -> None:
    canvas.drawImage(ImageReader(Image.new("1", (1240, 1754), 1)), 0, 0, *A4)


def reasons(content: Content) -> list[tuple[SkipReason, str]]:
    return [(problem.reason, problem.path) for problem in content.problems]


def test_each_page_is_a_piece() -> None:
    content = read(pdf(3, lines=[*LETTER_LINES, "Page {page}"]))
    assert [piece.path for piece in content.pieces] == ["#page=1", "#page=2", "#page=3"]
    assert lines_of(content, 2) == [*LETTER_LINES, "Page 3"]
    assert content.problems == ()


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_pages_read_in_order(rotation: int) -> None:
    assert lines_of(read(pdf(rotation=rotation))) == LETTER_LINES


def test_values_of_a_form_are_text() -> None:
    def field(canvas: Any) -> None:
        canvas.acroForm.textfield(name="name", value="Sample Filled In", x=60, y=300, width=300, height=30)

    assert "Sample Filled In" in lines_of(read(pdf(draw=field)))


@pytest.mark.parametrize("strength", [40, 128])
def test_a_user_password_is_encrypted_and_an_owner_password_is_not(strength: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(pdf(encryption=StandardEncryption("user", "owner", strength=strength)))
    assert caught.value.reason is SkipReason.ENCRYPTED
    assert lines_of(read(pdf(encryption=StandardEncryption("", "owner", strength=strength)))) == LETTER_LINES


def test_junk_before_the_start_is_passed_over() -> None:
    assert lines_of(read(b"junk\n" * 700 + pdf())) == LETTER_LINES


def test_a_damaged_table_is_no_loss() -> None:
    content = read(pdf(2).replace(b"startxref", b"startxxxx"))
    assert len(content.pieces) == 2
    assert content.problems == ()


@pytest.mark.parametrize(("share", "pages"), [(0.99, 5), (0.95, 5), (0.8, 4), (0.5, 1)])
def test_a_cut_file_gives_the_pages_that_are_left_and_says_so(share: float, pages: int) -> None:
    whole = pdf(5)
    content = read(whole[: int(len(whole) * share)])
    assert len(content.pieces) >= pages
    assert lines_of(content) == LETTER_LINES
    assert (SkipReason.TRUNCATED, "") in reasons(content)


def test_a_file_of_which_no_page_is_left_is_truncated() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(pdf()[:60])
    assert caught.value.reason is SkipReason.TRUNCATED


def test_what_only_claims_to_be_a_pdf_is_unreadable() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(b"%PDF-1.7\nno more than this\n%%EOF")
    assert caught.value.reason is SkipReason.UNREADABLE


def test_an_update_that_was_cut_shows() -> None:
    assert not is_cut_short(pdf())
    assert not is_cut_short(pdf() + b"\r\n<!-- added by a web server -->" * 100)
    assert is_cut_short(pdf() + b"\n12 0 obj\n<</Type/Page")


@pytest.mark.parametrize("part", [b"1", b"1 ", b"1 0 ", b"1 0" + b" " * 100])
def test_junk_behind_the_end_costs_little(part: bytes) -> None:
    assert not is_cut_short(pdf() + part * ((1 << 20) // len(part)))


def test_scanned_pages_need_ocr_and_text_pages_are_read() -> None:
    content = read(pdf(2, lines=[], draw=scanned_page))
    assert content.pieces == ()
    assert content.scans == (Scan("#page=1"), Scan("#page=2"))


def test_a_fax_stamp_does_not_make_a_scan_a_text_page() -> None:
    content = read(pdf(lines=["12/03/2026 14:22 FROM 0121 000 0000 TO EXAMPLE CLINIC P.001/003"], draw=scanned_page))
    assert len(content.pieces) == 1
    assert content.scans == (Scan("#page=1"),)


def test_a_letter_over_a_watermark_is_a_text_page() -> None:
    def watermark(canvas: Any) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (124, 175), 200)), 0, 0, *A4)

    assert read(pdf(draw=watermark)).scans == ()


def test_a_logo_beside_a_short_last_page_is_no_scan() -> None:
    def logo(canvas: Any) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (200, 100), 200)), 400, 780, 80, 40)

    assert read(pdf(lines=["Yours sincerely"], draw=logo)).scans == ()
    assert read(pdf(lines=[])) == Content(origins=read(pdf(lines=[])).origins)


def test_a_drawing_of_letters_needs_ocr() -> None:
    def outlines(canvas: Any) -> None:
        for index in range(300):
            canvas.circle(60 + index % 60 * 8, 700 - index // 60 * 20, 3)

    assert read(pdf(lines=[], draw=outlines)).scans == (Scan("#page=1"),)


def test_a_font_without_a_character_map_is_a_problem() -> None:
    cmap = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
    cmap += b"1 beginbfrange <41> <5a> <e000> endbfrange endcmap"
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        pdf_stream(b"BT /F 12 Tf 100 700 Td (DEARDRSAMPLETHANKYOU) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        pdf_stream(cmap),
    )
    assert read(data).scans == (Scan("#page=1", replaces=True),)


def test_embedded_files_are_handed_on() -> None:
    content = read(pdf_with_attachments(b"first file", b"second file"))
    assert list(content.embedded) == [
        Embedded("!/attachment-1", b"first file", "attachment-1"),
        Embedded("!/attachment-2", b"second file", "attachment-2"),
    ]
    assert lines_of(content) == ["cover note"]


def test_embedded_files_count_under_the_budget() -> None:
    first, second = read(pdf_with_attachments(b"x" * 100, b"y" * 100), members=1).embedded
    assert isinstance(first, Embedded)
    assert second == Problem(SkipReason.BUDGET_SPENT, "!/attachment-2", "members")
    (large,) = read(pdf_with_attachments(b"x" * 100), member_bytes=50).embedded
    assert large == Problem(SkipReason.BUDGET_SPENT, "!/attachment-1", "member bytes")


def test_pages_past_the_budget_are_counted() -> None:
    content = read(pdf(5), pages=2)
    assert len(content.pieces) == 2
    (problem,) = content.problems
    assert (problem.reason, problem.path, problem.detail) == (SkipReason.BUDGET_SPENT, "#page=3", "pages: 3 left")


def test_a_file_without_pages_is_a_problem() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"))
    assert caught.value.reason is SkipReason.UNREADABLE


def test_a_word_broken_at_the_line_end_keeps_a_hyphen() -> None:
    text = pdf_stream(b"BT /F 12 Tf 14 TL 100 700 Td (She was re-) Tj T* (viewed today) Tj ET")
    joined = read(one_page_pdf(text)).pieces[0].text
    assert "re-" in joined
    assert "\ufffe" not in joined
