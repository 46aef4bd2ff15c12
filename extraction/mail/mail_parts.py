"""The parts of a mail in one pass over its bytes: no tree, no recursion, no copy.

Python's own parser needs ten times the size of a mail (505 MB for 50 MB), raises at 1,000 nested parts, and keeps
nothing of what came before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from extraction.mail.mail_headers import Headers, read_headers

# Multiparts and mails inside one another. A mail that was forwarded for years has ten.
MAX_NESTING = 320
# Bytes of a line that may be a boundary. The standard allows 70 characters, some programs write 200.
_BOUNDARY_BYTES = 1000
# Bytes behind the headers in which the boundary is looked for where the headers name none.
_GUESS_BYTES = 64 << 10
_GUESSED = re.compile(rb"^--(\S[^\r\n]{2,200}?)(?:--)?[ \t]*\r?$", re.MULTILINE)
# Lines of parts that are parted by nothing but the two hyphens.
_BARE = re.compile(rb"^--\r?\n(?:content-[a-z-]{1,60}:[^\r\n]*\r?\n|\r?\n)", re.MULTILINE | re.IGNORECASE)
# What no line is: where a multipart has no boundary at all, all of it is text.
_NO_BOUNDARY = b"\n"
MAILS = frozenset(["message/rfc822", "message/global", "message/news", "message/partial"])
AS_IT_IS = frozenset(["", "7bit", "8bit", "binary", "none", "7-bit", "8-bit"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a mail's structure a part stands.

    Attributes:
        mail: number of the mail it belongs to; 0 is the outermost.
        alternative: number of the multipart of which it is one alternative, with what is in them; 0 for none.
        is_encrypted: below multipart/encrypted.
        is_related: below multipart/related, as the parts of a web page.
    """

    mail: int = 0
    alternative: int = 0
    is_encrypted: bool = False
    is_related: bool = False


@dataclass(frozen=True, slots=True)
class MailStart:
    """A mail begins: its number, and the part whose body it is (None for the outermost)."""

    number: int
    headers: Headers
    within: Place | None
    carrier: Headers | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds no others: its headers, and where its body is."""

    headers: Headers
    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Between:
    """Bytes before the first boundary of a multipart, or behind its last; `is_all` where it has none."""

    start: int
    end: int
    place: Place
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Unclosed:
    """The last boundary of a mail's multipart is missing."""

    mail: int


@dataclass(frozen=True, slots=True)
class TooDeep:
    """What is nested deeper is one part."""

    mail: int


Event = MailStart | Part | Between | Unclosed | TooDeep


@dataclass(frozen=True, slots=True)
class _Open:
    """A multipart that was begun: where it stands, where its parts stand, and whether they are mails by default."""

    boundary: bytes
    around: Place
    inside: Place
    is_digest: bool


@dataclass(frozen=True, slots=True)
class _Boundary:
    """A line that is one: where it begins and ends, whose it is, and whether it is the last."""

    start: int
    end: int
    level: int
    is_last: bool


def parts(data: bytes) -> Iterator[Event]:
    """What the bytes hold, in order."""
    yield from _Walk(data).events()


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[_Open] = []
        self._levels: dict[bytes, list[int]] = {}
        self._mails = 0
        self._alternatives = 0
        # What is being read: a part or, where there are no headers, what stands between parts.
        self._headers: Headers | None = None
        self._place = Place()
        self._from = 0
        # A multipart was begun, and no boundary met since.
        self._is_fresh = False

    def events(self) -> Iterator[Event]:
        yield from self._begin(0, Place(), is_mail=True)
        at = self._from
        while (found := self._next(at)) is not None:
            self._is_fresh = (
                self._is_fresh and found.level < len(self._open) - 1
            )  # of another multipart, so it has none
            yield self._finished(self._trimmed(found.start))
            self._is_fresh = False
            owner = self._open[found.level]
            self._close(found.level + (not found.is_last))
            if found.is_last:
                self._headers, self._place, self._from = None, owner.around, found.end
            else:
                yield from self._begin(found.end, owner.inside, is_mail=False, is_digest=owner.is_digest)
            at = self._from
        yield self._finished(len(self._data))
        if self._open:
            yield Unclosed(self._open[0].around.mail)

    def _finished(self, end: int) -> Event:
        end = max(self._from, end)
        if self._headers is None:
            return Between(self._from, end, self._place, self._is_fresh)
        return Part(self._headers, self._from, end, self._place)

    def _trimmed(self, line: int) -> int:
        """The line end before a boundary belongs to the boundary."""
        return line - 2 if self._data[line - 2 : line] == b"\r\n" else line - 1

    def _begin(self, at: int, place: Place, is_mail: bool, is_digest: bool = False) -> Iterator[Event]:
        """One part's headers, and those of the mails that are its body."""
        carrier: Headers | None = None
        for depth in range(len(self._open), MAX_NESTING + 1):
            headers, body = read_headers(self._data, at, len(self._data))
            if is_mail:
                within, place = place, replace(place, mail=self._mails, alternative=0, is_related=False)
                yield MailStart(self._mails, headers, within if self._mails else None, carrier)
                self._mails += 1
            self._headers, self._place, self._from = headers, place, body
            if depth == MAX_NESTING:
                yield TooDeep(place.mail)
            elif _is_mail(headers) or (is_digest and not headers.is_typed):
                at, is_mail, is_digest, carrier = body, True, False, headers
                continue
            elif headers.kind.startswith("multipart/"):
                self._push(headers, self._boundary_of(headers, body))
            return

    def _push(self, headers: Headers, boundary: bytes) -> None:
        """A multipart begins; what comes before its first boundary is no part."""
        around, inside = self._place, self._place
        match headers.kind.removeprefix("multipart/"):
            case "alternative":
                self._alternatives += 1
                inside = replace(around, alternative=self._alternatives)
            case "encrypted":
                inside = replace(around, is_encrypted=True)
            case "related":
                inside = replace(around, is_related=True)
        self._levels.setdefault(boundary, []).append(len(self._open))
        self._open.append(_Open(boundary, around, inside, headers.kind == "multipart/digest"))
        self._headers, self._is_fresh = None, True

    def _close(self, level: int) -> None:
        """Multiparts from this level on have ended, whether they said so or not."""
        while len(self._open) > level:
            levels = self._levels[self._open.pop().boundary]
            levels.pop()

    def _boundary_of(self, headers: Headers, body: int) -> bytes:
        """Of a multipart; guessed where its headers name none, or one that the mail does not have."""
        named = headers.type_parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        if named and (self._open or self._data.find(b"--" + named, body) >= 0):
            return named
        if found := _GUESSED.search(self._data, body, body + _GUESS_BYTES):
            return found[1] if not self._levels.get(found[1]) else named or _NO_BOUNDARY
        return named or (b"" if _BARE.search(self._data, body, body + _GUESS_BYTES) else _NO_BOUNDARY)

    def _next(self, at: int) -> _Boundary | None:
        """The next line that is a boundary of a multipart that is open."""
        if not self._open:
            return None
        found = at if self._data.startswith(b"--", at) and self._begins_line(at) else self._data.find(b"\n--", at) + 1
        while found > 0 or (found == 0 == at and self._data.startswith(b"--")):
            line_end = self._data.find(b"\n", found, found + _BOUNDARY_BYTES)
            end = line_end if line_end >= 0 else min(len(self._data), found + _BOUNDARY_BYTES)
            line = self._data[found + 2 : end].rstrip()
            line = line or self._data[found + 2 : end].rstrip(b"\r")  # "-- " begins a signature
            for text, is_last in ((line, False), (line.removesuffix(b"--"), True)):
                if levels := self._levels.get(text):
                    return _Boundary(found, min(end + 1, len(self._data)), levels[-1], is_last)
            found = self._data.find(b"\n--", found) + 1
        return None

    def _begins_line(self, at: int) -> bool:
        return at == 0 or self._data[at - 1 : at] == b"\n"


def _is_mail(headers: Headers) -> bool:
    """Is its body a mail, as it stands? Of a divided mail the first part is."""
    if headers.kind not in MAILS or headers.transfer not in AS_IT_IS:
        return False
    return headers.type_parameters.get("number", "1") == "1"
