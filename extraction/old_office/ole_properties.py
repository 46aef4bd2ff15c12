"""What an OLE file says of its origin: the two property sets of [MS-OLEPS], code page aware."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from extraction.old_office import code_pages
from extraction.old_office.ole_file import OleFile
from extraction.records import Origin

SUMMARY = "\x05SummaryInformation"
DOCUMENT_SUMMARY = "\x05DocumentSummaryInformation"
_TITLE, _SUBJECT, _AUTHOR, _KEYWORDS, _TEMPLATE, _LAST_AUTHOR = 2, 3, 4, 5, 7, 8
_CREATED, _SAVED, _TOOL = 12, 13, 18
_MANAGER, _COMPANY = 14, 15
_CODE_PAGE = 1
_STRING, _WIDE_STRING, _TIME, _SHORT = 30, 31, 64, 2
_HEADER = 48
# Properties of one set that are looked at; the two sets know 19 and 28.
MAX_PROPERTIES = 200
# Characters of one value that are kept. Word's own fields hold 255.
MAX_CHARACTERS = 1000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MICROSECONDS = 10  # FILETIME counts tenths of them
_LATEST = 3_000_000_000_000_000_000  # in the year 11,107: no time, and none that datetime knows
Value = str | datetime | int


def origin_of(ole: OleFile) -> tuple[Origin, ...]:
    """One origin, or none where the file says nothing."""
    summary = properties(_bytes(ole, SUMMARY))
    document = properties(_bytes(ole, DOCUMENT_SUMMARY))
    origin = Origin(
        title=_text(summary, _TITLE),
        subject=_text(summary, _SUBJECT),
        keywords=_text(summary, _KEYWORDS),
        author=_text(summary, _AUTHOR),
        last_author=_text(summary, _LAST_AUTHOR),
        organisation=_text(document, _COMPANY) or _text(document, _MANAGER),
        template=_text(summary, _TEMPLATE),
        tool=_text(summary, _TOOL),
        created=_time(summary, _CREATED),
        modified=_time(summary, _SAVED),
    )
    return (origin,) if origin != Origin() else ()


def properties(data: bytes) -> dict[int, Value]:
    """Texts, times and numbers of the first set of the stream. Damaged ones are left out."""
    if len(data) < _HEADER:
        return {}
    (start,) = struct.unpack_from("<I", data, 44)
    if start + 8 > len(data):
        return {}
    (count,) = struct.unpack_from("<I", data, start + 4)
    offsets: dict[int, int] = {}
    for index in range(min(count, MAX_PROPERTIES, (len(data) - start - 8) // 8)):
        number, offset = struct.unpack_from("<II", data, start + 8 + 8 * index)
        offsets.setdefault(number, start + offset)
    page = _value(data, offsets.get(_CODE_PAGE, len(data)), code_pages.USUAL)
    codec = code_pages.by_number(page & 0xFFFF) if isinstance(page, int) else code_pages.USUAL
    values = {number: _value(data, at, codec) for number, at in offsets.items()}
    return {number: value for number, value in values.items() if value is not None}


def _bytes(ole: OleFile, name: str) -> bytes:
    stream = ole.stream(name)
    return stream.data if stream else b""


def _value(data: bytes, at: int, codec: str) -> Value | None:
    if at + 8 > len(data):
        return None
    (kind,) = struct.unpack_from("<H", data, at)
    read: Callable[[bytes, int, str], Value | None] | None = _READERS.get(kind)
    return read(data, at + 4, codec) if read else None


def _short(data: bytes, at: int, codec: str) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _string(data: bytes, at: int, codec: str) -> str | None:
    (size,) = struct.unpack_from("<I", data, at)
    if codec == "utf-16-le":
        size = min(size, 2 * MAX_CHARACTERS)
    raw = data[at + 4 : at + 4 + min(size, 4 * MAX_CHARACTERS)]
    return _cleaned(code_pages.decoded(raw, codec))


def _wide_string(data: bytes, at: int, codec: str) -> str | None:
    (size,) = struct.unpack_from("<I", data, at)
    return _cleaned(data[at + 4 : at + 4 + 2 * min(size, MAX_CHARACTERS)].decode("utf-16-le", "replace"))


def _file_time(data: bytes, at: int, codec: str) -> datetime | None:
    ticks = int.from_bytes(data[at : at + 8], "little")
    if not 0 < ticks < _LATEST or at + 8 > len(data):
        return None
    try:
        return _EPOCH + timedelta(microseconds=ticks // _MICROSECONDS)
    except OverflowError:
        return None


_READERS: dict[int, Callable[[bytes, int, str], Value | None]] = {
    _SHORT: _short,
    _STRING: _string,
    _WIDE_STRING: _wide_string,
    _TIME: _file_time,
}


def _cleaned(text: str) -> str | None:
    return text.partition("\x00")[0].strip()[:MAX_CHARACTERS] or None


def _text(values: dict[int, Value], number: int) -> str | None:
    value = values.get(number)
    return value if isinstance(value, str) else None


def _time(values: dict[int, Value], number: int) -> str | None:
    value = values.get(number)
    return value.replace(microsecond=0).isoformat() if isinstance(value, datetime) else None
