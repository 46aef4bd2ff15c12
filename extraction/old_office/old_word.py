"""Word 1 and 2 for Windows, Word for DOS and Windows Write: files from before OLE, with their text in one run."""

from __future__ import annotations

import struct

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.old_office.code_pages import USUAL, by_language, decoded
from extraction.old_office.doc_text import runs_of_text, shown
from extraction.records import Content, Problem, TextPiece

_WINDOWS_WORD = (0xA5DB, 0xA59B)
_COMPLEX, _ENCRYPTED = 0x0004, 0x0100
_HEADER = 0x80


def read_old_word(data: bytes, budget: Budget) -> Content:
    """One piece with the whole text, notes, headers and footers behind it; fast-saved files as runs of text.

    Raises:
        UnreadableError: encrypted, or no text.
    """
    if len(data) < _HEADER:
        raise UnreadableError(SkipReason.TRUNCATED, "header")
    magic = int.from_bytes(data[:2], "little")
    if magic in _WINDOWS_WORD:
        return _windows_word(data)
    (end,) = struct.unpack_from("<I", data, 0x0E)
    if end < _HEADER:
        raise UnreadableError(SkipReason.UNREADABLE, "no text")
    text = shown(decode(data[_HEADER:end]).text.replace("\r\n", "\r").replace("\n", "\r"))
    return _content(text, end > len(data))


def _windows_word(data: bytes) -> Content:
    language, _, flags = struct.unpack_from("<HHH", data, 6)
    if flags & _ENCRYPTED:
        raise UnreadableError(SkipReason.ENCRYPTED, "password")
    start, end = struct.unpack_from("<II", data, 0x18)
    if flags & _COMPLEX or not _HEADER <= start <= end:
        text = runs_of_text(data, USUAL)
        return Content(_pieces(text), (Problem(SkipReason.UNREADABLE, "", "saved fast: runs of text"),))
    return _content(shown(decoded(data[start:end], by_language(language))), end > len(data))


def _content(text: str, cut: bool) -> Content:
    return Content(_pieces(text), (Problem(SkipReason.TRUNCATED, "", "text"),) if cut else ())


def _pieces(text: str) -> tuple[TextPiece, ...]:
    return (TextPiece("", text),) if text else ()
