"""What a page of a PDF shows: pictures and where they lie, outlines, texts and whether they can be seen."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

# Share of the page from which a picture is what the text layer was read from.
COVERING_SHARE = 0.50
# Dots an inch below which a picture holds no letter that can be read: ten-point type is then four dots high.
LEGIBLE_DPI = 50
# Square points of A4. Shares are of the page, or of this where the page is larger than paper.
PAPER_AREA = 595 * 842
# Share of a page's text objects that may show although the others are the layer of an earlier OCR: a stamp, a number.
_STAMP_SHARE = 0.20
# Share of the page from which a picture without text over it is read beside the text of the page: a photograph of a
# letter, results pasted as a picture. And the points of its shorter side, twelve lines of ten-point type: logos, seals
# and codes have up to 100, letterheads that are pictures up to 130.
BARE_SHARE = 0.06
BARE_SIDE = 140.0
_POINTS_PER_INCH = 72
# Objects of a page that are looked at. A scan has a handful, one in strips up to 300, a page with a text object for
# each letter 5,000.
MOST_OBJECTS = 20_000
_DEPTH = 12
# Points by which the edges of strips of one picture differ.
_STRIP_GAP = 2.0

_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Points on the page, from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """In square points."""
        return (self.right - self.left) * (self.top - self.bottom)


class Shown:
    """What a page shows.

    Attributes:
        pictured: share of the page under pictures that can hold letters; a sum, as scanners store one page in strips.
        outline_pieces: lines and curves of vector shapes.
        texts: text objects.
        covering_dpi: dots an inch of the finest picture that covers it alone.
        kinds: width and height in dots and bytes of each picture, to know it again.
        ends_early: has it more objects, or deeper groups, than were looked at?
    """

    def __init__(self, page: Any) -> None:
        self.pictured = 0.0
        self.outline_pieces = 0
        self.covering_dpi: float | None = None
        self.ends_early = False
        self.texts = self._shown_texts = 0
        self.kinds: set[tuple[int, int, int]] = set()
        self._pictures: list[Box] = []
        self._left = MOST_OBJECTS
        width, height = page.get_size()
        self._area = min(max(width * height, 1.0), PAPER_AREA)
        self._look_into(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, _IDENTITY, 0)

    @property
    def text_is_a_layer(self) -> bool:
        """Is it invisible, or hidden under a picture: the work of an earlier OCR?"""
        return self.texts > 0 and self._shown_texts <= _STAMP_SHARE * self.texts

    @property
    def pictures_box(self) -> Box | None:
        """Around all pictures that can hold letters."""
        boxes = self._pictures
        if not boxes:
            return None
        left, bottom = min(box.left for box in boxes), min(box.bottom for box in boxes)
        return Box(left, bottom, max(box.right for box in boxes), max(box.top for box in boxes))

    @property
    def large_pictures(self) -> list[Box]:
        """Those large enough for lines of text; strips of one picture joined."""
        return [
            box
            for box in _joined(self._pictures)
            if box.area > BARE_SHARE * self._area and min(box.right - box.left, box.top - box.bottom) >= BARE_SIDE
        ]

    def _look_into(self, group: Any, count: Any, get: Any, matrix: _Matrix, depth: int) -> None:
        for index in range(max(0, count(group))):
            self._left -= 1
            if self._left < 0 or depth > _DEPTH:
                self.ends_early = True
                return
            self._look_at(get(group, index), matrix, depth)

    def _look_at(self, shown: Any, matrix: _Matrix, depth: int) -> None:
        """`matrix`: from the coordinates of its group to those of the page."""
        kind = pdfium.FPDFPageObj_GetType(shown) if shown else 0
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self.outline_pieces += max(0, pdfium.FPDFPath_CountSegments(shown))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self.pictured += self._share_of(shown, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            inner = _combined(shown, matrix)
            self._look_into(shown, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, inner, depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            self.texts += 1
            hidden = pdfium.FPDFTextObj_GetTextRenderMode(shown) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
            self._shown_texts += not hidden

    def _share_of(self, picture: Any, matrix: _Matrix) -> float:
        """Of the page; none where it is too coarse for letters. A picture that covers hides what was drawn before."""
        box = _placed(picture, matrix)
        dots_wide, dots_high = ctypes.c_uint(), ctypes.c_uint()
        pdfium.FPDFImageObj_GetImagePixelSize(picture, dots_wide, dots_high)
        dots = dots_wide.value * dots_high.value
        if box is None or dots < box.area * (LEGIBLE_DPI / _POINTS_PER_INCH) ** 2:
            return 0.0
        share: float = min(box.area / self._area, 1.0)
        self._pictures.append(box)
        packed = pdfium.FPDFImageObj_GetImageDataRaw(picture, None, 0)
        self.kinds.add((dots_wide.value, dots_high.value, packed))
        if share > COVERING_SHARE:
            self._shown_texts = 0
            dpi = _POINTS_PER_INCH * math.sqrt(dots / box.area)
            self.covering_dpi = max(dpi, self.covering_dpi or 0.0)
        return share


def _placed(shown: Any, matrix: _Matrix) -> Box | None:
    """Where it lies on the page."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(shown, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    box = Box(min(across), min(up), max(across), max(up))
    return box if 0 < box.area < math.inf else None


def _combined(form: Any, matrix: _Matrix) -> _Matrix:
    """The matrix under which a group is drawn on the page."""
    own = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(form, own):
        return matrix
    a, b, c, d, e, f = matrix
    return (
        a * own.a + c * own.b,
        b * own.a + d * own.b,
        a * own.c + c * own.d,
        b * own.c + d * own.d,
        a * own.e + c * own.f + e,
        b * own.e + d * own.f + f,
    )


def _joined(pictures: list[Box]) -> list[Box]:
    """Strips of equal width, one on the other, as one."""
    joined: list[Box] = []
    for box in sorted(pictures, key=lambda each: (round(each.left), round(each.right), each.bottom)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and abs(last.left - box.left) + abs(last.right - box.right) < _STRIP_GAP
            and abs(box.bottom - last.top) < _STRIP_GAP
        ):
            joined[-1] = Box(last.left, last.bottom, last.right, max(last.top, box.top))
        else:
            joined.append(box)
    return joined
