"""Plain text in any charset, and what was written for printers: escapes, overstrikes, form feeds between pages."""

from __future__ import annotations

import re

from documents.charset import Decoded, decode, without_holes
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.mail.mail_bodies import blocks_in
from extraction.records import Content, Problem, TextPiece
from extraction.texts.carried import Carried
from extraction.texts.overstrikes import struck

# Escapes of terminals (ECMA-48), of PCL, and of ESC/P: those that take one byte behind their letter, and the others.
# None takes more than a short line: what would be a longer one, or has lost its end, is text.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]{0,60}[ -/]{0,2}[@-~]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)|%-12345X(?:@PJL[^\n]{0,200}\n?)*"
    r"|[&*()][a-z]?(?:[-+]?[\d.]*[`-~])*[-+]?[\d.]*[@-^]|C\x00.|[ !+/3ACJNQRSUVWajklpqrstwx-][\s\S]|[\s\S])?"
)
# Pages that get a place of their own; the last one holds the rest. A whole record has 1,000.
MOST_PAGES = 2000
# Controls that show nothing: all but tab, line feed and form feed.
_CONTROLS = dict.fromkeys(code for code in (*range(32), 127) if chr(code) not in "\t\n\f")


def read_plain_text(data: bytes, budget: Budget) -> Content:
    """The decoded text with one kind of line end, a piece for each page; bytes without a meaning are a problem."""
    carried = Carried(budget)
    text, problems = _read(data, carried)
    return Content(paged(carried.without_files(text)), problems, tuple(carried.found))


def _read(data: bytes, carried: Carried) -> tuple[str, tuple[Problem, ...]]:
    """As printed, without files in uuencode."""
    data, blocks = blocks_in(data)
    for block in blocks:
        path = carried.take(block.body.data, decode(block.name).text)
        if block.body.reason:
            carried.found.append(Problem(block.body.reason, path, block.body.detail))
    decoded = decode(data)
    if not decoded.charset.startswith("utf-16") and len(whole := without_holes(data)) < len(data.rstrip(b"\x00")):
        decoded = decode(whole)
        hole = Problem(SkipReason.UNREADABLE, "", "runs of NULs or 0xFF")
        return printed(decoded.text), (*inexact(decoded), hole)
    return printed(decoded.text), inexact(decoded)


def inexact(decoded: Decoded) -> tuple[Problem, ...]:
    """What to say of text that not all bytes have a meaning in."""
    if decoded.exact:
        return ()
    return (Problem(SkipReason.UNREADABLE, "", f"bytes without a meaning in {decoded.charset}"),)


def printed(text: str) -> str:
    """The text as it would be on paper: without escapes and controls, line feeds at the ends of lines."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\x08" in text:
        text = struck(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\v", "\n")
    return text.translate(_CONTROLS) if not text.isprintable() else text


def paged(text: str) -> tuple[TextPiece, ...]:
    """A piece for each page with text; one without a place where there is but one page."""
    pages = [(number, page) for number, page in enumerate(text.split("\f", MOST_PAGES), 1) if page.strip()]
    if len(pages) <= 1 and not text.strip("\f \n").count("\f"):
        return tuple(TextPiece("", page) for _, page in pages)
    return tuple(TextPiece(f"#page={number}", page.replace("\f", "\n")) for number, page in pages)
