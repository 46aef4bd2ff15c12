"""Scans: pictures of letters and no text."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
from PIL import Image

from demo_range.letters import House, letter
from demo_range.scans import scanned_pdf, scanned_tiff

ONE, OTHER = letter(House.PRSB, 1, 1).sheet, letter(House.IVF, 2, 1).sheet


def test_a_scanned_letter_has_pages_and_no_text() -> None:
    document: Any = pypdfium2.PdfDocument(scanned_pdf(1, None, ONE, OTHER))
    try:
        pages = len(document)
        assert pages >= 3
        assert all(not page.get_textpage().get_text_range().strip() for page in document)
    finally:
        document.close()
    first: Any = pypdfium2.PdfDocument(scanned_pdf(1, 1, ONE, OTHER))
    try:
        assert len(first) == 2, "the first page of each"
    finally:
        first.close()


def test_a_fax_is_black_or_white() -> None:
    with Image.open(io.BytesIO(scanned_tiff(2, 1, ONE))) as page:
        assert (page.format, page.mode) == ("TIFF", "1")
        black = sum(pixel == 0 for pixel in page.get_flattened_data())
        assert 0.01 < black / (page.width * page.height) < 0.3


def test_the_same_seed_scans_alike() -> None:
    assert scanned_tiff(3, 1, ONE) == scanned_tiff(3, 1, ONE)
    assert scanned_tiff(3, 1, ONE) != scanned_tiff(4, 1, ONE)
