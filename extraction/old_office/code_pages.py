"""Which of Python's codecs a code page, a font's character set or a language of old Office files means."""

from __future__ import annotations

import codecs

USUAL = "cp1252"
# Python has no codec of these numbers' names.
_BY_NUMBER = {
    0: USUAL,
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    10001: "shift_jis",
    10002: "big5",
    10003: "euc_kr",
    10006: "mac-greek",
    10007: "mac-cyrillic",
    10008: "gb2312",
    10029: "mac-latin2",
    10079: "mac-iceland",
    10081: "mac-turkish",
    20127: "ascii",
    20866: "koi8-r",
    21866: "koi8-u",
    32768: "mac-roman",
    32769: USUAL,
    51932: "euc_jp",
    51949: "euc_kr",
    54936: "gb18030",
    65001: "utf-8",
    **{28590 + part: f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
}
# Character sets of Windows fonts, as RTF and Word tell them.
_BY_CHARSET = {
    0: USUAL,
    77: "mac-roman",
    78: "shift_jis",
    79: "euc_kr",
    80: "gb2312",
    81: "big5",
    83: "mac-roman",
    84: "mac-roman",
    85: "mac-greek",
    86: "mac-turkish",
    88: "mac-latin2",
    89: "mac-cyrillic",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
# The primary language (low ten bits of a language number) of those that Windows does not write in cp1252.
_BY_LANGUAGE = {
    0x01: "cp1256",
    0x02: "cp1251",
    0x05: "cp1250",
    0x08: "cp1253",
    0x0D: "cp1255",
    0x0E: "cp1250",
    0x11: "cp932",
    0x12: "cp949",
    0x15: "cp1250",
    0x18: "cp1250",
    0x19: "cp1251",
    0x1A: "cp1250",
    0x1B: "cp1250",
    0x1C: "cp1250",
    0x1E: "cp874",
    0x1F: "cp1254",
    0x20: "cp1256",
    0x22: "cp1251",
    0x23: "cp1251",
    0x24: "cp1250",
    0x25: "cp1257",
    0x26: "cp1257",
    0x27: "cp1257",
    0x29: "cp1256",
    0x2A: "cp1258",
    0x2F: "cp1251",
}
_CHINESE = 0x04
_MAINLAND = (0x0804, 0x1004)
_CYRILLIC_SERBIAN = 0x0C1A
_PRIMARY = 0x3FF


def by_number(number: int) -> str:
    """Of a Windows code page; cp1252 where Python has none for it."""
    name = _BY_NUMBER.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return USUAL
    return name


def by_charset(charset: int) -> str | None:
    """Of a Windows font's character set; None for the default (1), symbols (2) and unknown ones."""
    return _BY_CHARSET.get(charset)


def by_language(language: int) -> str:
    """Of a Windows language number: the code page that its Windows wrote in."""
    primary = language & _PRIMARY
    if primary == _CHINESE:
        return "gbk" if language in _MAINLAND else "cp950"
    if language == _CYRILLIC_SERBIAN:
        return "cp1251"
    return _BY_LANGUAGE.get(primary, USUAL)


def decoded(data: bytes, codec: str) -> str:
    """The text. Bytes that cp1252 leaves undefined become controls, as in Windows; elsewhere U+FFFD."""
    if codec != USUAL:
        return data.decode(codec, "replace")
    try:
        return data.decode(USUAL)
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_WINDOWS)


_WINDOWS = {byte: bytes([byte]).decode(USUAL, "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
