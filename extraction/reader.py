"""The router: media type by the bytes, the reader for it, files inside files, one budget over all."""

from __future__ import annotations

from collections.abc import Callable

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.docx import read_docx
from extraction.html import read_html
from extraction.pdf import read_pdf
from extraction.plain_text import read_plain_text
from extraction.records import Content, Extraction, Problem, TextPiece

Reader = Callable[[bytes, Budget], Content]

# The registry, by hand. Every media type is here or in UNREAD; a test holds them against `MediaType`.
READERS: dict[MediaType, Reader] = {
    MediaType.EMPTY: read_plain_text,
    MediaType.TEXT: read_plain_text,
    MediaType.HTML: read_html,
    MediaType.PDF: read_pdf,
    MediaType.DOCX: read_docx,
}
# Recognised and not read: why, in the words of the record.
_NO_READER = (SkipReason.UNSUPPORTED_TYPE, "no reader for this type yet")
_NEEDS_OCR = (SkipReason.UNSUPPORTED_TYPE, "an image: needs OCR")
_RECORDING = (SkipReason.UNSUPPORTED_TYPE, "a recording")
_NO_DOCUMENT = (SkipReason.UNSUPPORTED_TYPE, "not a document")
UNREAD: dict[MediaType, tuple[SkipReason, str]] = {
    MediaType.BINARY: (SkipReason.UNSUPPORTED_TYPE, "unknown binary"),
    MediaType.ENCRYPTED_OFFICE: (SkipReason.ENCRYPTED, "office file with a password"),
    **dict.fromkeys(
        (
            *(MediaType.XML, MediaType.SVG, MediaType.JSON, MediaType.HL7, MediaType.CDA),
            *(MediaType.MAIL, MediaType.MBOX, MediaType.TNEF, MediaType.MSG, MediaType.OUTLOOK_STORE),
            *(MediaType.RTF, MediaType.POSTSCRIPT, MediaType.PCL, MediaType.WORDPERFECT),
            *(MediaType.XLSX, MediaType.PPTX, MediaType.XPS, MediaType.EPUB),
            *(MediaType.DOC, MediaType.XLS, MediaType.PPT, MediaType.OLE),
            *(MediaType.ODT, MediaType.ODS, MediaType.ODP),
            *(MediaType.ZIP, MediaType.SEVEN_ZIP, MediaType.GZIP, MediaType.BZIP2, MediaType.XZ, MediaType.ZSTD),
            *(MediaType.RAR, MediaType.TAR, MediaType.SQLITE, MediaType.ACCESS),
        ),
        _NO_READER,
    ),
    **dict.fromkeys(
        (
            *(MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.GIF, MediaType.BMP, MediaType.WEBP),
            *(MediaType.HEIC, MediaType.AVIF, MediaType.DICOM),
        ),
        _NEEDS_OCR,
    ),
    **dict.fromkeys(
        (
            *(MediaType.MP3, MediaType.OGG, MediaType.FLAC, MediaType.AMR, MediaType.WAV, MediaType.DSS),
            *(MediaType.DS2, MediaType.ASF, MediaType.MP4, MediaType.AVI, MediaType.MATROSKA),
        ),
        _RECORDING,
    ),
    **dict.fromkeys(
        (MediaType.ICON, MediaType.WOFF, MediaType.WOFF2, MediaType.EXECUTABLE),
        _NO_DOCUMENT,
    ),
}
DEFAULT_LIMITS = ExtractionLimits()


def extract(data: bytes, limits: ExtractionLimits = DEFAULT_LIMITS) -> Extraction:
    """One document's text, with every part that could not be read as a problem. Raises nothing for what bytes hold.

    It runs where it is called: a parser that hangs or crashes takes the process with it (see `extraction.isolation`).
    """
    media_type = sniff(data)
    budget = Budget(limits)
    content = _content(media_type, data, budget, depth=0)
    pieces, cut = _within_budget(content.pieces, budget)
    return Extraction(str(media_type), pieces, content.problems + cut, content.reading, content.facts)


def _content(media_type: MediaType, data: bytes, budget: Budget, depth: int) -> Content:
    """This file and the files inside it."""
    content = _own_content(media_type, data, budget)
    pieces, problems = list(content.pieces), list(content.problems)
    for embedded in content.embedded:
        inner = _inner_content(embedded.data, budget, depth + 1)
        pieces += [TextPiece(embedded.path + piece.path, piece.text) for piece in inner.pieces]
        problems += [Problem(each.reason, _joined(embedded.path, each.path), each.detail) for each in inner.problems]
    return Content(tuple(pieces), tuple(problems), reading=content.reading, facts=content.facts)


def _inner_content(data: bytes, budget: Budget, depth: int) -> Content:
    if depth > budget.limits.depth:
        return Content(problems=(Problem(SkipReason.BUDGET_SPENT, "", "depth"),))
    return _content(sniff(data), data, budget, depth)


def _joined(outer: str, inner: str) -> str:
    return outer + inner if not inner or inner.startswith("#") else f"{outer}!/{inner}"


def _own_content(media_type: MediaType, data: bytes, budget: Budget) -> Content:
    if media_type in UNREAD:
        return _failed(*UNREAD[media_type])
    try:
        return READERS[media_type](data, budget)
    except UnreadableError as error:
        return _failed(error.reason, error.detail)
    except (BudgetSpentError, MemoryError) as error:
        return _failed(SkipReason.BUDGET_SPENT, "memory" if isinstance(error, MemoryError) else str(error))
    except Exception as error:  # noqa: BLE001 - costs this file, never the next; its text may quote the letter
        return _failed(SkipReason.PARSER_CRASHED, type(error).__name__)


def _failed(reason: SkipReason, detail: str) -> Content:
    return Content(problems=(Problem(reason, "", detail),))


def _within_budget(pieces: tuple[TextPiece, ...], budget: Budget) -> tuple[tuple[TextPiece, ...], tuple[Problem, ...]]:
    kept: list[TextPiece] = []
    for piece in pieces:
        room = budget.characters_left(len(piece.text))
        if room < len(piece.text):
            kept += [TextPiece(piece.path, piece.text[:room])] if room else []
            return tuple(kept), (Problem(SkipReason.BUDGET_SPENT, piece.path, "characters"),)
        kept.append(piece)
    return tuple(kept), ()
