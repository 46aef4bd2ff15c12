"""Which pages of a PDF only OCR can read: scans, drawings of letters, text layers that are garbage or poor.

Pages are looked at as cheaply as their text allows: one with a page full of sound text is not looked at at all.
"""

from __future__ import annotations

import re
from typing import Any

import pypdfium2.raw as pdfium

from extraction.pdf.legibility import is_garbage, is_poorly_read
from extraction.pdf.pdf_shown import COVERING_SHARE, PAPER_AREA, Shown
from extraction.records import Scan

# Letters and digits below which a page may be a scan, and the share of the page that pictures then have at least.
# A page of text has more letters than the first, a fax stamp or a scanner's footer up to the second, a letterhead
# typed over a scan or a disclaimer under one up to the third. A logo has a share below all of them.
_SCAN_SHARES = ((40, 0.10), (200, 0.30), (800, 0.50))
MOST_SCAN_LETTERS = _SCAN_SHARES[-1][0]
# Pieces of vector outlines from which a page without text is a drawing of letters. A letter has some 20,000, a ruled
# form up to 500.
OUTLINE_PIECES = 1200
# Characters from which letters are not counted: even a page of ruled lines and blanks has enough of them then.
_LONG_TEXT = 4 * MOST_SCAN_LETTERS
_LETTERS = re.compile(r"[^\W_]")

# Text objects from which a page that gives fewer letters than it has of them has a font that says nothing.
_MUTE_TEXTS = 8
# Characters that may lie over it all the same: a caption, the edge of a disclaimer, a tenth of what it has room for.
_CAPTION_CHARACTERS = 40
_CHARACTERS_A_POINT = 0.1 * 2500 / PAPER_AREA
# Dots of the smallest such picture at 50 dots an inch.
_PICTURE_DOTS = 14_000
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_SIDE = re.compile(rb"/(?:Width|Height)\s+(\d{1,7})")
# Bytes around its mark in which a picture's sides stand. Those of a neighbour only make us look once too often.
_DICTIONARY_BYTES = 400


def holds_pictures(data: bytes) -> bool:
    """Can the pictures of this file hold letters? Without, pages of text need no look at their objects."""
    for mark in _PICTURE.finditer(data):
        around = data[max(0, mark.start() - _DICTIONARY_BYTES) : mark.end() + _DICTIONARY_BYTES]
        sides = sorted((int(side) for side in _SIDE.findall(around)), reverse=True)
        if len(sides) < 2 or sides[0] * sides[1] >= _PICTURE_DOTS:  # noqa: PLR2004 - width and height
            return True
    return False


def scan_of(page: Any, path: str, text: str, among_pictures: bool) -> Scan | None:
    """Does OCR have to read this page, beside its text or instead? A blank page and a short last one need none.

    Args:
        page: PDFium's.
        path: its place.
        text: all that its text layer says.
        among_pictures: what `holds_pictures` says of the file.
    """
    if is_garbage(text):
        return Scan(path, replaces=True)
    letters = MOST_SCAN_LETTERS if len(text) > _LONG_TEXT else len(_LETTERS.findall(text))
    if letters < MOST_SCAN_LETTERS:
        return _scan_of_little_text(page, path, text, letters)
    if not among_pictures:
        return None
    shown = Shown(page)
    if shown.pictured > COVERING_SHARE and is_poorly_read(text):
        return Scan(path, replaces=True)
    return Scan(path) if shown.ends_early or _has_bare_picture(page, shown) else None


def _scan_of_little_text(page: Any, path: str, text: str, letters: int) -> Scan | None:
    shown = Shown(page)
    if shown.ends_early:
        return Scan(path)
    if letters < _SCAN_SHARES[0][0]:
        pictured = shown.pictured > _SCAN_SHARES[0][1]
        drawn = shown.outline_pieces > OUTLINE_PIECES or shown.texts > max(_MUTE_TEXTS, letters)
        return Scan(path) if pictured or drawn else None
    if shown.text_is_a_layer and letters >= _SCAN_SHARES[1][0]:
        return Scan(path, replaces=True) if shown.pictured > COVERING_SHARE and is_poorly_read(text) else None
    wanted = next(share for most, share in _SCAN_SHARES if letters < most)
    return Scan(path) if shown.pictured > wanted or _has_bare_picture(page, shown) else None


def _has_bare_picture(page: Any, shown: Shown) -> bool:
    """Is a large picture not what the text was read from, nor what it is printed on?"""
    if not shown.large_pictures:
        return False
    text_page = page.get_textpage()
    over = [
        (box, pdfium.FPDFText_GetBoundedText(text_page, box.left, box.top, box.right, box.bottom, None, 0))
        for box in shown.large_pictures
    ]
    text_page.close()
    return any(characters < max(_CAPTION_CHARACTERS, _CHARACTERS_A_POINT * box.area) for box, characters in over)
