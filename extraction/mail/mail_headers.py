"""Headers of mails as they come: folded, malformed, in any charset, encoded twice; parameters in every dialect.

Python's own parser of mails needs ten times a mail's size, and ends with an error at 1,000 nested parts; see
`extraction.mail.mail_parts`. Its parser of parameters takes a time that grows with their square.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from documents.charset import decode

# Bytes of a block of headers, and of one header, that are read. Long chains of relays sign with some 50 kB.
MAX_BLOCK_BYTES = 256 << 10
MAX_VALUE_BYTES = 16 << 10
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ENVELOPE = (b"From ", b">From ")
_END = re.compile(rb"\n\r?\n")
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,120}\?[bBqQ]\?)")
_PARAMETER = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*+(?:"|\Z))++', re.DOTALL)
_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_CONTINUED = re.compile(r"(.+?)\*(?:(\d{1,4})(\*)?)?")

# Words from which on a value is something that somebody wrote, and their share of all that blanks part.
_PROSE_WORDS = 5
_PROSE_SHARE = 0.6
_WORD = re.compile(r"[(\"']?[^\W\d_]+(?:['-][^\W\d_]+)*[.,;:!?)\"']*")
_SHOWN_OR_TECHNICAL = frozenset(
    """
    from to cc bcc reply-to date subject sender received return-path message-id in-reply-to references
    dkim-signature domainkey-signature authentication-results received-spf mime-version user-agent x-mailer
    """.split()
)
_TECHNICAL = ("arc-", "list-", "content-type", "content-disposition", "content-transfer", "x-ms-", "x-google-")


@dataclass(frozen=True, slots=True)
class Headers:
    """One block.

    Attributes:
        fields: names in lower case, raw values unfolded, in their order.
        is_cut: there was more than is read.
    """

    fields: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    is_cut: bool = False

    def all(self, name: str) -> Iterator[str]:
        """The values of this name, decoded."""
        return (header_text(value) for found, value in self.fields if found == name)

    def first(self, name: str) -> str:
        """The first value of this name, decoded; empty without one."""
        return next(self.all(name), "")

    @property
    def kind(self) -> str:
        """The content type in lower case, plain text where none is declared or it makes no sense."""
        found = _TYPE.match(self.first("content-type").strip())
        return found[0].lower() if found else "text/plain"

    @property
    def is_typed(self) -> bool:
        """Is a content type declared?"""
        return any(name == "content-type" for name, _ in self.fields)

    @property
    def transfer(self) -> str:
        """How the body is encoded, in lower case."""
        return self.first("content-transfer-encoding").strip().strip("\"'").split(";")[0].strip().lower()

    @property
    def type_parameters(self) -> Mapping[str, str]:
        """Of the content type."""
        return parameters(self._raw("content-type"))

    @property
    def file_name(self) -> str:
        """As the sender named it; empty without one."""
        disposition = parameters(self._raw("content-disposition"))
        name = disposition.get("filename") or self.type_parameters.get("name") or ""
        return encoded_words(name).strip()

    @property
    def date(self) -> str | None:
        """ISO 8601."""
        return iso_date(self.first("date"))

    def _raw(self, name: str) -> str:
        """Encoded words stay: in a parameter they are decoded on their own."""
        return next((_unencoded(value) for found, value in self.fields if found == name), "")


def written(headers: Headers) -> list[str]:
    """Headers that no program shows, and in which somebody wrote sentences, each as a line with its name."""
    lines: list[str] = []
    for name, value in headers.fields:
        if name in _SHOWN_OR_TECHNICAL or name.startswith(_TECHNICAL) or value.count(b" ") < _PROSE_WORDS - 1:
            continue
        text = header_text(value)
        words = text.split()
        plain = sum(_WORD.fullmatch(word) is not None for word in words)
        if plain >= max(_PROSE_WORDS, _PROSE_SHARE * len(words)):
            lines.append(f"{name.title()}: {text}")
    return lines


def read_headers(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The block that begins here, and where the body begins: behind a blank line, or at the first line of no header."""
    fields: list[tuple[str, bytearray]] = []
    at = start
    while at < end:
        if at - start > MAX_BLOCK_BYTES:
            found = _END.search(data, at - 1, end)
            return _headers(fields, is_cut=True), found.end() if found else end
        line_end = data.find(b"\n", at, end)
        following = end if line_end < 0 else line_end + 1
        line = data[at : min(following, at + MAX_VALUE_BYTES)].rstrip(b"\r\n")
        if not line:
            return _headers(fields), following
        if line[:1] in (b" ", b"\t"):
            if fields and len(fields[-1][1]) < MAX_VALUE_BYTES:
                fields[-1][1].extend(b" " + line.strip())
        elif found := _FIELD.match(line):
            fields.append((found[1].decode("ascii").lower(), bytearray(line[found.end() :].strip())))
        elif fields or not line.startswith(_ENVELOPE):
            return _headers(fields), at
        at = following
    return _headers(fields), end


def _headers(fields: list[tuple[str, bytearray]], is_cut: bool = False) -> Headers:
    return Headers(tuple((name, bytes(value)) for name, value in fields), is_cut)


def header_text(raw: bytes) -> str:
    """A value as people read it: raw bytes in whatever charset, then encoded words."""
    return encoded_words(_unencoded(raw))


def _unencoded(raw: bytes) -> str:
    return raw.decode("ascii") if raw.isascii() else decode(raw).text


def encoded_words(text: str) -> str:
    """RFC 2047, forgiving; neighbours of one charset may share a character between them."""
    if "=?" not in text:
        return text
    text = _BETWEEN_WORDS.sub(r"\1", text)
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        if word.start() > at or word[1].lower() != charset:
            out += [decoded(pending, charset), text[at : word.start()]]
            pending = b""
        pending, charset, at = pending + _word_bytes(word[2], word[3]), word[1].lower(), word.end()
    return "".join([*out, decoded(pending, charset), text[at:]])


def _word_bytes(coding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    if coding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    letters = raw.rstrip(b"=")
    try:
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
    except binascii.Error:
        return raw


def decoded(data: bytes, charset: str | None) -> str:
    """Text in a declared charset, if it is valid in it. Of mail UTF-7 is believed, and of nothing else."""
    if not data:
        return ""
    if charset and charset.lower() in {"utf-7", "unicode-1-1-utf-7"}:
        return data.decode("utf-7", "replace")
    return decode(data, charset).text


def parameters(value: str) -> dict[str, str]:
    """Behind the first semicolon, names in lower case; RFC 2231's parts joined and decoded."""
    found: dict[str, str] = {}
    parts: dict[str, list[tuple[int, bool, str]]] = {}
    for segment in _PARAMETER.findall(value[:MAX_VALUE_BYTES])[1:]:
        name, equals, raw = segment.partition("=")
        name = name.strip().lower()
        content = _unquoted(raw.strip())
        if not name or not equals:
            continue
        if continued := _CONTINUED.fullmatch(name):
            number = int(continued[2] or 0)
            parts.setdefault(continued[1], []).append((number, not continued[2] or bool(continued[3]), content))
        else:
            found.setdefault(name, content)
    for name, pieces in parts.items():
        found[name] = _joined(sorted(pieces))
    return found


def _unquoted(raw: str) -> str:
    if raw.startswith('"'):
        return re.sub(r"\\(.)", r"\1", raw[1:].removesuffix('"'), flags=re.DOTALL)
    return raw


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    if not any(is_encoded for _, is_encoded, _ in pieces):
        return "".join(text for _, _, text in pieces)
    number, is_encoded, first = pieces[0]
    charset, rest = "", first
    if is_encoded and first.count("'") > 1:
        charset, _, rest = first.split("'", 2)
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
        for _, encoded, text in [(number, is_encoded, rest), *pieces[1:]]
    )
    return decoded(data, charset or None)


def iso_date(text: str) -> str | None:
    """A mail's date; without a zone where it names none that is known."""
    try:
        found: datetime = parsedate_to_datetime(text)
        return found.isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
