"""Addresses of buckets in pages, scripts, data and headers: found by the end of a host, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from scope.address_forms import Grammar
from scope.bucket_urls import BucketAddress, built_in_grammar, parse_bucket_url

# Mentions of storage services in one text that are looked at. Looking at one takes up to 50 us; pages of real sites
# have some hundred, a listing of a bucket a thousand.
MOST_MENTIONS = 10_000
# Longest host, and longest path and query after it, bytes. A key has at most 1,024, each of which may be written as
# three; a signature has some hundred. Of a longer address, the host alone is read.
_BEFORE = 300
_AFTER = 4_000

_HOST = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
_GOES_ON = re.compile(rb"\.?[\w-]")
# Schemes of tools and Amazon's resource names, which need no host.
_TOOL = re.compile(
    rb"(?<![\w+.-])(?:(?:s3[an]?|gc?s|oss|b2|az|azure)(?::|%3a)(?:\\?/|%2f|\\u002f){2}|arn:aws[a-z-]{0,20}:s3:::)",
    re.IGNORECASE,
)
_TOOL_SIGNS = (b"s3:", b"s3a:", b"s3n:", b"gs:", b"gcs:", b"oss:", b"b2:", b"az:", b"azure:", b"s3%3a", b"gs%3a")
# A slash in percent-encoding, once or more often, or as a script's escape, glued to the host behind it.
_GLUED_SLASH = re.compile(rb"(?P<more>(?:25){0,3})2[fF]|[uU]002[fF]|[xX]2[fF]")
# What stands before a host: a scheme, slashes, and perhaps a user.
_SLASHES = rb"(?:\\?/|\\u002f|\\x2f|%(?:25){0,3}2f|&#(?:47|x2f);)"
_LEADING = re.compile(
    rb"(?:(?<![\w+.-])([a-z]{1,6})(?::|%(?:25){0,3}3a|\\u003a|&#(?:58|x3a);))?" + _SLASHES + rb"{2}$",
    re.IGNORECASE,
)
_LONGEST_LEADING = 60
_USER = re.compile(rb"[^\s\"'<>/\\@]+@")
_LONGEST_USER = 200
_HADOOP = (b"abfs", b"abfss", b"wasb", b"wasbs")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(/)")
_ENTITY = re.compile(r"&(?:amp|#0{0,4}(\d{1,4})|#[xX]0{0,4}([0-9a-fA-F]{1,4}));")
# What ends an address: where quotes enclose it, the quote, the next of several, or what a script fills in.
_QUOTES = b"\"'`"
_END_IN_QUOTES = re.compile(rb"\s+(?:\S{0,10}//|[\d.]{1,9}[wx]\b)|[\x00-\x1f]|\$\{|\{\{|<%|#\{")
_END = re.compile(rb"[\s\"'<>`{}|^\x00-\x1f]|\\(?!/|u00|x[0-9a-fA-F])|&(?:quot|lt|gt|apos|#0?34|#0?39|#x2[27]);")
_END_WITHIN_ADDRESS = re.compile(rb"[\s\"'<>`{}|^&#;,()\\\x00-\x1f]")
_BRACKET = re.compile(rb"[()\[\]]")
_MOST_BRACKETS = 64  # of one address that are counted; names of files have a pair or two
_PUNCTUATION = ".,;:!?*'"


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where a text names a service: the end of a host, which begins at `start` at the latest; or a tool's address."""

    start: int
    end: int
    is_host: bool


@dataclass(frozen=True, slots=True)
class References:
    """What one text names.

    Attributes:
        addresses: of buckets, in order, as often as they stand there.
        is_whole: no mention was left out for their number.
    """

    addresses: Iterator[BucketAddress]
    is_whole: bool


def find_bucket_urls(
    text: str | bytes, grammar: Grammar | None = None, most: int = MOST_MENTIONS
) -> Iterator[BucketAddress]:
    r"""Each bucket address that stands in a text, in order, as often as it stands there.

    Found with slashes escaped (`\/`, `\u002f`), in percent-encoding inside another address, without a scheme (as in a
    policy header), and as `s3://name`. A name that a script puts together is not found; a wildcard names no bucket.

    Args:
        text: a page, script, header; bytes are UTF-8, or anything else that has ASCII in it.
        grammar: the services to know; None for those that come with Stray.
        most: mentions of services that are looked at; `references_in` tells whether there are more.
    """
    return references_in(text, grammar, most).addresses


def references_in(text: str | bytes, grammar: Grammar | None = None, most: int = MOST_MENTIONS) -> References:
    """The same, and whether it is all."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    known = grammar or built_in_grammar()
    mentions = _mentions(data, known, most + 1)
    return References(_addresses(data, known, mentions[:most]), len(mentions) <= most)


def _addresses(data: bytes, grammar: Grammar, mentions: Iterable[_Mention]) -> Iterator[BucketAddress]:
    for mention in mentions:
        written = _of_host(data, mention) if mention.is_host else _of_tool(data, mention)
        found = parse_bucket_url(written, grammar) if written else None
        if found is not None:
            yield found


def _mentions(data: bytes, grammar: Grammar, most: int) -> list[_Mention]:
    """The first ones, in order."""
    lower = data.lower()
    found: list[_Mention] = []
    for ending in grammar.endings:
        found += _hosts(lower, ending.encode(), most)
    if any(sign in lower for sign in _TOOL_SIGNS):
        tools = zip(_TOOL.finditer(data), range(most), strict=False)
        found += [_Mention(match.start(), match.end(), is_host=False) for match, _ in tools]
    return sorted(found, key=lambda mention: mention.start)[:most]


def _hosts(lower: bytes, ending: bytes, most: int) -> list[_Mention]:
    """Where hosts end in these labels, and nothing of a host follows."""
    found: list[_Mention] = []
    place = lower.find(ending)
    while place >= 0 and len(found) < most:
        end = place + len(ending)
        if not _GOES_ON.match(lower, end):
            found.append(_Mention(place, end, is_host=True))
        place = lower.find(ending, end)
    return found


def _of_host(data: bytes, mention: _Mention) -> str | None:
    """The address around the end of a host; None where what comes before it was put together from pieces."""
    window = data[max(0, mention.start - _BEFORE) : mention.start]
    start = mention.start - (len(window) - len(window.rstrip(_HOST)))
    glued = _GLUED_SLASH.match(data, start) if data[start - 1 : start] in (b"%", b"\\") and start else None
    start = glued.end() if glued else start
    if data[start : start + 1] == b"." or start > mention.start:
        return None
    host = data[start : mention.end]
    user = _user(data[max(0, start - _LONGEST_USER) : start])
    leading = _LEADING.search(data[max(0, start - len(user) - _LONGEST_LEADING) : start - len(user)])
    scheme = (leading[1] or b"").lower() if leading else b""
    scheme = scheme if scheme in _HADOOP else b"https"
    if glued is not None and glued["more"] is not None:
        return _within_address(data, mention.end, scheme + b"://" + user + host, 1 + len(glued["more"]) // 2)
    opening = start - (len(leading[0]) + len(user) if leading else 0)
    path = _rest(data, mention.end, data[opening - 1 : opening] if opening else b"")
    return _decoded(scheme + b"://" + user + host + path)


def _user(before: bytes) -> bytes:
    """What stands between the slashes and the host, up to its `@`; empty for nothing."""
    if not before.endswith(b"@"):
        return b""
    user = before[max(before.rfind(b"/"), before.lower().rfind(b"%2f") + len("%2f") - 1) + 1 :]
    return user if _USER.fullmatch(user) else b""


def _of_tool(data: bytes, mention: _Mention) -> str | None:
    head = data[mention.start : mention.end]
    if b"%" in head:
        return _within_address(data, mention.end, head, 1)
    opening = data[mention.start - 1 : mention.start] if mention.start else b""
    return _decoded(head + _rest(data, mention.end, opening, is_path=True))


def _within_address(data: bytes, end: int, head: bytes, times: int) -> str:
    """An address inside another one, percent-encoded this many times."""
    text = (head + _cut(data[end : end + _AFTER], _END_WITHIN_ADDRESS)).decode("utf-8", "replace")
    for _ in range(times):
        text = unquote(text)
    return text


def _rest(data: bytes, end: int, opening: bytes, *, is_path: bool = False) -> bytes:
    """Port, path and query after a host."""
    window = data[end : end + _AFTER]
    if not is_path and not re.match(rb"[/?#]|:\d|\\/|\\u002f|\\x2f|&#(?:47|x2f);", window, re.IGNORECASE):
        return b""
    closing = window.find(opening) if opening and opening in _QUOTES else -1
    if closing >= 0:
        return _cut(window[:closing].rstrip(b"\\"), _END_IN_QUOTES)
    return _balanced(_cut(window, _END)).rstrip(_PUNCTUATION.encode())


def _cut(window: bytes, end: re.Pattern[bytes]) -> bytes:
    """The window up to its end; nothing where that lies beyond: what has no end there is no address."""
    found = end.search(window)
    if found is None:
        return b"" if len(window) == _AFTER else window
    cut = window[: found.start()]
    is_filled_in = found[0] in (b"${", b"{{", b"<%", b"#{")
    return cut[: cut.rfind(b"/") + 1] if is_filled_in else cut


def _balanced(written: bytes) -> bytes:
    """Up to a bracket that closes what was opened before the address: `url(...)`, `[name](...)`."""
    opened = 0
    for bracket in islice(_BRACKET.finditer(written), _MOST_BRACKETS):
        opened += 1 if bracket[0] in b"([" else -1
        if opened < 0:
            return written[: bracket.start()]
    return written


def _decoded(written: bytes) -> str:
    """As text, with the escapes of scripts and markup taken out."""
    text = written.decode("utf-8", "replace")
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return text.encode("utf-8", "replace").decode()


def _unescaped(match: re.Match[str]) -> str:
    return match[3] or chr(int(match[1] or match[2], 16))


def _entity(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        return chr(int(match[1]) if match[1] else int(match[2], 16))
    return "&"
