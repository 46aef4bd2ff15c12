"""Workbooks put together by hand, record by record."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from extraction.old_office.ole_build import compound_file

BIFF8, BIFF5 = 0x0600, 0x0500


def record(kind: int, data: bytes = b"") -> bytes:
    """With continuations where it is too long for one."""
    parts = [data[at : at + 8224] for at in range(0, max(len(data), 1), 8224)]
    return b"".join(struct.pack("<HH", 0x3C if index else kind, len(part)) + part for index, part in enumerate(parts))


def long_string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def short_string(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def cell(kind: int, row: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<HHH", row, column, style) + value)


def text_box(text: str) -> bytes:
    head = record(0x1B6, struct.pack("<HH6sHHI", 0, 0, b"", len(text), 16, 0))
    return head + record(0x3C, b"\x01" + text.encode("utf-16-le"))


def workbook(
    sheets: Sequence[tuple[str, bytes]],
    strings: bytes = b"",
    globals_more: bytes = b"",
    version: int = BIFF8,
    streams: dict[tuple[str, ...], bytes] | None = None,
) -> bytes:
    """Sheets by name and records; `strings` is the whole record of shared ones."""
    body = stream(sheets, strings + globals_more, version).ljust(4096, b"\x00")
    return compound_file({("Workbook" if version == BIFF8 else "Book",): body, **(streams or {})})


def stream(sheets: Sequence[tuple[str, bytes]], more: bytes, version: int) -> bytes:
    size = 16 if version == BIFF8 else 8
    begin = struct.pack("<HHHH", version, 5, 0, 0).ljust(size, b"\x00")
    parts = [record(0x809, begin[:2] + b"\x10\x00" + begin[4:]) + records + record(0x0A) for _, records in sheets]
    names = [short_string(name) if version == BIFF8 else bytes([len(name)]) + name.encode() for name, _ in sheets]
    at = 4 + size + sum(4 + 6 + len(name) for name in names) + len(more) + 4
    bound = b""
    for name, part in zip(names, parts, strict=True):
        bound += record(0x85, struct.pack("<IH", at, 0) + name)
        at += len(part)
    return record(0x809, begin) + bound + more + record(0x0A) + b"".join(parts)


def shared_strings(*texts: str) -> bytes:
    return record(0xFC, struct.pack("<II", len(texts), len(texts)) + b"".join(map(long_string, texts)))
