"""Word's file information block ([MS-DOC] 2.5) and piece table, of Word 97 to 2003 and of Word 6 and 95."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from documents.records import SkipReason
from extraction.budget import UnreadableError
from extraction.old_office.code_pages import USUAL, by_language, decoded

WORD_97 = 0xA5EC
WORD_6 = 0xA5DC
WORD_2 = 0xA5DB
# Version numbers: Word 6 has 101 to 103, Word 95 104 and 105; all later ones say that they are 193.
FIRST_WORD_6 = 101
_COMPLEX = 0x0004
_ENCRYPTED = 0x0100
_TABLE_1 = 0x0200
_WIDE = 0x1000
_MAC = 0x0100
_EIGHT_BIT = 0x40000000
_PIECE_SIZE = 8
# Pieces of one document. Files saved fast for years have some thousands; Word itself joins them before that.
MAX_PIECES = 500_000
# Sections of one document, and six headers and footers each. A bundle of a year's letters has some thousands.
MAX_HEADERS = 60_000
# Where the counts of characters and the table of offsets begin, by layout.
_COUNTS = {True: 0x4C, False: 0x34}
_OFFSETS = {True: 0x9A, False: 0x58}
_HEADERS_INDEX, _PIECES_INDEX = 11, 33
_SHORTEST = 0x1AA
# Parts of the text in the order in which they lie there. `macros` is unused since Word 2.
PARTS = ("main", "footnotes", "headers", "macros", "comments", "endnotes", "text boxes", "header text boxes")


@dataclass(frozen=True, slots=True)
class Fib:
    """What is used of it.

    Attributes:
        modern: Word 97 or later.
        complex: saved fast: the text is no single run.
        table: name of the stream with the tables.
        counts: characters of each of `PARTS`.
        text: offsets of the text's first byte and of the byte behind it, in files that are not complex.
        headers: offset and length of the table of headers.
        pieces: offset and length of the piece table.
        codec: of text with one byte a character.
        wide: Word 95 with two bytes a character.
    """

    modern: bool
    complex: bool
    table: str
    counts: tuple[int, ...]
    text: tuple[int, int]
    headers: tuple[int, int]
    pieces: tuple[int, int]
    codec: str
    wide: bool

    @property
    def characters(self) -> int:
        """Of all parts."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class PieceText:
    """The text in units of `unit` bytes, each one of Word's character positions.

    Attributes:
        data: UTF-16 where `unit` is 2, else bytes of a code page.
        problem: why it ends early; empty where it does not.
    """

    data: bytes
    unit: int
    problem: str = ""


def read_fib(stream: bytes) -> Fib:
    """The block at the start of the stream.

    Raises:
        UnreadableError: no such block, encrypted, or older than Word 6.
    """
    if len(stream) < _SHORTEST:
        raise UnreadableError(SkipReason.TRUNCATED, "file information block")
    magic, version, _, language, _, flags = struct.unpack_from("<6H", stream)
    modern = magic == WORD_97
    if magic not in (WORD_97, WORD_6):
        if magic == WORD_2:
            raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "older than Word 6, in OLE")
        raise UnreadableError(SkipReason.UNREADABLE, "no Word document")
    if not modern and version < FIRST_WORD_6:
        raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "older than Word 6, in OLE")
    if flags & _ENCRYPTED:
        raise UnreadableError(SkipReason.ENCRYPTED, "password")
    (charset,) = struct.unpack_from("<H", stream, 0x14)
    counts = struct.unpack_from("<8i", stream, _COUNTS[modern])
    if min(counts) < 0:  # then what lies where is not known, and all of it is read as it lies
        counts = (0,) * len(PARTS)
    return Fib(
        modern=modern,
        complex=bool(flags & _COMPLEX),
        table=("1Table" if flags & _TABLE_1 else "0Table") if modern else "",
        counts=counts,
        text=struct.unpack_from("<II", stream, 0x18),
        headers=struct.unpack_from("<II", stream, _OFFSETS[modern] + 8 * _HEADERS_INDEX),
        pieces=struct.unpack_from("<II", stream, _OFFSETS[modern] + 8 * _PIECES_INDEX),
        codec=USUAL if modern else "mac-roman" if charset == _MAC else by_language(language),
        wide=not modern and bool(flags & _WIDE),
    )


def text_by_pieces(fib: Fib, stream: bytes, table: bytes) -> PieceText | None:
    """The text as the piece table puts it together, or None where that table can not be used at all."""
    unit = 2 if fib.modern or fib.wide else 1
    descriptors = _descriptors(table[fib.pieces[0] : fib.pieces[0] + fib.pieces[1]])
    if descriptors is None:
        return None
    parts: list[bytes] = []
    left = 2 * len(stream)  # text that lies in two pieces at once is a bomb
    for characters, position in descriptors:
        raw, wide = _piece(fib, stream, position, characters)
        parts.append(raw if unit == 1 or wide else _widened(raw))
        left -= len(raw)
        if left < 0:
            return PieceText(b"".join(parts), unit, "pieces overlap")
        if len(raw) < characters * (2 if wide else 1):
            return PieceText(b"".join(parts), unit, "piece out of bounds")
    return PieceText(b"".join(parts), unit)


def text_in_one_run(fib: Fib, stream: bytes) -> PieceText | None:
    """The text where it lies in one run, as in files saved whole; None where it does not, or nobody can tell."""
    start, end = fib.text
    length = end - start
    if fib.complex or not _SHORTEST <= start < len(stream) or not 0 < fib.characters <= length:
        return None
    raw = stream[start:end]
    problem = "" if len(raw) == length else "text out of bounds"
    if not fib.modern and not fib.wide:
        return PieceText(raw, 1, problem)
    if length >= 2 * fib.characters:
        return PieceText(raw, 2, problem)
    return PieceText(_widened(raw), 2, problem)


def header_bounds(fib: Fib, table: bytes) -> list[int]:
    """Character positions that part the headers and footers: six of separators, then six for each section."""
    start, length = fib.headers
    raw = table[start : start + length]
    if not fib.modern or len(raw) != length or length % 4 or length > 4 * MAX_HEADERS:
        return []
    bounds = list(struct.unpack(f"<{length // 4}I", raw))[:-1]  # the last one is not used
    return bounds if bounds == sorted(bounds) else []


def _descriptors(block: bytes) -> list[tuple[int, int]] | None:
    """Characters and file position of each piece, up to the first that contradicts the one before it."""
    at = 0
    while at + 3 <= len(block) and block[at] == 1:  # formatting that pieces share
        at += 3 + int.from_bytes(block[at + 1 : at + 3], "little")
    if at + 5 > len(block) or block[at] != 2:  # noqa: PLR2004 - the mark of the piece table
        return None
    size = int.from_bytes(block[at + 1 : at + 5], "little")
    pieces = block[at + 5 : at + 5 + size]
    count = (len(pieces) - 4) // (4 + _PIECE_SIZE)
    if not 1 <= count <= MAX_PIECES or len(pieces) != size:
        return None
    bounds = struct.unpack_from(f"<{count + 1}I", pieces)
    found: list[tuple[int, int]] = []
    for index in range(count):
        if bounds[index + 1] < bounds[index]:
            return found or None
        (position,) = struct.unpack_from("<I", pieces, 4 * (count + 1) + _PIECE_SIZE * index + 2)
        found.append((bounds[index + 1] - bounds[index], position))
    return found


def _piece(fib: Fib, stream: bytes, position: int, characters: int) -> tuple[bytes, bool]:
    """A piece's bytes, as far as they are there, and whether a character takes two."""
    if not fib.modern:
        size = 2 if fib.wide else 1
        return stream[position : position + size * characters], fib.wide
    if position & _EIGHT_BIT:
        start = (position & ~_EIGHT_BIT & 0x7FFFFFFF) // 2
        return stream[start : start + characters], False
    return stream[position : position + 2 * characters], True


def _widened(raw: bytes) -> bytes:
    return decoded(raw, USUAL).encode("utf-16-le")
