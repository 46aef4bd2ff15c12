"""Rich text (RTF): the text of all groups that are shown, in any code page, what is embedded, pictures and facts.

Not by striprtf: it drops headers, footers, notes, comments, text boxes and everything embedded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.old_office.blips import SMALLEST_PICTURE, bitmap_file
from extraction.old_office.ole_objects import ole1_file
from extraction.old_office.rtf_blobs import Blob
from extraction.old_office.rtf_parser import RtfParser
from extraction.old_office.rtf_words import Story
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece
from extraction.texts.prose_in_code import reads_as_prose

_EMPTY_LINES = re.compile(r"\n[\s\n]*\n")
_BLANK_ENDS = re.compile(r"[ \t]+\n")
_START = b"{\\rtf"
# Bytes of other things that may stand before the document.
_START_WITHIN = 4096


def read_rtf(data: bytes, budget: Budget) -> Content:
    """One piece: headers, main text, notes, comments, text boxes, footers; then embedded files and pictures.

    Raises:
        UnreadableError: no RTF.
    """
    start = data.find(_START, 0, _START_WITHIN)
    if start < 0:
        raise UnreadableError(SkipReason.UNREADABLE, "no RTF")
    parser = RtfParser(data[start:] if start else data)
    parser.run()
    text = _joined(parser)
    origin = Origin(**parser.facts)
    return Content(
        (TextPiece("", text),) if text else (),
        _problems(parser),
        _inside(parser.blobs, budget),
        origins=(origin,) if origin != Origin() else (),
    )


def _problems(parser: RtfParser) -> tuple[Problem, ...]:
    if parser.spent:
        return (Problem(SkipReason.BUDGET_SPENT, "", "tokens"),)
    if parser.open_groups:
        return (Problem(SkipReason.TRUNCATED, "", "open groups"),)
    if parser.damaged:
        return (Problem(SkipReason.UNREADABLE, "", "damaged tables"),)
    return (Problem(SkipReason.UNREADABLE, "", "bytes behind the document"),) if parser.behind else ()


def rtf_text(data: bytes) -> str:
    """The text alone, as of a mail's body in RTF; empty where there is none."""
    parser = RtfParser(data)
    parser.run()
    return _joined(parser)


def _joined(parser: RtfParser) -> str:
    texts: dict[str, None] = {}
    for story in Story:
        for parts in parser.stories[story]:
            text = _EMPTY_LINES.sub("\n", _BLANK_ENDS.sub("\n", "".join(parts))).strip()
            if text and (story is not Story.UNSEEN or (reads_as_prose(text) and text not in texts)):
                texts[text] = None  # sections repeat their headers
    joined = "\n".join(texts)
    if any("\ud800" <= character <= "\udfff" for character in joined):
        joined = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined


def _inside(blobs: list[Blob], budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    for blob in blobs:
        content, whole = blob.content()
        name, data = _unwrapped(blob, content)
        if not data or (blob.ending and len(data) < SMALLEST_PICTURE):
            continue
        budget.spend_member()
        budget.spend_bytes(len(data))
        place = paths.place(name or (f"picture.{blob.ending}" if blob.ending else "object"))
        if not whole or not blob.closed:
            yield Problem(SkipReason.TRUNCATED if not blob.closed else SkipReason.UNREADABLE, place, "hexadecimal data")
        yield Embedded(place, data, name)


def _unwrapped(blob: Blob, content: bytes) -> tuple[str, bytes]:
    if blob.ending:
        return "", bitmap_file(content) if blob.ending == "bmp" else content
    return ole1_file(content) or ("", b"")
