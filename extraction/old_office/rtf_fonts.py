"""Fonts of RTF: which code page each is written in, and what those mean whose characters have numbers of their own."""

from __future__ import annotations

import re

from extraction.office.symbol_fonts import symbol
from extraction.old_office import code_pages

_FONT = re.compile(rb"\\f(\d{1,6})(?!\d)")
_CHARSET = re.compile(rb"\\fcharset(\d{1,3})")
_PAGE = re.compile(rb"\\cpg(\d{1,5})")
# Fonts whose characters are numbered by the font: letters of Greek, ticks and boxes.
_SYMBOL_SET = b"2"
_SYMBOL_FONT = re.compile(rb"wingdings|symbol", re.IGNORECASE)
_SYMBOL_CODEC = "font:"
_PRIVATE = range(0xF000, 0xF100)


def codecs_by_number(table: bytes) -> dict[int, str]:
    """The codec of each font of the table that names one; those of symbol fonts are for `decoded` only."""
    marks = list(_FONT.finditer(table))
    ends = [mark.start() for mark in marks[1:]] + [len(table)]
    fonts = {}
    for mark, end in zip(marks, ends, strict=False):  # without a mark there is an end too many
        if codec := _codec(table[mark.end() : end]):
            fonts[int(mark[1])] = codec
    return fonts


def decoded(raw: bytes, codec: str) -> str:
    """Bytes as they are shown in the font."""
    if codec.startswith(_SYMBOL_CODEC):
        return "".join(symbol(codec.removeprefix(_SYMBOL_CODEC), f"{byte:X}") for byte in raw)
    return code_pages.decoded(raw, codec)


def character(code: int, codec: str) -> str:
    """A character by its number; numbers for private use are places of a symbol font."""
    if code not in _PRIVATE:
        return chr(code)
    is_symbol = codec.startswith(_SYMBOL_CODEC)
    return symbol(codec.removeprefix(_SYMBOL_CODEC) if is_symbol else "symbol", f"{code:X}")


def is_utf8(data: bytes) -> bool:
    """Some programs write UTF-8 as it is, which the format does not know."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _codec(font: bytes) -> str | None:
    page, charset = _PAGE.search(font), _CHARSET.search(font)
    if page and int(page[1]):
        return code_pages.by_number(int(page[1]))
    if charset is None:
        return None
    name = _SYMBOL_FONT.search(font)
    if charset[1] == _SYMBOL_SET and name:
        return _SYMBOL_CODEC + name[0].decode().lower()
    return code_pages.by_charset(int(charset[1]))
