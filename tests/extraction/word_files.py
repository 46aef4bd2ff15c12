"""Word files put together by hand, byte by byte, so that a machine without an office program tests the reader too."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from extraction.old_office.ole_build import compound_file

TEXT_START = 0x800
ENCRYPTED, COMPLEX = 0x0100, 0x0004


def word_97(
    parts: Sequence[str],
    headers: Sequence[str] = (),
    flags: int = 0,
    cut_into: int = 1,
    streams: dict[tuple[str, ...], bytes] | None = None,
    table_more: bytes | None = b"",
) -> bytes:
    """Parts in Word's order (main, footnotes, headers, ...); `headers` are the stories of one section, six of them.

    The text is cut into pieces, every second one of them with two bytes a character, in reverse order in the file.
    `table_more` stands behind the tables; None stands for a piece table that is lost.
    """
    texts = list(parts) + [""] * (8 - len(parts))
    if headers:
        texts[2] = "".join(headers)
    text = "".join(texts)
    step = -(-len(text) // cut_into)
    chunks = [text[at : at + step] for at in range(0, len(text), step)]
    body, places = b"", [0] * len(chunks)
    for index in reversed(range(len(chunks))):
        wide = index % 2 == 1 or not _is_western(chunks[index])
        at = TEXT_START + len(body)
        if wide and at % 2:
            body, at = body + b"\x00", at + 1
        places[index] = at if wide else 0x40000000 | 2 * at
        body += chunks[index].encode("utf-16-le" if wide else "cp1252")
    table = _piece_table(chunks, places)
    bounds = [0] * 7
    for story in headers:
        bounds.append(bounds[-1] + len(story))
    header_table = struct.pack(f"<{len(bounds) + 1}I", *bounds, 0) if headers else b""
    fib = bytearray(TEXT_START)
    struct.pack_into("<6H", fib, 0, 0xA5EC, 0xC1, 0, 0x0809, 0, flags | 0x0200)
    struct.pack_into("<II", fib, 0x18, TEXT_START, TEXT_START + len(body))
    struct.pack_into("<8i", fib, 0x4C, *(len(each) for each in texts))
    struct.pack_into("<II", fib, 0x9A + 8 * 11, 0, len(header_table))
    struct.pack_into("<II", fib, 0x9A + 8 * 33, len(header_table), 0 if table_more is None else len(table))
    main = (bytes(fib) + body).ljust(4096, b"\x00")
    return compound_file(
        {("WordDocument",): main, ("1Table",): header_table + table + (table_more or b""), **(streams or {})}
    )


def word_6(text: bytes, language: int = 0x0809, charset: int = 0, wide: bool = False, version: int = 104) -> bytes:
    """Saved whole: the text lies in one run, and there is no piece table."""
    fib = bytearray(TEXT_START)
    struct.pack_into("<6H", fib, 0, 0xA5DC, version, 0, language, 0, 0x1000 if wide else 0)
    struct.pack_into("<H", fib, 0x14, charset)
    struct.pack_into("<II", fib, 0x18, TEXT_START, TEXT_START + len(text))
    struct.pack_into("<8i", fib, 0x34, len(text) // (2 if wide else 1), *[0] * 7)
    return compound_file({("WordDocument",): (bytes(fib) + text).ljust(4096, b"\x00")})


def word_6_saved_fast(pieces: Sequence[bytes]) -> bytes:
    """The pieces lie in reverse order in the file, joined by a piece table in the main stream."""
    body, places = b"", [0] * len(pieces)
    for index in reversed(range(len(pieces))):
        places[index] = TEXT_START + len(body)
        body += pieces[index]
    table = _piece_table([piece.decode("latin-1") for piece in pieces], places)
    fib = bytearray(TEXT_START)
    struct.pack_into("<6H", fib, 0, 0xA5DC, 101, 0, 0x0809, 0, COMPLEX)
    struct.pack_into("<II", fib, 0x18, TEXT_START, TEXT_START + len(body))
    struct.pack_into("<8i", fib, 0x34, sum(map(len, pieces)), *[0] * 7)
    struct.pack_into("<II", fib, 0x160, TEXT_START + len(body), len(table))
    return compound_file({("WordDocument",): (bytes(fib) + body + table).ljust(4096, b"\x00")})


def _piece_table(chunks: Sequence[str], places: Sequence[int]) -> bytes:
    bounds = [0]
    for chunk in chunks:
        bounds.append(bounds[-1] + len(chunk.encode("utf-16-le")) // 2)
    table = struct.pack(f"<{len(bounds)}I", *bounds) + b"".join(struct.pack("<HIH", 0, at, 0) for at in places)
    shared_formatting = b"\x01\x03\x00abc"
    return shared_formatting + b"\x02" + struct.pack("<I", len(table)) + table


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
