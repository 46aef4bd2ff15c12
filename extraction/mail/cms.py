"""Signed mail and files (S/MIME, CMS SignedData): what was signed is in clear, inside."""

from __future__ import annotations

from dataclasses import dataclass

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.containers.unpacking import unpack, zlib_stream
from extraction.mail.mail import mail_content
from extraction.mail.mail_headers import read_headers
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded

_SIGNED = bytes.fromhex("2a864886f70d010702")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_ENVELOPED = (
    bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d010706"),
    bytes.fromhex("2a864886f70d0109100117"),
)
_SEQUENCE, _OCTETS, _IDENTIFIER, _EXPLICIT, _CONSTRUCTED = 0x30, 0x04, 0x06, 0xA0, 0x20
# Elements read of one structure, and how deep they may lie: content comes in pieces of 1,000 bytes and more.
MAX_ELEMENTS = 300_000
MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class _Element:
    """Of BER: its tag, where its content begins and ends, where the next one begins."""

    tag: int
    start: int
    end: int
    following: int


def read_signed(data: bytes, budget: Budget) -> Content:
    """What was signed: a mail's part, or a file. A signature of something kept elsewhere holds nothing.

    Raises:
        UnreadableError: it is encrypted, or no such structure.
    """
    content = _content(_Reader(data), budget)
    if not content:
        return Content()
    headers, _ = read_headers(content, 0, min(len(content), 4096))
    if headers.is_typed:
        return mail_content(content, "", budget)
    if sniff(content) in (MediaType.SMIME_SIGNED, MediaType.BINARY) and len(content) >= len(data):
        raise UnreadableError(SkipReason.UNREADABLE, "structure")
    return Content(embedded=(Embedded(MemberPaths().place(""), content),))


def _content(reader: _Reader, budget: Budget) -> bytes:
    outer = reader.at(0)
    kind, *rest = reader.children(outer)
    identifier = reader.bytes_of(kind)
    if identifier in _ENVELOPED:
        raise UnreadableError(SkipReason.ENCRYPTED, "S/MIME")
    if identifier not in (_SIGNED, _COMPRESSED) or not rest:
        raise UnreadableError(SkipReason.UNREADABLE, "structure")
    (body, *_) = reader.children(rest[0])
    parts = (child for child in reader.children(body) if child.tag == _SEQUENCE)
    inside = next((part for part in parts if reader.is_content(part) and _holds_content(reader, part)), None)
    if inside is None:
        return b""
    wrapped = [child for child in reader.children(inside) if child.tag == _EXPLICIT]
    content = b"".join(reader.octets(child) for wrap in wrapped for child in reader.children(wrap))
    if identifier == _COMPRESSED:
        return unpack(zlib_stream, memoryview(content), budget).data
    return content


def _holds_content(reader: _Reader, part: _Element) -> bool:
    """An algorithm begins alike, and has no content."""
    return any(child.tag == _EXPLICIT for child in reader.children(part))


class _Reader:
    """BER and DER, definite and indefinite lengths, bounded."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._read = 0

    def at(self, start: int, end: int | None = None) -> _Element:
        """The element that begins here; its end may be beyond a cut file's."""
        self._read += 1
        end = len(self._data) if end is None else end
        if self._read > MAX_ELEMENTS or start + 2 > end:
            raise UnreadableError(SkipReason.UNREADABLE, "structure")
        tag, length, at = self._data[start], self._data[start + 1], start + 2
        if length == 0x80:  # noqa: PLR2004 - until two zeros
            return self._indefinite(tag, at, end)
        if length > 0x80:  # noqa: PLR2004 - so many bytes of length
            count = length & 0x7F
            length, at = int.from_bytes(self._data[at : at + count], "big"), at + count
        return _Element(tag, at, min(at + length, end), min(at + length, end))

    def _indefinite(self, tag: int, start: int, end: int) -> _Element:
        at, depth = start, 1
        while at + 2 <= end:
            self._read += 1
            if self._read > MAX_ELEMENTS or depth > MAX_DEPTH:
                raise UnreadableError(SkipReason.UNREADABLE, "structure")
            if self._data[at : at + 2] == b"\x00\x00":
                depth, at = depth - 1, at + 2
                if not depth:
                    return _Element(tag, start, at - 2, at)
            elif self._data[at + 1] == 0x80:  # noqa: PLR2004 - another one inside
                depth, at = depth + 1, at + 2
            else:
                at = self.at(at, end).following
        return _Element(tag, start, end, end)

    def children(self, element: _Element) -> list[_Element]:
        """What lies in it, one behind the other; those of a cut file up to the cut."""
        found: list[_Element] = []
        at = element.start
        while at + 2 <= element.end:
            child = self.at(at, element.end)
            found.append(child)
            at = child.following
        if not found:
            raise UnreadableError(SkipReason.UNREADABLE, "structure")
        return found

    def bytes_of(self, element: _Element) -> bytes:
        return self._data[element.start : element.end]

    def is_content(self, element: _Element) -> bool:
        """Does an identifier stand first, as in the part that holds what was signed?"""
        return self._data[element.start : element.start + 1] == bytes([_IDENTIFIER])

    def octets(self, element: _Element, depth: int = 0) -> bytes:
        """A string of bytes, whole or in pieces."""
        if depth > MAX_DEPTH:
            raise UnreadableError(SkipReason.UNREADABLE, "structure")
        if element.tag == _OCTETS:
            return self.bytes_of(element)
        if element.tag == _OCTETS | _CONSTRUCTED:
            return b"".join(self.octets(child, depth + 1) for child in self.children(element))
        return b""
