"""Which pages of a PDF only OCR can read: scans, drawings of letters, text layers that are garbage or poor.

Pages are looked at as cheaply as their text allows: one with a page full of sound text is not looked at at all.
"""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any

import pypdfium2.raw as pdfium

from extraction.pdf.legibility import is_garbage, is_poorly_read
from extraction.records import Scan

# Letters and digits below which a page may be a scan, and the share of the page that pictures then have at least.
# A page of text has more letters than the first, a fax stamp or a scanner's footer up to the second, a letterhead
# typed over a scan or a disclaimer under one up to the third. A logo has a share below all of them.
_SCAN_SHARES = ((40, 0.10), (200, 0.30), (800, 0.50))
MOST_SCAN_LETTERS = _SCAN_SHARES[-1][0]
# Share of the page from which a picture is what the text layer was read from.
COVERING_SHARE = 0.50
# Dots an inch below which a picture holds no letter that can be read: ten-point type is then four dots high.
LEGIBLE_DPI = 50
# Pieces of vector outlines from which a page without text is a drawing of letters. A letter has some 20,000, a ruled
# form up to 500.
OUTLINE_PIECES = 1200
# Objects of a page that are looked at. A scan has a handful, one in strips up to 300.
_OBJECTS = 3000
_DEPTH = 4
# Characters from which letters are not counted: even a page of ruled lines and blanks has enough of them then.
_LONG_TEXT = 4 * MOST_SCAN_LETTERS
_LETTERS = re.compile(r"[^\W_]")
_POINTS_PER_INCH = 72


# Text objects from which a page that gives fewer letters than it has of them has a font that says nothing.
_MUTE_TEXTS = 8
# Share of a page's text objects that may show although the others are the layer of an earlier OCR: a stamp, a number.
_STAMP_SHARE = 0.20
# Share of the page from which a picture without text over it is read beside the text of the page: a photograph of a
# letter, results pasted as a picture. And the characters that may lie over it all the same: a caption.
BARE_SHARE = 0.20
_CAPTION_CHARACTERS = 40
# Dots of the smallest such picture: a fifth of a page at 50 dots an inch.
_PICTURE_DOTS = 48_000
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
    shown = _Shown(page)
    if shown.pictured > COVERING_SHARE and is_poorly_read(text):
        return Scan(path, replaces=True)
    return Scan(path) if _has_bare_picture(page, shown) else None


def _scan_of_little_text(page: Any, path: str, text: str, letters: int) -> Scan | None:
    shown = _Shown(page)
    if letters < _SCAN_SHARES[0][0]:
        pictured = shown.pictured > _SCAN_SHARES[0][1]
        drawn = shown.outline_pieces > OUTLINE_PIECES or shown.texts > max(_MUTE_TEXTS, letters)
        return Scan(path) if pictured or drawn else None
    if shown.text_is_a_layer and letters >= _SCAN_SHARES[1][0]:
        return Scan(path, replaces=True) if shown.pictured > COVERING_SHARE and is_poorly_read(text) else None
    wanted = next(share for most, share in _SCAN_SHARES if letters < most)
    return Scan(path) if shown.pictured > wanted or _has_bare_picture(page, shown) else None


def _has_bare_picture(page: Any, shown: _Shown) -> bool:
    """Is a large picture not what the text was read from, nor what it is printed on?"""
    if not shown.large_pictures:
        return False
    text_page = page.get_textpage()
    over = [pdfium.FPDFText_GetBoundedText(text_page, *sides, None, 0) for sides in shown.large_pictures]
    text_page.close()
    return any(characters < _CAPTION_CHARACTERS for characters in over)


def covering_dpi(page: Any) -> float | None:
    """Dots an inch of the largest picture that covers the page; None where none does."""
    return _Shown(page).covering_dpi


class _Shown:
    """What a page shows.

    Attributes:
        pictured: share of the page under pictures that can hold letters; a sum, as scanners store one page in strips.
        outline_pieces: lines and curves of vector shapes.
        texts: text objects.
        covering_dpi: dots an inch of the finest picture that covers it alone.
        large_pictures: left, top, right and bottom of each that takes up much of the page.
        text_is_a_layer: is the text invisible, or hidden under a picture: the work of an earlier OCR?
    """

    def __init__(self, page: Any) -> None:
        self.pictured = 0.0
        self.outline_pieces = 0
        self.covering_dpi: float | None = None
        self.large_pictures: list[tuple[float, float, float, float]] = []
        self.texts = self._shown_texts = 0
        self._left = _OBJECTS
        width, height = page.get_size()
        self._area = max(width * height, 1.0)
        for index in range(min(pdfium.FPDFPage_CountObjects(page), _OBJECTS)):
            self._look_at(pdfium.FPDFPage_GetObject(page, index), 1.0, 0)

    @property
    def text_is_a_layer(self) -> bool:
        return self.texts > 0 and self._shown_texts <= _STAMP_SHARE * self.texts

    def _look_at(self, shown: Any, scale: float, depth: int) -> None:
        """`scale`: how much larger than its own coordinates say the page shows its area."""
        self._left -= 1
        if self._left < 0 or not shown:
            return
        kind = pdfium.FPDFPageObj_GetType(shown)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self.outline_pieces += max(0, pdfium.FPDFPath_CountSegments(shown))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self.pictured += self._share_of(shown, scale)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            inner = scale * _enlargement(shown)
            for index in range(max(0, pdfium.FPDFFormObj_CountObjects(shown))):
                if self._left < 0:
                    return
                self._look_at(pdfium.FPDFFormObj_GetObject(shown, index), inner, depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            self.texts += 1
            hidden = pdfium.FPDFTextObj_GetTextRenderMode(shown) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
            self._shown_texts += not hidden

    def _share_of(self, picture: Any, scale: float) -> float:
        """Of the page; none where it is too coarse for letters. A picture that covers hides what was drawn before."""
        sides = [ctypes.c_float() for _ in range(4)]
        dots_wide, dots_high = ctypes.c_uint(), ctypes.c_uint()
        if not pdfium.FPDFPageObj_GetBounds(picture, *sides):
            return 0.0
        left, bottom, right, top = (side.value for side in sides)
        area = abs((right - left) * (top - bottom)) * scale
        pdfium.FPDFImageObj_GetImagePixelSize(picture, dots_wide, dots_high)
        if dots_wide.value * dots_high.value < area * (LEGIBLE_DPI / _POINTS_PER_INCH) ** 2:
            return 0.0
        share: float = min(area / self._area, 1.0)
        if share > BARE_SHARE and scale == 1.0:
            self.large_pictures.append((left, top, right, bottom))
        if share > COVERING_SHARE:
            self._shown_texts = 0
            dpi = _POINTS_PER_INCH * math.sqrt(dots_wide.value * dots_high.value / area)
            self.covering_dpi = max(dpi, self.covering_dpi or 0.0)
        return share


def _enlargement(form: Any) -> float:
    """Of areas, by the matrix under which the page draws this group."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(form, matrix):
        return 1.0
    return abs(float(matrix.a * matrix.d - matrix.b * matrix.c))
