"""What extraction hands on: text, problems, and facts of where a file is from. No `repr` shows text of a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from documents.records import InnerFile, SkipReason


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text of one part of a document.

    Attributes:
        path: the part: empty for the whole, "#page=3" for a page, "!/day1/letters.pdf#page=3" in a file inside.
        text: lines in document order, ended by line feeds.
        confidence: what OCR says of its own reading, 0 to 100; None for text that was not read by OCR.
    """

    path: str
    text: str = field(repr=False)
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A part that was not read, or only in part.

    Attributes:
        reason: one of the closed set.
        path: the part, as in `TextPiece`; "!/word/header1.xml" for a part of an office file.
        detail: class or code of the cause; never text from the document.
    """

    reason: SkipReason
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside a document, to be read in its turn.

    Attributes:
        path: its place, "!/" and its escaped name: see `extraction.paths`.
        data: its bytes.
        name: as the container gives it; empty where it gives none.
    """

    path: str
    data: bytes = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """A page or picture that only OCR can read; it takes a second pass, for those that are worth it.

    Attributes:
        path: the part.
        replaces: the text that stands for this part is garbage or the work of a poor OCR; the new reading replaces it.
    """

    path: str
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of where it is from, apart from its text: whose, by which program, when, by which template.

    Times are ISO 8601, with a zone where the file has one. Each field may be unknown, and none is proven.
    """

    path: str = ""
    title: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    keywords: str | None = field(default=None, repr=False)
    author: str | None = field(default=None, repr=False)
    last_author: str | None = field(default=None, repr=False)
    organisation: str | None = field(default=None, repr=False)
    template: str | None = field(default=None, repr=False)
    tool: str | None = field(default=None, repr=False)
    producer: str | None = field(default=None, repr=False)
    language: str | None = None
    created: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording: what its header says, and what it sounds like.

    Attributes:
        path: the part.
        format: name of the format, such as "wav" or "ds2".
        seconds: how long it is.
        author, recorder, comment: as the recorder wrote them; personal.
        started, ended: ISO 8601, the recorder's clock, without a zone.
        encrypted: None where the format can not tell.
        fingerprint: frames of 32 bits, little endian; empty where the sound was not decoded.
    """

    path: str
    format: str
    seconds: float | None = None
    author: str | None = field(default=None, repr=False)
    recorder: str | None = field(default=None, repr=False)
    comment: str | None = field(default=None, repr=False)
    started: str | None = field(default=None, repr=False)
    ended: str | None = field(default=None, repr=False)
    encrypted: bool | None = None
    fingerprint: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What one reader got out of one file. Paths are those inside this file; see `Extraction` for the parts.

    Attributes:
        embedded: files inside, and what prevents others from being read; may be made while it is asked for. Each file
            is read before the next one is asked for, so that a bomb does not take along what lies before it.
    """

    pieces: tuple[TextPiece, ...] = ()
    problems: tuple[Problem, ...] = ()
    embedded: Iterable[Embedded | Problem] = ()
    scans: tuple[Scan, ...] = ()
    origins: tuple[Origin, ...] = ()
    sounds: tuple[Sound, ...] = ()
    reading: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Extraction:
    """One document's text.

    Attributes:
        media_type: by the bytes.
        pieces: the whole text, for matching.
        problems: what is missing from it.
        origins: what the document and the files inside say of where they are from.
        files: those inside, at any depth.
        scans: parts that only OCR can read, not read yet.
        sounds: recordings.
        reading: of a web page, the article without navigation, for reading; may lack text, so it is never matched.
    """

    media_type: str
    pieces: tuple[TextPiece, ...] = ()
    problems: tuple[Problem, ...] = ()
    origins: tuple[Origin, ...] = ()
    files: tuple[InnerFile, ...] = ()
    scans: tuple[Scan, ...] = ()
    sounds: tuple[Sound, ...] = ()
    reading: str | None = field(default=None, repr=False)

    @property
    def partial(self) -> bool:
        """Is text known to be missing?"""
        return bool(self.problems) or bool(self.scans)

    @property
    def text(self) -> str:
        """All pieces, one after the other."""
        return "\n".join(piece.text for piece in self.pieces)
