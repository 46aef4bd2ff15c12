"""Outlook messages (MSG, OFT; [MS-OXMSG]): text, bodies and attachments, messages in messages included.

Not by python-oxmsg: it raises at the first character that is not of the declared code page, and opens no message
inside a message.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.mail import outlook_note as mapi
from extraction.mail.outlook_note import Note, Value, attachment_name
from extraction.old_office.ole_file import STORAGE, STREAM, OleEntry, OleFile, Path
from extraction.old_office.ole_objects import object_file
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece

_PROPERTIES = "__properties_version1.0"
_STREAM = re.compile(r"__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})", re.IGNORECASE)
_ATTACHMENT, _RECIPIENT = "__attach_version1.0_", "__recip_version1.0_"
_TEXT, _TEXT_8, _BINARY, _OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
_INTEGER, _TIME = 0x0003, 0x0040
_ROW = struct.Struct("<HHIQ")
# Bytes ahead of the rows: of the message itself, of one inside, of attachments and recipients.
_HEADS = {"message": 32, "inside": 24, "part": 8}
# Bodies are decoded by the code page of the network, other strings by that of the message.
_BODIES = frozenset([mapi.BODY, mapi.HTML])
# Messages inside one another; an OLE file has storages no deeper.
MAX_NESTING = 10
Item = Embedded | Problem


@dataclass(frozen=True, slots=True)
class _Place:
    """A message: its storage, and its place in the document."""

    storage: Path = field(repr=False)
    path: str
    depth: int


def read_msg(data: bytes, budget: Budget) -> Content:
    """Each message is one piece; other bodies and attachments come in their turn.

    Raises:
        UnreadableError: nothing is left of its directory.
    """
    reading = _Reading(OleFile(data), budget)
    return reading.content()


class _Reading:
    def __init__(self, ole: OleFile, budget: Budget) -> None:
        self._ole = ole
        self._budget = budget
        self._pieces: list[TextPiece] = []
        self._problems: list[Problem] = []
        self._origins: list[Origin] = []
        self._later: list[Iterator[Item]] = []

    def content(self) -> Content:
        if not self._ole.entries:
            raise UnreadableError(SkipReason.UNREADABLE, "no OLE directory")
        if self._ole.lost:
            self._problems.append(Problem(SkipReason.TRUNCATED, "", "OLE file"))
        self._message(_Place((), "", 0))
        files = (item for items in self._later for item in items)
        return Content(tuple(self._pieces), tuple(self._problems), files, origins=tuple(self._origins))

    def _message(self, place: _Place) -> None:
        values = self._values(place.storage, "inside" if place.depth else "message", place.path)
        children = self._ole.children(place.storage)
        recipients = tuple(
            self._values(child.path, "part", place.path)
            for child in children
            if child.kind == STORAGE and child.path[-1].lower().startswith(_RECIPIENT)
        )
        note = Note(values, recipients)
        if text := note.shown():
            self._pieces.append(TextPiece(place.path, text))
        if (origin := note.origin(place.path)) != Origin(place.path):
            self._origins.append(origin)
        paths = MemberPaths()
        self._later.append(note.other_bodies(place.path, paths, self._budget))
        for child in children:
            if child.kind == STORAGE and child.path[-1].lower().startswith(_ATTACHMENT):
                self._budget.spend_member()
                self._attachment(child, place, paths)

    def _attachment(self, storage: OleEntry, place: _Place, paths: MemberPaths) -> None:
        values = self._values(storage.path, "part", place.path, but=frozenset([mapi.ATTACHED]))
        inside = next(
            (each for each in self._ole.children(storage.path) if _number(each) == (mapi.ATTACHED, _OBJECT)), None
        )
        name = attachment_name(values)
        if inside is not None and self._ole.stream(*inside.path, _PROPERTIES) is not None:
            path = place.path + paths.place(name)
            if place.depth < MAX_NESTING:
                self._message(_Place(inside.path, path, place.depth + 1))
            else:
                self._problems.append(Problem(SkipReason.BUDGET_SPENT, path, "depth"))
        elif inside is not None:
            self._later.append(self._object(inside, place, paths))
        else:
            self._later.append(
                self._file(storage, values.get(mapi.ATTACHED_METHOD), place.path + paths.place(name), name)
            )

    def _object(self, storage: OleEntry, place: _Place, paths: MemberPaths) -> Iterator[Item]:
        """An object that was dragged into the message."""
        for item in object_file(self._ole, storage.path, paths, self._budget):
            path = place.path + item.path
            if isinstance(item, Problem):
                yield Problem(item.reason, path, item.detail)
            else:
                yield Embedded(path, item.data, item.name)

    def _file(self, storage: OleEntry, method: Value | None, path: str, name: str) -> Iterator[Item]:
        found = next(
            (each for each in self._ole.children(storage.path) if _number(each) == (mapi.ATTACHED, _BINARY)), None
        )
        if found is None:
            if method in mapi.BY_REFERENCE:
                yield Problem(SkipReason.UNSUPPORTED_TYPE, path, "kept elsewhere")
            elif self._ole.lost:
                yield Problem(SkipReason.TRUNCATED, path, "OLE file")
            return
        stream = self._ole.read(found)
        self._budget.spend_bytes(len(stream.data))
        if not stream.whole:
            yield Problem(SkipReason.TRUNCATED, path, "OLE file")
        if stream.data:
            yield Embedded(path, stream.data, name)

    def _values(self, storage: Path, kind: str, path: str, but: frozenset[int] = frozenset()) -> dict[int, Value]:
        """All properties of a storage that are numbers, times, text or bytes."""
        rows = self._ole.stream(*storage, _PROPERTIES)
        values: dict[int, Value] = {}
        for at in range(_HEADS[kind], len(rows.data) - _ROW.size + 1 if rows else 0, _ROW.size):
            value_type, number, _, value = _ROW.unpack_from(rows.data if rows else b"", at)
            if value_type in (_INTEGER, _TIME):
                values[number] = value & 0xFFFFFFFF if value_type == _INTEGER else value
        for entry in self._ole.children(storage):
            number, value_type = _number(entry)
            if entry.kind != STREAM or number in but or value_type not in (_TEXT, _TEXT_8, _BINARY):
                continue
            stream = self._ole.read(entry)
            if not stream.whole:
                self._problems.append(Problem(SkipReason.TRUNCATED, path, "OLE file"))
            values[number] = _decoded(stream.data, number, value_type, values)
        return values


def _number(entry: OleEntry) -> tuple[int, int]:
    """A property's number and type, by the name of its stream."""
    found = _STREAM.fullmatch(entry.path[-1])
    return (int(found[1], 16), int(found[2], 16)) if found else (0, 0)


def _decoded(data: bytes, number: int, value_type: int, values: dict[int, Value]) -> Value:
    if value_type == _BINARY:
        return data
    if value_type == _TEXT:
        return data.decode("utf-16-le", "replace")
    pages = (mapi.INTERNET_CODE_PAGE, mapi.MESSAGE_CODE_PAGE)
    ordered = pages if number in _BODIES else pages[::-1]
    page = next((values[each] for each in ordered if values.get(each)), None)
    return decode(data, mapi.codec_of(page)).text
