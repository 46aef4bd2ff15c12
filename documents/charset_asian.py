"""Charsets of Chinese, Japanese and Korean: by their escapes, or by strict decoding and how usual the characters are.

Each charset puts its everyday characters in a range of its own; a text in the wrong one falls outside of it, or is not
valid at all. Japanese has kana in every line.
"""

from __future__ import annotations

import re

# Bytes that are judged. A line of forty characters is enough.
_SAMPLE = 4096
# Fewest characters of two bytes that make a text; by fewer, Latin letters with accents in a row would pass.
_FEWEST = 4
# Share of everyday characters among all of two bytes. Right charset: 0.97 and more; wrong ones: 0.75 and less.
_EVERYDAY_SHARE = 0.88
# Share of kana from which a text is Japanese. Dense ones have 0.3; Chinese has none.
_KANA_SHARE = 0.12
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_JAPANESE_ESCAPE = re.compile(rb"\x1b\$[B@]|\x1b\(J")
_KOREAN_ESCAPE = b"\x1b$)C"
# Pairs as the decoder sees them, ASCII skipped.
_PAIR = re.compile(rb"[\x81-\xfe][\x30-\xfe]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_WIDE = re.compile("[\u2e80-\uffee]")
# Signs and everyday characters by their leading byte, for second bytes as each charset has them.
_EVERYDAY = (
    ("cp949", re.compile(rb"[\xa1-\xa3\xb0-\xc8][\xa1-\xfe]")),  # before Chinese, whose range is wider
    ("gb18030", re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")),
    ("cp950", re.compile(rb"[\xa1\xa4-\xc6][\x40-\x7e\xa1-\xfe]")),
)
# Second bytes beyond ASCII: all of most charsets, six in ten of Big5's, few of accented letters' neighbours.
_HIGH, _HIGH_SHARE = 0xA1, 0.3


def by_escapes(data: bytes) -> str | None:
    """Charsets of seven bits, which pass for ASCII."""
    if b"\x1b" in data:
        if _JAPANESE_ESCAPE.search(data):
            return _valid(data, "iso2022_jp") or _valid(data, "iso2022_jp_ext")
        return _valid(data, "iso2022_kr") if _KOREAN_ESCAPE in data else None
    return _valid(data, "hz") if b"~{" in data and _HZ.search(data) else None


def by_characters(data: bytes) -> str | None:
    """Charsets of two bytes a character; None where no text in one begins here."""
    sample = _whole_characters(data)
    pairs = _PAIR.findall(sample)
    if len(pairs) < _FEWEST:
        return None
    for charset in ("euc_jp", "cp932"):
        if (text := _text(sample, charset)) and _is_japanese(text):
            return charset
    if sum(pair[1] >= _HIGH for pair in pairs) < _HIGH_SHARE * len(pairs):
        return None  # letters with accents, each before a plain one
    shares = {
        charset: sum(pattern.fullmatch(pair) is not None for pair in pairs) / len(pairs)
        for charset, pattern in _EVERYDAY
        if _text(sample, charset)
    }
    best = max(shares, key=lambda charset: shares[charset], default=None)
    return best if best and shares[best] > _EVERYDAY_SHARE else None


def _is_japanese(text: str) -> bool:
    wide = len(_WIDE.findall(text))
    return (
        wide >= _FEWEST
        and len(_KANA.findall(text)) > _KANA_SHARE * wide
        and len(_HALF_KANA.findall(text)) < _KANA_SHARE * wide
    )


def _whole_characters(data: bytes) -> bytes:
    """The sample up to its last line end or blank, so that no character is cut."""
    if len(data) <= _SAMPLE:
        return data
    sample = data[:_SAMPLE]
    end = max(sample.rfind(b"\n"), sample.rfind(b" "))
    return sample[:end] if end > 0 else sample


def _text(sample: bytes, charset: str) -> str | None:
    for cut in range(3):  # a sample without a line end may end inside a character
        try:
            return sample[: len(sample) - cut].decode(charset)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 4:
                return None
    return None


def _valid(data: bytes, charset: str) -> str | None:
    try:
        data.decode(charset)
    except UnicodeDecodeError:
        return None
    return charset
