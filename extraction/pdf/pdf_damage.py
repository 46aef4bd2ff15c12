"""Damage that PDFium does not tell of: streams that break off in their midst give half a page, or a blank one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from extraction.budget import Budget, BudgetSpentError
from extraction.pdf.pdf_mending import bytes_of_contents

# Bytes that the contents of a blank page may have, packed: reportlab writes 60, and 90 for one word.
BLANK_CONTENTS_BYTES = 120
_STREAM = re.compile(rb"\bstream\r?\n")
_END = b"endstream"
# Bytes before a stream in which its dictionary begins.
_DICTIONARY_BYTES = 1500
# Streams on which no text rests: pictures, tables, profiles.
_NO_TEXT = re.compile(rb"/Image\b|/XRef\b|/Predictor\b|/Alternate\b|/N\s+[134]\b")
_DEFLATED = re.compile(rb"/Filter\s*\[?\s*(/ASCII85Decode|/A85)?\s*(?:/FlateDecode|/Fl)\b(?!\s*/)")
# Decompressed bytes after which a stream, and a file, is believed to be whole.
_STREAM_BYTES = 8 << 20
_FILE_BYTES = 64 << 20
_STEP = 1 << 20
_NO_STREAM = b"\xff\xff"
# In place of the check value that some writers leave out: a wrong one shows that all before it was there.
_CHECK_VALUE = bytes(4)
_BLANKS = re.compile(rb"\s+")
# Five characters of ASCII85 are four bytes.
_GROUP, _BYTES, _ZERO = 5, 4, 33
_LETTERS_85 = bytes(range(_ZERO, _ZERO + 85))


def damaged_streams(data: bytes) -> int:
    """How many streams that may hold text can not be decompressed to their end. None are asked of an encrypted file."""
    if b"/Encrypt" in data:
        return 0
    damaged, left = 0, _FILE_BYTES
    for squeezed in _deflated_streams(data):
        size = _decompressed_size(squeezed)
        damaged += size is None
        left -= size or 0
        if left < 0:
            break
    return damaged


def lost_pages(data: bytes, blank: Iterable[int], budget: Budget) -> list[int]:
    """Which of the pages that show nothing (counted from 0) have contents in the file, which can then not be read."""
    try:
        sizes = bytes_of_contents(data, budget)
    except BudgetSpentError:
        return []
    return [index for index in blank if index < len(sizes) and sizes[index] > BLANK_CONTENTS_BYTES]


def _deflated_streams(data: bytes) -> Iterator[bytes]:
    end = 0
    while mark := _STREAM.search(data, end):
        found = data.find(_END, mark.end())
        end = len(data) if found < 0 else found + len(_END)
        if found < 0:
            return  # the end of the file is lost, which is told apart
        dictionary = data[max(0, mark.start() - _DICTIONARY_BYTES) : mark.start()].rpartition(b" obj")[2]
        filters = _DEFLATED.search(dictionary)
        if filters and not _NO_TEXT.search(dictionary):
            squeezed = data[mark.end() : found]
            yield _from_ascii85(squeezed) if filters[1] else squeezed


def _decompressed_size(squeezed: bytes) -> int | None:
    """None where it is damaged, or breaks off."""
    unpack = zlib.decompressobj()
    size = 0
    try:
        part = unpack.decompress(squeezed, _STEP)
        while part and size < _STREAM_BYTES:
            size += len(part)
            part = unpack.decompress(unpack.unconsumed_tail, _STEP)
    except zlib.error:
        return None
    return size if unpack.eof or part or _lacks_only_its_check(unpack) else None


def _lacks_only_its_check(unpack: zlib._Decompress) -> bool:
    try:
        unpack.decompress(_CHECK_VALUE)
    except zlib.error as error:
        return "data check" in str(error)
    return unpack.eof


def _from_ascii85(text: bytes) -> bytes:
    """The bytes; nothing, which is no stream either, where a character is not of this alphabet."""
    plain = _BLANKS.sub(b"", text).removeprefix(b"<~").partition(b"~")[0].replace(b"z", b"!!!!!")
    if plain.translate(None, _LETTERS_85):
        return _NO_STREAM
    missing = -len(plain) % _GROUP
    padded = plain + b"u" * missing
    values = [0] * (len(padded) // _GROUP)
    for place in range(_GROUP):
        digits = padded[place::_GROUP]
        values = [value * len(_LETTERS_85) + digit - _ZERO for value, digit in zip(values, digits, strict=True)]
    whole = b"".join((value & 0xFFFFFFFF).to_bytes(_BYTES, "big") for value in values)
    return whole[: len(whole) - missing]
