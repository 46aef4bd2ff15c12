"""Plain text in any charset."""

from __future__ import annotations

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Problem, TextPiece


def read_plain_text(data: bytes, budget: Budget) -> Content:
    """The decoded text with one kind of line end; bytes without a meaning are a problem."""
    decoded = decode(data)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").strip("\x00\x1a")
    pieces = (TextPiece("", text),) if text.strip() else ()
    if decoded.exact:
        return Content(pieces)
    return Content(pieces, (Problem(SkipReason.UNREADABLE, "", f"bytes without a meaning in {decoded.charset}"),))
