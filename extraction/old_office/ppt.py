"""PowerPoint files of PowerPoint 97 to 2003 ([MS-PPT]): slides in their order, notes, comments, earlier saves."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.old_office.blips import inflated, pictures
from extraction.old_office.ole_file import OleFile, OleStream, refuse_protected
from extraction.old_office.ole_properties import origin_of
from extraction.old_office.word_art import word_art
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem, TextPiece

_STREAM = "PowerPoint Document"
# How that stream begins: what is left of a file whose directory is cut off.
DECK_STARTS = (b"\x0f\x00\xe8\x03",)
_HEADER = 8
_CONTAINER = 0x0F
_DOCUMENT, _SLIDE, _NOTES, _NOTES_FACTS = 0x03E8, 0x03EE, 0x03F0, 0x03F1
# The list whose instance is 0 is that of slides; there are others for masters and notes.
_SLIDE_LIST, _SLIDE_ENTRY, _ENTRY_SIZE = 0x0FF0, 0x03F3, 16
_WIDE_TEXT, _NARROW_TEXT, _STRING = 0x0FA0, 0x0FA8, 0x0FBA
_OBJECT = 0x1011
_SHAPE_FACTS = 0xF00B
# Holds records although it does not say so: comments, since PowerPoint 2002.
_TAG_DATA = 0x138B
_USER_EDIT, _PLACES = 0x0FF5, 0x1772
# Bytes of the stream "Current User" up to the end of the last save's place.
_USER_SIZE = 20
# Parts whose strings are shown: headers and footers; and of a comment one, which is not its author's name.
_SHOWN_STRINGS = frozenset([0x0FD9])
_COMMENT, _COMMENT_TEXT = 0x2EE0, 1
_ENCRYPTED_USER = 0xF3D1C4DF
# Saves that were added to a file; each is followed to the one before it.
MAX_SAVES = 2000
# Parts at the top, and records of one walk. A deck of 500 slides has 2,000 parts and 300,000 records.
MAX_PARTS = 100_000
MAX_RECORDS = 2_000_000
# Parts inside parts. Shapes in groups of shapes reach 20.
MAX_DEPTH = 200
_LINES = str.maketrans({"\r": "\n", "\x0b": "\n", "\x00": None})


@dataclass(frozen=True, slots=True)
class _Atom:
    """One record without records inside, and kinds and instances of those that it stands in."""

    kind: int
    instance: int
    data: bytes = field(repr=False)
    inside: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Slide:
    """Where a slide's own part lies, its number in the deck, and its lines as far as they are found."""

    place: int
    number: int
    lines: list[str] = field(default_factory=list)


def read_ppt(data: bytes, budget: Budget) -> Content:
    """One piece for each slide with its notes and comments, one for all that stands on none.

    Raises:
        UnreadableError: encrypted, or no presentation.
    """
    ole = OleFile(data)
    refuse_protected(ole)
    stream = _main_stream(ole)
    if ole.stream("EncryptedSummary") or _is_encrypted(ole):
        raise UnreadableError(SkipReason.ENCRYPTED, "password")
    deck = _Deck(stream.data)
    pieces = deck.read(ole)
    problems = []
    if not stream.whole or ole.lost or deck.cut:
        problems.append(Problem(SkipReason.TRUNCATED, "", "presentation"))
    return Content(tuple(pieces), tuple(problems), _inside(ole, stream.data, budget), origins=origin_of(ole))


def _main_stream(ole: OleFile) -> OleStream:
    if stream := ole.stream(_STREAM):
        return stream
    for sector in ole.sectors_with(*DECK_STARTS):
        return OleStream(ole.from_sector(sector), whole=False)
    raise UnreadableError(SkipReason.TRUNCATED if ole.lost else SkipReason.UNREADABLE, "no presentation")


def _is_encrypted(ole: OleFile) -> bool:
    user = ole.stream("Current User")
    return user is not None and user.data[12:16] == struct.pack("<I", _ENCRYPTED_USER)


def _inside(ole: OleFile, stream: bytes, budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    walk = _Walk(stream, 0, len(stream))
    for atom in walk:
        if atom.kind == _OBJECT:
            data = inflated(atom.data[4:], budget) if atom.instance else atom.data
            if data:
                budget.spend_member()
                yield Embedded(paths.place("object"), data)
    drawings = ole.stream("Pictures")
    yield from pictures(drawings.data if drawings else b"", paths, budget)


class _Walk:
    """All records in a range that hold no others, in order."""

    def __init__(self, stream: bytes, start: int, end: int) -> None:
        self._stream = stream
        self._at, self._end = start, min(end, len(stream))

    def __iter__(self) -> Iterator[_Atom]:
        stream, at = self._stream, self._at
        ends = [self._end]
        inside: tuple[tuple[int, int], ...] = ()
        for _ in range(MAX_RECORDS):
            if not ends:
                break
            end = ends[-1]
            if at + _HEADER > end:
                ends.pop()
                inside = inside[:-1]
                at = end
                continue
            version, kind, length = struct.unpack_from("<HHI", stream, at)
            at += _HEADER
            if (version & 0xF == _CONTAINER or kind == _TAG_DATA) and len(ends) < MAX_DEPTH:
                ends.append(min(at + length, end))
                inside = (*inside, (kind, version >> 4))
                continue
            yield _Atom(kind, version >> 4, stream[at : min(at + length, end)], inside)
            at = min(at + length, end)
        else:
            raise BudgetSpentError("records")


class _Deck:
    """The stream's parts by their places."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._read: set[int] = set()
        self.cut = False

    def read(self, ole: OleFile) -> list[TextPiece]:
        """The pieces."""
        parts = self._parts()
        current = self._current(ole)
        documents = [at for at in (*current.values(), *parts) if parts.get(at) == _DOCUMENT]
        slides, rest = self._slides(documents[0], current, parts) if documents else ([], [])
        pieces = [TextPiece(f"#slide={number}", text) for number, text in enumerate(slides, 1) if text]
        for at in parts:
            if at not in self._read:
                rest += self._lines(at)
        shown = {line for text in slides for line in text.split("\n")}  # earlier saves repeat most of it
        left = [line for line in dict.fromkeys("\n".join(rest).split("\n")) if line and line not in shown]
        return [*pieces, TextPiece("", "\n".join(left))] if left else pieces

    def _parts(self) -> dict[int, int]:
        """Kinds of the records at the top, by their places."""
        parts: dict[int, int] = {}
        at, end = 0, len(self._stream)
        while at + _HEADER <= end and len(parts) < MAX_PARTS:
            _, kind, length = struct.unpack_from("<HHI", self._stream, at)
            parts[at] = kind
            at += _HEADER + length
        self.cut = at > end or at + _HEADER <= end
        return parts

    def _current(self, ole: OleFile) -> dict[int, int]:
        """Places of parts by their number, as the last save left them; empty where the list of them is lost."""
        user = ole.stream("Current User")
        if user is None or len(user.data) < _USER_SIZE:
            return {}
        (at,) = struct.unpack_from("<I", user.data, _USER_SIZE - 4)
        places: dict[int, int] = {}
        directories: set[int] = set()
        for _ in range(MAX_SAVES):
            if at + _HEADER + 16 > len(self._stream):
                break
            _, kind, _, _, _, before, directory = struct.unpack_from("<HHIIIII", self._stream, at)
            if kind != _USER_EDIT:
                break
            if directory not in directories and len(places) < MAX_PARTS:
                directories.add(directory)
                for number, place in self._directory(directory):
                    places.setdefault(number, place)
            if not 0 < before < at:
                break
            at = before
        return places

    def _directory(self, at: int) -> Iterator[tuple[int, int]]:
        """Numbers and places of parts that one save wrote."""
        if at + _HEADER > len(self._stream):
            return
        _, kind, length = struct.unpack_from("<HHI", self._stream, at)
        block = self._stream[at + _HEADER : at + _HEADER + length]
        words = struct.unpack(f"<{len(block) // 4}I", block[: len(block) & ~3]) if kind == _PLACES else ()
        index = 0
        while index < len(words):
            first, count = words[index] & 0xFFFFF, words[index] >> 20
            for offset, place in enumerate(words[index + 1 : index + 1 + count]):
                yield first + offset, place
            index += 1 + count

    def _slides(self, document: int, current: dict[int, int], parts: dict[int, int]) -> tuple[list[str], list[str]]:
        """Texts of the slides in their order, each with its notes; lines of the document that stand on none."""
        self._read.add(document)
        slides: list[_Slide] = []
        beside: list[str] = []
        for atom in self._walk(document):
            listed = (_SLIDE_LIST, 0) in atom.inside
            if listed and atom.kind == _SLIDE_ENTRY and len(atom.data) >= _ENTRY_SIZE:
                part, _, _, number = struct.unpack_from("<IIII", atom.data)
                slides.append(_Slide(current.get(part, -1), number))
            elif line := _text(atom):
                (slides[-1].lines if listed and slides else beside).append(line)
        if not current:  # the list of places is lost: slides are taken to lie in their order
            places = (at for at, kind in parts.items() if kind == _SLIDE)
            slides = [_Slide(next(places, -1), slide.number, slide.lines) for slide in slides]
        notes = self._notes(parts, set(current.values()))
        texts = []
        for slide in slides:
            for place in (slide.place, *notes.pop(slide.number, ())):
                if place in parts and place not in self._read:  # a part that many entries name is read once
                    slide.lines += self._lines(place)
            texts.append("\n".join(slide.lines))
        return texts, beside

    def _notes(self, parts: dict[int, int], current: set[int]) -> dict[int, list[int]]:
        """Places of pages of notes, by the number of their slide."""
        notes: dict[int, list[int]] = {}
        for at, kind in parts.items():
            if kind == _NOTES and (at in current or not current):
                for atom in self._walk(at):
                    if atom.kind == _NOTES_FACTS and len(atom.data) >= 4:  # noqa: PLR2004 - a number
                        notes.setdefault(int.from_bytes(atom.data[:4], "little"), []).append(at)
        return notes

    def _walk(self, at: int) -> _Walk:
        (length,) = struct.unpack_from("<I", self._stream, at + 4)
        return _Walk(self._stream, at, at + _HEADER + length)

    def _lines(self, at: int) -> list[str]:
        self._read.add(at)
        return [line for atom in self._walk(at) if (line := _text(atom))]


def _text(atom: _Atom) -> str:
    """What the record shows; mostly nothing."""
    if atom.kind == _NARROW_TEXT:
        text = atom.data.decode("latin-1")
    elif atom.kind == _SHAPE_FACTS:
        text = "\n".join(word_art(struct.pack("<HHI", atom.instance << 4 | 3, atom.kind, len(atom.data)) + atom.data))
    elif atom.kind == _WIDE_TEXT or (atom.kind == _STRING and _is_shown(atom)):
        text = atom.data.decode("utf-16-le", "replace")
    else:
        return ""
    return "\n".join(line.strip() for line in text.translate(_LINES).split("\n") if line.strip())


def _is_shown(atom: _Atom) -> bool:
    kinds = {kind for kind, _ in atom.inside}
    return bool(kinds & _SHOWN_STRINGS) or (_COMMENT in kinds and atom.instance == _COMMENT_TEXT)
