"""Windows drawings (EMF, [MS-EMF]; WMF, [MS-WMF]): the text that they draw, and the bitmaps that they paint.

Lines and curves are not read: a logo drawn by them holds no text that anyone could tell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.old_office.blips import SMALLEST_PICTURE, bitmap_file
from extraction.old_office.code_pages import USUAL, by_charset, decoded
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem, TextPiece

_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_PLACEABLE_SIZE, _WMF_HEADER = 22, 18
# Records of EMF: text by its way of writing; bitmaps by where the record says where they lie.
_WIDE_TEXT, _NARROW_TEXT, _SMALL_TEXT, _COMMENT, _EMF_END = 84, 83, 108, 70, 14
_EMF_BITMAPS = {76: 84, 77: 84, 78: 84, 114: 84, 116: 84, 80: 48, 81: 48}
_GLYPHS, _NO_BOUNDS, _NARROW = 0x10, 0x100, 0x200
_PLUS = b"EMF+"
_PLUS_STRING, _PLUS_OBJECT, _PLUS_IMAGE = 0x401C, 0x4008, 5
_PLUS_HEADER = 12
# Records of WMF, and where a bitmap begins in each.
_WMF_TEXT, _WMF_LONG_TEXT, _WMF_FONT = 0x0521, 0x0A32, 0x02FB
_WMF_BITMAPS = {0x0F43: 28, 0x0B41: 26, 0x0940: 22, 0x0D33: 24}
_WMF_BOUNDS = 0x06
_SHORTEST_WMF = 3


@dataclass(slots=True)
class _Drawing:
    """What was drawn so far: lines by where they stand, and bitmaps as files."""

    lines: list[str] = field(default_factory=list)
    bitmaps: list[tuple[str, bytes]] = field(default_factory=list)
    glyphs: bool = False
    height: int | None = None

    def draw(self, text: str, height: int) -> None:
        """Text at the height of the one before goes on with its line."""
        text = text.replace("\x00", "").strip()
        if not text:
            return
        if self.lines and height == self.height:
            self.lines[-1] += " " + text
        else:
            self.lines.append(text)
        self.height = height

    def paint(self, ending: str, picture: bytes) -> None:
        """A bitmap large enough to hold text."""
        if len(picture) >= SMALLEST_PICTURE:
            self.bitmaps.append((ending, picture))

    def content(self, budget: Budget) -> Content:
        """As a reader hands it on."""
        text = "\n".join(self.lines)
        unread = (Problem(SkipReason.UNSUPPORTED_TYPE, "", "text as glyphs of a font"),) if self.glyphs else ()
        return Content((TextPiece("", text),) if text else (), unread, _files(self.bitmaps, budget))


def read_emf(data: bytes, budget: Budget) -> Content:
    """One piece with the text, in the order in which it is drawn; bitmaps as files."""
    drawing, plus = _Drawing(), _Drawing()
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        record = data[at : at + size]
        if size < 8 or kind == _EMF_END:  # noqa: PLR2004 - kind and size
            break
        if kind in (_WIDE_TEXT, _NARROW_TEXT, _SMALL_TEXT):
            _emf_text(kind, record, drawing)
        elif kind in _EMF_BITMAPS:
            _emf_bitmap(record, _EMF_BITMAPS[kind], drawing)
        elif kind == _COMMENT and record[12:16] == _PLUS:
            _plus(record[16:], plus)
        at += size
    if not drawing.lines:  # both forms draw the same
        drawing.lines, drawing.glyphs = plus.lines, drawing.glyphs and not plus.lines
    drawing.bitmaps = drawing.bitmaps or plus.bitmaps
    return drawing.content(budget)


def read_wmf(data: bytes, budget: Budget) -> Content:
    """As `read_emf`."""
    drawing = _Drawing()
    at = _WMF_HEADER + (_PLACEABLE_SIZE if data.startswith(_PLACEABLE) else 0)
    codec = USUAL
    while at + 6 <= len(data):
        words, kind = struct.unpack_from("<IH", data, at)
        record = data[at : at + 2 * words]
        if words < _SHORTEST_WMF or not kind:
            break
        if kind == _WMF_FONT and len(record) > 19:  # noqa: PLR2004 - up to its character set
            codec = by_charset(record[19]) or USUAL
        elif kind in (_WMF_TEXT, _WMF_LONG_TEXT):
            _wmf_text(kind, record, codec, drawing)
        elif kind in _WMF_BITMAPS:
            drawing.paint("bmp", bitmap_file(record[_WMF_BITMAPS[kind] :]))
        at += 2 * words
    return drawing.content(budget)


def _files(bitmaps: list[tuple[str, bytes]], budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    for ending, picture in bitmaps:
        budget.spend_member()
        budget.spend_bytes(len(picture))
        yield Embedded(paths.place(f"picture.{ending}"), picture)


def _emf_text(kind: int, record: bytes, drawing: _Drawing) -> None:
    if kind == _SMALL_TEXT:
        if len(record) < 36:  # noqa: PLR2004 - its fixed part
            return
        _, height, count, options = struct.unpack_from("<iiII", record, 8)
        start, wide = 36 + (0 if options & _NO_BOUNDS else 16), not options & _NARROW
    else:
        if len(record) < 56:  # noqa: PLR2004 - its fixed part
            return
        _, height, count, start, options = struct.unpack_from("<iiIII", record, 36)
        wide = kind == _WIDE_TEXT
    if options & _GLYPHS:
        drawing.glyphs = drawing.glyphs or count > 1
        return
    raw = record[start : start + count * (2 if wide else 1)]
    drawing.draw(raw.decode("utf-16-le", "replace") if wide else decoded(raw, USUAL), height)


def _emf_bitmap(record: bytes, at: int, drawing: _Drawing) -> None:
    if at + 16 <= len(record):
        header, header_size, bits, bits_size = struct.unpack_from("<IIII", record, at)
        dib = record[header : header + header_size] + record[bits : bits + bits_size]
        drawing.paint("bmp", bitmap_file(dib))


def _plus(data: bytes, drawing: _Drawing) -> None:
    """Records of EMF+, which hide in comments."""
    at = 0
    while at + _PLUS_HEADER <= len(data):
        kind, flags, size = struct.unpack_from("<HHI", data, at)
        record = data[at + _PLUS_HEADER : at + size]
        if size < _PLUS_HEADER:
            break
        if kind == _PLUS_STRING and len(record) >= 28:  # noqa: PLR2004 - up to its characters
            (count,) = struct.unpack_from("<I", record, 8)
            (height,) = struct.unpack_from("<i", record, 16)
            drawing.draw(record[28 : 28 + 2 * count].decode("utf-16-le", "replace"), height)
        elif kind == _PLUS_OBJECT and flags >> 8 & 0x7F == _PLUS_IMAGE:
            _plus_image(record, drawing)
        at += size


def _plus_image(record: bytes, drawing: _Drawing) -> None:
    for ending, mark in (("png", b"\x89PNG\r\n\x1a\n"), ("jpg", b"\xff\xd8\xff")):
        start = record.find(mark, 0, 64)
        if start >= 0:
            drawing.paint(ending, record[start:])


def _wmf_text(kind: int, record: bytes, codec: str, drawing: _Drawing) -> None:
    if kind == _WMF_TEXT and len(record) >= 12:  # noqa: PLR2004 - without a character
        (count,) = struct.unpack_from("<H", record, 6)
        behind = 8 + count + count % 2
        height = int.from_bytes(record[behind : behind + 2], "little")
        drawing.draw(decoded(record[8 : 8 + count], codec), height)
    elif kind == _WMF_LONG_TEXT and len(record) >= 14:  # noqa: PLR2004 - the same
        height, _, count, options = struct.unpack_from("<hhHH", record, 6)
        start = 14 + (8 if options & _WMF_BOUNDS else 0)
        if options & _GLYPHS:
            drawing.glyphs = drawing.glyphs or count > 1
        else:
            drawing.draw(decoded(record[start : start + count], codec), height)
