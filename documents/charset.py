"""Bytes to text in whatever charset they are, and whether bytes are text at all.

Measured on letters and programs' messages of 38 languages, beside charset-normalizer: see
`docs/extraction.md`.
"""

from __future__ import annotations

import codecs
import re
import string
from collections import Counter
from dataclasses import dataclass, replace
from unicodedata import category

from documents.charset_asian import by_characters, by_escapes
from documents.charset_guess import guess

# Bytes read to judge a charset or a type. NUL patterns and control characters show within the first line.
SAMPLE_BYTES = 16 << 10
# Bytes in which the NUL pattern of UTF-16 without a byte order mark is looked for.
_NUL_SAMPLE_BYTES = 4096
# Shares of the sample: Latin text in UTF-16 has a NUL in nearly every second byte, and none in the others.
_NUL_SHARE = 0.20
_STRAY_NUL_SHARE = 0.02
# UTF-16 of another script has its NULs in blanks alone: so it must be of one script, or of one and its marks.
_FEWEST_LETTERS = 8
_SCRIPTS_OF_A_TEXT = 3
_ONE_SCRIPT_SHARE = 0.97
_LETTER_SHARE = 0.7
_ODD_BYTES_SHARE = 0.15
_PRINTABLE_OR_NUL = bytes([0, 9, 10, 13, *range(32, 127)])
_LAST_LATIN_1 = 0xFF
_HAN = (0x4E00, 0x9FFF)
_HANGUL = (0xAC00, 0xD7A3)
# A run of these is no text, and what is around it may be one, if it is more than this share of the whole.
_HOLE = re.compile(rb"\x00{8,}|\xff{8,}")
_LEAST_SHARE = 0.3
# Bytes of a block that is text or damage as a whole: a disc's sector.
_BLOCK_BYTES = 512
# NULs that damage leaves in a text, by share; share of its bytes beyond printable ASCII; bytes it has at least.
_STRAY_SHARE = 0.005
_STRAY_ODD_SHARE = 0.05
_STRAY_FREE_BYTES = 200
# EBCDIC: 0x40 is its space (15 % of prose), 0x20 is a control there and the space everywhere else.
_EBCDIC_SPACE_SHARE = 0.08
_ASCII_SPACE_SHARE = 0.01
# Share of control characters above which bytes are no text. Random bytes: 11 %; letters with stray form feeds: < 0.5 %.
CONTROL_SHARE = 0.02
# The same of characters without a meaning behind a byte order mark. Random 16-bit units: 18 %; text: none.
STRANGE_SHARE = 0.02
_STRANGE_CHARACTERS = 1024
_STRANGE = frozenset(["Cn", "Co", "Cs"])
# UTF-8 with a few pasted cp1252 characters: read as UTF-8 if good sequences are this many times the bad bytes.
_GOOD_PER_BAD_BYTE = 10
# Bytes beyond ASCII that are scored. A letter has a few dozen; this bounds the work on a large file of another script.
_SCORED_BYTES = 1 << 20

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16-LE
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a page or a mail may declare. Python's other codecs are not charsets of documents (idna, unicode_escape) or can
# hide markup from a check (utf-7).
_DECLARABLE = frozenset(
    """
    ascii utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be cp037 cp273 cp500 cp1026 cp1140 cp437 cp737 cp775
    cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp932 cp949 cp950 cp1250 cp1251
    cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6
    iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u
    mac-cyrillic mac-greek mac-iceland mac-latin2 mac-roman mac-turkish tis-620 big5 big5hkscs gb2312 gbk gb18030 hz
    euc_jp euc_kr shift_jis iso2022_jp iso2022_kr johab
    """.split()
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s'.,/&-](?=[^\W\d_])")
_SEVEN_BIT = frozenset(["iso2022_jp", "iso2022_kr", "hz"])
_EBCDIC = ("cp037", "cp500", "cp273", "cp1026")
# Those of printers among them (backspace strikes twice, SO and SI change the width), and separators of records.
_TEXT_CONTROLS = frozenset("\t\n\r\f\v\b\x0e\x0f\x1a\x1b\x1c\x1d\x1e\x1f\x85")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text out of bytes.

    Attributes:
        text: without a byte order mark; every byte is in it, bytes without a meaning as U+FFFD.
        charset: Python's name of the charset it was read in.
        exact: no byte was replaced and none was missing.
        guessed: the charset was told from the letters alone, not marked, declared or certain.
    """

    text: str
    charset: str
    exact: bool
    guessed: bool = False


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode in this order: mark, NUL pattern, escapes, UTF-8, the declared charset, EBCDIC, the best of many guesses.

    A declared charset counts only if the bytes are valid in it. UTF-8 comes before it: text of another charset is
    never valid UTF-8 by chance, while servers declare Latin-1 for UTF-8 as a matter of course.
    """
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _in_charset(data[len(mark) :], charset)
    if charset_by_nuls := _utf16_by_nuls(data):
        return _in_charset(data, charset_by_nuls)
    if charset_by_escapes := by_escapes(data[:SAMPLE_BYTES]):
        return _in_charset(data, charset_by_escapes)
    if len(whole := without_damage(data)) < len(data):
        return replace(_decoded(whole, declared), exact=False)
    return _decoded(data, declared)


def _decoded(data: bytes, declared: str | None) -> Decoded:
    """Text of one byte or more a character, without marks, NULs and escapes."""
    name = _known(declared)
    if name in _SEVEN_BIT and (text := _strict(data, name)) is not None:
        return Decoded(text, name, exact=True)
    return _utf8(data) or _declared(data, name) or _guessed(data)


def decoded_sample(data: bytes) -> str | None:
    """The beginning as text, or None where these bytes are not text."""
    sample = data[:SAMPLE_BYTES]
    if len(data) > SAMPLE_BYTES:
        sample = sample[: len(sample) & ~3]  # whole UTF-16 and UTF-32 units
    marked = any(sample.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS) or _utf16_by_nuls(sample)
    if not marked:
        sample = _without_stray_nuls(without_damage(without_holes(sample)))
        if b"\x00" in sample or len(sample) < _LEAST_SHARE * len(data[:SAMPLE_BYTES].rstrip(b"\x00")) or not sample:
            return None
    text = decode(sample).text
    if marked and _strange(text) > STRANGE_SHARE * min(len(text), _STRANGE_CHARACTERS):
        return None
    controls = len(_CONTROLS.findall(text))
    return text if controls <= CONTROL_SHARE * max(len(text), 1) else None


_CONTROL_BYTES = bytes(code for code in (*range(32), 127) if chr(code) not in _TEXT_CONTROLS)
_CONTROLS = re.compile(
    "[" + "".join(f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in _TEXT_CONTROLS) + "]"
)


def _strange(text: str) -> int:
    """Characters that no text has: unassigned, for private use, halves of pairs, bytes without a meaning."""
    head = text[:_STRANGE_CHARACTERS]
    return head.count("\ufffd") + sum(category(character) in _STRANGE for character in head)


def without_holes(data: bytes) -> bytes:
    """Text without runs of NULs or 0xFF: dictation systems pad their files, and bad disc sectors are read as such."""
    data = data.rstrip(b"\x00")
    return _HOLE.sub(b"\n", data) if b"\x00" in data or b"\xff\xff" in data else data


def without_damage(data: bytes) -> bytes:
    """Text without blocks that are none: a bad disc sector in a letter costs the sector. Anything else stays as it is.

    The first block must be text, and most others: a file that merely has words in it is no text.
    """
    controls = len(data) - len(data.translate(None, delete=_CONTROL_BYTES))
    bearable = CONTROL_SHARE * len(data) if b"\x00" not in data else 0
    if controls <= bearable or _is_ebcdic(data[:SAMPLE_BYTES]):
        return data
    blocks = [data[at : at + _BLOCK_BYTES] for at in range(0, len(data), _BLOCK_BYTES)]
    clean = [_is_clean(block) for block in blocks]
    if not clean[0] or sum(clean) * 2 < len(clean):
        return data
    return b"".join(block if is_text else b"\n" for block, is_text in zip(blocks, clean, strict=True))


def _is_clean(block: bytes) -> bool:
    return len(block) - len(block.translate(None, delete=_CONTROL_BYTES)) <= CONTROL_SHARE * len(block)


def _without_stray_nuls(sample: bytes) -> bytes:
    """One damaged bit makes a NUL of a blank. In clean text a few are passed over; in anything else they stay."""
    nuls = sample.count(0)
    if not nuls or nuls > max(_STRAY_SHARE * len(sample), 1) or len(sample) < _STRAY_FREE_BYTES:
        return sample
    odd = len(sample.translate(None, delete=_PRINTABLE_OR_NUL))
    return sample.replace(b"\x00", b" ") if odd < _STRAY_ODD_SHARE * len(sample) else sample


def _in_charset(data: bytes, charset: str) -> Decoded:
    text = data.decode(charset, errors="replace")
    return Decoded(text, charset, exact="\ufffd" not in text)


def _utf16_by_nuls(data: bytes) -> str | None:
    sample = data[:_NUL_SAMPLE_BYTES]
    if b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0) / len(sample), sample[1::2].count(0) / len(sample)
    if odd > _NUL_SHARE and even < _STRAY_NUL_SHARE:
        return "utf-16-le"
    if even > _NUL_SHARE and odd < _STRAY_NUL_SHARE:
        return "utf-16-be"
    # In blanks and line ends only: a script that is not Latin.
    charsets = ("utf-16-be", "utf-16-le") if even > odd else ("utf-16-le", "utf-16-be")
    return next((charset for charset in charsets if _is_one_script(sample[: len(sample) & ~1], charset)), None)


def _is_one_script(sample: bytes, charset: str) -> bool:
    """Letters of one part of Unicode, with blanks between: pairs of bytes of a binary lie all over it."""
    if len(sample.translate(None, delete=_PRINTABLE_OR_NUL)) < _ODD_BYTES_SHARE * len(sample):
        return False  # words with NULs between them, whose pairs of letters would pass for Chinese
    try:
        text = sample.decode(charset)
    except UnicodeDecodeError as error:
        text = sample[: error.start].decode(charset) if error.start >= len(sample) - 2 else ""
    letters = [character for character in text if ord(character) > _LAST_LATIN_1]
    if len(letters) < _FEWEST_LETTERS or _CONTROLS.search(text) or _strange(text):
        return False
    blocks = Counter(_block(character) for character in letters)
    usual = sum(count for _, count in blocks.most_common(_SCRIPTS_OF_A_TEXT))
    spelling = sum(category(letter)[0] in "LM" for letter in letters)
    return usual > _ONE_SCRIPT_SHARE * len(letters) and spelling > _LETTER_SHARE * len(letters)


def _block(character: str) -> int:
    """Scripts have 256 characters at most, but for those of China, Japan and Korea."""
    code = ord(character)
    if _HAN[0] <= code <= _HAN[1]:
        return _HAN[0]
    return _HANGUL[0] if _HANGUL[0] <= code <= _HANGUL[1] else code >> 8


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip(string.whitespace + "\"';")).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return name if name in _DECLARABLE else None


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _utf8(data: bytes) -> Decoded | None:
    if (text := _strict(data, "utf-8")) is not None:
        return Decoded(text, "utf-8", exact=True)
    marked = data.decode("utf-8", errors="surrogateescape")
    good_text = marked.encode("utf-8", errors="ignore")
    good = len(good_text.decode("utf-8")) - len(marked.encode("ascii", errors="ignore"))
    bad = len(marked) - len(good_text.decode("utf-8"))
    if good < _GOOD_PER_BAD_BYTE * bad:
        return None
    text = _ESCAPED_BYTE.sub(_as_cp1252, marked)
    return Decoded(text, "utf-8", exact="\ufffd" not in text)


_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


def _as_cp1252(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", errors="replace")


def _declared(data: bytes, name: str | None) -> Decoded | None:
    if name is None or name.startswith(("utf", "ascii")):
        return None  # tried before, or nothing that the other rules do not say
    if name == "iso8859-1":  # what browsers take Latin-1 for; its own 0x80 to 0x9F are control characters
        name = "cp1252"
    text = _strict(data, name)
    return Decoded(text, name, exact=True) if text is not None else None


def _guessed(data: bytes) -> Decoded:
    sample = data[:SAMPLE_BYTES]
    if _is_ebcdic(sample):
        charset = min(_EBCDIC, key=lambda name: _torn_words(sample.decode(name)))
        text = data.decode(charset).replace("\x85", "\n")
        return Decoded(text, charset, exact=True, guessed=True)
    charset = by_characters(data) or guess(_from_first_beyond_ascii(data))[0]
    text = data.decode(charset, errors="replace")
    return Decoded(text, charset, exact="\ufffd" not in text, guessed=True)


def _from_first_beyond_ascii(data: bytes) -> bytes:
    """The part that is scored: from the first byte beyond ASCII on, so that a long head in English hides nothing."""
    first = _BEYOND_ASCII.search(data)
    return data[max(0, first.start() - 1) : first.start() + _SCORED_BYTES] if first else b""


def _torn_words(text: str) -> int:
    """Signs inside words: EBCDIC's national variants have letters where others have braces."""
    return len(_SIGN_IN_WORD.findall(text))


def _is_ebcdic(sample: bytes) -> bool:
    size = max(len(sample), 1)
    return sample.count(0x40) / size > _EBCDIC_SPACE_SHARE and sample.count(0x20) / size < _ASCII_SPACE_SHARE
