"""What extraction hands on: pieces of text, problems, and facts of a page. No `repr` shows text of a document."""

from __future__ import annotations

from dataclasses import dataclass, field

from documents.records import SkipReason


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text of one part of a document.

    Attributes:
        path: the part: empty for the whole, "#page=3" for a page, "#attachment=1#page=3" inside an embedded file.
        text: lines in document order, ended by line feeds.
    """

    path: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """A part that was not read, or only in part.

    Attributes:
        reason: one of the closed set.
        path: the part, as in `TextPiece`; "word/header1.xml" for a part of an office file.
        detail: class or code of the cause; never text from the document.
    """

    reason: SkipReason
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a web page says of itself. `date` is ISO 8601, `language` the page's own tag. Each may be unknown."""

    title: str | None = field(default=None, repr=False)
    author: str | None = field(default=None, repr=False)
    date: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside a document, to be read in its turn."""

    path: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What one reader got out of one file. `reading` and `facts` are of web pages only."""

    pieces: tuple[TextPiece, ...] = ()
    problems: tuple[Problem, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    reading: str | None = field(default=None, repr=False)
    facts: PageFacts | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """One document's text.

    Attributes:
        media_type: by the bytes.
        pieces: the whole text, for matching.
        problems: what is missing from it.
        reading: of a web page, the article without navigation, for reading; may lack text, so it is never matched.
        facts: of a web page.
    """

    media_type: str
    pieces: tuple[TextPiece, ...] = ()
    problems: tuple[Problem, ...] = ()
    reading: str | None = field(default=None, repr=False)
    facts: PageFacts | None = None

    @property
    def partial(self) -> bool:
        """Is text known to be missing?"""
        return bool(self.problems)

    @property
    def text(self) -> str:
        """All pieces, one after the other."""
        return "\n".join(piece.text for piece in self.pieces)
