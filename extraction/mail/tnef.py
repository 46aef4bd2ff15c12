"""winmail.dat: what Outlook sends to programs that are not Outlook ([MS-OXTNEF]). Text, bodies and attachments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.mail import outlook_note as mapi
from extraction.mail.outlook_note import Note, Value, attachment_name
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece

_HEAD = struct.Struct("<IH")
_ATTRIBUTE = struct.Struct("<BII")
_SIGNATURE = 0x223E9F78
_CHECKSUM_BYTES = 2
# Numbers of attributes, without the type that stands above them.
_SUBJECT, _BODY, _TITLE, _DATA, _PROPERTIES, _BEGIN, _INSIDE, _CODE_PAGE = (
    *(0x8004, 0x800C, 0x8010, 0x800F),
    *(0x9003, 0x9002, 0x9005, 0x9007),
)
# Types of properties: 3 a number, 0x40 a time, 0x1E text of 8 bits, 0x1F text, 0x102 bytes, 0x0D an object; with 0x1000
# there are many. Bytes of the types that have one size; the smaller ones are padded to four.
_SIZES = {
    **dict.fromkeys((0x0002, 0x0003, 0x0004, 0x000A, 0x000B), 4),
    **dict.fromkeys((5, 6, 7, 0x14, 0x40), 8),
    0x48: 16,
}
_MANY = 0x1000
_NAMED = 0x8000
# An object begins with the number of its interface; of a message inside it is this one, and the rest is a winmail.dat.
_INTERFACE_BYTES = 16
# Properties of one message; Outlook writes some 150.
MAX_PROPERTIES = 5000


@dataclass(slots=True)
class _Attachment:
    title: str = field(default="", repr=False)
    data: bytes = field(default=b"", repr=False)
    values: dict[int, Value] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Found:
    """All that the attributes say."""

    values: dict[int, Value] = field(default_factory=dict, repr=False)
    attachments: list[_Attachment] = field(default_factory=list, repr=False)
    codec: str | None = None
    is_cut: bool = False


def read_tnef(data: bytes, budget: Budget) -> Content:
    """The message as one piece; other bodies and attachments come in their turn.

    Raises:
        UnreadableError: no such file.
    """
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _SIGNATURE:
        raise UnreadableError(SkipReason.UNREADABLE, "no TNEF header")
    found = _found(data, budget)
    note = Note(found.values)
    text = note.shown()
    origin = note.origin("")
    return Content(
        (TextPiece("", text),) if text else (),
        (Problem(SkipReason.TRUNCATED, "", "ends early"),) if found.is_cut else (),
        _files(note, found.attachments, budget),
        origins=(origin,) if origin != Origin() else (),
    )


def _found(data: bytes, budget: Budget) -> _Found:
    found, at = _Found(), _HEAD.size
    while at + _ATTRIBUTE.size <= len(data):
        _, number, size = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        content = data[at : at + size]
        found.is_cut = at + size > len(data)
        at += size + _CHECKSUM_BYTES
        if number & 0xFFFF == _BEGIN:
            budget.spend_member()
        _take(found, number & 0xFFFF, content)
    found.is_cut = found.is_cut or len(data) - at > 0
    return found


def _take(found: _Found, number: int, content: bytes) -> None:
    """One attribute."""
    if number == _BEGIN:
        found.attachments.append(_Attachment())
    elif number == _CODE_PAGE:
        found.codec = mapi.codec_of(int.from_bytes(content[:4], "little"))
    elif number == _PROPERTIES:
        found.values.update(_properties(content, found.codec))
    elif number == _SUBJECT:
        found.values.setdefault(mapi.SUBJECT, _string(content, found.codec))
    elif number == _BODY:
        found.values.setdefault(mapi.BODY, _string(content, found.codec))
    elif found.attachments:
        attachment = found.attachments[-1]
        if number == _TITLE:
            attachment.title = _string(content, found.codec)
        elif number == _DATA:
            attachment.data = content
        elif number == _INSIDE:
            attachment.values.update(_properties(content, found.codec))


def _string(content: bytes, codec: str | None) -> str:
    return decode(content, codec).text.rstrip("\x00")


def _files(note: Note, attachments: list[_Attachment], budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    yield from note.other_bodies("", paths, budget)
    for attachment in attachments:
        name = attachment_name(attachment.values) or attachment.title
        path = paths.place(name)
        inside = attachment.values.get(mapi.ATTACHED)
        data = attachment.data or (inside if isinstance(inside, bytes) else b"")
        if data:
            yield Embedded(path, data, name)
        elif attachment.values.get(mapi.ATTACHED_METHOD) in mapi.BY_REFERENCE:
            yield Problem(SkipReason.UNSUPPORTED_TYPE, path, "kept elsewhere")


def _properties(data: bytes, codec: str | None) -> dict[int, Value]:
    """Those that are numbers, times, text or bytes; up to the first that makes no sense."""
    cursor = _Cursor(data)
    values: dict[int, Value] = {}
    try:
        for _ in range(min(cursor.number(), MAX_PROPERTIES)):
            kind, number = struct.unpack("<HH", cursor.take(4))
            if number >= _NAMED:
                cursor.skip_name()
            for raw in cursor.values(kind):
                values.setdefault(number, _value(raw, kind, codec))
    except struct.error:
        return values
    return values


def _value(raw: bytes, kind: int, codec: str | None) -> Value:
    match kind & ~_MANY:
        case 0x0003 | 0x0040:
            return int.from_bytes(raw, "little")
        case 0x001F:
            return raw.decode("utf-16-le", "replace").rstrip("\x00")
        case 0x001E:
            return _string(raw, codec)
        case 0x000D:
            return raw[_INTERFACE_BYTES:]
        case _:
            return raw


class _Cursor:
    """Reads one value after the other; raises struct.error at the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """So many bytes, and what pads them to four."""
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise struct.error
        self._at += count + -count % 4
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def skip_name(self) -> None:
        """Of a property that a program named: its namespace, and a number or a string."""
        self.take(16)
        if self.number():
            self.take(self.number())
        else:
            self.take(4)

    def values(self, kind: int) -> list[bytes]:
        """One, or as many as there are of a property with many."""
        size = _SIZES.get(kind & ~_MANY)
        count = self.number() if size is None or kind & _MANY else 1
        if count > len(self._data):
            raise struct.error
        return [self.take(self.number() if size is None else size) for _ in range(count)]
