"""The router: media type by the bytes, the reader for it, files inside files, one budget over all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from documents.media_type import MediaType, sniff
from documents.naming import disagrees
from documents.records import InnerFile, SkipReason
from extraction.budget import Budget, BudgetSpentError, ExtractionLimits, UnreadableError
from extraction.containers.compressed import read_bzip2, read_gzip, read_lzma, read_xz, read_zlib, read_zstd
from extraction.containers.mac_metadata import read_mac_metadata
from extraction.containers.seven_zip import read_seven_zip
from extraction.containers.tar_archive import read_tar
from extraction.containers.zip_archive import read_zip
from extraction.course import Course
from extraction.mail.cms import read_signed
from extraction.mail.mail import read_mail
from extraction.mail.mbox import read_mbox
from extraction.mail.msg import read_msg
from extraction.mail.tnef import read_tnef
from extraction.office.docx import read_docx
from extraction.office.epub import read_epub
from extraction.office.odf import read_flat_odf, read_odf
from extraction.office.pptx import read_pptx
from extraction.office.xlsb import read_xlsb
from extraction.office.xlsx import read_xlsx
from extraction.office.xps import read_xps
from extraction.old_office.doc import read_doc
from extraction.old_office.metafiles import read_emf, read_wmf
from extraction.old_office.old_word import read_old_word
from extraction.old_office.ole import read_ole
from extraction.old_office.ppt import read_ppt
from extraction.old_office.rtf import read_rtf
from extraction.old_office.xls import read_xls
from extraction.pdf.pdf import read_pdf
from extraction.pictures.pictures import PICTURE_TYPES, read_picture
from extraction.recordings.sound import SOUND_TYPES, read_sound
from extraction.records import Content, Embedded, Extraction, Origin, Problem, Scan, Sound, TextPiece
from extraction.texts.csv_table import read_csv
from extraction.texts.hl7 import read_hl7
from extraction.texts.html import read_html
from extraction.texts.json_text import read_json
from extraction.texts.plain_text import read_plain_text
from extraction.texts.xml_text import read_xml

Reader = Callable[[bytes, Budget], Content]
Record = TypeVar("Record", TextPiece, Problem, Origin, Scan, Sound)

# The registry, by hand. Every media type is here or in UNREAD; a test holds them against `MediaType`.
READERS: dict[MediaType, Reader] = {
    MediaType.EMPTY: read_plain_text,
    MediaType.MAC_METADATA: read_mac_metadata,
    MediaType.TEXT: read_plain_text,
    MediaType.CSV: read_csv,
    MediaType.HTML: read_html,
    MediaType.XML: read_xml,
    MediaType.SVG: read_xml,
    MediaType.CDA: read_xml,
    MediaType.FHIR_XML: read_xml,
    MediaType.JSON: read_json,
    MediaType.JSON_LINES: read_json,
    MediaType.FHIR_JSON: read_json,
    MediaType.FHIR_LINES: read_json,
    MediaType.HL7: read_hl7,
    MediaType.PDF: read_pdf,
    MediaType.DOCX: read_docx,
    MediaType.XLSX: read_xlsx,
    MediaType.XLSB: read_xlsb,
    MediaType.PPTX: read_pptx,
    MediaType.EPUB: read_epub,
    MediaType.XPS: read_xps,
    MediaType.ODT: read_odf,
    MediaType.ODS: read_odf,
    MediaType.ODP: read_odf,
    MediaType.FLAT_ODT: read_flat_odf,
    MediaType.FLAT_ODS: read_flat_odf,
    MediaType.FLAT_ODP: read_flat_odf,
    **dict.fromkeys(SOUND_TYPES, read_sound),
    MediaType.DOC: read_doc,
    MediaType.OLD_WORD: read_old_word,
    MediaType.RTF: read_rtf,
    MediaType.OLE: read_ole,
    MediaType.XLS: read_xls,
    MediaType.PPT: read_ppt,
    MediaType.EMF: read_emf,
    MediaType.WMF: read_wmf,
    MediaType.MAIL: read_mail,
    MediaType.MBOX: read_mbox,
    MediaType.MSG: read_msg,
    MediaType.TNEF: read_tnef,
    MediaType.SMIME_SIGNED: read_signed,
    MediaType.ZIP: read_zip,
    MediaType.SEVEN_ZIP: read_seven_zip,
    MediaType.TAR: read_tar,
    MediaType.GZIP: read_gzip,
    MediaType.BZIP2: read_bzip2,
    MediaType.XZ: read_xz,
    MediaType.LZMA: read_lzma,
    MediaType.ZLIB: read_zlib,
    MediaType.ZSTD: read_zstd,
    **dict.fromkeys(PICTURE_TYPES, read_picture),
}
# Files that hold words. Where one gives nothing at all, its reader missed what there is, and that is told.
_HOLD_WORDS = frozenset(
    {
        *(MediaType.PDF, MediaType.DOC, MediaType.DOCX, MediaType.RTF, MediaType.ODT, MediaType.PPT),
        *(MediaType.CDA, MediaType.HL7, MediaType.MSG, MediaType.MAIL),
    }
)
# An archive of this size says that it has no members, and so has been read.
EMPTY_ZIP_BYTES = 22
# The same where they are a document by themselves; inside others they may be a drawing, a formula, an empty folder.
_HOLD_FILES = frozenset({MediaType.OLE, MediaType.ZIP, MediaType.SEVEN_ZIP, MediaType.TAR})
# Recognised and not read: why, in the words of the record.
_NO_READER = (SkipReason.UNSUPPORTED_TYPE, "no reader for this type")
_NO_DECODER = (SkipReason.UNSUPPORTED_TYPE, "a picture: no decoder for it")
_NO_DOCUMENT = (SkipReason.UNSUPPORTED_TYPE, "not a document")
UNREAD: dict[MediaType, tuple[SkipReason, str]] = {
    MediaType.BINARY: (SkipReason.UNSUPPORTED_TYPE, "unknown binary"),
    MediaType.ENCRYPTED_OFFICE: (SkipReason.ENCRYPTED, "office file with a password"),
    MediaType.SMIME_ENCRYPTED: (SkipReason.ENCRYPTED, "S/MIME"),
    MediaType.PGP: (SkipReason.ENCRYPTED, "PGP"),
    MediaType.POSTSCRIPT: _NO_READER,
    MediaType.PCL: _NO_READER,
    MediaType.WORDPERFECT: _NO_READER,
    MediaType.WORKS: _NO_READER,
    MediaType.ONENOTE: _NO_READER,
    MediaType.IWORK: _NO_READER,
    MediaType.HTML_HELP: _NO_READER,
    MediaType.PROPERTY_LIST: _NO_READER,
    # Mail and containers.
    MediaType.OUTLOOK_STORE: (SkipReason.UNSUPPORTED_TYPE, "Outlook store"),
    MediaType.LZ4: (SkipReason.UNSUPPORTED_TYPE, "LZ4"),
    MediaType.UNIX_COMPRESS: (SkipReason.UNSUPPORTED_TYPE, "compress"),
    MediaType.RAR: (SkipReason.UNSUPPORTED_TYPE, "RAR archive"),
    MediaType.CAB: (SkipReason.UNSUPPORTED_TYPE, "CAB archive"),
    MediaType.LHA: (SkipReason.UNSUPPORTED_TYPE, "LHA archive"),
    MediaType.ARJ: (SkipReason.UNSUPPORTED_TYPE, "ARJ archive"),
    MediaType.DISK_IMAGE: (SkipReason.UNSUPPORTED_TYPE, "disk image"),
    # Office files.
    MediaType.PUBLISHER: _NO_READER,
    MediaType.VISIO: _NO_READER,
    # Databases.
    MediaType.SQLITE: _NO_READER,
    MediaType.ACCESS: _NO_READER,
    # Pictures.
    MediaType.HEIC: _NO_DECODER,
    MediaType.DICOM: _NO_DECODER,
    MediaType.JBIG2: _NO_DECODER,
    MediaType.JPEG_XL: _NO_DECODER,
    MediaType.DJVU: _NO_DECODER,
    MediaType.SONY_VOICE: (SkipReason.UNSUPPORTED_TYPE, "a recording: no codec for it"),
    # What holds no letter.
    MediaType.ICON: _NO_DOCUMENT,
    MediaType.WOFF: _NO_DOCUMENT,
    MediaType.WOFF2: _NO_DOCUMENT,
    MediaType.EXECUTABLE: _NO_DOCUMENT,
    MediaType.REGISTRY: _NO_DOCUMENT,
    MediaType.SHORTCUT: _NO_DOCUMENT,
    MediaType.THUMBNAILS: _NO_DOCUMENT,
}
DEFAULT_LIMITS = ExtractionLimits()


def extract(data: bytes, limits: ExtractionLimits = DEFAULT_LIMITS, course: Course | None = None) -> Extraction:
    """One document's text, with every part that could not be read as a problem. Raises nothing for what bytes hold.

    It runs where it is called: a parser that hangs or crashes takes the process with it (see `extraction.isolation`).
    """
    media_type = sniff(data)
    collected = _Collected(Budget(limits, is_timed=True), course or Course())
    reading = collected.take(media_type, data, path="", depth=0)
    return collected.extraction(media_type, reading)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file inside a document of which parts are wanted: its place, type and bytes, and the places of those parts."""

    path: str
    media_type: MediaType
    data: bytes = field(repr=False)
    parts: tuple[str, ...]


def files_with(data: bytes, wanted: Sequence[str], budget: Budget) -> Iterator[FoundFile]:
    """The document, or the files inside it, that hold the wanted places, each with its parts as its reader names them.

    What can not be found again is left out: the caller knows what it asked for.
    """
    yield from _files_with(data, "", tuple(wanted), budget, depth=0)


def _files_with(data: bytes, path: str, wanted: tuple[str, ...], budget: Budget, depth: int) -> Iterator[FoundFile]:
    media_type = sniff(data)
    own = tuple(place for place in wanted if "!/" not in place)
    if own:
        yield FoundFile(path, media_type, data, own)
    deeper = [place for place in wanted if "!/" in place]
    if not deeper or depth >= budget.limits.depth:
        return
    for embedded in _embedded(_own_content(media_type, data, budget)):
        if isinstance(embedded, Problem):
            continue
        below = tuple(rest for place in deeper if (rest := _rest_below(embedded.path, place)) is not None)
        if below:
            yield from _files_with(embedded.data, path + embedded.path, below, budget, depth + 1)


def _rest_below(file: str, place: str) -> str | None:
    """The place as seen from the file, if it lies in it: "!/a.pdf" has a part "!/a.pdf#page=1", but no "!/a.pdf~2"."""
    rest = place.removeprefix(file)
    return rest if place.startswith(file) and (not rest or rest.startswith(("#", "!/"))) else None


class _Collected:
    """What all readers got out of a document and the files inside it."""

    def __init__(self, budget: Budget, course: Course) -> None:
        self._budget = budget
        self._course = course
        self._pieces: list[TextPiece] = []
        self._problems: list[Problem] = []
        self._origins: list[Origin] = []
        self._files: list[InnerFile] = []
        self._scans: list[Scan] = []
        self._sounds: list[Sound] = []

    def take(self, media_type: MediaType, data: bytes, path: str, depth: int) -> str | None:
        """Read this file and the files inside it; returns the article, where it is a web page."""
        before = self._count()
        content = _own_content(media_type, data, self._budget)
        self._pieces += _below(path, content.pieces)
        self._problems += _below(path, content.problems)
        self._origins += _below(path, content.origins)
        self._scans += _below(path, content.scans)
        self._sounds += _below(path, content.sounds)
        for embedded in _embedded(content):
            if isinstance(embedded, Problem):
                self._problems += _below(path, (embedded,))
            elif depth >= self._budget.limits.depth:
                self._problems.append(Problem(SkipReason.BUDGET_SPENT, path + embedded.path, "depth"))
            else:
                inner_type = sniff(embedded.data)
                self._files.append(_inner_file(path, embedded, inner_type))
                if trouble := self._course.begin():
                    self._problems.append(Problem(trouble[0], path + embedded.path, trouble[1]))
                    continue
                self.take(inner_type, embedded.data, path + embedded.path, depth + 1)
                self._course.end()
        wanted = _HOLD_WORDS if path else _HOLD_WORDS | _HOLD_FILES
        if media_type in wanted and self._count() == before and len(data) > EMPTY_ZIP_BYTES:
            self._problems.append(Problem(SkipReason.UNREADABLE, path, "no text"))
        return content.reading

    def _count(self) -> int:
        """Whatever tells what became of a file."""
        inside = len(self._files) + len(self._scans) + len(self._sounds)
        return len(self._pieces) + len(self._problems) + inside

    def extraction(self, media_type: MediaType, reading: str | None) -> Extraction:
        """All of it, as much as the budget of characters allows."""
        pieces, cut = _within_budget(self._pieces, self._budget)
        return Extraction(
            str(media_type),
            pieces,
            problems=(*self._problems, *cut),
            origins=tuple(self._origins),
            files=tuple(self._files),
            scans=tuple(self._scans),
            sounds=tuple(self._sounds),
            reading=reading,
        )


def _inner_file(path: str, embedded: Embedded, media_type: MediaType) -> InnerFile:
    digest = hashlib.sha256(embedded.data).hexdigest()
    lie = disagrees(embedded.name, media_type) if embedded.name else None
    return InnerFile(path + embedded.path, str(media_type), len(embedded.data), digest, lie or "")


def _below(path: str, records: Iterable[Record]) -> Iterable[Record]:
    """The records of a file inside, as seen from outside."""
    return (replace(record, path=path + record.path) for record in records) if path else records


def _own_content(media_type: MediaType, data: bytes, budget: Budget) -> Content:
    if media_type in UNREAD:
        return Content(problems=(Problem(UNREAD[media_type][0], "", UNREAD[media_type][1]),))
    try:
        return READERS[media_type](data, budget)
    except Exception as error:  # noqa: BLE001 - costs this file, never the next
        return Content(problems=(_problem(error),))


def _embedded(content: Content) -> Iterator[Embedded | Problem]:
    """The files inside; what ends them is the last one."""
    try:
        yield from content.embedded
    except Exception as error:  # noqa: BLE001 - what came before it counts
        yield _problem(error)


def _problem(error: Exception) -> Problem:
    """What an error is called in the records. Its text may quote the letter, unless it is one of ours."""
    match error:
        case UnreadableError():
            return Problem(error.reason, "", error.detail)
        case BudgetSpentError():
            return Problem(SkipReason.BUDGET_SPENT, "", str(error))
        case MemoryError():
            return Problem(SkipReason.BUDGET_SPENT, "", "memory")
        case _:
            return Problem(SkipReason.PARSER_CRASHED, "", type(error).__name__)


def _within_budget(pieces: Sequence[TextPiece], budget: Budget) -> tuple[tuple[TextPiece, ...], tuple[Problem, ...]]:
    kept: list[TextPiece] = []
    for piece in pieces:
        text = budget.kept_text(piece.text)
        if len(text) < len(piece.text):
            kept += [replace(piece, text=text)] if text else []
            return tuple(kept), (Problem(SkipReason.BUDGET_SPENT, piece.path, "characters"),)
        kept.append(piece)
    return tuple(kept), ()
