"""The rows of a bucket listing as services write them, read by one expression: ten times as fast as a parser of XML.

Only a page whose rows stand one after another, each of plain elements that are known here, is read so. Whatever else is
in it (comments, CDATA, other elements, characters that XML forbids) leaves the page to the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Elements of a row of which nothing is read here; text with a reference in it leaves the page to the parser.
_OTHERS: Final = (
    "StorageClass Type ChecksumAlgorithm ChecksumType Generation MetaGeneration VersionId IsLatest IsDeleteMarker "
    "UserTags Tags"
).split()
_PLAIN: Final = "|".join(f"<{name}>[^<&]*+</{name}>" for name in _OTHERS)
_OWNER: Final = r"<Owner>(?:\s*+(?:<ID>[^<&]*+</ID>|<DisplayName>[^<&]*+</DisplayName>))*+\s*+</Owner>"
_OTHER: Final = rf"(?:(?:{_PLAIN}|{_OWNER})\s*+)*+"
_ROW: Final = (
    rf"<Contents>\s*+<Key>([^<]*+)</Key>\s*+{_OTHER}(?:<LastModified>([^<]*+)</LastModified>\s*+)?+{_OTHER}"
    rf"(?:<ETag>([^<]*+)</ETag>\s*+)?+{_OTHER}(?:<Size>([^<&]*+)</Size>\s*+)?+{_OTHER}</Contents>\s*+"
)
_FIND_ROWS: Final = re.compile(_ROW)
# Possessive throughout: a row is read in one way or not at all, so hostile pages cost no more than good ones.
_ROWS: Final = re.compile(f"(?>{_ROW})++")
# What stands before the rows: a declaration, the root, and facts without attributes.
_BEFORE: Final = re.compile(
    r'(?:<\?xml version="1\.0"(?: encoding="[A-Za-z][\w.-]*+")?+(?: standalone="(?:yes|no)")?+ ?+\?>)?+[ \t\n]*+'
    r'<ListBucketResult(?: xmlns="[^"<>&]*+")?+>'
    r"(?:\s*+(?:<([A-Za-z]++)>[^<&]*+</\1>|<[A-Za-z]++ ?+/>))*+\s*+"
)
# Bytes and sequences that XML forbids, changes, or gives a meaning of their own.
_UNUSUAL_BYTES: Final = bytes({*range(32)} - {*b"\t\n"})
_UNUSUAL: Final = (b"<!", b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE: Final = re.compile(r"&(?:amp|lt|gt|quot|apos);")
_REFERENCES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_START, _END = "<Contents>", "</Contents>"

# Key, time of change, ETag, size: text with references undone.
PlainRow = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class PlainRows:
    """The rows of a page, and the page without them.

    Attributes:
        rows: in their order.
        rest: what is left for the parser, which tells whether it is well-formed.
    """

    rows: list[PlainRow]
    rest: bytes


def plain_rows(body: bytes) -> PlainRows | None:
    """The rows of a page in UTF-8 without a byte order mark; None where it must be parsed."""
    if any(odd in body for odd in _UNUSUAL) or len(body.translate(None, _UNUSUAL_BYTES)) != len(body):
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    start, end = text.find(_START), text.rfind(_END) + len(_END)
    if start < 0 or end < start or not _BEFORE.fullmatch(text, 0, start):
        return None
    rest = text[end:].lstrip()
    end = len(text) - len(rest)
    if not _ROWS.fullmatch(text, start, end):
        return None
    rows: list[PlainRow] = _FIND_ROWS.findall(text, start, end)
    if text.find("&", start, end) >= 0:
        try:
            rows = [(_plain(key), _plain(modified), _plain(etag), size) for key, modified, etag, size in rows]
        except _OddError:
            return None
    return PlainRows(rows, (text[:start] + rest).encode())


class _OddError(Exception):
    """A reference that is not one of the five that every writer knows."""


def _plain(text: str) -> str:
    """Text with its references undone."""
    if "&" not in text:
        return text
    if (quoted := text.replace("&quot;", '"')) and "&" not in quoted:
        return quoted
    plain, count = _REFERENCE.subn(lambda found: _REFERENCES[found[0]], text)
    if count != text.count("&"):
        raise _OddError
    return plain
